/* SPDX-License-Identifier: MIT */
/* The power fails in a scene: see power.h. */
#include "power.h"

#include "choices.h"
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN 5

const struct power_sync power_syncs[] = {
#define SYNC(name, word, what) {word, what},
	SYNCS(SYNC)
#undef SYNC
};

struct outage {
	struct scene s;
	struct disk_log log;
	enum power_sync_kind *syncs; /* of each operation */
	struct choices choices;
	size_t begin;
	const char *what;
	enum scene_side ends; /* what the act ended with; SCENE_OTHER: nothing is promised */
	unsigned int tried, failed;
	bool stop_at_failure;
	const struct power_how *how;
};

static const char *base_of(const char *path)
{
	return strrchr(path, '/') + 1;
}

static bool is_in(const char *path, const char *folder)
{
	return strstr(path, folder) != NULL;
}

/* Which promise the i-th operation makes. */
static enum power_sync_kind name_sync(const struct disk_log *log, size_t i)
{
	const struct disk_op *op = &log->ops[i];
	const char *path = op->path;

	if (op->rec.op != CRASH_OP_SYNC && op->rec.op != CRASH_OP_DATASYNC)
		return SYNC_NONE;
	if (strncmp(base_of(path), ".reeve-", 7) == 0)
		return SYNC_BESIDE;
	if (is_in(path, "/mailreeve/undo/")) {
		const char *base = base_of(path);
		if (strcmp(base, "manifest") == 0)
			return SYNC_MANIFEST;
		if (strstr(base, ".old") != NULL || strstr(base, ".new") != NULL)
			return SYNC_BACKUP;
		/* The folder: what was last made in it? */
		for (size_t k = i; k-- > 0;)
			if (log->ops[k].rec.op == CRASH_OP_CREATE &&
			    strncmp(log->ops[k].path, path, strlen(path)) == 0)
				return strcmp(base_of(log->ops[k].path), "manifest") == 0
				               ? SYNC_RECORD
				               : SYNC_NOTE;
		return SYNC_OTHER;
	}
	if (scene_is_file(path)) {
		for (size_t k = i; k-- > 0;)
			if (strcmp(log->ops[k].path, path) == 0)
				return log->ops[k].rec.op == CRASH_OP_RIGHTS &&
				                       log->ops[k].rec.pid == op->rec.pid
				               ? SYNC_RIGHTS
				               : SYNC_FOUND;
		return SYNC_FOUND;
	}
	if (is_in(path, "/etc/")) {
		for (size_t k = i; k-- > 0;) {
			const struct disk_op *before = &log->ops[k];
			if (strncmp(before->path, path, strlen(path)) != 0)
				continue;
			if (before->rec.op == CRASH_OP_RENAME)
				return SYNC_FOLDER;
			if (before->rec.op == CRASH_OP_UNLINK)
				return scene_is_file(before->path) ? SYNC_GONE : SYNC_SWEPT;
		}
		return SYNC_SWEPT;
	}
	/* A folder above: the last one that was made is "undo" itself, or it is older. */
	for (size_t k = i; k-- > 0;)
		if (log->ops[k].rec.op == CRASH_OP_CREATE &&
		    strcmp(base_of(log->ops[k].path), "manifest") == 0)
			return SYNC_UNDO;
	return SYNC_PARENT;
}

static void put_files(const struct disk_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct disk_file *f = &files->files[i];

		/* A folder that did not come takes what is in it along: ENOENT. */
		if (f->is_dir) {
			if (mkdir(f->path, 0755) != 0 && errno != EEXIST && errno != ENOENT)
				perror(f->path);
			continue;
		}
		int fd = open(f->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || write(fd, f->content.at, f->content.n) != (ssize_t)f->content.n ||
		    fchown(fd, f->rights.uid, f->rights.gid) != 0 ||
		    fchmod(fd, f->rights.mode) != 0)
			perror(f->path);
		if (fd >= 0)
			close(fd);
	}
}

/* What is wrong after the next run found this disk; "": nothing. */
static void recover(struct outage *o, uint64_t key, char why[1200])
{
	struct scene *s = &o->s;
	struct reeve_error err = {0};
	enum scene_side way = key >> 63 ? SCENE_OLD : SCENE_NEW, side;
	int next;

	why[0] = '\0';
	for (int i = 0; i < SCENE_FILES; i++)
		if (scene_file(s, i) == SCENE_OTHER) {
			snprintf(why, 1200, "file %d is neither old nor new", i);
			return;
		}
	next = scene_next(s, &err);
	side = scene_side(s);
	if (next < 0)
		snprintf(why, 1200, "the next run fails: %s", err.text);
	/* Old and mid is between two changes, or in the middle of the first. */
	else if (next == 0 && side != SCENE_OTHER && side != SCENE_MID)
		snprintf(why, 1200, "a person is asked without need: %s", err.text);
	else if (next == 0 && !scene_decide(s, way, &err))
		snprintf(why, 1200, "cannot go there: %s", err.text);
	else if (next == 0 && scene_side(s) != scene_after(s, way))
		snprintf(why, 1200, "went elsewhere");
	else if (next > 0 && side == SCENE_OTHER)
		snprintf(why, 1200, "some files are old, some are new, and nobody knows");
	else if (o->choices.applied == o->log.n && o->ends != SCENE_OTHER && side != o->ends)
		snprintf(why, 1200, "it was done, and is undone");
	else if (scene_litter(s) != NULL)
		snprintf(why, 1200, "%s", scene_litter(s));
	else if (!scene_can_be_undone(s, &err))
		snprintf(why, 1200, "cannot be undone: %s", err.text);
}

static bool try_disk(void *user, const struct disk_files *files, uint64_t key)
{
	struct outage *o = user;
	char why[1200];

	scene_clear(&o->s);
	put_files(files);
	recover(o, key, why);
	o->tried++;
	if (why[0] == '\0')
		return true;
	if (o->failed++ < SHOWN && !o->stop_at_failure) {
		fprintf(stderr, "plans --power --scene=%s, %s, after change %zu: %s\n",
		        o->s.row->name, o->what, o->choices.applied - 1, why);
		choices_show(&o->choices);
	}
	return !o->stop_at_failure;
}

/* The call that a scene with an error fails at: the last that puts something in place. */
static uint32_t find_failure(struct outage *o, const char *path)
{
	struct scene_order order = {.log = path};
	struct disk_log log;
	uint32_t at = 0;

	scene_run(&o->s, &order);
	disk_log_read(&log, path, 0);
	for (size_t i = 0; i < log.n; i++) {
		const struct disk_op *op = &log.ops[i];
		if (op->rec.op == CRASH_OP_RENAME ||
		    (op->rec.op == CRASH_OP_RIGHTS && scene_is_file(op->path)))
			at = op->rec.number;
	}
	disk_log_free(&log);
	unlink(path);
	return at;
}

/* The whole log once, to see that it tells all that happened to the files. */
static bool log_is_whole(struct outage *o, struct disk *disk)
{
	for (size_t i = 0; i < o->log.n; i++) {
		disk_apply(disk, &o->log, i);
		if (o->how->list) {
			disk_op_print(&o->log.ops[i], i);
			if (o->syncs[i] != SYNC_NONE)
				printf("          %s\n", power_syncs[o->syncs[i]].word);
		}
	}
	const char *text = disk_compare(disk);
	if (text != NULL)
		fprintf(stderr, "plans --scene=%s: %s than the shim knows\n", o->s.row->name, text);
	return text == NULL;
}

/*
 * Records the act; with kill_at, it is killed there and the next run's look at it follows, which is
 * replayed. Two disks as they are before. Returns 1, 0 if there is no such call, -1.
 */
static int record(struct outage *o, uint32_t kill_at, struct disk **again_r)
{
	char path[100];
	struct scene_order order = {.log = path};

	snprintf(path, sizeof path, "%s/log", o->s.dir);
	unlink(path);
	if (o->s.row->fails) {
		order.deed = "eio";
		order.at = find_failure(o, path);
		scene_reset(&o->s);
	}
	if (kill_at > 0) {
		order.deed = "kill-before";
		order.at = kill_at;
	}
	o->choices.disk = disk_new(o->s.root);
	*again_r = disk_new(o->s.root);
	int status = scene_run(&o->s, &order);
	o->begin = 0;
	if (kill_at > 0) {
		const struct scene_row *row = o->s.row;
		struct scene_row settle = *row;
		struct disk_log log;

		if (!o->s.state->is_done)
			return 0;
		disk_log_read(&log, path, 0);
		o->begin = log.n;
		disk_log_free(&log);
		settle.act = scene_settle;
		o->s.row = &settle;
		order = (struct scene_order){.log = path};
		status = scene_run(&o->s, &order);
		o->s.row = row;
	}
	disk_log_read(&o->log, path, 0);
	o->syncs = calloc(o->log.n + 1, sizeof *o->syncs);
	if (o->syncs == NULL)
		abort();
	for (size_t i = 0; i < o->log.n; i++) {
		o->syncs[i] = name_sync(&o->log, i);
		o->log.ops[i].is_ignored =
			o->syncs[i] != SYNC_NONE && o->syncs[i] == o->how->ignore;
	}
	o->ends = scene_side(&o->s);
	return status == 0 || (o->s.row->fails && kill_at == 0) ? 1 : -1;
}

static int one_replay(struct outage *o, uint32_t kill_at)
{
	struct choices *c = &o->choices;
	unsigned int failed = o->failed;

	if (!scene_reset(&o->s))
		return -1;
	struct disk *disk;
	int result = record(o, kill_at, &disk);
	if (result > 0 && !log_is_whole(o, disk))
		result = -1;
	for (c->applied = 0; result > 0 && c->applied < o->log.n;) {
		disk_apply(c->disk, &o->log, c->applied++);
		if (c->applied > o->begin)
			choices_each(c, try_disk, o);
		if (o->failed > failed && o->stop_at_failure)
			break;
	}
	disk_free(disk);
	disk_free(c->disk);
	c->disk = NULL;
	disk_log_free(&o->log);
	free(o->syncs);
	o->syncs = NULL;
	if (result < 0 && !o->stop_at_failure)
		fprintf(stderr, "plans --power --scene=%s, %s: %s\n", o->s.row->name, o->what,
		        scene_words(&o->s));
	return result <= 0 ? result : o->failed == failed ? 1 : -1;
}

static void outage_open(struct outage *o, const struct scene_row *row, const struct power_how *how)
{
	*o = (struct outage){.what = "the act", .how = how};
	scene_open(&o->s, row);
	o->choices.log = &o->log;
}

static void outage_close(struct outage *o)
{
	choices_dispose(&o->choices);
	scene_close(&o->s);
}

void power_test(const struct scene_row *row, const struct power_how *how)
{
	struct outage o;
	char what[60];
	int result;

	outage_open(&o, row, how);
	jobs_count(one_replay(&o, 0) > 0);
	o.what = what;
	for (uint32_t at = 1; !how->quick && how->ignore == SYNC_NONE; at++) {
		snprintf(what, sizeof what, "the run after a kill at %u", at);
		result = one_replay(&o, at);
		if (result == 0)
			break;
		jobs_count(result > 0);
	}
	printf("%s: %u disks recovered, %u not\n", o.s.row->name, o.tried - o.failed, o.failed);
	outage_close(&o);
}

bool power_is_caught(const struct scene_row *row, const struct power_how *how)
{
	struct outage o;
	int result = 0;
	uint32_t at = 0;

	outage_open(&o, row, how);
	o.stop_at_failure = true;
	do {
		if (o.choices.disk == NULL)
			result = one_replay(&o, at++);
	} while (result > 0);
	outage_close(&o);
	return o.failed > 0;
}
