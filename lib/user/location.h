/* SPDX-License-Identifier: MIT */
/*
 * Where Dovecot keeps the INBOX of a user: what its mail location says, with the variables of a
 * user in it.
 *
 * Variables are those that locations have: of 2.3 %u %n %d %h %i, %{user} and its kin, with the
 * modifiers L and U, an offset and a width (lib/var-expand.c); of 2.4 %{user}, %{home}, %{uid},
 * %{gid} through the filters username, domain, lower and upper (lib-var-expand). With any other the
 * place is not known, for we would look into the wrong one.
 */
#ifndef USER_LOCATION_H
#define USER_LOCATION_H

#include <mailreeve/base.h>

struct users_whom {
	const char *name, *home; /* home: NULL if it is not known */
	bool has_ids;
	uint32_t uid, gid;
};

/* What is configured, variables and all. NULL or "": not said. */
struct users_location {
	bool is_24;
	const char *location;             /* 2.3: "mbox:~/mail:INBOX=/var/mail/%u" */
	const char *driver, *path, *inbox; /* 2.4: mail_driver, mail_path, mail_inbox_path */
};

/* `text` with its variables; to be freed. NULL: a variable that is not known, or no memory. */
char *users_expand(const char *text, bool is_24, const struct users_whom *whom);

/*
 * The mbox file or the folder with the user's mail, without the root; to be freed. NULL: it is not
 * said, or in a way that we cannot follow (imapc, a relative path). With "auto" or no driver it is
 * what the path names.
 */
char *users_location_inbox(const struct users_location *location, const struct users_whom *whom);

#endif
