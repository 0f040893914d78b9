/* SPDX-License-Identifier: MIT */
/*
 * The programs that change accounts: useradd(8), usermod(8), userdel(8), chpasswd(8) of Debian's
 * passwd; and newaliases(1). They are the root's own, run in it by chroot(2): their --root reads
 * PAM of this host (shadow 4.13), and Debian 12's chpasswd has no --prefix.
 *
 * They are not killed because somebody wants us to stop: half a useradd(8) leaves a user without a
 * line in shadow(5), and locks. If we are killed they go on, and hold the lock of plans until they
 * are done: useradd(8) looks whether the name is free before it has its own lock, so two that wait
 * for that give one user two uids, of which the second stays (shadow 4.13 and 4.17, src/useradd.c).
 */
#ifndef USER_PROGRAMS_H
#define USER_PROGRAMS_H

#include "user/user.h"

/* Exit statuses that mean the same to shadow 4.13 and 4.17: useradd(8), userdel(8). */
enum {
	PROGRAM_NOT_THERE = 6, /* userdel: no such user */
	PROGRAM_IN_USE = 8,    /* userdel: he has processes */
	PROGRAM_TAKEN = 9,     /* useradd: the name is taken */
};

/*
 * Run argv[0] (a name, looked up in the root) to its end. `input` (n bytes; NULL: none) is what it
 * reads. With status_r, an exit status above 0 is handed on there, and -1 returned with what the
 * program said; it is 0 for all other failures.
 *
 * Returns 0; or -1 with err: REEVE_EREFUSED if the root has no such program, REEVE_EBUSY if
 * another one has locked the files (vipw(8)), REEVE_EIO with what it said.
 */
int users_program_run(struct reeve_users *users, const char *const argv[], const void *input,
                      size_t n, int *status_r, struct reeve_error *err);

/* Whether the root has it: 0, or -1 with err as above. */
int users_program_look(const struct reeve_users *users, const char *name, struct reeve_error *err);

#endif
