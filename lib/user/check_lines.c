/* SPDX-License-Identifier: MIT */
/* Virtual users: lines that do not count, names that nobody reaches, passwords, places. */
#include "user/check.h"

#include "base/error.h"
#include "user/both.h"
#include "user/line.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A line of the passwd-file, and the name that it begins with. */
struct entry {
	struct reeve_doc *doc;
	uint32_t node;
	const char *name;
};

static uint64_t line_of(const struct entry *entry)
{
	uint64_t line, column;

	reeve_doc_where(entry->doc, entry->doc->nodes[entry->node].start, &line, &column);
	return line;
}

/* By name, lower case of it first; the first line of a name comes first. */
static int by_name(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = strcasecmp(a->name, b->name);

	if (order == 0)
		order = -strcmp(a->name, b->name);
	return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

/* All lines, sorted; *count_r of them. To be freed. NULL: no memory. */
static struct entry *read_entries(struct users_check *check, struct reeve_doc *doc, size_t *count_r)
{
	struct entry *entries = calloc((size_t)doc->count + 1, sizeof *entries);
	size_t count = 0;

	*count_r = 0;
	if (entries == NULL)
		return NULL;
	for (uint32_t i = doc->nodes[0].first; i != 0; i = doc->nodes[i].next) {
		const struct reeve_node *node = &doc->nodes[i];

		if (node->kind != REEVE_NODE_SETTING)
			continue;
		entries[count++] = (struct entry){
			doc, i,
			reeve_users_text(check->users, "%.*s", (int)(node->name_end - node->name),
		                         (const char *)doc->bytes + node->name)};
	}
	qsort(entries, count, sizeof *entries, by_name);
	*count_r = count;
	return entries;
}

static void check_names(struct users_check *check, const struct entry *entries, size_t count,
                        const struct reeve_dovecot_file *of)
{
	const char *file = of->path;
	bool is_lowering = users_check_is_lowering(check->users);

	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = &entries[i];

		if (i > 0 && strcmp(entry->name, entries[i - 1].name) == 0) {
			uint64_t first = line_of(&entries[i - 1]);

			users_check_fault(check, REEVE_WARNING, file, line_of(entry),
			                  "'%s' is there already (line %ju), and the first line "
			                  "counts",
			                  entry->name, (uintmax_t)first);
		} else if (is_lowering && users_check_has_upper(entry->name)) {
			users_check_fault(check, REEVE_PROBLEM, file, line_of(entry),
			                  "Dovecot makes lower case of names: nobody reaches '%s'",
			                  entry->name);
		} else if (users_where_name(check->users, of, entry->name) == NULL) {
			users_check_fault(check, REEVE_PROBLEM, file, line_of(entry),
			                  "of no name does Dovecot look for '%s' in this file",
			                  entry->name);
		}
	}
}

/* ---- one user ------------------------------------------------------------------------------- */

static void check_secret(struct users_check *check, const struct users_line *line,
                         const struct reeve_user *user)
{
	char *field = users_line_field(line, REEVE_PWF_PASSWORD);

	if (field == NULL)
		return;
	users_check_weak(check, user, field, "of the scheme", user->file, user->line);
	explicit_bzero(field, strlen(field));
	free(field);
}

static int check_line(struct users_check *check, const struct users_line *line,
                      struct reeve_error *err)
{
	struct reeve_location own;
	struct reeve_user user;
	bool has_own;
	char *path;
	int found;

	if (users_line_fill(check->users, line, &user, &own, &has_own, err) < 0)
		return -1;
	if (user.password.is_open)
		users_check_fault(check, REEVE_PROBLEM, user.file, user.line,
		                  "no password of '%s' is asked for (nopassword)", user.name);
	else if (!user.password.is_none)
		check_secret(check, line, &user);
	if (users_line_is_second(check->users, line, NULL))
		users_check_fault(check, REEVE_PROBLEM, user.file, user.line,
		                  "'%s' is a user of the system, too: each lets him in by a password "
		                  "of its own",
		                  user.name);
	if (user.has_ids && user.uid == 0)
		users_check_fault(check, REEVE_PROBLEM, user.file, user.line,
		                  "'%s' has the uid that is root's", user.name);
	users_check_home(check, &user);

	struct reeve_whom whom = {user.name, user.home, user.has_ids, user.uid, user.gid};
	found = users_mailbox_where(check->users, &whom, true, has_own ? &own : NULL, &path, err);
	if (found > 0) {
		users_check_mailbox(check, &user, path);
		users_check_keep_own(check, &user, path);
	}
	free(path);
	return found < 0 ? -1 : 0;
}

/* A file, as one. */
static int check_file(struct users_check *check, const struct reeve_dovecot_file *file,
                      struct reeve_error *err)
{
	struct reeve_doc *doc = users_doc(check->users, REEVE_SYNTAX_PASSWD_FILE, file->path, err);
	struct entry *entries;
	size_t count;

	if (doc == NULL)
		return -1;
	if (!users_doc_is_there(check->users, doc))
		users_check_fault(check, REEVE_WARNING, doc->path, 0,
		                  "the passwd-file of virtual users is not there");
	entries = read_entries(check, doc, &count);
	if (entries == NULL)
		return reeve_fail_nomem(err);
	check_names(check, entries, count, file);
	free(entries);
	return 0;
}

int users_check_lines(struct users_check *check, struct reeve_error *err)
{
	struct users_line line = {0};
	const struct reeve_dovecot_file *files;
	size_t count;
	int more;

	if (users_where_files(check->users, &files, &count, err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (check_file(check, &files[i], err) < 0)
			return -1;
	if (check->users->where->homes != NULL)
		users_check_fault(check, REEVE_NOTE, check->users->where->passwords, 0,
		                  "Dovecot takes the homes of these users from '%s', where nobody "
		                  "looks now",
		                  check->users->where->homes);
	while ((more = users_line_next(check->users, &line, err)) > 0)
		if (check_line(check, &line, err) < 0)
			return -1;
	if (more == 0)
		users_check_left(check);
	return more;
}
