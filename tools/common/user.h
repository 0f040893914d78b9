/* SPDX-License-Identifier: MIT */
/* Between the files of reeve-user(8). */
#ifndef COMMON_USER_H
#define COMMON_USER_H

#include "secret.h"
#include <mailreeve/user.h>

/* A password for one of the users who were named. */
struct user_secret {
	char *name;
	struct secret secret; /* as it was typed or read */
	char *made;           /* as it was generated; NULL */
};

struct user_run {
	/* from the command line */
	struct reeve_users_how how;
	const char *command; /* "add", "alias list" */
	void (*carry_out)(struct user_run *run);
	char **words;
	size_t word_count;
	struct reeve_user_wish wish; /* of add: for each user */
	const char *batch;           /* a file, "-" */
	const char *password_file;
	int password_fd, generate_fd; /* -1: none */
	bool is_generated, is_without_password, is_hash;
	bool has_mail; /* what becomes of it was said */
	enum reeve_users_mail mail;
	const char *archive;
	bool is_repair;
	const char *file; /* without the root */
	bool has_uid, has_gid, has_lock_timeout;
	bool is_json, is_quiet, is_verbose;

	/* of the run */
	struct reeve_talk talk;
	char *what; /* the command, for the list of changes; lasts as long as the users */
	struct reeve_users *users;
	struct user_secret *secrets;
	size_t secret_count, secret_room;
	bool is_asking;     /* the users are open to see whose passwords are asked for */
	struct user_said *said; /* meanwhile: user_run.c */
	struct json *diags;       /* with is_json */
	struct reeve_error error; /* that the library did not say */
	bool has_problem;         /* a diagnostic was one */
	bool is_usage;            /* what was asked for means nothing */
};

/* Take the command from the words; what does not go together is a usage error. */
void user_command(struct user_run *run);

/* The commands. */
void user_add(struct user_run *run);
void user_passwd(struct user_run *run);
void user_lock(struct user_run *run); /* unlock, too */
void user_remove(struct user_run *run);
void user_alias(struct user_run *run); /* add and remove */
void user_alias_list(struct user_run *run);
void user_list(struct user_run *run);
void user_verify(struct user_run *run);
void user_check(struct user_run *run);

/* ---- a run: user_run.c --------------------------------------------------------------------- */

/* Open run->users. False after saying why not. */
bool user_open(struct user_run *run, bool is_for_changes);
void user_close(struct user_run *run);

/* What was said, at the end. */
void user_forget(struct user_run *run);

/* Carry out what was wished, and tell. False if that failed, which has been said. */
bool user_apply(struct user_run *run);

/* An error of the library. */
void user_fail(struct user_run *run, const struct reeve_error *err);

/* Somebody who was named is not there. */
void user_missing(struct user_run *run, const char *name);

/* Print results with the diagnostics, and an error if there is one, also one that tool_error() said. */
struct json;
void user_print_json(struct user_run *run, struct json *results, const struct reeve_error *err);

/* The same where nothing could be asked: what was to be changed is not. */
void user_print_failure(struct user_run *run, const struct reeve_error *err);

/* ---- passwords: user_secret.c -------------------------------------------------------------- */

/*
 * Before anything is locked: read the password of the command line's file or descriptor, or ask for
 * those of the users named, of add for who has none. False after saying why not.
 */
bool user_secrets_get(struct user_run *run);

/* The one for a user, made now if that was asked for; NULL: there is none, or no memory (said). */
const char *user_secret_of(struct user_run *run, const char *name);

/* For reeve_users_batch(). */
const char *user_secret_for_batch(void *user, const char *name, struct reeve_error *err);

/*
 * Print those that were made, before they are set: one that nobody knows would lock a user out. False
 * if that failed, which is said, and nothing may be changed. *count_r is how many there are.
 */
bool user_secrets_write(struct user_run *run, size_t *count_r);

void user_secrets_wipe(struct user_run *run);

/* Whether somebody of this name is there and has a password. */
bool user_has_password(struct user_run *run, const char *name);

#endif
