/* SPDX-License-Identifier: MIT */
/*
 * Users who leave: their mail is held (locked), copied by tar(1), and, when they are gone, removed.
 *
 * A mailbox stays locked from before it is copied until its name is gone: who delivers meanwhile
 * waits, and then finds no user. A folder has no lock; of it, what came after the copy was begun
 * is not removed.
 */
#ifndef USER_LEAVING_H
#define USER_LEAVING_H

#include "base/lock.h"
#include "base/open.h"
#include "user/steps.h"
#include <sys/types.h>

/* A mailbox or home. */
struct users_part {
	const char *path; /* as the root sees it */
	bool is_folder;
	bool is_open;
	int dirfd, fd; /* the folder that it is in; itself */
	const char *last;
	struct reeve_place place; /* of a file */
	struct reeve_lock *lock;
};

#define USERS_PARTS 3 /* where Dovecot has it, the spool, the home */

struct users_leaving {
	struct users_leaving *next;
	const char *name;
	uid_t uid; /* whose mail it has to be */
	struct users_part parts[USERS_PARTS];
	size_t part_count;
	/* The archive: its folder, as it was named, and its name there. NULL: none is wished. */
	const char *folder, *archive;
	struct timespec since; /* when it was begun */
};

/* Acts: `what` is the struct users_leaving. */
users_act_fn users_leaving_hold;    /* opened and locked; all or nothing */
users_act_fn users_leaving_let_go;  /* as it was */
users_act_fn users_leaving_archive; /* after hold */
users_act_fn users_leaving_unarchive;

/* What is held is removed; then let go. `what` is the struct users_leaving. */
users_act_fn users_leaving_remove;

/* All of a list are let go; by users_steps_free(). */
void users_leaving_close(struct users_leaving *list);

#endif
