/* SPDX-License-Identifier: MIT */
/*
 * Acting as the owner of a file, as Postfix local(8) does (util/set_eugid.c).
 *
 * Root becomes the owner with the effective ids only; the real uid stays root's, so that the
 * owner can neither signal nor trace us. Who is not root stays who he is.
 */
#ifndef BASE_IDENTITY_H
#define BASE_IDENTITY_H

#include <mailreeve/base.h>
#include <sys/stat.h>
#include <sys/types.h>

struct reeve_identity {
	uid_t uid;  /* to be */
	gid_t gid;
	uid_t old_uid; /* effective ids before */
	gid_t old_gid;
	gid_t *old_groups; /* supplementary groups before */
	int old_group_count;
	bool is_changed;
};

/*
 * Whom to become for a file in a folder. The owner; and, as the owner may make a dotlock in a
 * spool such as root:mail 2775 only through its group, the folder's group if the folder is
 * writable for its group, not for all, and not the owner's own. Else the owner's primary group;
 * the file's group if nobody has that uid. To be asked while still root.
 */
void reeve_identity_for(const struct stat *file, const struct stat *dir, uid_t *uid_r,
                        gid_t *gid_r);

/*
 * Become uid and gid, with gid as the only supplementary group. Without root's real and effective
 * uid, or with uid 0, nothing changes (but gid 0..n is set if root).
 * Returns 0, or -1 with err: REEVE_EIO; then the identity is what it was, or the process aborts.
 */
int reeve_identity_become(struct reeve_identity *id, uid_t uid, gid_t gid,
                          struct reeve_error *err);

/* Be again what the process was before. A failure aborts: nothing safe is left to do. */
void reeve_identity_restore(struct reeve_identity *id);

/* For a moment root again, between the two (to make or remove a journal). Abort on failure. */
void reeve_identity_pause(struct reeve_identity *id);
void reeve_identity_resume(struct reeve_identity *id);

#endif
