/* SPDX-License-Identifier: MIT */
/*
 * Where a path leads, symbolic links followed inside of the root: what is said of /etc holds of /srv/link,
 * too, if that leads there.
 */
#ifndef USER_REAL_H
#define USER_REAL_H

#include "user/user.h"

/*
 * The path, absolute and as the root sees it, without links and ".."; kept. What is not there stays as it is
 * written. NULL with err: REEVE_EREFUSED for a link that leads nowhere, or round and round.
 */
const char *users_path_real(struct reeve_users *users, const char *path, struct reeve_error *err);

#endif
