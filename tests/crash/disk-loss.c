/* SPDX-License-Identifier: MIT */
/* What a power loss leaves of the disk that forgets. */
#include "disk-core.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 512
#define UNITS_PER_WRITE 16 /* a long write is torn in so many pieces at most */

/* ---- what is uncertain ----------------------------------------------------------------------- */

static void unit_add(struct disk_unit **units, size_t *n, struct disk_unit unit)
{
	*units = disk_grow(*units, *n, sizeof **units);
	(*units)[(*n)++] = unit;
}

static void write_units(struct disk_unit **units, size_t *n, const struct disk_op *op, size_t i)
{
	uint64_t from = op->rec.offset, end = from + op->rec.length;
	uint64_t sectors = (end + SECTOR - 1) / SECTOR - from / SECTOR;
	uint64_t step = (sectors + UNITS_PER_WRITE - 1) / UNITS_PER_WRITE * SECTOR;

	while (from < end) {
		uint64_t to = (from / SECTOR * SECTOR) + step;
		if (to > end)
			to = end;
		unit_add(units, n, (struct disk_unit){UNIT_BYTES, i, op->node, from, to});
		from = to;
	}
}

static int by_op(const void *a, const void *b)
{
	const struct disk_unit *x = a, *y = b;

	if (x->op != y->op)
		return x->op < y->op ? -1 : 1;
	return x->kind != y->kind ? (int)x->kind - (int)y->kind
	                          : (x->from > y->from) - (x->from < y->from);
}

struct disk_unit *disk_units(const struct disk *disk, const struct disk_log *log, size_t *n_r)
{
	struct disk_unit *units = disk_grow(NULL, 0, sizeof *units);
	size_t n = 0;

	for (size_t i = 0; i < disk->node_count; i++) {
		const struct list *pending = &disk->nodes[i].pending;
		for (size_t k = 0; k < pending->n; k++) {
			const struct disk_op *op = &log->ops[pending->at[k]];
			if (op->rec.op == CRASH_OP_WRITE)
				write_units(&units, &n, op, pending->at[k]);
			if (op->size_before != op->size_after)
				unit_add(&units, &n,
				         (struct disk_unit){UNIT_SIZE, pending->at[k], (int)i, 0,
				                            0});
		}
		const struct list *rights = &disk->nodes[i].pending_rights;
		for (size_t k = 0; k < rights->n; k++)
			unit_add(&units, &n,
			         (struct disk_unit){UNIT_RIGHTS, rights->at[k], (int)i, 0, 0});
	}
	for (size_t i = 0; i < disk->name_count; i++) {
		const struct list *pending = &disk->names[i].pending;
		for (size_t k = 0; k < pending->n; k++) {
			bool known = false; /* a rename is in two names */
			for (size_t u = 0; u < n; u++)
				known = known || (units[u].kind == UNIT_NAME &&
				                  units[u].op == pending->at[k]);
			if (!known)
				unit_add(&units, &n,
				         (struct disk_unit){UNIT_NAME, pending->at[k], -1, 0, 0});
		}
	}
	qsort(units, n, sizeof *units, by_op);
	*n_r = n;
	return units;
}

/* ---- what a power loss leaves ---------------------------------------------------------------- */

struct choice {
	const struct disk_log *log;
	const struct disk_unit *units;
	const bool *present;
	size_t n;
};

/* The last operation (+ 1) of a kind on a node whose unit came through; 0: none. */
static size_t last_size(const struct choice *c, int node)
{
	size_t last = 0;

	for (size_t u = 0; u < c->n; u++)
		if (c->present[u] && c->units[u].kind == UNIT_SIZE && c->units[u].node == node)
			last = c->units[u].op + 1;
	return last;
}

/* Those of the last change that came through. */
static struct disk_rights rights_state(const struct choice *c, const struct node *node, int number)
{
	struct disk_rights rights = node->sure_rights;

	for (size_t u = 0; u < c->n; u++) /* in the order of the operations */
		if (c->present[u] && c->units[u].kind == UNIT_RIGHTS && c->units[u].node == number)
			rights = disk_rights_of(&c->log->ops[c->units[u].op].rec);
	return rights;
}

static bool has_name_op(const struct choice *c, size_t op)
{
	for (size_t u = 0; u < c->n; u++)
		if (c->units[u].kind == UNIT_NAME && c->units[u].op == op)
			return c->present[u];
	return false;
}

/* For each sector the last operation (+ 1) that came through. */
static size_t *last_bytes(const struct choice *c, int node, size_t sectors)
{
	size_t *last = calloc(sectors + 1, sizeof *last);

	if (last == NULL)
		disk_die("no memory", "disk");
	for (size_t u = 0; u < c->n; u++) {
		const struct disk_unit *unit = &c->units[u];
		if (!c->present[u] || unit->kind != UNIT_BYTES || unit->node != node)
			continue;
		for (uint64_t s = unit->from / SECTOR; s <= (unit->to - 1) / SECTOR; s++)
			last[s] = unit->op + 1;
	}
	return last;
}

static struct bytes content(const struct choice *c, const struct node *node, int number)
{
	struct bytes b = {0};
	size_t size = node->sure.n, most = node->sure.n;

	disk_copy(&b, &node->sure);
	for (size_t k = 0; k < node->pending.n; k++)
		if (c->log->ops[node->pending.at[k]].size_after > most)
			most = c->log->ops[node->pending.at[k]].size_after;
	size_t last_sized = last_size(c, number);
	size_t *last = last_bytes(c, number, most / SECTOR + 1);

	for (size_t k = 0; k < node->pending.n; k++) {
		size_t i = node->pending.at[k];
		const struct disk_op *op = &c->log->ops[i];
		if (i < last_sized) {
			size = op->size_after;
			if (op->rec.op == CRASH_OP_TRUNCATE)
				disk_resize(&b, size);
		}
		if (op->rec.op != CRASH_OP_WRITE)
			continue;
		uint64_t from = op->rec.offset, end = from + op->rec.length;
		while (from < end) {
			uint64_t to = (from / SECTOR + 1) * SECTOR < end
			                      ? (from / SECTOR + 1) * SECTOR
			                      : end;
			if (i < last[from / SECTOR])
				disk_set(&b, from, op->data + (from - op->rec.offset), to - from);
			from = to;
		}
	}
	free(last);
	disk_resize(&b, size);
	return b;
}

/* The node that a name leads to. */
static int name_state(const struct choice *c, const struct name *name)
{
	int node = name->sure;
	size_t come = 0;

	for (size_t k = 0; k < name->pending.n; k++)
		if (has_name_op(c, name->pending.at[k]))
			come = k + 1;
	for (size_t k = 0; k < come; k++) {
		const struct disk_op *op = &c->log->ops[name->pending.at[k]];
		bool from = op->rec.op == CRASH_OP_RENAME && strcmp(op->path, name->path) == 0;
		node = from ? -1 : op->node;
	}
	return node;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct disk_file *)a)->path, ((const struct disk_file *)b)->path);
}

struct disk_files disk_state(const struct disk *disk, const struct disk_log *log,
                             const struct disk_unit *units, const bool *present, size_t n)
{
	struct choice c = {log, units, present, n};
	struct disk_files out = {0};

	for (size_t i = 0; i < disk->name_count; i++) {
		int number = name_state(&c, &disk->names[i]);
		if (number < 0)
			continue;
		const struct node *node = &disk->nodes[number];
		out.files = disk_grow(out.files, out.n, sizeof *out.files);
		struct disk_file *file = &out.files[out.n++];
		file->path = disk->names[i].path;
		file->is_dir = node->is_dir;
		file->rights = rights_state(&c, node, number);
		if (!node->is_dir)
			file->content = content(&c, node, number);
	}
	if (out.n > 0)
		qsort(out.files, out.n, sizeof *out.files, by_path);
	return out;
}

void disk_files_free(struct disk_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		bytes_free(&files->files[i].content);
	free(files->files);
	*files = (struct disk_files){0};
}
