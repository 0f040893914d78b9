/* SPDX-License-Identifier: MIT */
/* The choice of mailboxes that the tools share. */
#include "boxes.h"

#include "option.h"
#include "tool.h"
#include <errno.h>
#include <mailreeve/mbox.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	KEY_USER = 0x100,
	KEY_ALL_USERS,
	KEY_ORPHANS,
	KEY_ROOT,
};

static const struct argp_option options[] = {
	{"user", KEY_USER, "NAME", 0, "the mailbox of user NAME; can be given several times", 0},
	{"all-users", KEY_ALL_USERS, NULL, 0, "every mailbox in MAIL_DIR of login.defs(5)", 0},
	{"orphans", KEY_ORPHANS, NULL, 0, "with --all-users: also boxes whose user is gone", 0},
	{"root", KEY_ROOT, "DIR", 0, "every file is inside DIR: mailboxes, users, journals", 0},
	{0},
};

/* One run of boxes_each(). */
struct walk {
	struct boxes *boxes;
	const struct reeve_talk *talk;
	boxes_fn *fn;
	void *user;
	bool is_over;
};

/* ---- options ------------------------------------------------------------------------------- */

static void *grow(void *array, size_t count, size_t size)
{
	void *grown = reallocarray(array, count + 1, size);

	if (grown == NULL) {
		tool_error("out of memory");
		exit(TOOL_FAILED);
	}
	return grown;
}

static void add_name(char ***names, size_t *count, char *name)
{
	*names = grow(*names, *count, sizeof **names);
	(*names)[(*count)++] = name;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct boxes *boxes = state->input;

	switch (key) {
	case KEY_USER:
		add_name(&boxes->users, &boxes->user_count, arg);
		return 0;
	case KEY_ALL_USERS:
		boxes->all_users = true;
		return 0;
	case KEY_ORPHANS:
		boxes->orphans = true;
		return 0;
	case KEY_ROOT:
		/* A script's variable that is not set must not mean the machine we run on. */
		if (arg[0] == '\0')
			tool_usage("--root: no folder is named");
		boxes->root = arg;
		for (size_t n = strlen(arg); n > 0 && arg[n - 1] == '/';)
			arg[--n] = '\0';
		if (arg[0] == '\0')
			boxes->root = NULL;
		return 0;
	case ARGP_KEY_ARG:
		add_name(&boxes->files, &boxes->file_count, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp boxes_argp = {.options = options, .parser = parse};

void boxes_check(const struct boxes *boxes, bool may_be_empty)
{
	struct stat st;

	if (boxes->orphans && !boxes->all_users)
		tool_usage("--orphans needs --all-users");
	if (boxes->file_count == 0 && boxes->user_count == 0 && !boxes->all_users && !may_be_empty)
		tool_usage("no mailbox: name a FILE, or use --user or --all-users");
	if (boxes->root == NULL)
		return;
	/* A mistyped root would look like one where nothing is to be done. */
	if (stat(boxes->root, &st) != 0 || !S_ISDIR(st.st_mode))
		tool_usage("--root: '%s' is not a folder", boxes->root);
}

/* ---- walking ------------------------------------------------------------------------------- */

/* Whether the box has its turn for the first time. What cannot be looked at has none before. */
static bool is_first_time(struct boxes *boxes, const struct stat *st)
{
	for (size_t i = 0; i < boxes->seen_count; i++)
		if (boxes->seen[i].dev == st->st_dev && boxes->seen[i].ino == st->st_ino)
			return false;
	boxes->seen = grow(boxes->seen, boxes->seen_count, sizeof boxes->seen[0]);
	boxes->seen[boxes->seen_count].dev = st->st_dev;
	boxes->seen[boxes->seen_count++].ino = st->st_ino;
	return true;
}

static void visit(struct walk *walk, const char *path, const char *user, bool may_be_missing)
{
	struct boxes_box box = {.path = path, .user = user};
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT && may_be_missing)
			return;
	} else if (!is_first_time(walk->boxes, &st)) {
		return;
	}
	walk->is_over = !walk->fn(walk->user, &box);
}

static void visit_error(struct walk *walk, const char *user, const struct reeve_error *err)
{
	struct boxes_box box = {.user = user, .err = err};

	walk->is_over = !walk->fn(walk->user, &box);
}

static void visit_file(struct walk *walk, const char *file)
{
	struct reeve_error err = {.code = REEVE_ENOMEM, .text = "out of memory"};
	char *path = option_in_root(walk->boxes->root, file);

	if (path != NULL)
		visit(walk, path, NULL, false);
	else
		visit_error(walk, NULL, &err);
	free(path);
}

static void visit_user(struct walk *walk, const char *name)
{
	struct reeve_error err;
	char *path = reeve_spool_user(walk->boxes->root, name, &err);

	if (path != NULL)
		visit(walk, path, name, true);
	else
		visit_error(walk, name, &err);
	free(path);
}

static void visit_spool(struct walk *walk)
{
	struct reeve_error err;
	struct reeve_spool *spool;
	struct reeve_box box;
	int more = -1;

	spool = reeve_spool_open(walk->boxes->root, walk->talk, &err);
	if (spool != NULL)
		while (!walk->is_over && (more = reeve_spool_next(spool, &box, &err)) > 0) {
			if (box.user != NULL || walk->boxes->orphans) {
				visit(walk, box.path, box.user, true);
				continue;
			}
			struct reeve_diag diag = {
				.severity = REEVE_WARNING,
				.file = box.path,
				.text = "no such user; left alone without --orphans",
			};
			walk->talk->diag(walk->talk->user, &diag);
		}
	if (more < 0)
		visit_error(walk, NULL, &err);
	reeve_spool_close(spool);
}

struct paths {
	char **list;
	size_t count;
};

static int collect(void *user, const char *path)
{
	struct paths *paths = user;
	char *copy = strdup(path);

	if (copy == NULL)
		return -2;
	add_name(&paths->list, &paths->count, copy);
	return 0;
}

/* A mailbox may be gone, by hand or by name; its journal is not ours to judge. */
static void visit_path_of_journal(struct walk *walk, const char *path)
{
	struct reeve_error err = {.code = REEVE_EIO};
	struct stat st;

	if (lstat(path, &st) == 0 || errno != ENOENT) {
		visit(walk, path, NULL, false);
		return;
	}
	snprintf(err.text, sizeof err.text,
	         "a journal waits for '%.900s', which is gone; "
	         "see Crashes in reeve-prune(1)",
	         path);
	visit_error(walk, NULL, &err);
}

/* The list is taken first, for finishing a box removes its journal from what is being listed. */
static void visit_pending(struct walk *walk)
{
	struct reeve_error err = {.code = REEVE_ENOMEM, .text = "out of memory"};
	struct paths paths = {0};

	if (reeve_mbox_pending(walk->boxes->root, collect, &paths, &err) != 0)
		visit_error(walk, NULL, &err);
	for (size_t i = 0; i < paths.count; i++) {
		if (!walk->is_over)
			visit_path_of_journal(walk, paths.list[i]);
		free(paths.list[i]);
	}
	free(paths.list);
}

void boxes_each(struct boxes *boxes, const struct reeve_talk *talk, boxes_fn *fn, void *user)
{
	struct walk walk = {.boxes = boxes, .talk = talk, .fn = fn, .user = user};

	for (size_t i = 0; i < boxes->file_count && !walk.is_over; i++)
		visit_file(&walk, boxes->files[i]);
	for (size_t i = 0; i < boxes->user_count && !walk.is_over; i++)
		visit_user(&walk, boxes->users[i]);
	if (boxes->all_users && !walk.is_over)
		visit_spool(&walk);
	if (boxes->pending && !walk.is_over)
		visit_pending(&walk);
}

void boxes_dispose(struct boxes *boxes)
{
	free(boxes->files);
	free(boxes->users);
	free(boxes->seen);
}
