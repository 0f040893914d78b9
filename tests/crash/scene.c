/* SPDX-License-Identifier: MIT */
/* Scenes: see scene.h. */
#include "scene.h"

#include <mailreeve/plan.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[SCENE_FILES] = {"etc/dovecot/dovecot.conf", "etc/postfix/main.cf"};
static const mode_t modes[SCENE_FILES] = {0640, 0644};

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* ---- the root ----------------------------------------------------------------------------- */

/* Some sectors long, so that a file can be torn; no two of its lines are the same. */
static struct bytes make_side(int file, const char *word, int lines)
{
	struct bytes b = {0};
	char line[80];

	for (int i = 0; i < lines; i++) {
		int n = snprintf(line, sizeof line, "setting_%d_of_%d = %s\n", i, file, word);
		bytes_add(&b, line, (size_t)n);
	}
	return b;
}

void scene_open(struct scene *s, const struct scene_row *row)
{
	const char *tmp = getenv("TMPDIR");
	char path[100];

	*s = (struct scene){.row = row};
	umask(022);
	if (tmp == NULL || strlen(tmp) > 40)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(s->dir, sizeof s->dir, "%s/reeve-plans-XXXXXX", tmp);
	if (mkdtemp(s->dir) == NULL)
		die(s->dir);
	snprintf(s->root, sizeof s->root, "%s/root", s->dir);
	for (int i = 0; i < SCENE_FILES; i++) {
		snprintf(s->path[i], sizeof s->path[i], "%s/%s", s->root, names[i]);
		s->sides[i][SCENE_OLD] = make_side(i, "old", 60 - 20 * i);
		s->sides[i][SCENE_NEW] = make_side(i, "new and longer", 60);
		s->sides[i][SCENE_MID] = make_side(i, "mid", 50);
	}
	snprintf(path, sizeof path, "%s/state", s->dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *s->state) != 0)
		die(path);
	s->state = mmap(NULL, sizeof *s->state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s->state == MAP_FAILED)
		die(path);
	close(fd);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void scene_close(struct scene *s)
{
	nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	munmap(s->state, sizeof *s->state);
	for (int i = 0; i < SCENE_FILES; i++)
		for (int side = SCENE_OLD; side <= SCENE_MID; side++)
			bytes_free(&s->sides[i][side]);
}

static void make_folder(const struct scene *s, const char *name)
{
	char path[120];

	snprintf(path, sizeof path, "%s/%s", s->root, name);
	if (mkdir(path, 0755) != 0)
		die(path);
}

static void write_file(const struct scene *s, int i, enum scene_side side)
{
	const struct bytes *b = &s->sides[i][side];
	int fd = open(s->path[i], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, b->at, b->n) != (ssize_t)b->n || fchmod(fd, modes[i]) != 0)
		die(s->path[i]);
	close(fd);
}

void scene_clear(struct scene *s)
{
	nftw(s->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

bool scene_reset(struct scene *s)
{
	static const char *const folders[] = {"",    "etc",    "etc/dovecot", "etc/postfix",
	                                      "var", "var/lib"};

	scene_clear(s);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
		make_folder(s, folders[i]);
	for (int i = 0; i < SCENE_FILES; i++)
		write_file(s, i, SCENE_OLD);
	return s->row->prepare == NULL || s->row->prepare(s);
}

static struct bytes read_file(const char *path)
{
	struct bytes b = {0};
	char buf[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, buf, sizeof buf)) > 0)
		bytes_add(&b, buf, (size_t)n);
	if (fd >= 0)
		close(fd);
	return b;
}

/* ---- acts --------------------------------------------------------------------------------- */

static struct reeve_plan_how how(const struct scene *s)
{
	return (struct reeve_plan_how){.root = s->root, .what = "a test"};
}

static bool carry_out(struct reeve_plan *plan, struct reeve_error *err)
{
	struct reeve_plan_result result;
	bool ok = plan != NULL && reeve_plan_apply(plan, &result, err) == 0;

	reeve_plan_free(plan);
	return ok;
}

static bool complain(bool ok, const struct reeve_error *err)
{
	if (!ok)
		fprintf(stderr, "%s\n", err->text);
	return ok;
}

static const enum scene_side all_old[] = {SCENE_OLD, SCENE_OLD}, all_new[] = {SCENE_NEW, SCENE_NEW};

/* Files 0 to count - 1 change. */
static bool change(struct scene *s, int count, const enum scene_side *from,
                   const enum scene_side *to)
{
	struct reeve_plan_how h = how(s);
	struct reeve_error err = {0};
	struct reeve_plan *plan = reeve_plan_begin(&h, &err);

	for (int i = 0; plan != NULL && i < count; i++) {
		const struct bytes *old = &s->sides[i][from[i]], *new = &s->sides[i][to[i]];
		reeve_plan_replace(plan, s->path[i], old->at, old->n, new->at, new->n);
	}
	return complain(carry_out(plan, &err), &err);
}

static bool change_one(struct scene *s)
{
	return change(s, 1, all_old, all_new);
}

static bool change_two(struct scene *s)
{
	return change(s, 2, all_old, all_new);
}

static bool change_back(struct scene *s)
{
	return change(s, 2, all_new, all_old);
}

/*
 * The second puts one of the first one's files back: without the note that the first is done it
 * would look broken off. So would the second after the third.
 */
static bool change_thrice(struct scene *s)
{
	return change(s, 2, (enum scene_side[]){SCENE_OLD, SCENE_OLD},
	              (enum scene_side[]){SCENE_MID, SCENE_MID}) &&
	       change(s, 1, (enum scene_side[]){SCENE_MID}, (enum scene_side[]){SCENE_OLD}) &&
	       change(s, 2, (enum scene_side[]){SCENE_OLD, SCENE_MID},
	              (enum scene_side[]){SCENE_NEW, SCENE_NEW});
}

static bool scene_undo(struct scene *s, struct reeve_error *err)
{
	struct reeve_plan_how h = how(s);

	return carry_out(reeve_plan_undo(&h, NULL, err), err);
}

static bool undo(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_undo(s, &err), &err);
}

bool scene_decide(struct scene *s, enum scene_side way, struct reeve_error *err)
{
	struct reeve_plan_how h = how(s);

	return carry_out(way == SCENE_OLD ? reeve_plan_undo(&h, NULL, err)
	                                  : reeve_plan_finish(&h, NULL, err),
	                 err);
}

/* A change of two files that was killed between them: the act before, at the call that does it. */
static bool break_off(struct scene *s)
{
	static uint32_t at; /* found once for all, it is the same each time */

	for (uint32_t i = at > 0 ? at : 1; i < 200; i++) {
		const struct scene_row two = {.name = "broken off", .files = 2, .act = change_two};
		const struct scene_row *row = s->row;
		struct scene_order order = {.deed = "kill-before", .at = i};

		s->row = &two;
		scene_reset(s);
		scene_run(s, &order);
		bool mixed = scene_file(s, 0) == SCENE_NEW && scene_file(s, 1) == SCENE_OLD;
		s->row = row;
		at = i;
		if (mixed)
			return true;
	}
	return false;
}

static bool go_back(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_decide(s, SCENE_OLD, &err), &err);
}

static bool go_on(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_decide(s, SCENE_NEW, &err), &err);
}

/* Old is what a file is before the act: an undo's files are new then. */
static bool prepare_undo(struct scene *s)
{
	for (int i = 0; i < SCENE_FILES; i++)
		write_file(s, i, SCENE_NEW);
	return change_back(s);
}

const struct scene_row scene_rows[] = {
	{"one", 1, false, false, false, NULL, change_one},
	{"two", 2, false, false, false, NULL, change_two},
	{"thrice", 2, false, false, true, NULL, change_thrice},
	{"undo", 2, false, false, false, prepare_undo, undo},
	{"fails", 2, true, false, false, NULL, change_two},
	{"back", 2, false, true, false, break_off, go_back},
	{"finish", 2, false, true, false, break_off, go_on},
};
const int scene_row_count = (int)(sizeof scene_rows / sizeof scene_rows[0]);

/* ---- running ------------------------------------------------------------------------------ */

static _Noreturn void become(struct scene *s, const struct scene_order *order)
{
	char value[120];

	snprintf(value, sizeof value, "%s/out", s->dir);
	int fd = open(value, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || dup2(fd, 2) < 0)
		_exit(98);
	alarm(20);
	setenv("CRASH_UNDER", s->root, 1);
	snprintf(value, sizeof value, "%s/state", s->dir);
	setenv("CRASH_STATE", value, 1);
	snprintf(value, sizeof value, "%u", order->at);
	setenv("CRASH_AT", value, 1);
	setenv("CRASH_DO", order->deed != NULL ? order->deed : "nothing", 1);
	setenv("CRASH_TO", "all", 1);
	if (order->log != NULL)
		setenv("CRASH_LOG", order->log, 1);
	crash_start();
	bool ok = s->row->act(s);
	fflush(stderr);
	_exit(ok ? 0 : 1);
}

int scene_run(struct scene *s, const struct scene_order *order)
{
	int status = -1;

	*s->state = (struct crash_state){0};
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		become(s, order);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

const char *scene_words(struct scene *s)
{
	static char text[2000];
	char path[100];

	snprintf(path, sizeof path, "%s/out", s->dir);
	struct bytes b = read_file(path);
	snprintf(text, sizeof text, "%.*s", (int)b.n, b.n > 0 ? b.at : "");
	bytes_free(&b);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

/* ---- looking ------------------------------------------------------------------------------ */

enum scene_side scene_file(const struct scene *s, int i)
{
	struct bytes is = read_file(s->path[i]);
	enum scene_side side = SCENE_OTHER;

	for (int k = SCENE_OLD; k <= SCENE_MID; k++)
		if (bytes_equal(&is, &s->sides[i][k]))
			side = (enum scene_side)k;
	bytes_free(&is);
	return side;
}

enum scene_side scene_side(const struct scene *s)
{
	enum scene_side first = scene_file(s, 0);

	/* Between the second and the third change. */
	if (s->row->has_mid && first == SCENE_OLD && scene_file(s, 1) == SCENE_MID)
		return SCENE_MID;
	for (int i = 1; i < SCENE_FILES; i++) {
		enum scene_side side = scene_file(s, i);
		if (i < s->row->files ? side != first : side != SCENE_OLD)
			return SCENE_OTHER;
	}
	return first;
}

static char litter[200];

static int look(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *base = path + ftw->base;

	(void)type;
	if (strncmp(base, ".reeve", 6) == 0 || strcmp(base, "stage") == 0)
		snprintf(litter, sizeof litter, "'%s' is left", base);
	for (int i = 0; i < SCENE_FILES; i++)
		if (strcmp(base, strrchr(names[i], '/') + 1) == 0 &&
		    (st->st_mode & 07777) != modes[i])
			snprintf(litter, sizeof litter, "'%s' has mode %o", base,
			         st->st_mode & 07777);
	return 0;
}

const char *scene_litter(const struct scene *s)
{
	litter[0] = '\0';
	nftw(s->root, look, 8, FTW_PHYS);
	return litter[0] != '\0' ? litter : NULL;
}

int scene_next(struct scene *s, struct reeve_error *err)
{
	struct reeve_plan_how h = how(s);
	struct reeve_plan *plan = reeve_plan_begin(&h, err);

	reeve_plan_free(plan);
	if (plan != NULL)
		return 1;
	if (err->code != REEVE_EREFUSED || strstr(err->text, "was broken off") == NULL)
		return -1;
	/* Only the last change can have been. */
	struct reeve_change last = {0};
	struct reeve_changes *changes = reeve_changes_open(&h, err);
	bool is_last = changes != NULL && reeve_changes_next(changes, &last, err) > 0 &&
	               last.state == REEVE_CHANGE_BROKEN_OFF;
	reeve_changes_close(changes);
	return is_last ? 0 : -1;
}

bool scene_settle(struct scene *s)
{
	struct reeve_error err = {0};

	return complain(scene_next(s, &err) >= 0, &err);
}

/* Where a person gets who goes one way. */
enum scene_side scene_after(const struct scene *s, enum scene_side way)
{
	return !s->row->has_mid ? way : scene_side(s) == SCENE_OTHER ? SCENE_NEW : scene_side(s);
}

/* What is done can be undone; of an undo that says nothing new. */
bool scene_can_be_undone(struct scene *s, struct reeve_error *err)
{
	if (strcmp(s->row->name, "undo") == 0 || scene_side(s) != SCENE_NEW)
		return true;
	for (int i = 0; i < 3 && scene_side(s) != SCENE_OLD; i++)
		if (!scene_undo(s, err))
			return false;
	return scene_side(s) == SCENE_OLD;
}
