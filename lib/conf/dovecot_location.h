/* SPDX-License-Identifier: MIT */
/* Where Dovecot keeps the mail of a user: what its mail location says, with the variables of a user in it. */
#ifndef CONF_DOVECOT_LOCATION_H
#define CONF_DOVECOT_LOCATION_H

#include "conf/dovecot_variables.h"

/* What is configured, variables and all. NULL or "": not said. */
struct reeve_location {
	bool is_24;
	const char *location;              /* 2.3: "mbox:~/mail:INBOX=/var/mail/%u" */
	const char *driver, *path, *inbox; /* 2.4: mail_driver, mail_path, mail_inbox_path */
};

/*
 * The mbox file or the folder with the user's mail, without the root; to be freed. NULL: it is not
 * said, or in a way that we cannot follow (imapc, a relative path). With "auto" or no driver it is
 * what the path names.
 */
char *reeve_location_inbox(const struct reeve_location *location, const struct reeve_whom *whom);

/* The folder of a Maildir, in which its folders are, too; NULL also where the driver is another or not said. */
char *reeve_location_maildir(const struct reeve_location *location, const struct reeve_whom *whom);

/* The folder in which his folders are, of whatever driver that keeps mail in files; NULL likewise. */
char *reeve_location_folders(const struct reeve_location *location, const struct reeve_whom *whom);

#endif
