/* SPDX-License-Identifier: MIT */
/* Which files there are of a path with variables of Dovecot's. */
#include "conf/dovecot_files.h"

#include "base/error.h"
#include "base/open.h"
#include "base/rows.h"
#include "conf/dovecot_variables.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
	const char *root, *pattern;
	bool is_24;
	struct reeve_arena *arena;
	struct reeve_dovecot_file *rows;
	size_t count, room;
	bool has_failed; /* no memory */
	struct reeve_error *err;
};

/* "a/b" with `between` for the '/'; "" where there is no memory. */
static const char *joined(struct walk *walk, const char *a, const char *between, const char *b)
{
	const char *text = reeve_arena_format(walk->arena, "%s%s%s", a, between, b);

	walk->has_failed |= text == NULL;
	return text == NULL ? "" : text;
}

static const char *keep_part(struct walk *walk, struct reeve_match_part part)
{
	const char *text =
		part.text == NULL ? NULL : reeve_arena_strndup(walk->arena, part.text, part.length);

	walk->has_failed |= part.text != NULL && text == NULL;
	return text;
}

/* `path` is a file that is there, or whose folder we may not look into. */
static int add(struct walk *walk, const char *path)
{
	const char *full = joined(walk, walk->root, "", path);
	struct reeve_match match;
	struct stat st;
	int fd;

	if (!reeve_dovecot_match(walk->pattern, walk->is_24, path, &match))
		return 0;
	fd = reeve_open_in_root(walk->root, full);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd >= 0) {
		bool is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);

		close(fd);
		if (!is_file)
			return 0;
	}
	struct reeve_dovecot_file *rows =
		reeve_rows_grow(walk->rows, sizeof *rows, walk->count, &walk->room);
	if (rows == NULL)
		return reeve_fail_nomem(walk->err);
	walk->rows = rows;
	walk->rows[walk->count++] = (struct reeve_dovecot_file){
		full, keep_part(walk, match.user), keep_part(walk, match.username),
		keep_part(walk, match.domain)};
	return 0;
}

static int step(struct walk *walk, const char *done, const char *rest);

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Each name in the folder `done` that `part` could be. */
static int look_in(struct walk *walk, const char *done, const char *part, const char *rest)
{
	const char *folder = joined(walk, walk->root, "", done);
	int fd = reeve_open_in_root(walk->root, folder[0] == '\0' ? "/" : folder), count, r = 0;
	struct dirent **entries = NULL;
	struct reeve_match match;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	count = fd < 0 ? -1 : scandirat(fd, ".", &entries, NULL, by_name);
	if (count < 0)
		r = errno == ENOTDIR ? 0
		                     : reeve_fail_errno(walk->err, "cannot look for passwd-files in '%s'",
		                                        folder);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (r == 0 && name[0] != '.' &&
		    reeve_dovecot_match(part, walk->is_24, name, &match))
			r = step(walk, joined(walk, done, "/", name), rest);
		free(entries[i]);
	}
	free(entries);
	if (fd >= 0)
		close(fd);
	return r;
}

/* From the folder `done` on (without the root, "" at first) along `rest`, which begins with '/', or is "". */
static int step(struct walk *walk, const char *done, const char *rest)
{
	const char *part, *next;
	size_t n;

	rest += strspn(rest, "/");
	if (*rest == '\0')
		return add(walk, done);
	n = strcspn(rest, "/");
	next = rest + n;
	part = keep_part(walk, (struct reeve_match_part){rest, n});
	if (part == NULL)
		return -1;
	if (strchr(part, '%') == NULL)
		return step(walk, joined(walk, done, "/", part), next);
	return look_in(walk, done, part, next);
}

int reeve_dovecot_files(const char *root, const char *pattern, bool is_24, struct reeve_arena *arena,
                        struct reeve_dovecot_file **files_r, size_t *count_r, struct reeve_error *err)
{
	struct walk walk = {
		.root = root, .pattern = pattern, .is_24 = is_24, .arena = arena, .err = err};
	int r = step(&walk, "", pattern);

	*files_r = walk.rows;
	*count_r = walk.count;
	return walk.has_failed ? reeve_fail_nomem(err) : r;
}

enum reeve_path_kind reeve_dovecot_path_kind(const char *path, bool is_24)
{
	enum reeve_path_kind kind = REEVE_PATH_ONE;
	struct reeve_piece piece;
	int more;

	for (const char *at = path; (more = reeve_dovecot_piece(&at, is_24, &piece)) > 0;) {
		if (piece.kind == REEVE_PIECE_OTHER)
			return REEVE_PATH_UNKNOWN;
		if (piece.kind != REEVE_PIECE_TEXT)
			kind = REEVE_PATH_OF_NAMES;
	}
	return more < 0 ? REEVE_PATH_UNKNOWN : kind;
}
