/* SPDX-License-Identifier: MIT */
/* Disks as a power loss may leave them: see choices.h. */
#include "choices.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SINGLES 48 /* units that are missing or present alone, at most, after one change */
#define RANDOMS 12

/* ---- disks already tried ------------------------------------------------------------------ */

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
static bool is_new(struct choices *c, uint64_t key)
{
	if (c->seen_count * 2 >= c->seen_size) {
		size_t size = c->seen_size > 0 ? c->seen_size * 2 : 4096;
		uint64_t *set = calloc(size, sizeof *set);
		if (set == NULL)
			abort();
		for (size_t i = 0; i < c->seen_size; i++)
			if (c->seen[i] != 0)
				set_add(set, size, c->seen[i]);
		free(c->seen);
		c->seen = set;
		c->seen_size = size;
	}
	bool added = set_add(c->seen, c->seen_size, key | 1);
	c->seen_count += added;
	return added;
}

static uint64_t files_hash(const struct disk_files *files)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct disk_file *f = &files->files[i];
		uint64_t both[5] = {sum, reeve_hash(f->path, strlen(f->path)),
		                    f->is_dir ? 1 : reeve_hash(f->content.at, f->content.n),
		                    f->rights.mode, (uint64_t)f->rights.uid << 32 | f->rights.gid};
		sum = reeve_hash(both, sizeof both);
	}
	return sum;
}

/* ---- which units come through ------------------------------------------------------------- */

static uint64_t draw(uint64_t *chance)
{
	uint64_t z = (*chance += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static void set_all(struct choices *c, bool present)
{
	for (size_t u = 0; u < c->unit_count; u++)
		c->present[u] = present;
}

/* The disk that the chosen units make. */
static bool try_choice(struct choices *c, choices_fn *fn, void *user)
{
	struct disk_files files = disk_state(c->disk, c->log, c->units, c->present, c->unit_count);
	/* After the last change more is asked of the same disk. */
	uint64_t key = files_hash(&files) ^ (uint64_t)(c->applied == c->log->n) << 1;
	bool goes_on = !is_new(c, key) || fn(user, &files, key);

	disk_files_free(&files);
	return goes_on;
}

static bool try_singles(struct choices *c, choices_fn *fn, void *user)
{
	size_t step = c->unit_count / SINGLES + 1;

	for (size_t u = c->applied % step; u < c->unit_count; u += step) {
		set_all(c, true);
		c->present[u] = false;
		if (!try_choice(c, fn, user))
			return false;
		set_all(c, false);
		c->present[u] = true;
		if (!try_choice(c, fn, user))
			return false;
	}
	return true;
}

static void try_all(struct choices *c, choices_fn *fn, void *user)
{
	static const unsigned int percents[] = {50, 15, 85};
	uint64_t chance = c->applied * 1000003;

	for (int all = 1; all >= 0; all--) {
		set_all(c, all != 0);
		if (!try_choice(c, fn, user))
			return;
	}
	if (!try_singles(c, fn, user))
		return;
	for (unsigned int i = 0; i < RANDOMS && c->unit_count > 2; i++) {
		for (size_t u = 0; u < c->unit_count; u++)
			c->present[u] = draw(&chance) % 100 < percents[i % 3];
		if (!try_choice(c, fn, user))
			return;
	}
}

void choices_each(struct choices *c, choices_fn *fn, void *user)
{
	c->units = disk_units(c->disk, c->log, &c->unit_count);
	c->present = calloc(c->unit_count + 1, sizeof *c->present);
	if (c->present == NULL)
		abort();
	try_all(c, fn, user);
	free(c->units);
	free(c->present);
	c->units = NULL;
	c->present = NULL;
	c->unit_count = 0;
}

void choices_show(const struct choices *c)
{
	size_t missing = 0;

	for (size_t u = 0; u < c->unit_count; u++) {
		const struct disk_unit *unit = &c->units[u];
		if (c->present[u] || missing++ > 8)
			continue;
		fprintf(stderr, "    missing of change %zu (%s): ", unit->op,
		        strrchr(c->log->ops[unit->op].path, '/') + 1);
		if (unit->kind == UNIT_BYTES)
			fprintf(stderr, "bytes %llu to %llu\n", (unsigned long long)unit->from,
			        (unsigned long long)unit->to);
		else
			fprintf(stderr, "%s\n",
			        unit->kind == UNIT_SIZE     ? "the size"
			        : unit->kind == UNIT_RIGHTS ? "the rights"
			                                    : "the name");
	}
	if (missing == 0)
		fprintf(stderr, "    nothing was missing\n");
}

void choices_dispose(struct choices *c)
{
	free(c->seen);
	c->seen = NULL;
	c->seen_size = c->seen_count = 0;
}
