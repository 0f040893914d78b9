/* SPDX-License-Identifier: MIT */
/* The power fails: see outage.h. The library recovers in this process, which is quicker. */
#include "outage.h"

#include "base/hash.h"
#include <mailreeve/mbox.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SINGLES 48 /* units that are missing or present alone, at most, after one change */
#define RANDOMS 12
#define SHOWN 5

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
static bool is_new(struct outage *o, uint64_t key)
{
	if (o->seen_count * 2 >= o->seen_size) {
		size_t size = o->seen_size > 0 ? o->seen_size * 2 : 4096;
		uint64_t *set = calloc(size, sizeof *set);
		if (set == NULL)
			abort();
		for (size_t i = 0; i < o->seen_size; i++)
			if (o->seen[i] != 0)
				set_add(set, size, o->seen[i]);
		free(o->seen);
		o->seen = set;
		o->seen_size = size;
	}
	bool added = set_add(o->seen, o->seen_size, key | 1);
	o->seen_count += added;
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

static void put_files(struct outage *o, const struct disk_files *files)
{
	bool has_box = false;

	scratch_clear(&o->s);
	for (size_t i = 0; i < files->n; i++) {
		const struct disk_file *f = &files->files[i];
		bool is_box = strcmp(f->path, o->s.box) == 0;
		/* A folder that did not come takes what is in it along: ENOENT. */
		if (f->is_dir) {
			if (mkdir(f->path, strstr(f->path, "journal") != NULL ? 0700 : 0755) != 0 &&
			    errno != EEXIST && errno != ENOENT)
				perror(f->path);
			continue;
		}
		mode_t mode = strstr(f->path, "journal") != NULL ? 0600 : 0644;
		int fd = is_box ? o->s.fd : open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
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
		fprintf(stderr, "%s: the box itself is gone\n", o->box->name);
}

static bool ends_as(const struct bytes *is, const struct bytes *base, const struct bytes *more)
{
	size_t n = more != NULL ? more->n : 0;

	return is->n == base->n + n && memcmp(is->at, base->at, base->n) == 0 &&
	       (n == 0 || memcmp(is->at + base->n, more->at, n) == 0);
}

static void show_failure(struct outage *o, const char *why, const struct bytes *more)
{
	size_t missing = 0;

	o->failed++;
	if (o->stop_at_failure || o->failed > SHOWN)
		return;
	fprintf(stderr, "replay --box=%s, %s, after change %zu%s: %s\n", o->box->name, o->what,
	        o->applied - 1, more != NULL ? ", mail delivered" : "", why);
	for (size_t u = 0; u < o->unit_count; u++) {
		const struct disk_unit *unit = &o->units[u];
		if (o->present[u] || missing++ > 8)
			continue;
		fprintf(stderr, "    missing of change %zu (%s): ", unit->op,
		        strrchr(o->log.ops[unit->op].path, '/') + 1);
		if (unit->kind == UNIT_BYTES)
			fprintf(stderr, "bytes %llu to %llu\n", (unsigned long long)unit->from,
			        (unsigned long long)unit->to);
		else
			fprintf(stderr, "%s\n", unit->kind == UNIT_SIZE ? "the size" : "the name");
	}
	if (missing == 0)
		fprintf(stderr, "    nothing was missing\n");
}

static void recover(struct outage *o, const struct bytes *more)
{
	struct reeve_prune prune = {.root = o->s.root, .lock_timeout_ms = 1000};
	struct reeve_error err = {0};
	char why[1200];

	if (more != NULL)
		scratch_append(&o->s, more);
	int rc = reeve_mbox_recover(o->s.box, &prune, &err);
	struct bytes is = scratch_read(&o->s);
	bool is_new_box = ends_as(&is, &o->new, more), is_old_box = ends_as(&is, &o->old, more);
	size_t a = 0, b = 0;
	while (a < is.n && a < o->old.n && is.at[a] == o->old.at[a])
		a++;
	while (b < is.n && b < o->new.n &&is.at[b] == o->new.at[b])
		b++;
	const char *litter = scratch_litter(&o->s, true);

	o->tried++;
	if (rc < 0)
		snprintf(why, sizeof why, "recovery fails: %s", err.text);
	else if (!is_new_box && !is_old_box)
		snprintf(why, sizeof why,
		         "%zu bytes; unlike the old (%zu) at %zu, the new (%zu) at %zu", is.n,
		         o->old.n, a, o->new.n, b);
	else if (!is_new_box && o->ends_new && o->applied == o->log.n)
		snprintf(why, sizeof why, "it was done, and is undone");
	else if (is_new_box && !is_old_box && !scratch_is_archived(&o->s, &o->gone, false))
		snprintf(why, sizeof why, "what is removed is not archived");
	else if (scratch_has_journal(&o->s))
		snprintf(why, sizeof why, "a journal is left");
	else if (litter != NULL)
		snprintf(why, sizeof why, "'%s' is left", litter);
	else
		why[0] = '\0';
	bytes_free(&is);
	if (why[0] != '\0')
		show_failure(o, why, more);
}

/* The disk that the chosen units make. Every other one also gets mail before it is recovered. */
static void try_choice(struct outage *o)
{
	struct disk_files files = disk_state(o->disk, &o->log, o->units, o->present, o->unit_count);
	/* After the last change more is asked of the same disk. */
	uint64_t key = files_hash(&files) ^ (o->applied == o->log.n) << 1;

	if (is_new(o, key)) {
		put_files(o, &files);
		recover(o, NULL);
		if (key >> 62 < 2) {
			put_files(o, &files);
			recover(o, &o->deliveries[key >> 62]);
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

static void set_all(struct outage *o, bool present)
{
	for (size_t u = 0; u < o->unit_count; u++)
		o->present[u] = present;
}

void outage_try(struct outage *o)
{
	uint64_t chance = o->applied * 1000003;

	o->units = disk_units(o->disk, &o->log, &o->unit_count);
	o->present = calloc(o->unit_count + 1, sizeof *o->present);
	if (o->present == NULL)
		abort();
	set_all(o, true);
	try_choice(o);
	set_all(o, false);
	try_choice(o);

	size_t step = o->unit_count / SINGLES + 1;
	for (size_t u = o->applied % step; u < o->unit_count; u += step) {
		if (o->stop_at_failure && o->failed > 0)
			break;
		set_all(o, true);
		o->present[u] = false;
		try_choice(o);
		set_all(o, false);
		o->present[u] = true;
		try_choice(o);
	}
	for (unsigned int i = 0; i < RANDOMS && o->unit_count > 2; i++) {
		static const unsigned int percents[] = {50, 15, 85};
		for (size_t u = 0; u < o->unit_count; u++)
			o->present[u] = draw(&chance) % 100 < percents[i % 3];
		try_choice(o);
	}
	free(o->units);
	free(o->present);
	o->units = NULL;
	o->present = NULL;
	o->unit_count = 0;
}
