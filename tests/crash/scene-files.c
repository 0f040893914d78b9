/* SPDX-License-Identifier: MIT */
/* The files of a scene: see scene.h. */
#include "scene-core.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[SCENE_FILES] = {"etc/dovecot/dovecot.conf", "etc/postfix/main.cf"};
static const mode_t modes[SCENE_FILES] = {0640, 0644};

_Noreturn void scene_die(const char *what)
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
		scene_die(s->dir);
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
		scene_die(path);
	s->state = mmap(NULL, sizeof *s->state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s->state == MAP_FAILED)
		scene_die(path);
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
		scene_die(path);
}

bool scene_has(const struct scene *s, int i, enum scene_side side)
{
	enum scene_deed deed = s->row->deeds[i];

	return !(deed == SCENE_MADE && side == SCENE_OLD) &&
	       !(deed == SCENE_REMOVED && side == SCENE_NEW);
}

/* Who is given it is another one only if root gives. Neither mode has all bits of the other. */
struct reeve_rights scene_rights(const struct scene *s, int i, enum scene_side side)
{
	struct reeve_rights rights = {geteuid(), getegid(), modes[i]};

	if (s->row->deeds[i] == SCENE_GIVEN && side == SCENE_NEW) {
		rights.uid = geteuid() == 0 ? 1234 : geteuid();
		rights.gid = geteuid() == 0 ? 8 : getegid();
		rights.mode = 0602;
	}
	return rights;
}

static const struct bytes *bytes_of(const struct scene *s, int i, enum scene_side side)
{
	return &s->sides[i][s->row->deeds[i] == SCENE_GIVEN ? SCENE_OLD : side];
}

void scene_put(const struct scene *s, int i, enum scene_side side)
{
	const struct bytes *b = bytes_of(s, i, side);
	struct reeve_rights rights = scene_rights(s, i, side);

	if (!scene_has(s, i, side)) {
		unlink(s->path[i]);
		return;
	}
	int fd = open(s->path[i], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, b->at, b->n) != (ssize_t)b->n ||
	    fchown(fd, rights.uid, rights.gid) != 0 || fchmod(fd, rights.mode) != 0)
		scene_die(s->path[i]);
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
		scene_put(s, i, SCENE_OLD);
	return s->row->prepare == NULL || s->row->prepare(s);
}

struct bytes scene_read(const char *path)
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

/* ---- looking ------------------------------------------------------------------------------ */

static bool has_rights(const struct stat *st, const struct reeve_rights *rights)
{
	return st->st_uid == rights->uid && st->st_gid == rights->gid &&
	       (st->st_mode & 07777) == rights->mode;
}

/* Between: what both owners may do, and one of them has it. */
static enum scene_side side_of_rights(const struct scene *s, int i, const struct stat *st)
{
	struct reeve_rights old = scene_rights(s, i, SCENE_OLD),
			    new = scene_rights(s, i, SCENE_NEW);
	struct reeve_rights half[2] = {old, new};

	if (has_rights(st, &old))
		return SCENE_OLD;
	if (has_rights(st, &new))
		return SCENE_NEW;
	for (int k = 0; k < 2; k++) {
		half[k].mode = old.mode & new.mode;
		if (has_rights(st, &half[k]))
			return SCENE_MID;
	}
	return SCENE_OTHER;
}

enum scene_side scene_file(const struct scene *s, int i)
{
	struct bytes is = {0};
	enum scene_side side = SCENE_OTHER;
	struct stat st;
	bool is_there = lstat(s->path[i], &st) == 0;

	if (is_there)
		is = scene_read(s->path[i]);
	for (int k = SCENE_OLD; k <= SCENE_MID; k++) {
		bool has = scene_has(s, i, (enum scene_side)k);
		if (has == is_there &&
		    (!has || bytes_equal(&is, bytes_of(s, i, (enum scene_side)k))))
			side = (enum scene_side)k;
	}
	if (side != SCENE_OTHER && s->row->deeds[i] == SCENE_GIVEN)
		side = side_of_rights(s, i, &st);
	bytes_free(&is);
	return side;
}

bool scene_is_file(const char *path)
{
	for (int i = 0; i < SCENE_FILES; i++) {
		size_t n = strlen(path), m = strlen(names[i]);
		if (n > m && path[n - m - 1] == '/' && strcmp(path + n - m, names[i]) == 0)
			return true;
	}
	return false;
}

enum scene_side scene_side(const struct scene *s)
{
	enum scene_side first = scene_file(s, 0);

	if (first == SCENE_MID && !s->row->has_mid)
		return SCENE_OTHER;

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

static const struct scene *looked_at; /* nftw() hands nothing on */

static int look(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *base = path + ftw->base;

	(void)type;
	if (strncmp(base, ".reeve", 6) == 0 || strcmp(base, "stage") == 0)
		snprintf(litter, sizeof litter, "'%s' is left", base);
	for (int i = 0; i < SCENE_FILES; i++)
		if (strcmp(base, strrchr(names[i], '/') + 1) == 0 &&
		    looked_at->row->deeds[i] != SCENE_GIVEN && (st->st_mode & 07777) != modes[i])
			snprintf(litter, sizeof litter, "'%s' has mode %o", base,
			         st->st_mode & 07777);
	return 0;
}

const char *scene_litter(const struct scene *s)
{
	litter[0] = '\0';
	looked_at = s;
	nftw(s->root, look, 8, FTW_PHYS);
	return litter[0] != '\0' ? litter : NULL;
}
