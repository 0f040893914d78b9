/* SPDX-License-Identifier: MIT */
/* The accounts of a root: passwd(5), shadow(5), group(5). */
#include "user/accounts.h"

#include "base/error.h"
#include "base/number.h"
#include "base/open.h"
#include "base/whole.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES  ((size_t)256 << 20)
#define MOST_FIELDS 9

/* What is read where; the text of a file is cut up in the arena. */
struct reader {
	struct reeve_accounts *accounts;
	struct reeve_arena *arena;
	const char *path;
	char *text; /* the rest of it; "" at the end */
	uint64_t line;
	char *fields[MOST_FIELDS];
	size_t count; /* of fields; more than MOST_FIELDS are counted, too */
};

/*
 * The bytes of a file, in the arena, with a NUL behind them. Returns 1, 0 if it is not there or may
 * not be read, -1 with err.
 */
static int open_file(struct reader *r, const char *root, const char *path, struct reeve_error *err)
{
	struct reeve_whole whole = {0};
	int fd = reeve_open_in_root(root, path), result = -1;

	r->path = path;
	r->line = 0;
	if (fd < 0 && (errno == ENOENT || errno == EACCES || errno == EPERM))
		return 0;
	if (fd < 0)
		return reeve_fail_errno(err, "cannot read '%s'", path);
	if (reeve_whole_read_fd(&whole, fd, path, FILE_BYTES, err) < 0)
		goto out;
	r->text = reeve_arena_strndup(r->arena, (const char *)whole.bytes, whole.size);
	if (r->text == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	/* A NUL would end the text: what is behind it is not seen by libc either, line by line. */
	for (size_t i = 0; i < whole.size; i++)
		if (r->text[i] == '\0')
			r->text[i] = ' ';
	result = 1;
out:
	if (whole.bytes != NULL)
		explicit_bzero(whole.bytes, whole.size);
	reeve_whole_dispose(&whole);
	close(fd);
	return result;
}

/* Cut the next line that may be an account into its fields. */
static bool next_line(struct reader *r)
{
	while (r->text[0] != '\0') {
		char *line = r->text, *end = strchrnul(line, '\n');

		r->text = *end == '\0' ? end : end + 1;
		*end = '\0';
		r->line++;
		line += strspn(line, " \t");
		if (line[0] == '\0' || line[0] == '#' || line[0] == '+' || line[0] == '-')
			continue;
		r->count = 0;
		for (char *at = line; at != NULL; r->count++) {
			char *field = strsep(&at, ":");

			if (r->count < MOST_FIELDS)
				r->fields[r->count] = field;
		}
		return true;
	}
	return false;
}

/* Room for one more of `size` bytes; the rows move, so no pointers to them before all is read. */
static void *add_row(struct reader *r, void *list, size_t *count, size_t *room, size_t size)
{
	void **rows = list;

	if (*count == *room) {
		size_t more = *room * 2 + 64;
		void *grown = reeve_arena_alloc(r->arena, more * size);

		if (grown == NULL)
			return NULL;
		if (*count > 0)
			memcpy(grown, *rows, *count * size);
		*rows = grown;
		*room = more;
	}
	return (char *)*rows + (*count)++ * size;
}

static int add_fault(struct reader *r, const char *text, struct reeve_error *err)
{
	struct reeve_accounts *accounts = r->accounts;
	struct reeve_account_fault *fault =
		add_row(r, &accounts->faults, &accounts->fault_count, &accounts->fault_room,
	                sizeof *fault);

	if (fault == NULL)
		return reeve_fail_nomem(err);
	*fault = (struct reeve_account_fault){r->path, text, r->line};
	return 0;
}

static bool read_id(const char *text, uint32_t *id_r)
{
	uint64_t id;

	/* The largest is (uid_t)-1, which means "nobody" to system calls. */
	if (!reeve_digits(text, strlen(text), UINT32_MAX - 1, &id))
		return false;
	*id_r = (uint32_t)id;
	return true;
}

/* ---- the files ------------------------------------------------------------------------------ */

static int read_passwd(struct reader *r, struct reeve_error *err)
{
	struct reeve_accounts *accounts = r->accounts;
	size_t room = 0;

	while (next_line(r)) {
		struct reeve_account *row;
		uint32_t uid, gid;

		if (r->count != 7 || r->fields[0][0] == '\0' || !read_id(r->fields[2], &uid) ||
		    !read_id(r->fields[3], &gid)) {
			if (add_fault(r, "this line is no account to passwd(5)", err) < 0)
				return -1;
			continue;
		}
		row = add_row(r, &accounts->rows, &accounts->count, &room, sizeof *row);
		if (row == NULL)
			return reeve_fail_nomem(err);
		*row = (struct reeve_account){
			.name = r->fields[0],
			.gecos = r->fields[4],
			.home = r->fields[5],
			.shell = r->fields[6],
			.uid = uid,
			.gid = gid,
			.line = r->line,
			.expires_day = -1,
			.is_shadowed = strcmp(r->fields[1], "x") == 0,
		};
		if (!row->is_shadowed)
			row->hash = r->fields[1];
	}
	return 0;
}

static int read_shadow(struct reader *r, struct reeve_error *err)
{
	while (next_line(r)) {
		struct reeve_account *row;
		uint64_t day;

		if (r->count != 9 || r->fields[0][0] == '\0') {
			if (add_fault(r, "this line is no entry to shadow(5)", err) < 0)
				return -1;
			continue;
		}
		row = reeve_accounts_find(r->accounts, r->fields[0]);
		if (row == NULL || row->has_shadow)
			continue;
		row->has_shadow = true;
		row->shadow_line = r->line;
		if (row->is_shadowed)
			row->hash = r->fields[1];
		if (reeve_digits(r->fields[7], strlen(r->fields[7]), INT64_MAX, &day))
			row->expires_day = (int64_t)day;
	}
	return 0;
}

/* Cut "ann,bob" at its commas. */
static int read_members(struct reader *r, struct reeve_account_group *group, char *text,
                        struct reeve_error *err)
{
	size_t most = 1;
	const char **members;

	for (const char *p = text; *p != '\0'; p++)
		most += *p == ',';
	members = reeve_arena_alloc(r->arena, most * sizeof *members);
	if (members == NULL)
		return reeve_fail_nomem(err);
	group->members = members;
	while (text != NULL) {
		const char *member = strsep(&text, ",");

		if (member[0] != '\0')
			members[group->member_count++] = member;
	}
	return 0;
}

static int read_group(struct reader *r, struct reeve_error *err)
{
	struct reeve_accounts *accounts = r->accounts;
	size_t room = 0;

	while (next_line(r)) {
		struct reeve_account_group *row;
		uint32_t gid;

		if (r->count != 4 || r->fields[0][0] == '\0' || !read_id(r->fields[2], &gid)) {
			if (add_fault(r, "this line is no group to group(5)", err) < 0)
				return -1;
			continue;
		}
		row = add_row(r, &accounts->groups, &accounts->group_count, &room, sizeof *row);
		if (row == NULL)
			return reeve_fail_nomem(err);
		*row = (struct reeve_account_group){
			.name = r->fields[0], .gid = gid, .line = r->line};
		if (read_members(r, row, r->fields[3], err) < 0)
			return -1;
	}
	return 0;
}

/* ---- order ---------------------------------------------------------------------------------- */

static int compare_lines(const struct reeve_account *a, const struct reeve_account *b)
{
	return (a->line > b->line) - (a->line < b->line);
}

static int by_name(const void *left, const void *right)
{
	const struct reeve_account *a = *(struct reeve_account *const *)left;
	const struct reeve_account *b = *(struct reeve_account *const *)right;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : compare_lines(a, b);
}

static int by_uid(const void *left, const void *right)
{
	const struct reeve_account *a = *(struct reeve_account *const *)left;
	const struct reeve_account *b = *(struct reeve_account *const *)right;

	return a->uid != b->uid ? (a->uid > b->uid) - (a->uid < b->uid) : compare_lines(a, b);
}

static int sort(struct reader *r, struct reeve_error *err)
{
	struct reeve_accounts *accounts = r->accounts;
	size_t n = accounts->count;

	accounts->by_name = reeve_arena_alloc(r->arena, (n + 1) * sizeof(struct reeve_account *));
	accounts->by_uid = reeve_arena_alloc(r->arena, (n + 1) * sizeof(struct reeve_account *));
	if (accounts->by_name == NULL || accounts->by_uid == NULL)
		return reeve_fail_nomem(err);
	for (size_t i = 0; i < n; i++)
		accounts->by_name[i] = accounts->by_uid[i] = &accounts->rows[i];
	qsort(accounts->by_name, n, sizeof(struct reeve_account *), by_name);
	qsort(accounts->by_uid, n, sizeof(struct reeve_account *), by_uid);
	for (size_t i = 1; i < n; i++)
		if (strcmp(accounts->by_name[i]->name, accounts->by_name[i - 1]->name) == 0)
			accounts->by_name[i]->is_double = true;
	return 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

struct reeve_account *reeve_accounts_find(const struct reeve_accounts *accounts, const char *name)
{
	size_t low = 0, high = accounts->count;

	/* The first that is not before the name. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(accounts->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == accounts->count || strcmp(accounts->by_name[low]->name, name) != 0)
		return NULL;
	return accounts->by_name[low];
}

struct reeve_account *reeve_accounts_uid(const struct reeve_accounts *accounts, uint32_t uid)
{
	size_t low = 0, high = accounts->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (accounts->by_uid[middle]->uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < accounts->count && accounts->by_uid[low]->uid == uid ? accounts->by_uid[low]
	                                                                  : NULL;
}

const struct reeve_account_group *reeve_accounts_group(const struct reeve_accounts *accounts,
                                                       const char *name)
{
	for (size_t i = 0; i < accounts->group_count; i++)
		if (strcmp(accounts->groups[i].name, name) == 0)
			return &accounts->groups[i];
	return NULL;
}

const struct reeve_account_group *reeve_accounts_gid(const struct reeve_accounts *accounts,
                                                     uint32_t gid)
{
	for (size_t i = 0; i < accounts->group_count; i++)
		if (accounts->groups[i].gid == gid)
			return &accounts->groups[i];
	return NULL;
}

bool reeve_account_group_has(const struct reeve_account_group *group, const char *name)
{
	for (size_t i = 0; i < group->member_count; i++)
		if (strcmp(group->members[i], name) == 0)
			return true;
	return false;
}

bool reeve_account_may_log_in(const char *shell)
{
	const char *slash = strrchr(shell, '/');
	const char *name = slash == NULL ? shell : slash + 1;

	return strcmp(name, "nologin") != 0 && strcmp(name, "false") != 0;
}

int reeve_accounts_read_before(struct reeve_accounts *accounts, const char *root,
                               struct reeve_arena *arena, struct reeve_error *err)
{
	char nothing[] = "";
	struct reader r = {.accounts = accounts, .arena = arena, .text = nothing};
	const char *path = reeve_arena_format(arena, "%s/etc/passwd-", root);
	int found;

	*accounts = (struct reeve_accounts){0};
	if (path == NULL)
		return reeve_fail_nomem(err);
	found = open_file(&r, root, path, err);
	if (found < 0 || (found > 0 && read_passwd(&r, err) < 0))
		return -1;
	return sort(&r, err);
}

int reeve_accounts_read(struct reeve_accounts *accounts, const char *root,
                        struct reeve_arena *arena, struct reeve_error *err)
{
	char nothing[] = "";
	struct reader r = {.accounts = accounts, .arena = arena, .text = nothing};
	const char *paths[3] = {"passwd", "shadow", "group"};
	int found;

	*accounts = (struct reeve_accounts){0};
	for (size_t i = 0; i < 3; i++) {
		paths[i] = reeve_arena_format(arena, "%s/etc/%s", root, paths[i]);
		if (paths[i] == NULL)
			return reeve_fail_nomem(err);
	}
	accounts->passwd_path = paths[0];
	accounts->shadow_path = paths[1];
	accounts->group_path = paths[2];

	found = open_file(&r, root, paths[0], err);
	if (found == 0)
		return reeve_fail_errno(err, "cannot read '%s'", paths[0]);
	if (found < 0 || read_passwd(&r, err) < 0 || sort(&r, err) < 0)
		return -1;
	found = open_file(&r, root, paths[1], err);
	if (found < 0 || (found > 0 && read_shadow(&r, err) < 0))
		return -1;
	accounts->has_shadow = found > 0;
	found = open_file(&r, root, paths[2], err);
	if (found < 0 || (found > 0 && read_group(&r, err) < 0))
		return -1;
	accounts->mail = reeve_accounts_group(accounts, "mail");
	return 0;
}
