/* SPDX-License-Identifier: MIT */
/* What a run that was killed while somebody's mail was archived or locked left, and nobody uses. */
#ifndef USER_LEFTOVER_H
#define USER_LEFTOVER_H

#include "user/leaving.h"

/*
 * Begun archives of the user who leaves, in the open folder of his archive: steps to remove them, when
 * the new one is whole. Those of others are noted: theirs may be the only copy. 0, or -1 with err.
 */
int users_leftover_archives(struct reeve_users *users, struct users_leaving *leaving, int dirfd,
                            const char *folder, struct reeve_error *err);

/* After all wishes: a warning of each that was noted, and that no step removes. */
void users_leftover_tell(struct reeve_users *users);

/* liblockfile's file of the run before this one, beside a mailbox that leaves: a step. 0, or -1 with err. */
int users_leftover_lock(struct reeve_users *users, const struct users_part *part,
                        struct reeve_error *err);

/* Mark an archive as one that is written: as long as we, or tar(1), have it open. -1 with err. */
int users_leftover_not(int fd, const char *name, struct reeve_error *err);

#endif
