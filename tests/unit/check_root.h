/* SPDX-License-Identifier: MIT */
/*
 * A made-up root in the working folder of a test, at which `check` looks.
 *
 * In its texts '^' is the uid of whoever owns the files (who runs the test, or 1000 for root), '#'
 * another one, '&' the gid of group mail.
 */
#ifndef CHECK_ROOT_H
#define CHECK_ROOT_H

#include "user/user.h"

#define ROWS(table) (int)(sizeof table / sizeof table[0])

#define ROOT "root:x:0:0:root:/root:/bin/bash\n"
#define DEBIAN                                                                                     \
	ROOT "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"                                   \
	     "sync:x:4:65534:sync:/bin:/bin/sync\n"                                                \
	     "mail:x:8:&:mail:/var/mail:/usr/sbin/nologin\n"                                       \
	     "list:x:38:38:Mailing List Manager:/var/list:/usr/sbin/nologin\n"                     \
	     "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"                        \
	     "postfix:x:101:105::/var/spool/postfix:/usr/sbin/nologin\n"                           \
	     "dovecot:x:102:106:Dovecot mail server:/usr/lib/dovecot:/usr/sbin/nologin\n"          \
	     "dovenull:x:103:107:Dovecot login user:/nonexistent:/usr/sbin/nologin\n"
#define MAIL "root:x:0:\nmail:x:&:\n"
#define ANN "ann:x:^:&::/home/ann:/usr/sbin/nologin\n"
#define BOB "bob:x:#:&::/nonexistent:/usr/sbin/nologin\n"
#define GOOD "var/mail/ann 0600 home/ann/ 0700 "
#define BOX "var/mail/ann 0600 "
#define YESCRYPT "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"

#define FILE_23                                                                                    \
	"passdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"                         \
	"userdb {\n driver = passwd-file\n args = /etc/dovecot/users\n}\n"                         \
	"mail_location = maildir:~/M\n"

/* A folder of its own; folder_leave() removes it. */
void check_enter(void);

/* The text with its ids. */
void check_fill(const char *text, char *out, size_t n);

/* A file with a text, with its ids; none if it is NULL. */
void check_write(const char *name, const char *text);

/*
 * Make "root" anew, with its files of accounts and places: "PATH MODE PATH MODE ...", below it;
 * folders end with '/'. The folders above are made.
 */
void check_root(const char *passwd, const char *shadow, const char *group, const char *places);

/* What was heard of it, a line each: N, W or P, file, line, text. */
extern char check_said[8192];
extern const struct reeve_talk check_talk;

/* Look; how many findings. */
long check_look(struct reeve_users *users, bool repair);

/*
 * Mending: open "root" for changes, look, and carry out what is to be done. How many steps that took;
 * the test fails if it fails, or if nothing is done.
 */
struct reeve_users *check_begin(void);
long check_end(struct reeve_users *users);

/* Open, look, close. */
long check_users(const struct reeve_users_how *how, bool repair);

#endif
