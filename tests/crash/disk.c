/* SPDX-License-Identifier: MIT */
/* The disk that forgets: see disk.h. Its log is in disk-log.c. */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512
#define UNITS_PER_WRITE 16 /* a long write is torn in so many pieces at most */

struct list {
	size_t *at, n;
};

struct node {
	uint64_t ino;
	bool is_dir, is_lock;
	struct bytes sure; /* what is certain */
	struct bytes now;  /* what a program sees */
	struct list pending; /* operations since it was certain */
};

struct name {
	char *path;
	int sure, now; /* the node, or -1 */
	struct list pending;
};

struct disk {
	char *root;
	struct node *nodes;
	struct name *names;
	size_t node_count, name_count;
};

static void die(const char *what, const char *about)
{
	fprintf(stderr, "disk: %s: %s\n", about, what);
	exit(EXIT_FAILURE);
}

static void *grow(void *array, size_t n, size_t each)
{
	array = realloc(array, (n + 1) * each);
	if (array == NULL)
		die("no memory", "disk");
	memset((char *)array + n * each, 0, each);
	return array;
}

static void push(struct list *list, size_t value)
{
	list->at = grow(list->at, list->n, sizeof *list->at);
	list->at[list->n++] = value;
}

static void resize(struct bytes *b, size_t n)
{
	b->at = realloc(b->at, n + 1);
	if (b->at == NULL)
		die("no memory", "disk");
	if (n > b->n)
		memset(b->at + b->n, 0, n - b->n);
	b->n = n;
	b->at[n] = '\0';
}

static void copy(struct bytes *to, const struct bytes *from)
{
	resize(to, 0);
	bytes_add(to, from->at, from->n);
}

static void set(struct bytes *b, uint64_t at, const char *bytes, size_t n)
{
	if (at + n > b->n)
		resize(b, at + n);
	memcpy(b->at + at, bytes, n);
}

/* ---- nodes and names ------------------------------------------------------------------------- */

static int node_new(struct disk *disk, uint64_t ino, const char *path, bool is_dir)
{
	const char *base = strrchr(path, '/') + 1, *dot = strrchr(base, '.');

	disk->nodes = grow(disk->nodes, disk->node_count, sizeof *disk->nodes);
	struct node *node = &disk->nodes[disk->node_count];
	node->ino = ino;
	node->is_dir = is_dir;
	node->is_lock = strncmp(base, ".lk", 3) == 0 || (dot != NULL && strcmp(dot, ".lock") == 0);
	resize(&node->sure, 0);
	resize(&node->now, 0);
	return (int)disk->node_count++;
}

/* The youngest with that inode: numbers may be used again. */
static int node_find(const struct disk *disk, uint64_t ino)
{
	for (size_t i = disk->node_count; i-- > 0;)
		if (disk->nodes[i].ino == ino)
			return (int)i;
	return -1;
}

static struct name *name_of(struct disk *disk, const char *path)
{
	for (size_t i = 0; i < disk->name_count; i++)
		if (strcmp(disk->names[i].path, path) == 0)
			return &disk->names[i];
	disk->names = grow(disk->names, disk->name_count, sizeof *disk->names);
	struct name *name = &disk->names[disk->name_count++];
	name->path = strdup(path);
	name->sure = name->now = -1;
	return name;
}

static bool is_in(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/' && strchr(path + n + 1, '/') == NULL;
}

/* ---- from and against the real files --------------------------------------------------------- */

static struct bytes read_file(const char *path)
{
	struct bytes b = {0};
	char buf[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	resize(&b, 0);
	if (fd < 0)
		die(strerror(errno), path);
	while ((n = read(fd, buf, sizeof buf)) > 0)
		bytes_add(&b, buf, (size_t)n);
	close(fd);
	return b;
}

static struct disk *walked; /* nftw() hands nothing on */
static char walk_text[PATH_MAX + 100];

static int take_in(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	int i = node_new(walked, st->st_ino, path, type == FTW_D);
	struct node *node = &walked->nodes[i];
	if (type == FTW_F) {
		node->now = read_file(path);
		copy(&node->sure, &node->now);
	}
	struct name *name = name_of(walked, path);
	name->sure = name->now = i;
	return 0;
}

struct disk *disk_new(const char *root)
{
	struct disk *disk = grow(NULL, 0, sizeof *disk);

	disk->root = strdup(root);
	walked = disk;
	nftw(root, take_in, 8, FTW_PHYS);
	return disk;
}

static int check_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	struct name *name = name_of(walked, path);
	if (name->now < 0) {
		snprintf(walk_text, sizeof walk_text, "%s came by another way", path);
		return 1;
	}
	if (type != FTW_F)
		return 0;
	struct bytes is = read_file(path);
	if (!bytes_equal(&is, &walked->nodes[name->now].now))
		snprintf(walk_text, sizeof walk_text, "%s was written in another way", path);
	bytes_free(&is);
	return walk_text[0] != '\0';
}

const char *disk_compare(const struct disk *disk)
{
	struct stat st;

	walk_text[0] = '\0';
	walked = (struct disk *)disk;
	nftw(disk->root, check_one, 8, FTW_PHYS);
	for (size_t i = 0; i < disk->name_count && walk_text[0] == '\0'; i++)
		if (disk->names[i].now >= 0 && lstat(disk->names[i].path, &st) != 0)
			snprintf(walk_text, sizeof walk_text, "%s went another way",
				 disk->names[i].path);
	return walk_text[0] != '\0' ? walk_text : NULL;
}

void disk_free(struct disk *disk)
{
	for (size_t i = 0; i < disk->node_count; i++) {
		bytes_free(&disk->nodes[i].sure);
		bytes_free(&disk->nodes[i].now);
		free(disk->nodes[i].pending.at);
	}
	for (size_t i = 0; i < disk->name_count; i++) {
		free(disk->names[i].path);
		free(disk->names[i].pending.at);
	}
	free(disk->nodes);
	free(disk->names);
	free(disk->root);
	free(disk);
}

/* ---- one change after the other -------------------------------------------------------------- */

static void change_name(struct disk *disk, const char *path, int node, size_t op)
{
	struct name *name = name_of(disk, path);

	name->now = node;
	push(&name->pending, op);
}

static void make_sure(struct disk *disk, int n, const char *path)
{
	struct node *node = &disk->nodes[n];

	copy(&node->sure, &node->now);
	node->pending.n = 0;
	for (size_t i = 0; node->is_dir && i < disk->name_count; i++) {
		struct name *name = &disk->names[i];
		if (!is_in(name->path, path))
			continue;
		name->sure = name->now;
		name->pending.n = 0;
	}
}

static void change_bytes(struct disk *disk, struct disk_op *op, size_t i)
{
	struct node *node = &disk->nodes[op->node];
	struct crash_record *rec = &op->rec;

	op->size_before = node->now.n;
	if (rec->op == CRASH_OP_WRITE) {
		set(&node->now, rec->offset, op->data, rec->length);
	} else if (rec->op == CRASH_OP_TRUNCATE) {
		resize(&node->now, rec->offset);
	} else if ((rec->mode & ~FALLOC_FL_KEEP_SIZE) != 0) {
		die("fallocate mode not known", op->path);
	} else if (rec->mode == 0 && rec->offset + rec->length > node->now.n) {
		resize(&node->now, rec->offset + rec->length);
	}
	op->size_after = node->now.n;
	if (node->is_lock)
		copy(&node->sure, &node->now);
	else
		push(&node->pending, i);
}

void disk_apply(struct disk *disk, struct disk_log *log, size_t i)
{
	struct disk_op *op = &log->ops[i];

	switch ((enum crash_op)op->rec.op) {
	case CRASH_OP_CREATE:
	case CRASH_OP_MKDIR:
		op->node = node_new(disk, op->rec.ino, op->path, op->rec.op == CRASH_OP_MKDIR);
		change_name(disk, op->path, op->node, i);
		return;
	case CRASH_OP_LINK:
	case CRASH_OP_RENAME:
		op->node = name_of(disk, op->path)->now;
		change_name(disk, op->path2, op->node, i);
		if (op->rec.op == CRASH_OP_RENAME)
			change_name(disk, op->path, -1, i);
		return;
	case CRASH_OP_UNLINK:
		op->node = -1;
		change_name(disk, op->path, -1, i);
		return;
	case CRASH_OP_TOUCH:
		return;
	case CRASH_OP_WRITE:
	case CRASH_OP_TRUNCATE:
	case CRASH_OP_ALLOCATE:
	case CRASH_OP_SYNC:
	case CRASH_OP_DATASYNC:
		break;
	}
	op->node = node_find(disk, op->rec.ino);
	if (op->node < 0)
		die("not a file we know", op->path);
	if (op->rec.op != CRASH_OP_SYNC && op->rec.op != CRASH_OP_DATASYNC)
		change_bytes(disk, op, i);
	else if (!op->is_ignored)
		make_sure(disk, op->node, op->path);
}

/* ---- what is uncertain ----------------------------------------------------------------------- */

static void unit_add(struct disk_unit **units, size_t *n, struct disk_unit unit)
{
	*units = grow(*units, *n, sizeof **units);
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
	return x->kind != y->kind ? (int)x->kind - (int)y->kind : (x->from > y->from) - (x->from < y->from);
}

struct disk_unit *disk_units(const struct disk *disk, const struct disk_log *log, size_t *n_r)
{
	struct disk_unit *units = grow(NULL, 0, sizeof *units);
	size_t n = 0;

	for (size_t i = 0; i < disk->node_count; i++) {
		const struct list *pending = &disk->nodes[i].pending;
		for (size_t k = 0; k < pending->n; k++) {
			const struct disk_op *op = &log->ops[pending->at[k]];
			if (op->rec.op == CRASH_OP_WRITE)
				write_units(&units, &n, op, pending->at[k]);
			if (op->size_before != op->size_after)
				unit_add(&units, &n, (struct disk_unit){UNIT_SIZE, pending->at[k],
									(int)i, 0, 0});
		}
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
		die("no memory", "disk");
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

	copy(&b, &node->sure);
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
				resize(&b, size);
		}
		if (op->rec.op != CRASH_OP_WRITE)
			continue;
		uint64_t from = op->rec.offset, end = from + op->rec.length;
		while (from < end) {
			uint64_t to = (from / SECTOR + 1) * SECTOR < end ? (from / SECTOR + 1) * SECTOR
									  : end;
			if (i < last[from / SECTOR])
				set(&b, from, op->data + (from - op->rec.offset), to - from);
			from = to;
		}
	}
	free(last);
	resize(&b, size);
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
		out.files = grow(out.files, out.n, sizeof *out.files);
		struct disk_file *file = &out.files[out.n++];
		file->path = disk->names[i].path;
		file->is_dir = node->is_dir;
		if (!node->is_dir)
			file->content = content(&c, node, number);
	}
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
