/* SPDX-License-Identifier: MIT */
/*
 * Who says where INBOX is: the namespace that has it (inbox = yes), a user's line in a passwd-file, what
 * stands outside of all blocks.
 *
 * As 2.3.19 and 2.4.1 do it: what the namespace sets comes before userdb_mail (2.4: userdb_mail_path ...), that
 * before what is outside, and userdb_namespace/NAME/location (mail_path ...) before all.
 */
#ifndef CONF_DOVECOT_SPACE_H
#define CONF_DOVECOT_SPACE_H

#include "base/arena.h"
#include "conf/dovecot_location.h"
#include "conf/tree.h"
#include <mailreeve/conf.h>

struct reeve_space {
	const char *name; /* name_length bytes; NULL: there is none, or it has none */
	size_t name_length;
	struct reeve_location at; /* what it sets; NULL: it does not */
};

/* Whether a boolean is true, as 2.x reads it: yes, y or 1, in any case of letters. */
bool reeve_space_is_yes(const char *value);

/* Of the effective settings, whose strings it borrows. */
void reeve_space_find(const struct reeve_conf_list *list, bool is_24, struct reeve_space *space_r);

/*
 * Where a namespace has its mail, of all that say it and are not disabled: the next one from row *i on, which begins
 * as 0. False: there are no more. Borrows as above.
 */
bool reeve_space_next(const struct reeve_conf_list *list, bool is_24, size_t *i,
                      struct reeve_location *at_r);

/*
 * What counts: `at` is what is outside of all blocks, and becomes it. `doc` with the line `node` of the user may be
 * NULL; what is taken from it is kept in the arena. 1 if the line has a say, 0 if not, -1: no memory.
 */
int reeve_space_settle(const struct reeve_space *space, const struct reeve_doc *doc, uint32_t node,
                       struct reeve_arena *arena, struct reeve_location *at);

#endif
