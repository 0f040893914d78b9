/* SPDX-License-Identifier: MIT */
/* Which mailboxes a tool works on: FILEs, --user, --all-users, --orphans, --root. */
#ifndef COMMON_BOXES_H
#define COMMON_BOXES_H

#include <argp.h>
#include <mailreeve/base.h>
#include <sys/types.h>

struct boxes {
	char *root;   /* --root without its last slashes; NULL: "/" */
	char **files; /* in the order of the command line; the names are argv's */
	size_t file_count;
	char **users;
	size_t user_count;
	bool all_users;
	bool orphans;
	bool pending; /* also where a journal waits */

	struct {
		dev_t dev;
		ino_t ino;
	} * seen; /* so that a box named twice is worked on once */
	size_t seen_count;
};

/* What boxes_each() found. Good during the call. */
struct boxes_box {
	const char *path;              /* with the root in front; NULL with an error */
	const char *user;              /* NULL: not asked for by user, or there is none */
	const struct reeve_error *err; /* why there is no path; NULL */
};

/* Return false to stop. */
typedef bool boxes_fn(void *user, const struct boxes_box *box);

/* Options and arguments, for struct argp_child; its input is a struct boxes, {0} at first. */
extern const struct argp boxes_argp;

/* After argp_parse(): a wrong combination is a usage error. */
void boxes_check(const struct boxes *boxes, bool may_be_empty);

/*
 * Call fn for each box once. A user without a mailbox has nothing to clean and is passed over.
 * What is wrong with the spool goes to talk->diag.
 */
void boxes_each(struct boxes *boxes, const struct reeve_talk *talk, boxes_fn *fn, void *user);

void boxes_dispose(struct boxes *boxes);

#endif
