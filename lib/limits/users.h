/* SPDX-License-Identifier: MIT */
/* A user of Dovecot's, of whom files tell. */
#ifndef LIMITS_USERS_H
#define LIMITS_USERS_H

#include "conf/passwd_file.h"
#include "limits/limits.h"

struct limit_line {
	const struct reeve_doc *doc; /* NULL: none */
	uint32_t node;
};

struct limit_user {
	const char *login;     /* with his domain, as far as the file tells */
	struct limit_line line;
	struct limit_place place;
	bool is_bare;          /* it is one of passwd(5), or of a passdb: there are no extra fields */
	struct limit_line more; /* what an earlier userdb says of him, too (result_success = continue-ok) */
	bool is_part;          /* it is such a userdb's: of his mail another one knows */
	const char *home;      /* "": nobody says */
	/* Filled in: the quota, and how it is written. */
	const char *name, *value;
	uint64_t bytes, message_bytes; /* REEVE_NO_LIMIT */
	bool is_own;                   /* and said in this line */
};

/* His own quota, and whether his mailbox is full. */
void reeve_limits_check_user(struct reeve_limits *limits, struct limit_user *user);

#endif
