/* SPDX-License-Identifier: MIT */
/* The disk that forgets: see disk.h. Its log is in disk-log.c, what it loses in disk-loss.c. */
#include "disk-core.h"

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

_Noreturn void disk_die(const char *what, const char *about)
{
	fprintf(stderr, "disk: %s: %s\n", about, what);
	exit(EXIT_FAILURE);
}

void *disk_grow(void *array, size_t n, size_t each)
{
	array = realloc(array, (n + 1) * each);
	if (array == NULL)
		disk_die("no memory", "disk");
	memset((char *)array + n * each, 0, each);
	return array;
}

static void push(struct list *list, size_t value)
{
	list->at = disk_grow(list->at, list->n, sizeof *list->at);
	list->at[list->n++] = value;
}

void disk_resize(struct bytes *b, size_t n)
{
	b->at = realloc(b->at, n + 1);
	if (b->at == NULL)
		disk_die("no memory", "disk");
	if (n > b->n)
		memset(b->at + b->n, 0, n - b->n);
	b->n = n;
	b->at[n] = '\0';
}

void disk_copy(struct bytes *to, const struct bytes *from)
{
	disk_resize(to, 0);
	bytes_add(to, from->at, from->n);
}

void disk_set(struct bytes *b, uint64_t at, const char *bytes, size_t n)
{
	if (at + n > b->n)
		disk_resize(b, at + n);
	memcpy(b->at + at, bytes, n);
}

struct disk_rights disk_rights_of(const struct crash_record *rec)
{
	return (struct disk_rights){(uint32_t)rec->offset, (uint32_t)rec->length,
	                            (uint32_t)rec->mode};
}

/* ---- nodes and names ------------------------------------------------------------------------- */

static int node_new(struct disk *disk, uint64_t ino, const char *path, bool is_dir,
                    struct disk_rights rights)
{
	const char *base = strrchr(path, '/') + 1, *dot = strrchr(base, '.');

	disk->nodes = disk_grow(disk->nodes, disk->node_count, sizeof *disk->nodes);
	struct node *node = &disk->nodes[disk->node_count];
	node->ino = ino;
	node->is_dir = is_dir;
	node->sure_rights = node->now_rights = rights;
	node->is_lock = strncmp(base, ".lk", 3) == 0 || (dot != NULL && strcmp(dot, ".lock") == 0);
	disk_resize(&node->sure, 0);
	disk_resize(&node->now, 0);
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
	disk->names = disk_grow(disk->names, disk->name_count, sizeof *disk->names);
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

	disk_resize(&b, 0);
	if (fd < 0)
		disk_die(strerror(errno), path);
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
	struct disk_rights rights = {st->st_uid, st->st_gid, st->st_mode & 07777};
	int i = node_new(walked, st->st_ino, path, type == FTW_D, rights);
	struct node *node = &walked->nodes[i];
	if (type == FTW_F) {
		node->now = read_file(path);
		disk_copy(&node->sure, &node->now);
	}
	struct name *name = name_of(walked, path);
	name->sure = name->now = i;
	return 0;
}

struct disk *disk_new(const char *root)
{
	struct disk *disk = disk_grow(NULL, 0, sizeof *disk);

	disk->root = strdup(root);
	walked = disk;
	nftw(root, take_in, 8, FTW_PHYS);
	return disk;
}

static int check_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	struct name *name = name_of(walked, path);
	if (name->now < 0) {
		snprintf(walk_text, sizeof walk_text, "%s came by another way", path);
		return 1;
	}
	const struct disk_rights *rights = &walked->nodes[name->now].now_rights;
	if (rights->uid != st->st_uid || rights->gid != st->st_gid ||
	    rights->mode != (st->st_mode & 07777)) {
		snprintf(walk_text, sizeof walk_text, "%s was given away in another way", path);
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
		free(disk->nodes[i].pending_rights.at);
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

static void make_sure(struct disk *disk, int n, const char *path, bool is_all)
{
	struct node *node = &disk->nodes[n];

	disk_copy(&node->sure, &node->now);
	node->pending.n = 0;
	if (is_all) {
		node->sure_rights = node->now_rights;
		node->pending_rights.n = 0;
	}
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
		disk_set(&node->now, rec->offset, op->data, rec->length);
	} else if (rec->op == CRASH_OP_TRUNCATE) {
		disk_resize(&node->now, rec->offset);
	} else if ((rec->mode & ~FALLOC_FL_KEEP_SIZE) != 0) {
		disk_die("fallocate mode not known", op->path);
	} else if (rec->mode == 0 && rec->offset + rec->length > node->now.n) {
		disk_resize(&node->now, rec->offset + rec->length);
	}
	op->size_after = node->now.n;
	if (node->is_lock)
		disk_copy(&node->sure, &node->now);
	else
		push(&node->pending, i);
}

void disk_apply(struct disk *disk, struct disk_log *log, size_t i)
{
	struct disk_op *op = &log->ops[i];

	switch ((enum crash_op)op->rec.op) {
	case CRASH_OP_CREATE:
	case CRASH_OP_MKDIR:
		op->node = node_new(disk, op->rec.ino, op->path, op->rec.op == CRASH_OP_MKDIR,
		                    disk_rights_of(&op->rec));
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
	case CRASH_OP_RIGHTS:
	case CRASH_OP_WRITE:
	case CRASH_OP_TRUNCATE:
	case CRASH_OP_ALLOCATE:
	case CRASH_OP_SYNC:
	case CRASH_OP_DATASYNC:
		break;
	}
	op->node = node_find(disk, op->rec.ino);
	if (op->node < 0)
		disk_die("not a file we know", op->path);
	if (op->rec.op == CRASH_OP_RIGHTS) {
		disk->nodes[op->node].now_rights = disk_rights_of(&op->rec);
		push(&disk->nodes[op->node].pending_rights, i);
	} else if (op->rec.op != CRASH_OP_SYNC && op->rec.op != CRASH_OP_DATASYNC) {
		change_bytes(disk, op, i);
	} else if (!op->is_ignored) {
		make_sure(disk, op->node, op->path, op->rec.op == CRASH_OP_SYNC);
	}
}
