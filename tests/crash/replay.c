/* SPDX-License-Identifier: MIT */
/*
 * replay: the power may fail at any moment of a prune, and whatever of the unsynced changes reached
 * the disk, `reeve-prune --recover` makes the old box or the new one of it.
 *
 *     replay [--quick] [--box=NAME] [--from=N] [--list] [--ignore=SYNC] [--jobs=N]
 *     replay --mutants
 *
 * A prune is run once with the shim writing down its changes. Then, after each change, disks are
 * made as a power loss could leave them (disk.h), and the library recovers each, in this process.
 * The box keeps its inode, for journals go by it.
 *
 * --mutants: the test must be able to fail. One kind of sync at a time is taken for a lie, and
 * then some disk must not recover. A sync that nobody misses is superfluous, or we are too kind.
 */
#include "jobs.h"
#include "outage.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	bool quick, list, mutants;
	const char *box;
	enum disk_sync ignore;
	size_t from;
	int jobs;
	const char *argv0;
} option = {.jobs = 2};

/* ---- a log from end to end ------------------------------------------------------------------- */

/* How many changes are in the log so far. */
static size_t log_length(const struct outage *o, const char *path)
{
	struct disk_log log;

	disk_log_read(&log, path, o->s.ino);
	size_t n = log.n;
	disk_log_free(&log);
	return n;
}

/*
 * Runs a prune with the shim writing down; with kill_at, it is killed there and a recovery follows,
 * whose first change is then o->begin. Returns 1, 0 if the prune has no such call, -1: it failed.
 */
static int record(struct outage *o, uint32_t kill_at)
{
	const char *word = "--read";
	char path[100];
	struct plan plan = {.log = path};

	snprintf(path, sizeof path, "%s/log", o->s.dir);
	unlink(path);
	o->begin = option.from;
	bool is_promised = true;
	if (kill_at > 0) {
		struct plan first = {
			.log = path, .deed = "kill-before", .to = "all", .at = kill_at};
		scratch_run(&o->s, true, word, &first);
		if (!o->s.state->is_done)
			return 0;
		word = "--recover";
		o->begin = log_length(o, path);
		/* A cut needs no journal; killed behind it, nobody has said that it is done. */
		is_promised = scratch_has_journal(&o->s);
	}
	int status = scratch_run(&o->s, true, word, &plan);
	if (status != 0)
		fprintf(stderr, "replay --box=%s, %s: wait status %#x: %s\n", o->box->name, o->what,
		        (unsigned int)status, scratch_words(&o->s));
	disk_log_read(&o->log, path, o->s.ino);
	if (kill_at > 0)
		disk_log_recovers(&o->log, o->begin, o->s.ino);
	struct bytes is = scratch_read(&o->s);
	o->ends_new = is_promised && bytes_equal(&is, &o->new);
	bytes_free(&is);
	return status == 0 ? 1 : -1;
}

/* The whole log once, to see that it tells all that happened to the files. */
static bool log_is_whole(struct outage *o, struct disk *disk)
{
	for (size_t i = 0; i < o->log.n; i++) {
		disk_apply(disk, &o->log, i);
		if (option.list)
			disk_op_print(&o->log.ops[i], i);
	}
	const char *text = disk_compare(disk);
	if (text != NULL)
		fprintf(stderr, "replay --box=%s, %s: %s than the shim knows\n", o->box->name,
		        o->what, text);
	return text == NULL;
}

static bool replay_log(struct outage *o)
{
	unsigned int failed = o->failed;

	for (size_t i = 0; i < o->log.n; i++)
		o->log.ops[i].is_ignored =
			o->log.ops[i].sync != DISK_SYNC_NONE && o->log.ops[i].sync == option.ignore;
	struct choices *c = &o->choices;
	for (c->applied = 0; c->applied < o->log.n;) {
		disk_apply(c->disk, &o->log, c->applied++);
		if (c->applied > o->begin)
			outage_try(o);
		if (o->stop_at_failure && o->failed > failed)
			break;
	}
	return o->failed == failed;
}

/* Records a prune, or one that is killed and its recovery, and replays it. Results as record(). */
static int one_replay(struct outage *o, uint32_t kill_at)
{
	scratch_reset(&o->s, &o->old);
	struct disk *disk = disk_new(o->s.root);
	o->choices.disk = disk_new(o->s.root);
	o->choices.log = &o->log;
	int result = record(o, kill_at);

	if (result > 0 && (!log_is_whole(o, disk) || !replay_log(o)))
		result = -1;
	disk_free(disk);
	disk_free(o->choices.disk);
	disk_log_free(&o->log);
	return result;
}

static void replay_open(struct outage *o, const struct crash_box *box)
{
	*o = (struct outage){.box = box, .what = "prune"};
	scratch_open(&o->s, option.argv0, box);
	o->old = crash_box_old(box);
	o->gone = crash_box_gone(box);
	scratch_reset(&o->s, &o->old);
	scratch_run(&o->s, true, "--read", NULL);
	o->new = scratch_read(&o->s); /* kill.c sees that it is right */
	o->deliveries[0] = crash_delivery(700);
	o->deliveries[1] = crash_delivery(o->old.n + 3000);
}

static void replay_close(struct outage *o)
{
	scratch_close(&o->s);
	bytes_free(&o->old);
	bytes_free(&o->new);
	bytes_free(&o->gone);
	bytes_free(&o->deliveries[0]);
	bytes_free(&o->deliveries[1]);
	choices_dispose(&o->choices);
}

/*
 * The tool is killed, recovery goes on, and then the power fails: what the first had not flushed
 * may still be lost. Killed at each call for one box, elsewhere at some, others for each box.
 */
static void replay_recoveries(struct outage *o)
{
	uint32_t step = strcmp(o->box->name, "imapbase") == 0 ? 1 : 7, at;
	char what[60];
	int result;

	o->what = what;
	for (at = 1 + (uint32_t)(o->box - crash_boxes) % step;; at += step) {
		snprintf(what, sizeof what, "recovery from a kill at %u", at);
		result = one_replay(o, at);
		if (result == 0)
			break;
		jobs_count(result > 0);
	}
}

static const struct crash_box *chosen[64];

static void test_box(size_t i)
{
	struct outage o;

	replay_open(&o, chosen[i]);
	jobs_count(one_replay(&o, 0) > 0);
	if (!option.quick && option.ignore == DISK_SYNC_NONE)
		replay_recoveries(&o);
	printf("%s: %u disks recovered, %u not\n", o.box->name, o.tried - o.failed, o.failed);
	replay_close(&o);
}

/* ---- syncs that lie -------------------------------------------------------------------------- */

/* Whether a box breaks while its prune, or a recovery of it, is replayed. */
static bool is_caught(const struct crash_box *box, bool recovers)
{
	struct outage o;
	int result;

	replay_open(&o, box);
	o.stop_at_failure = true;
	uint32_t kill_at = recovers;
	do
		result = one_replay(&o, kill_at++);
	while (result > 0 && recovers);
	replay_close(&o);
	return result < 0;
}

/* Some box must break when no sync of this kind keeps its promise. */
static void test_mutant(size_t i)
{
	bool caught = false;

	option.ignore = (enum disk_sync)(i + 1);
	const struct disk_sync_row *sync = &disk_syncs[option.ignore];
	bool recovers = strncmp(sync->word, "again-", 6) == 0;
	for (size_t b = 0; b < crash_box_count && !caught; b++) {
		const struct crash_box *box = &crash_boxes[b];
		/* One box has steps of both kinds. */
		if (!box->is_big && (!recovers || strcmp(box->name, "imapbase") == 0))
			caught = is_caught(box, recovers);
	}
	jobs_count(caught);
	printf("%s: a box %s without the sync of %s\n", sync->word, caught ? "breaks" : "survives",
	       sync->text);
}

/* ---- options --------------------------------------------------------------------------------- */

static enum disk_sync sync_of(const char *word)
{
	for (int i = 0; i < DISK_SYNC_COUNT; i++)
		if (strcmp(word, disk_syncs[i].word) == 0)
			return (enum disk_sync)i;
	fprintf(stderr, "no sync is called '%s'\n", word);
	exit(2);
}

static void read_options(int argc, char **argv)
{
	static const struct option rows[] = {
		{"quick", no_argument, NULL, 'q'},        {"list", no_argument, NULL, 'l'},
		{"mutants", no_argument, NULL, 'm'},      {"box", required_argument, NULL, 'b'},
		{"ignore", required_argument, NULL, 'i'}, {"from", required_argument, NULL, 'f'},
		{"jobs", required_argument, NULL, 'j'},   {NULL, 0, NULL, 0},
	};

	option.argv0 = argv[0];
	for (int c; (c = getopt_long(argc, argv, "", rows, NULL)) != -1;) {
		switch (c) {
		case 'q':
			option.quick = true;
			break;
		case 'l':
			option.list = true;
			break;
		case 'm':
			option.mutants = true;
			break;
		case 'b':
			option.box = optarg;
			break;
		case 'i':
			option.ignore = sync_of(optarg);
			break;
		case 'f':
			option.from = (size_t)strtoul(optarg, NULL, 10);
			break;
		case 'j':
			option.jobs = (int)strtol(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
}

static bool is_asked(const struct crash_box *box)
{
	if (option.box != NULL)
		return strcmp(option.box, box->name) == 0;
	return !box->is_big && (!option.quick || strcmp(box->name, "imapbase") == 0);
}

int main(int argc, char **argv)
{
	size_t n = 0;

	read_options(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (option.mutants)
		return jobs_run(DISK_SYNC_OTHER - 1, option.jobs, test_mutant);
	for (size_t i = 0; i < crash_box_count; i++)
		if (is_asked(&crash_boxes[i]))
			chosen[n++] = &crash_boxes[i];
	return jobs_run(n, option.jobs, test_box);
}
