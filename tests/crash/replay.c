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
#include "disk.h"
#include "jobs.h"
#include "scratch.h"

#include "base/hash.h"
#include <mailreeve/mbox.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SINGLES 48 /* units that are missing or present alone, at most, after one change */
#define RANDOMS 12
#define SHOWN 5

static struct {
	bool quick, list, mutants;
	const char *box;
	enum disk_sync ignore;
	size_t from;
	int jobs;
	const char *argv0;
} option = {.jobs = 2};

/* What a replay is about, while it runs. */
struct replay {
	struct scratch s;
	const struct crash_box *box;
	struct bytes old, new; /* with what was delivered before the replay began */
	struct bytes deliveries[2];
	const char *what;      /* "prune", or "recovery from N" */
	struct disk_log log;
	struct disk *disk;
	struct disk_unit *units;
	bool *present;
	size_t unit_count;
	size_t applied;        /* changes so far */
	uint64_t *seen;        /* hashes of disks that were tried: a set of a power of two */
	size_t seen_size, seen_count;
	unsigned int tried, failed;
	bool stop_at_failure;
};

/* ---- disks already tried --------------------------------------------------------------------- */

static bool set_add(uint64_t *set, size_t size, uint64_t key)
{
	size_t i = key & (size - 1);

	for (; set[i] != 0; i = (i + 1) & (size - 1))
		if (set[i] == key)
			return false;
	set[i] = key;
	return true;
}

/* Whether this disk is a new one. */
static bool is_new(struct replay *r, uint64_t key)
{
	if (r->seen_count * 2 >= r->seen_size) {
		size_t size = r->seen_size > 0 ? r->seen_size * 2 : 4096;
		uint64_t *set = calloc(size, sizeof *set);
		if (set == NULL)
			abort();
		for (size_t i = 0; i < r->seen_size; i++)
			if (r->seen[i] != 0)
				set_add(set, size, r->seen[i]);
		free(r->seen);
		r->seen = set;
		r->seen_size = size;
	}
	bool added = set_add(r->seen, r->seen_size, key | 1);
	r->seen_count += added;
	return added;
}

static uint64_t files_hash(const struct disk_files *files)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct disk_file *f = &files->files[i];
		uint64_t both[3] = {sum, reeve_hash(f->path, strlen(f->path)),
				    f->is_dir ? 1 : reeve_hash(f->content.at, f->content.n)};
		sum = reeve_hash(both, sizeof both);
	}
	return sum;
}

/* ---- one disk -------------------------------------------------------------------------------- */

static void put_files(struct replay *r, const struct disk_files *files)
{
	bool has_box = false;

	scratch_clear(&r->s);
	for (size_t i = 0; i < files->n; i++) {
		const struct disk_file *f = &files->files[i];
		bool is_box = strcmp(f->path, r->s.box) == 0;
		/* A folder that did not come takes what is in it along: ENOENT. */
		if (f->is_dir) {
			if (mkdir(f->path, strstr(f->path, "journal") != NULL ? 0700 : 0755) != 0 &&
			    errno != EEXIST && errno != ENOENT)
				perror(f->path);
			continue;
		}
		int fd = is_box ? r->s.fd : open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (ftruncate(fd, 0) != 0 ||
		    pwrite(fd, f->content.at, f->content.n, 0) != (ssize_t)f->content.n)
			perror(f->path);
		if (!is_box)
			close(fd);
		has_box = has_box || is_box;
	}
	if (!has_box)
		fprintf(stderr, "%s: the box itself is gone\n", r->box->name);
}

static bool ends_as(const struct bytes *is, const struct bytes *base, const struct bytes *more)
{
	size_t n = more != NULL ? more->n : 0;

	return is->n == base->n + n && memcmp(is->at, base->at, base->n) == 0 &&
	       (n == 0 || memcmp(is->at + base->n, more->at, n) == 0);
}

static void show_failure(struct replay *r, const char *why, const struct bytes *more)
{
	size_t missing = 0;

	r->failed++;
	if (r->stop_at_failure || r->failed > SHOWN)
		return;
	fprintf(stderr, "replay --box=%s, %s, after change %zu%s: %s\n", r->box->name, r->what,
		r->applied - 1, more != NULL ? ", mail delivered" : "", why);
	for (size_t u = 0; u < r->unit_count; u++) {
		const struct disk_unit *unit = &r->units[u];
		if (r->present[u] || missing++ > 8)
			continue;
		fprintf(stderr, "    missing of change %zu (%s): ", unit->op,
			strrchr(r->log.ops[unit->op].path, '/') + 1);
		if (unit->kind == UNIT_BYTES)
			fprintf(stderr, "bytes %llu to %llu\n", (unsigned long long)unit->from,
				(unsigned long long)unit->to);
		else
			fprintf(stderr, "%s\n", unit->kind == UNIT_SIZE ? "the size" : "the name");
	}
	if (missing == 0)
		fprintf(stderr, "    nothing was missing\n");
}

static void recover(struct replay *r, const struct bytes *more)
{
	struct reeve_prune prune = {.root = r->s.root, .lock_timeout_ms = 1000};
	struct reeve_error err = {0};
	char why[1200];

	if (more != NULL)
		scratch_append(&r->s, more);
	int rc = reeve_mbox_recover(r->s.box, &prune, &err);
	struct bytes is = scratch_read(&r->s);
	bool is_new_box = ends_as(&is, &r->new, more), is_old_box = ends_as(&is, &r->old, more);
	size_t a = 0, b = 0;
	while (a < is.n && a < r->old.n && is.at[a] == r->old.at[a])
		a++;
	while (b < is.n && b < r->new.n && is.at[b] == r->new.at[b])
		b++;
	const char *litter = scratch_litter(&r->s, true);

	r->tried++;
	if (rc < 0)
		snprintf(why, sizeof why, "recovery fails: %s", err.text);
	else if (!is_new_box && !is_old_box)
		snprintf(why, sizeof why,
			 "%zu bytes; unlike the old (%zu) at %zu, the new (%zu) at %zu", is.n, r->old.n, a,
			 r->new.n, b);
	else if (!is_new_box && r->applied == r->log.n)
		snprintf(why, sizeof why, "it was done, and is undone");
	else if (scratch_has_journal(&r->s))
		snprintf(why, sizeof why, "a journal is left");
	else if (litter != NULL)
		snprintf(why, sizeof why, "'%s' is left", litter);
	else
		why[0] = '\0';
	bytes_free(&is);
	if (why[0] != '\0')
		show_failure(r, why, more);
}

/* The disk that the chosen units make. Every other one also gets mail before it is recovered. */
static void try_choice(struct replay *r)
{
	struct disk_files files =
		disk_state(r->disk, &r->log, r->units, r->present, r->unit_count);
	uint64_t key = files_hash(&files);

	if (is_new(r, key)) {
		put_files(r, &files);
		recover(r, NULL);
		if (key >> 62 < 2) {
			put_files(r, &files);
			recover(r, &r->deliveries[key >> 62]);
		}
	}
	disk_files_free(&files);
}

/* ---- which units come through ---------------------------------------------------------------- */

static uint64_t draw(uint64_t *chance)
{
	uint64_t z = (*chance += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void set_all(struct replay *r, bool present)
{
	for (size_t u = 0; u < r->unit_count; u++)
		r->present[u] = present;
}

static void try_all_choices(struct replay *r)
{
	uint64_t chance = r->applied * 1000003;

	r->units = disk_units(r->disk, &r->log, &r->unit_count);
	r->present = calloc(r->unit_count + 1, sizeof *r->present);
	if (r->present == NULL)
		abort();
	set_all(r, true);
	try_choice(r);
	set_all(r, false);
	try_choice(r);

	size_t step = r->unit_count / SINGLES + 1;
	for (size_t u = r->applied % step; u < r->unit_count; u += step) {
		if (r->stop_at_failure && r->failed > 0)
			break;
		set_all(r, true);
		r->present[u] = false;
		try_choice(r);
		set_all(r, false);
		r->present[u] = true;
		try_choice(r);
	}
	for (unsigned int i = 0; i < RANDOMS && r->unit_count > 2; i++) {
		static const unsigned int percents[] = {50, 15, 85};
		for (size_t u = 0; u < r->unit_count; u++)
			r->present[u] = draw(&chance) % 100 < percents[i % 3];
		try_choice(r);
	}
	free(r->units);
	free(r->present);
	r->units = NULL;
	r->present = NULL;
	r->unit_count = 0;
}

/* ---- a log from end to end ------------------------------------------------------------------- */

/* Runs the tool with the shim writing down. The disk is as it was before. False: it failed. */
static bool record(struct replay *r, const char *word)
{
	char path[100];
	struct plan plan = {.log = path};

	snprintf(path, sizeof path, "%s/log", r->s.dir);
	unlink(path);
	r->disk = disk_new(r->s.root);
	int status = scratch_run(&r->s, true, word, &plan);
	if (status != 0)
		fprintf(stderr, "replay --box=%s, %s: wait status %#x: %s\n", r->box->name, r->what,
			(unsigned int)status, scratch_words(&r->s));
	disk_log_read(&r->log, path, r->s.ino);
	return status == 0;
}

/* The whole log once, to see that it tells all that happened to the files. */
static bool log_is_whole(struct replay *r)
{
	struct disk *disk = r->disk;

	for (size_t i = 0; i < r->log.n; i++) {
		disk_apply(disk, &r->log, i);
		if (option.list)
			disk_op_print(&r->log.ops[i], i);
	}
	const char *text = disk_compare(disk);
	if (text != NULL)
		fprintf(stderr, "replay --box=%s, %s: %s than the shim knows\n", r->box->name, r->what,
			text);
	return text == NULL;
}

static bool replay_log(struct replay *r, struct disk *start)
{
	disk_free(r->disk);
	r->disk = start;
	for (size_t i = 0; i < r->log.n; i++)
		r->log.ops[i].is_ignored = r->log.ops[i].sync != DISK_SYNC_NONE &&
					   r->log.ops[i].sync == option.ignore;
	for (r->applied = 0; r->applied < r->log.n;) {
		disk_apply(r->disk, &r->log, r->applied++);
		if (r->applied > option.from)
			try_all_choices(r);
		if (r->stop_at_failure && r->failed > 0)
			break;
	}
	return r->failed == 0;
}

/* Records and replays `word` from the files that are there. */
static bool one_replay(struct replay *r, const char *word)
{
	struct disk *start = disk_new(r->s.root);
	bool ok = record(r, word) && log_is_whole(r);

	if (ok)
		ok = replay_log(r, start);
	else
		disk_free(start);
	disk_free(r->disk);
	disk_log_free(&r->log);
	return ok;
}

static void replay_open(struct replay *r, const struct crash_box *box)
{
	*r = (struct replay){.box = box, .what = "prune"};
	scratch_open(&r->s, option.argv0, box);
	r->old = crash_box_old(box);
	scratch_reset(&r->s, &r->old);
	scratch_run(&r->s, true, "--read", NULL);
	r->new = scratch_read(&r->s); /* kill.c sees that it is right */
	r->deliveries[0] = crash_delivery(700);
	r->deliveries[1] = crash_delivery(r->old.n + 3000);
	scratch_reset(&r->s, &r->old);
}

static void replay_close(struct replay *r)
{
	scratch_close(&r->s);
	bytes_free(&r->old);
	bytes_free(&r->new);
	bytes_free(&r->deliveries[0]);
	bytes_free(&r->deliveries[1]);
	free(r->seen);
}

/* A second power loss, while the first is recovered from: killed at some calls, then replayed. */
static void replay_recoveries(struct replay *r)
{
	char what[60];

	r->what = what;
	for (uint32_t at = 5;; at += 4) {
		struct plan plan = {.deed = "kill-before", .to = "all", .at = at};
		scratch_reset(&r->s, &r->old);
		scratch_run(&r->s, true, "--read", &plan);
		if (!r->s.state->is_done)
			break;
		snprintf(what, sizeof what, "recovery from a kill at %u", at);
		jobs_count(one_replay(r, "--recover"));
	}
}

static const struct crash_box *chosen[64];

static void test_box(size_t i)
{
	struct replay r;

	replay_open(&r, chosen[i]);
	jobs_count(one_replay(&r, "--read"));
	if (!option.quick && option.ignore == DISK_SYNC_NONE)
		replay_recoveries(&r);
	printf("%s: %u disks recovered, %u not\n", r.box->name, r.tried - r.failed, r.failed);
	replay_close(&r);
}

/* ---- syncs that lie -------------------------------------------------------------------------- */

/* Some box must break when no sync of this kind keeps its promise, if it is needed. */
static void test_mutant(size_t i)
{
	bool caught = false;
	struct replay r;

	option.ignore = (enum disk_sync)(i + 1);
	const struct disk_sync_row *sync = &disk_syncs[option.ignore];
	for (size_t b = 0; b < crash_box_count && !caught; b++) {
		if (crash_boxes[b].is_big)
			continue;
		replay_open(&r, &crash_boxes[b]);
		r.stop_at_failure = true;
		caught = !one_replay(&r, "--read");
		replay_close(&r);
	}
	jobs_count(caught == sync->is_needed);
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
		{"quick", no_argument, NULL, 'q'},	{"list", no_argument, NULL, 'l'},
		{"mutants", no_argument, NULL, 'm'},    {"box", required_argument, NULL, 'b'},
		{"ignore", required_argument, NULL, 'i'}, {"from", required_argument, NULL, 'f'},
		{"jobs", required_argument, NULL, 'j'}, {NULL, 0, NULL, 0},
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
		return jobs_run(DISK_SYNC_COUNT - 1, option.jobs, test_mutant);
	for (size_t i = 0; i < crash_box_count; i++)
		if (is_asked(&crash_boxes[i]))
			chosen[n++] = &crash_boxes[i];
	return jobs_run(n, option.jobs, test_box);
}
