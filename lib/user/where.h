/* SPDX-License-Identifier: MIT */
/*
 * What Dovecot and Postfix name: the passwd-file of virtual users and what Dovecot makes of its lines, the
 * one for quotas of system users, the aliases. Strings live as long as the users.
 */
#ifndef USER_WHERE_H
#define USER_WHERE_H

#include "conf/dovecot_dbs.h"
#include "user/user.h"

struct users_where {
	bool has_dovecot; /* a configuration of Dovecot was read */
	bool is_24;

	/* Virtual users. */
	const char *passwd_file; /* with the root in front; NULL: none, or none that can be told */
	const char *pattern;     /* its path, where it is another one for each name: where_file.h. Else NULL */
	const char *why;         /* where both are NULL: a text for an error */
	const struct reeve_dovecot_file *files; /* of where_file.c */
	size_t file_count;
	const char *format;      /* what of a user's name his line begins with: "%n"; NULL: all of it */
	bool is_userdb;          /* Dovecot takes uid, gid, home and extra fields from its lines, too */
	const char *passwords, *homes; /* the two files of users whose homes are in another one; NULL */
	struct reeve_db_default home, uid, gid;

	/*
	 * A passwd-file whose userdb adds to what the next one says (result_success = continue-ok): for quotas
	 * of system users. With the root in front; NULL: there is none.
	 */
	const char *quota_file;

	/* Aliases. */
	const char *aliases;      /* with the root in front; NULL: none, or none that can be told */
	const char *aliases_why;
	const char *alias_type;   /* "hash" */
	bool is_for_newaliases;   /* newaliases(1) makes its table; else postalias(1) has to be told */
};

/* Fill in what is about aliases; for users_where(). */
void users_where_aliases(struct reeve_users *users, struct users_where *where);

/* The passdbs and userdbs of Dovecot; free(dbs->rows) is the caller's, always. -1 with err. */
int users_dbs_read(struct reeve_users *users, struct reeve_conf *dovecot, bool is_24,
                   struct reeve_dbs *dbs, struct reeve_error *err);

/* Read when first asked for. NULL with err: REEVE_ENOMEM. */
const struct users_where *users_where(struct reeve_users *users, struct reeve_error *err);

/*
 * What a virtual user's line begins with, kept: the part of his name that username_format takes. NULL
 * with err: REEVE_EREFUSED if that has variables that we do not know.
 */
const char *users_where_key(struct reeve_users *users, const char *name, struct reeve_error *err);

/*
 * Of users who are a line in two files, one with the password, we would write or remove one. 0, or -1 with
 * err: REEVE_EREFUSED.
 */
int users_where_check_one(const struct users_where *where, const char *name, struct reeve_error *err);

/* Resolve a uid or gid of `where`, a number or a name of the root's; false: nothing is said, or no such. */
bool users_where_uid(struct reeve_users *users, const char *value, uint32_t *uid_r);
bool users_where_gid(struct reeve_users *users, const char *value, uint32_t *gid_r);

/*
 * Where virtual users' extra fields have the quota: the key, and in front of the size ("*:storage=") what
 * the version wants. False with err: REEVE_EREFUSED if there is no configuration of Dovecot.
 */
struct users_quota_field {
	const char *key, *before;
};
bool users_where_quota(struct reeve_users *users, struct users_quota_field *field_r,
                       struct reeve_error *err);

#endif
