/* SPDX-License-Identifier: MIT */
/*
 * Where a user's mail is, how much there is of it, and when it last changed.
 *
 * Where Dovecot knows the user and says where mail lies, it lies there: that is what he reads. Else
 * where Postfix's local(8) puts it: home_mailbox, or the spool, mail_spool_directory if main.cf sets
 * it, else MAIL_DIR of login.defs(5), as for the other tools. A virtual user has Dovecot only.
 */
#ifndef USER_MAILBOX_H
#define USER_MAILBOX_H

#include "conf/dovecot_space.h"
#include "user/user.h"
#include <sys/stat.h>

/* What is configured; without the root. */
struct users_mail {
	struct reeve_location location; /* of INBOX, by Dovecot */
	struct reeve_location outside;  /* the same, but for the namespace that it is in */
	struct reeve_space space;       /* which is this one */
	struct reeve_location *others; /* of other namespaces */
	size_t other_count;
	bool is_for_system;  /* Dovecot finds system users: a userdb passwd, or one that makes users up */
	const char *home;    /* mail_home, for who has none; NULL */
	const char *spool;   /* the folder of mailboxes; NULL: there is none, mail is in the homes */
	bool is_spool_of_folders; /* a Maildir for each, not a file */
	const char *in_home; /* below the home: "Maildir/", "mail/inbox"; NULL */
};

/* Read when first asked for. NULL with err: login.defs cannot be read, no memory. */
const struct users_mail *users_mail(struct reeve_users *users, struct reeve_error *err);

/*
 * The path of a user's mailbox, with the root in front, to be freed: a file, or, with a '/' at its
 * end, a folder that shall be one or is taken for one. `own` (NULL: none) is what a line of a
 * passwd-file says instead of the configuration. 1, 0 if it is not known, -1 with err.
 */
int users_mailbox_where(struct reeve_users *users, const struct reeve_whom *whom, bool is_virtual,
                        const struct reeve_location *own, char **path_r, struct reeve_error *err);

/* What is there. No symbolic link at the end of `path` is followed, nor any inside of a folder. */
enum users_mailbox_is {
	USERS_MAILBOX_NONE,    /* there is nothing of that name */
	USERS_MAILBOX_HIDDEN,  /* we may not look */
	USERS_MAILBOX_THERE,   /* a file or a folder */
	USERS_MAILBOX_OTHER,   /* a symbolic link, a device ... */
};
struct users_amount {
	enum users_mailbox_is is;
	struct stat st;   /* of the file or folder; THERE and OTHER */
	uint64_t bytes;   /* of a folder: of all files of mail in it and below, on its file system */
	int64_t time;     /* last change of mail, seconds since 1970 */
};

/* With `is_deep` a folder is walked through; else bytes are 0, and the time is the folder's. */
void users_mailbox_look(const struct reeve_users *users, const char *path, bool is_deep,
                        struct users_amount *amount_r);

#endif
