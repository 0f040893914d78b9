/* SPDX-License-Identifier: MIT */
/* A root of its own with one mailbox in it, and running our tools there behind the shim. */
#ifndef CRASH_SCRATCH_H
#define CRASH_SCRATCH_H

#include "boxes.h"
#include "shim.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct scratch {
	char dir[64];    /* in memory if the machine lets us: what is tested is order, not disks */
	char root[80];   /* --root; CRASH_UNDER */
	char spool[100]; /* its folder of mailboxes */
	char box[110];
	char out[80]; /* what the tool said last */
	struct crash_state *state;
	char archive[100]; /* to which --read adds what goes */
	bool archives;     /* it does */
	int fd;    /* of the box, which keeps its inode */
	ino_t ino; /* of the box */
	mode_t mode;
	char *bin; /* the folder of this program */
};

/* What the shim shall do. {0}: nothing. */
struct plan {
	const char *deed; /* a word of CRASH_DEEDS */
	const char *to;   /* all, main, self */
	uint32_t at;
	const char *log;
};

void scratch_open(struct scratch *s, const char *argv0, const struct crash_box *box);
void scratch_close(struct scratch *s); /* removes it */

/* The box holds these bytes, in place; no journal, no locks. */
void scratch_reset(struct scratch *s, const struct bytes *content);
void scratch_append(struct scratch *s, const struct bytes *more);
struct bytes scratch_read(struct scratch *s);

/* Whether these bytes are in the archive; or, with `only`, nothing else. */
bool scratch_is_archived(struct scratch *s, const struct bytes *bytes, bool only);

/* Everything below `top` but the box goes, folders too. */
void scratch_clear(struct scratch *s);

/* reeve-prune's main(), as it is called where it is linked in, built with small steps. */
int reeve_tool_main(int argc, char **argv);

/*
 * Run the tool on the box with one option and wait for it and whatever it leaves behind. `small`:
 * the one linked in; else the one in BUILD/bin. Without a plan the shim does nothing.
 * Returns its status as waitpid() gives it; -1: it hung and was killed.
 */
int scratch_run(struct scratch *s, bool small, const char *option, const struct plan *plan);

bool scratch_has_journal(struct scratch *s);

/* As after a reboot, the box is on a device of another number than its journal says. */
bool scratch_renumber(struct scratch *s);

/*
 * The name of a lock or of another file that should not be in the spool; NULL: none. Static.
 * `but_temporary`: liblockfile's .lk* are let through; it makes them before it links the lock, and
 * if it is killed there nobody can know them for dead.
 */
const char *scratch_litter(struct scratch *s, bool but_temporary);

/* What the tool said in its last run. Static. */
const char *scratch_words(struct scratch *s);

#endif
