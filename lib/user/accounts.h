/* SPDX-License-Identifier: MIT */
/*
 * The accounts of a root, as its own passwd(5), shadow(5) and group(5) have them: not what NSS of
 * this host makes of them, for of an image only its files are there.
 *
 * Lines are read as glibc's nss_files does: a comment, an empty line, one of NIS ("+", "-") and one
 * that cannot be read are no accounts; of two of one name the first counts. Everything is in the
 * arena of who asked for it.
 */
#ifndef USER_ACCOUNTS_H
#define USER_ACCOUNTS_H

#include "base/arena.h"
#include <mailreeve/base.h>

struct reeve_account {
	const char *name, *gecos, *home, *shell; /* shell: "" is /bin/sh, as passwd(5) says */
	uint32_t uid, gid;
	uint64_t line;
	bool has_shadow;       /* a line of shadow(5) was read */
	const char *hash;      /* its field 2, or passwd's if that is not "x"; NULL: not known */
	int64_t expires_day;   /* its field 8, days since 1970; -1: never */
	uint64_t shadow_line;  /* 0: none */
	bool is_shadowed;      /* passwd(5) says "x": the hash is in shadow(5) */
	bool is_double;        /* an earlier line has the name */
};

struct reeve_account_group {
	const char *name;
	uint32_t gid;
	uint64_t line;
	const char *const *members; /* member_count of them */
	size_t member_count;
};

/* A line that is no account, and why. */
struct reeve_account_fault {
	const char *file, *text;
	uint64_t line;
};

struct reeve_accounts {
	const char *passwd_path, *shadow_path, *group_path; /* with the root in front */
	bool has_shadow; /* shadow(5) is there and may be read */
	struct reeve_account *rows; /* in the order of the file */
	size_t count;
	struct reeve_account_group *groups;
	size_t group_count;
	const struct reeve_account_group *mail; /* the group of that name; NULL */
	struct reeve_account_fault *faults;
	size_t fault_count, fault_room;
	struct reeve_account **by_name, **by_uid; /* sorted; of equals the first line first */
};

/*
 * Read the three files; `root` is "" for "/", else without a slash at its end. passwd(5) has to be
 * there; where group(5) is not, there are no groups; shadow(5) may be out of reach.
 * Returns 0, or -1 with err: REEVE_EIO, REEVE_EFORMAT, REEVE_ECHANGED, REEVE_ENOMEM.
 */
int reeve_accounts_read(struct reeve_accounts *accounts, const char *root,
                        struct reeve_arena *arena, struct reeve_error *err);

/*
 * The accounts as they were before the last change, which programs of shadow(5) leave in passwd-; none if that is
 * not there. 0, or -1 with err.
 */
int reeve_accounts_read_before(struct reeve_accounts *accounts, const char *root,
                               struct reeve_arena *arena, struct reeve_error *err);

/* NULL: there is none. */
struct reeve_account *reeve_accounts_find(const struct reeve_accounts *accounts, const char *name);
struct reeve_account *reeve_accounts_uid(const struct reeve_accounts *accounts, uint32_t uid);
const struct reeve_account_group *reeve_accounts_group(const struct reeve_accounts *accounts,
                                                       const char *name);
const struct reeve_account_group *reeve_accounts_gid(const struct reeve_accounts *accounts,
                                                     uint32_t gid);

/* Whether the group names him as a member; of a primary group it need not. */
bool reeve_account_group_has(const struct reeve_account_group *group, const char *name);

/* Whether a shell lets somebody in: neither nologin(8) nor false(1), wherever they are. */
bool reeve_account_may_log_in(const char *shell);

#endif
