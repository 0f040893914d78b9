/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of each message, 8 bytes, and which of them go.
 *
 *     reeve_index_add() for each message that was scanned
 *     reeve_choose(): the query's choice, corrected by all that holds messages back
 *     reeve_chosen_edits(): as edits of the file
 */
#ifndef MBOX_CHOOSE_H
#define MBOX_CHOOSE_H

#include "base/edits.h"
#include "mbox/scan.h"

/* A message: 48 bits of offset, 16 of these. */
enum reeve_mark {
	REEVE_MARK_CHOSEN = 1 << 0, /* goes */
	REEVE_MARK_SEEN = 1 << 1,
	REEVE_MARK_FLAGGED = 1 << 2,
	REEVE_MARK_SUSPECT = 1 << 3,
	REEVE_MARK_PSEUDO = 1 << 4,
	REEVE_MARK_HELD = 1 << 5, /* was chosen in part, with the suspect pieces behind it */
	REEVE_MARK_WANTED = 1 << 6, /* what the query said; the choice begins with it each time */
};

struct reeve_index {
	uint64_t *messages;
	size_t count, room;
	uint64_t size;         /* of the file */
	struct reeve_span base; /* X-IMAPbase lines of the first message, if it is no pseudo one */
};

/* is_chosen: by the query. */
int reeve_index_add(struct reeve_index *index, const struct reeve_message *msg, bool is_chosen,
                    struct reeve_error *err);
void reeve_index_forget_last(struct reeve_index *index);
void reeve_index_dispose(struct reeve_index *index);

uint64_t reeve_index_offset(const struct reeve_index *index, size_t i); /* i == count: size */
bool reeve_index_has(const struct reeve_index *index, size_t i, unsigned int marks); /* all */

/*
 * Correct the choice: pseudo and last messages and flagged ones stay if so wished, suspect pieces
 * go only with the message before them, and with a maximum size the oldest go until it is reached.
 * Fills the counts of *result. May be asked again when messages were added.
 * Returns 0, or -1 with err: REEVE_EREFUSED for unread mail.
 */
int reeve_choose(struct reeve_index *index, const char *path, const struct reeve_prune *prune,
                 struct reeve_prune_result *result, struct reeve_error *err);

/* Diagnostics about messages that suspect pieces hold back; `src` finds their lines. */
void reeve_tell_held_back(const struct reeve_index *index, const char *path,
                          const struct reeve_talk *talk, struct reeve_source *src);

/*
 * The edits that remove what is chosen. If the first message goes, its X-IMAPbase goes into the
 * new first one, instead of any that it carries. NULL with err.
 */
struct reeve_edits *reeve_chosen_edits(const struct reeve_index *index, struct reeve_scan *scan,
                                       struct reeve_error *err);

#endif
