/* SPDX-License-Identifier: MIT */
/* The files of users->plan (passwd-file, aliases, owners and modes) as one step among the others. */
#ifndef USER_FILES_H
#define USER_FILES_H

#include "user/user.h"

/*
 * Something was added to users->plan: it is carried out, all of it once, in its turn (USERS_FILES),
 * and undone if a later step fails. The plan must be there: how.is_for_changes.
 */
void users_files_step(struct reeve_users *users);

#endif
