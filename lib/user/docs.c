/* SPDX-License-Identifier: MIT */
/* Files that are changed as bytes, by the one plan whose lock is held since before they were read. */
#include "user/docs.h"

#include "base/error.h"
#include "conf/passwd_file.h"
#include "plan/before.h"
#include "user/coming.h"
#include "user/where.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct file {
	struct reeve_doc *doc;
	bool is_new;
	bool is_asked; /* for what it was before its last change */
	struct reeve_doc *sides[2]; /* NULL: nobody knows */
};

struct users_docs {
	struct file *rows; /* passwd-files, the one for quotas, aliases */
	size_t count, room;
	char *checked; /* a passwd-file that users_doc_check() found to be none of the system's */
};

/* ---- reading -------------------------------------------------------------------------------- */

/* Made when first asked for; NULL: no memory, which is remembered. */
static struct users_docs *docs_of(struct reeve_users *users)
{
	if (users->docs == NULL)
		users->docs = calloc(1, sizeof *users->docs);
	if (users->docs == NULL)
		users->has_failed = true;
	return users->docs;
}

static struct reeve_doc *open_doc(struct reeve_users *users, enum reeve_syntax syntax,
                                  const char *path, struct reeve_error *err)
{
	struct users_docs *docs = docs_of(users);
	struct reeve_error why = {0};
	struct file *file;

	if (docs == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	for (size_t i = 0; i < docs->count; i++) {
		if (strcmp(docs->rows[i].doc->path, path) == 0)
			return docs->rows[i].doc;
	}
	if (docs->count == docs->room) {
		size_t room = docs->room * 2 + 4;
		struct file *rows = reallocarray(docs->rows, room, sizeof *rows);

		if (rows == NULL) {
			reeve_fail_nomem(err);
			return NULL;
		}
		docs->rows = rows;
		docs->room = room;
	}
	file = &docs->rows[docs->count];
	*file = (struct file){0};
	file->doc = reeve_doc_open(syntax, users->root, path, &users->talk, &why);
	file->is_new = file->doc == NULL && why.sys_errno == ENOENT;
	if (file->is_new)
		file->doc = reeve_doc_of(syntax, path, "", 0, &users->talk, &why);
	if (file->doc == NULL) {
		reeve_fail(err, why.code, "%s", why.text);
		if (err != NULL)
			err->sys_errno = why.sys_errno;
		return NULL;
	}
	docs->count++;
	return file->doc;
}

struct reeve_doc *users_doc(struct reeve_users *users, enum reeve_syntax syntax, const char *path,
                            struct reeve_error *err)
{
	struct reeve_doc *doc = open_doc(users, syntax, path, err);

	return doc == NULL || users_coming_settle(users, doc, err) < 0 ? NULL : doc;
}

struct reeve_doc *users_doc_for(struct reeve_users *users, const char *path, const char *key,
                                struct reeve_error *err)
{
	struct reeve_doc *doc = open_doc(users, REEVE_SYNTAX_PASSWD_FILE, path, err);

	if (doc != NULL && users_coming_has(users, doc, key) &&
	    users_coming_settle(users, doc, err) < 0)
		return NULL;
	return doc;
}

struct reeve_doc *users_doc_before(struct reeve_users *users, const struct reeve_doc *doc, const char *key)
{
	struct users_docs *docs = users->docs;
	size_t root = strlen(users->root);
	struct reeve_plan_side sides[2];
	struct file *file = NULL;

	for (size_t i = 0; docs != NULL && i < docs->count; i++)
		if (docs->rows[i].doc == doc)
			file = &docs->rows[i];
	if (file == NULL || users->plan == NULL)
		return NULL;
	/* Without it all is as if no change was kept; so is it of a path that is not in the root. */
	if (!file->is_asked && strncmp(doc->path, users->root, root) == 0 && doc->path[root] == '/' &&
	    reeve_plan_before_last(users->plan, doc->path + root, sides, NULL) > 0)
		for (int i = 0; i < 2; i++)
			file->sides[i] = reeve_doc_of(doc->syntax, doc->path, sides[i].bytes, sides[i].n, NULL,
			                              NULL);
	file->is_asked = true;
	return file->sides[0] != NULL && file->sides[1] != NULL &&
	                       reeve_passwd_file_find(file->sides[0], key) != 0 &&
	                       reeve_passwd_file_find(file->sides[1], key) == 0
	               ? file->sides[0]
	               : NULL;
}

/* Whether two names are one file; where it is not there, by their folder. */
static bool is_one(const char *path, const char *other)
{
	const char *name = strrchr(path, '/'), *other_name = strrchr(other, '/');
	struct stat a, b;
	char *folder, *other_folder;
	bool is;

	if (stat(path, &a) == 0 && stat(other, &b) == 0)
		return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	if (other_name == NULL || strcmp(name == NULL ? path : name + 1, other_name + 1) != 0)
		return false;
	folder = name == NULL ? strdup(".") : strndup(path, (size_t)(name + 1 - path));
	other_folder = strndup(other, (size_t)(other_name + 1 - other));
	/* Without memory: what may be the same is. */
	is = folder == NULL || other_folder == NULL ||
	     (stat(folder, &a) == 0 && stat(other_folder, &b) == 0 && a.st_dev == b.st_dev &&
	      a.st_ino == b.st_ino);
	free(folder);
	free(other_folder);
	return is;
}

int users_doc_check(struct reeve_users *users, const char *path, struct reeve_error *err)
{
	static const char *const names[] = {"passwd", "passwd-", "shadow",   "shadow-", "group",
	                                    "group-", "gshadow", "gshadow-", "aliases"};
	const struct users_where *where = users_where(users, err);
	const size_t count = sizeof names / sizeof names[0];
	struct users_docs *docs = docs_of(users);

	if (where == NULL)
		return -1;
	if (docs == NULL)
		return reeve_fail_nomem(err);
	/* Each user of a batch asks. */
	if (docs->checked != NULL && strcmp(docs->checked, path) == 0)
		return 0;
	/* The last: whatever file Postfix has for aliases. */
	for (size_t i = 0; i <= count; i++) {
		const char *own = i < count ? reeve_users_text(users, "%s/etc/%s", users->root, names[i])
		                            : where->aliases;

		if (own != NULL && is_one(path, own))
			return reeve_fail(err, REEVE_EREFUSED,
			                  "'%s' is '%s', which is no passwd-file of Dovecot's", path,
			                  own);
	}
	free(docs->checked);
	docs->checked = strdup(path);
	return 0;
}

bool users_doc_is_there(const struct reeve_users *users, const struct reeve_doc *doc)
{
	const struct users_docs *docs = users->docs;

	for (size_t i = 0; docs != NULL && i < docs->count; i++) {
		if (docs->rows[i].doc == doc)
			return !docs->rows[i].is_new;
	}
	return false;
}

/* ---- putting -------------------------------------------------------------------------------- */

/*
 * Whose a new file is. A passwd-file holds hashes, and is read by Dovecot's auth process, whose user is
 * dovecot (default_internal_user); aliases are for everybody.
 */
static struct reeve_rights rights_of(const struct reeve_users *users, const struct reeve_doc *doc)
{
	const struct reeve_account_group *group = reeve_accounts_group(&users->accounts, "dovecot");

	if (doc->syntax != REEVE_SYNTAX_PASSWD_FILE)
		return (struct reeve_rights){0, 0, 0644};
	return group == NULL ? (struct reeve_rights){0, 0, 0600}
	                     : (struct reeve_rights){0, group->gid, 0640};
}

/*
 * Dovecot reads a passwd-file again if its size is another, or its time in whole seconds (passwd_file_sync()
 * of src/auth/db-passwd-file.c). So a new password that comes within a second of the last change would not
 * be seen, nor the old one forgotten: the new file has to be of a later second.
 */
static void wait_for_dovecot(const struct reeve_doc *doc)
{
	struct timespec now;

	if (doc->syntax != REEVE_SYNTAX_PASSWD_FILE || doc->size != doc->read.size ||
	    clock_gettime(CLOCK_REALTIME, &now) < 0 || now.tv_sec != doc->read.st.st_mtim.tv_sec)
		return;
	/* A file's time is a clock tick late, 10 ms at most. */
	long left = 1010000000 - now.tv_nsec;
	now = (struct timespec){left / 1000000000, left % 1000000000};
	while (nanosleep(&now, &now) < 0 && errno == EINTR)
		;
}

void users_docs_put(struct reeve_users *users)
{
	const struct users_docs *docs = users->docs;

	for (size_t i = 0; docs != NULL && i < docs->count; i++) {
		const struct reeve_doc *doc = docs->rows[i].doc;
		struct reeve_rights rights = rights_of(users, doc);

		if (doc->bytes == doc->read.bytes)
			continue;
		wait_for_dovecot(doc);
		if (docs->rows[i].is_new)
			reeve_plan_create(users->plan, doc->path, doc->bytes, doc->size, &rights);
		else
			reeve_plan_replace(users->plan, doc->path, doc->read.bytes, doc->read.size,
			                   doc->bytes, doc->size);
	}
}

void users_docs_free(struct users_docs *docs)
{
	if (docs == NULL)
		return;
	for (size_t i = 0; i < docs->count; i++) {
		reeve_doc_free(docs->rows[i].doc);
		reeve_doc_free(docs->rows[i].sides[0]);
		reeve_doc_free(docs->rows[i].sides[1]);
	}
	free(docs->checked);
	free(docs->rows);
	free(docs);
}
