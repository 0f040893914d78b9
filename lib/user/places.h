/* SPDX-License-Identifier: MIT */
/*
 * Homes and mailboxes: whose they are, and making them where others can write.
 *
 * Paths are as the root sees them. What is in another's hands is refused: a folder above that a
 * third person owns, a name that is there and belongs to somebody else, a symbolic or hard link.
 * What is root's, empty and fresh from mkdir(2) or open(2) is what a run that was killed left, and
 * is taken over.
 */
#ifndef USER_PLACES_H
#define USER_PLACES_H

#include "user/user.h"
#include <sys/types.h>

enum users_place_state {
	USERS_PLACE_NONE,  /* there is nothing */
	USERS_PLACE_BEGUN, /* root's, and empty: it becomes his */
	USERS_PLACE_HIS,   /* there, and his */
};

enum users_place_kind {
	USERS_PLACE_HOME, /* a folder, 0700; what is missing above it is made 0755, root's */
	USERS_PLACE_BOX,  /* a file, 0600; its group is the folder's if that hands its group on */
};

struct users_place {
	enum users_place_kind kind;
	const char *path;
	bool knows_owner; /* before useradd(8) nobody knows his uid */
	uid_t uid;
	gid_t gid;
	/* What users_place_make() did, to be taken back. */
	unsigned int made; /* how many folders; of a box 1 */
	size_t made_to;    /* of a home: the bytes of the path down to the last of them */
	dev_t dev;
	ino_t ino;
};

/* 0 with the state; -1 with err: REEVE_EREFUSED, REEVE_EIO. */
int users_place_look(const struct reeve_users *users, const struct users_place *place,
                     enum users_place_state *state_r, struct reeve_error *err);

/* Make it, or take it over; the owner is known. Durable afterwards. */
int users_place_make(const struct reeve_users *users, struct users_place *place,
                     struct reeve_error *err);

/* What was made goes, unless somebody has put something into it. */
int users_place_unmake(const struct reeve_users *users, struct users_place *place,
                       struct reeve_error *err);

/*
 * The folder that `path` is in, opened on a way that nobody else can bend, and its last name.
 * Returns a descriptor (O_PATH), -1 with err.
 */
int users_place_folder(const struct reeve_users *users, const char *path, const char **name_r,
                       struct reeve_error *err);

#endif
