/* SPDX-License-Identifier: MIT */
/* Inside the disk that forgets. */
#ifndef CRASH_DISK_CORE_H
#define CRASH_DISK_CORE_H

#include "disk.h"

#include <stddef.h>

struct list {
	size_t *at, n;
};

struct node {
	uint64_t ino;
	bool is_dir, is_lock;
	struct bytes sure;   /* what is certain */
	struct bytes now;    /* what a program sees */
	struct list pending; /* operations since it was certain */
	struct disk_rights sure_rights, now_rights;
	struct list pending_rights;
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

struct disk_rights disk_rights_of(const struct crash_record *rec);

/* Memory: all of them exit without it. */
void *disk_grow(void *array, size_t n, size_t each); /* room for one more after n, zeroed */
void disk_resize(struct bytes *b, size_t n);         /* new bytes are zeros */
void disk_copy(struct bytes *to, const struct bytes *from);
void disk_set(struct bytes *b, uint64_t at, const char *bytes, size_t n);
_Noreturn void disk_die(const char *what, const char *about);

#endif
