/* SPDX-License-Identifier: MIT */
/* The passdbs and userdbs of a configuration of Dovecot, in their order. */
#ifndef CONF_DOVECOT_DBS_H
#define CONF_DOVECOT_DBS_H

#include "base/arena.h"
#include <mailreeve/conf.h>

/* What it says of all its users: a number, a name, or a text with variables; NULL: nothing. */
struct reeve_db_default {
	const char *value;
	bool is_forced; /* counts also where a line says something else */
};

/* A passdb or userdb. */
struct reeve_db {
	const char *id; /* "passdb[2]": the front of its settings' PATHs, id_length bytes */
	size_t id_length;
	bool is_passdb;
	const char *driver;
	const char *path;   /* of driver passwd-file; "": none */
	const char *format; /* NULL: not said */
	bool is_other; /* master, deny: no users of mail */
	bool goes_on;  /* result_success = continue: the next one adds to it */
	struct reeve_db_default home, uid, gid;
	const char *of_mail; /* a field of all users that tells of their mail or quota: its name; NULL: none */
};

struct reeve_dbs {
	struct reeve_db *rows;
	size_t count, room;
};

/*
 * All outside of other blocks, out of the effective settings with blocks; strings are kept in the arena.
 * free(dbs->rows) is the caller's, always. -1 with err.
 */
int reeve_dovecot_dbs(const struct reeve_conf_list *list, bool is_24, struct reeve_arena *arena,
                      struct reeve_dbs *dbs, struct reeve_error *err);

/* Whether it has users of mail in a passwd-file. */
bool reeve_db_is_passwd_file(const struct reeve_db *db);

#endif
