/* SPDX-License-Identifier: MIT */
/* A root with a few files in the working folder of a test, and plans that change them. */
#ifndef PLAN_ROOT_H
#define PLAN_ROOT_H

#include "plan/parts.h"
#include <sys/stat.h>

/* How all plans here are begun: in root "r"; each test has it fresh, and may change it. */
extern struct reeve_plan_how plan_root_how;

/* Whoever runs the test, 0640; likewise. */
extern struct reeve_rights plan_root_mine;

/*
 * A folder of its own with root r: r/etc/a with "a = 1\n", r/etc/b with "b = 1\n", mailboxes
 * r/mail/ann and r/mail/bob; folder_leave() removes it.
 */
void plan_root_enter(void);

/* A plan, which must begin. */
struct reeve_plan *plan_root_begin(void);

/* Other texts for that of a file. */
void plan_root_replace(struct reeve_plan *plan, const char *path, const char *old, const char *new);

/* A file that shall be there, with plan_root_mine. */
void plan_root_create(struct reeve_plan *plan, const char *path, const char *text);

/* chmod, by a plan: of a file that is plan_root_mine but for its mode. */
void plan_root_give(struct reeve_plan *plan, const char *path, unsigned int from, unsigned int to);

/* lstat(2) of what has to be there, and its mode. */
struct stat plan_root_look(const char *path);
unsigned int plan_root_mode(const char *path);

/* Carry it out and free it; -1 for NULL, too. `result` and err may be NULL. */
int plan_root_apply(struct reeve_plan *plan, struct reeve_plan_result *result,
                    struct reeve_error *err);

/* Undo a change, or the last with NULL. */
int plan_root_undo(const char *id, struct reeve_plan_result *result, struct reeve_error *err);

/* a: 1 -> 2, b: 1 -> 2. */
struct reeve_plan_result plan_root_change_both(void);

/* The path of a file in the record of a change; good until the next call. */
const char *plan_root_record(const struct reeve_plan_result *result, const char *name);

/* Nothing lies about: no names beside the files, no stage, so many records. */
void plan_root_assert_tidy(int records);

#endif
