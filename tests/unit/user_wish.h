/* SPDX-License-Identifier: MIT */
/*
 * Wishes about users, carried out in a root (user_root.h):
 *
 *     users = wish_begin();
 *     reeve_users_lock(users, "ann", true);
 *     ck_assert_msg(wish_end(users, &err) == 1, "%s", err.text);
 */
#ifndef USER_WISH_H
#define USER_WISH_H

#include <mailreeve/user.h>

#define WISH_HASH                                                                                       \
	"$6$abcdefgh$sKwXUYx1Bx22wVaH3Hs5HMB9vULCuGfDNn6BPXFhlTvRfpE3zPJ3eo9."                     \
	"3VUbPTcs6Kl1RgCxPtNh6Gih8ceNM1"
#define WISH_HASH5 "$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C"

extern const char *wish_root;
extern int wish_cancel_at;  /* the how manieth question "stop?" is the last; 0: none */
extern bool wish_is_killed; /* by SIGKILL, then; else by "yes" */
extern bool (*wish_kill_when)(void); /* asked at each question, too; NULL: never */
extern char wish_told[2000]; /* diagnostics: "FILE:LINE TEXT\n" */

/* A fixture: a folder with a root in it. To leave: folder_leave(). */
void wish_enter(void);

struct reeve_users *wish_begin(void);

/* The same, with this passwd-file. */
struct reeve_users *wish_begin_in(const char *passwd_file);

/* Carries it out. How many steps it took; -1 with the error. */
int wish_end(struct reeve_users *users, struct reeve_error *err);

/* A system user, as the only wish. */
int wish_add(const char *name, const char *hash, struct reeve_error *err);

/* A user goes, as the only wish; archives are put into "kept". */
int wish_remove(const char *name, enum reeve_users_mail mail, struct reeve_error *err);

/* A file of the root, and how it is: "0600 1001 8"; "none". */
const char *wish_look(const char *path);

/* What programs were run, a line for each; "(none)". */
const char *wish_ran(void);

/* Nothing of ann is there; all of her is, once. */
void wish_check_gone(void);
void wish_check_there(void);

#endif
