/* SPDX-License-Identifier: MIT */
/* The passdbs and userdbs of a configuration of Dovecot, in their order. */
#ifndef USER_WHERE_DB_H
#define USER_WHERE_DB_H

#include "user/where.h"

/* A passdb or userdb. */
struct users_db {
	const char *id; /* "passdb[2]": the front of its settings' PATHs, id_length bytes */
	size_t id_length;
	bool is_passdb;
	const char *driver;
	const char *path;   /* of driver passwd-file; "": none */
	const char *format; /* NULL: not said */
	bool is_other; /* master, deny: no users of mail */
	bool goes_on;  /* result_success = continue: the next one adds to it */
	struct users_default home, uid, gid;
};

struct users_dbs {
	struct users_db *rows;
	size_t count, room;
};

/* All outside of other blocks; free(dbs->rows) is the caller's, always. -1 with err. */
int users_dbs_read(struct reeve_users *users, struct reeve_conf *dovecot, bool is_24,
                   struct users_dbs *dbs, struct reeve_error *err);

/* Whether it has users of mail in a passwd-file. */
bool users_db_is_passwd_file(const struct users_db *db);

#endif
