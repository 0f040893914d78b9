/* SPDX-License-Identifier: MIT */
/*
 * A root with two files of configuration in it, and something that a plan does to them: one scene
 * of those that plans.c plays and breaks off.
 */
#ifndef CRASH_SCENE_H
#define CRASH_SCENE_H

#include "disk.h"
#include "shim.h"
#include <mailreeve/base.h>

#include <stdbool.h>

enum { SCENE_FILES = 2 };

/* What is done to a file. */
enum scene_deed { SCENE_REPLACED, SCENE_MADE, SCENE_REMOVED, SCENE_GIVEN };

/*
 * Mid: between two changes, of a scene that has several; or, of a file that is given away, owner
 * and mode on the way from one to the other. Other: mixed, or none of these.
 */
enum scene_side { SCENE_OLD, SCENE_NEW, SCENE_MID, SCENE_OTHER };

struct scene {
	const struct scene_row *row;
	char dir[64];
	char root[80]; /* CRASH_UNDER */
	char path[SCENE_FILES][120];
	/* What a file is at the beginning, at the end, between. */
	struct bytes sides[SCENE_FILES][3];
	struct crash_state *state;
};

/* What the shim shall do. {0}: nothing. */
struct scene_order {
	const char *deed; /* a word of CRASH_DEEDS */
	uint32_t at;
	const char *log;
};

extern const struct scene_row {
	const char *name;
	int files;       /* that change */
	bool fails;      /* an error in its middle; it takes all back */
	bool is_refused; /* the next run needs a person from the start */
	bool has_mid;    /* several changes, one after the other */
	bool (*prepare)(struct scene *s);
	bool (*act)(struct scene *s);
	enum scene_deed deeds[SCENE_FILES];
} scene_rows[];
extern const int scene_row_count;

void scene_open(struct scene *s, const struct scene_row *row);
void scene_close(struct scene *s);

/* As it is before the act. False if that fails. */
bool scene_reset(struct scene *s);

/* Nothing is below the root, nor the root. */
void scene_clear(struct scene *s);

/* The act in a process of its own, behind the shim. Its status as waitpid() gives it. */
int scene_run(struct scene *s, const struct scene_order *order);

enum scene_side scene_file(const struct scene *s, int i);
bool scene_is_file(const char *path); /* one of them */

/* The files that change are all on one side: which; else SCENE_OTHER. */
enum scene_side scene_side(const struct scene *s);

/* Where the act is to get. */
enum scene_side scene_goal(const struct scene *s);

/* Something that should not lie about, or a mode that is not what it was; NULL: nothing. Static. */
const char *scene_litter(const struct scene *s);

/* What the next run finds: 1 it may go on, 0 a person has to decide, -1 it fails. */
int scene_next(struct scene *s, struct reeve_error *err);
bool scene_settle(struct scene *s); /* an act: the same, that succeeds in the first two cases */

/* The person decides which way to go. */
bool scene_decide(struct scene *s, enum scene_side way, struct reeve_error *err);

/* Where a person gets who goes one way. */
enum scene_side scene_after(const struct scene *s, enum scene_side way);

/* Whether what is done can be undone, tried. Of an undo that says nothing new. */
bool scene_can_be_undone(struct scene *s, struct reeve_error *err);

/* What was said in the last run. Static. */
const char *scene_words(struct scene *s);

#endif
