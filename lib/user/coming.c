/* SPDX-License-Identifier: MIT */
/* Lines that come to a passwd-file, and the homes of all its lines. */
#include "user/coming.h"

#include "base/error.h"
#include "user/line.h"
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A folder that is somebody's home, or that such a home is in. */
struct home {
	const char *path, *name;
};

/* Of one document. */
struct users_coming {
	struct users_coming *next;
	struct reeve_doc *doc;
	struct reeve_pwf_line *lines; /* the texts are the arena's */
	size_t count, room;
	void *names;     /* tsearch(3) of the lines' names */
	void *homes;     /* tsearch(3) of struct home in the arena */
	uint32_t parses; /* of the document when its homes were read; 0: they were not */
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct home *)a)->path, ((const struct home *)b)->path);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void keep_node(void *node)
{
	(void)node; /* it is the arena's */
}

static struct users_coming *find(const struct reeve_users *users, const struct reeve_doc *doc)
{
	struct users_coming *coming = users->coming;

	while (coming != NULL && coming->doc != doc)
		coming = coming->next;
	return coming;
}

/* Made when first asked for; NULL: no memory. */
static struct users_coming *get(struct reeve_users *users, struct reeve_doc *doc)
{
	struct users_coming *coming = find(users, doc);

	if (coming != NULL)
		return coming;
	coming = calloc(1, sizeof *coming);
	if (coming == NULL)
		return NULL;
	coming->doc = doc;
	coming->next = users->coming;
	users->coming = coming;
	return coming;
}

/* ---- homes ---------------------------------------------------------------------------------- */

/* A home, and all folders above it: "/srv/ann" is no home for another, nor is "/srv". */
static bool add_home(struct reeve_users *users, struct users_coming *coming, const char *path,
                     size_t n, const char *name, size_t name_n)
{
	name = reeve_arena_strndup(users->arena, name, name_n);
	while (n > 0 && name != NULL) {
		struct home *home = reeve_arena_alloc(users->arena, sizeof *home), **found;

		if (home == NULL)
			return false;
		*home = (struct home){reeve_arena_strndup(users->arena, path, n), name};
		found = home->path == NULL ? NULL : tsearch(home, &coming->homes, by_path);
		if (found == NULL)
			return false;
		if (*found != home)
			return true; /* so is what is above it */
		while (n > 0 && path[n - 1] != '/')
			n--;
		n -= n > 0;
	}
	return name != NULL;
}

/* Those of the document, if it is another than when they were read; and of the lines that come. */
static bool read_homes(struct reeve_users *users, struct users_coming *coming)
{
	const struct reeve_doc *doc = coming->doc;

	if (coming->parses == doc->parses)
		return true;
	tdestroy(coming->homes, keep_node);
	coming->homes = NULL;
	for (uint32_t i = doc->nodes[0].first; i != 0; i = doc->nodes[i].next) {
		struct reeve_span span;

		for (int k = 0; k < USERS_LINE_HOMES; k++)
			if (doc->nodes[i].kind == REEVE_NODE_SETTING &&
			    users_line_home(doc, i, k, &span) &&
			    !add_home(users, coming, (const char *)doc->bytes + span.offset,
			              span.length, (const char *)doc->bytes + doc->nodes[i].name,
			              doc->nodes[i].name_end - doc->nodes[i].name))
				return false;
	}
	for (size_t i = 0; i < coming->count; i++) {
		const char *const *fields = coming->lines[i].fields;

		if (fields[REEVE_PWF_HOME] != NULL &&
		    !add_home(users, coming, fields[REEVE_PWF_HOME], strlen(fields[REEVE_PWF_HOME]),
		              fields[REEVE_PWF_NAME], strlen(fields[REEVE_PWF_NAME])))
			return false;
	}
	coming->parses = doc->parses;
	return true;
}

const char *users_coming_lives_in(struct reeve_users *users, struct reeve_doc *doc,
                                  const char *home)
{
	struct users_coming *coming = get(users, doc);
	struct home *const *found;

	if (coming == NULL || !read_homes(users, coming)) {
		users->has_failed = true;
		return NULL;
	}
	found = tfind(&(struct home){.path = home}, &coming->homes, by_path);
	return found == NULL ? NULL : (*found)->name;
}

/* ---- lines ---------------------------------------------------------------------------------- */

int users_coming_add(struct reeve_users *users, struct reeve_doc *doc,
                     const struct reeve_pwf_line *line, struct reeve_error *err)
{
	struct users_coming *coming = get(users, doc);
	struct reeve_pwf_line *row;
	const char *home;

	if (reeve_passwd_file_check(line, err) < 0)
		return -1;
	if (coming == NULL)
		return reeve_fail_nomem(err);
	if (coming->count == coming->room) {
		size_t room = 2 * coming->room + 16;
		struct reeve_pwf_line *larger =
			reallocarray(coming->lines, room, sizeof *larger);

		if (larger == NULL)
			return reeve_fail_nomem(err);
		coming->lines = larger;
		coming->room = room;
	}
	row = &coming->lines[coming->count];
	for (size_t i = 0; i < REEVE_PWF_FIELDS; i++)
		row->fields[i] = reeve_users_keep(users, line->fields[i]);
	home = row->fields[REEVE_PWF_HOME];
	if (users->has_failed ||
	    tsearch(row->fields[REEVE_PWF_NAME], &coming->names, by_text) == NULL ||
	    (home != NULL && coming->parses == doc->parses &&
	     !add_home(users, coming, home, strlen(home), row->fields[REEVE_PWF_NAME],
	               strlen(row->fields[REEVE_PWF_NAME]))))
		return reeve_fail_nomem(err);
	coming->count++;
	return 0;
}

bool users_coming_has(const struct reeve_users *users, const struct reeve_doc *doc, const char *key)
{
	const struct users_coming *coming = find(users, doc);

	return coming != NULL && tfind(key, &coming->names, by_text) != NULL;
}

int users_coming_settle(struct reeve_users *users, const struct reeve_doc *doc,
                        struct reeve_error *err)
{
	for (struct users_coming *coming = users->coming; coming != NULL; coming = coming->next) {
		if (coming->count == 0 || (doc != NULL && coming->doc != doc))
			continue;
		if (reeve_passwd_file_add_all(coming->doc, coming->lines, coming->count, err) < 0)
			return -1;
		coming->count = 0;
		tdestroy(coming->names, keep_node);
		coming->names = NULL;
	}
	return 0;
}

void users_coming_free(struct users_coming *coming)
{
	while (coming != NULL) {
		struct users_coming *next = coming->next;

		tdestroy(coming->names, keep_node);
		tdestroy(coming->homes, keep_node);
		free(coming->lines);
		free(coming);
		coming = next;
	}
}
