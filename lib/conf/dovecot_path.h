/* SPDX-License-Identifier: MIT */
/*
 * PATHs of Dovecot settings, and the places that they name.
 *
 *     PATH  = *(block "/") setting
 *     block = type [blank name] ["[" number "]"]
 *     name  = as in the file without its quotes / DQUOTE text DQUOTE
 *
 * `protocol imap/mail_plugins`, `plugin/sieve`, `namespace inbox/mailbox "Sent Messages"/auto`,
 * `service auth/unix_listener /var/spool/postfix/private/auth/mode`, `passdb[2]/driver`.
 *
 * Names may hold slashes and blanks. Where a PATH can be read in several ways, the blocks that the
 * files have decide; in quotes (with \" and \\) a name ends where its quotes do. Of blocks
 * without name that Dovecot keeps apart (passdb, userdb, namespace) each has a number, from 1 in reading
 * order; without it a PATH means the only one. A type alone also means the only block of that type that
 * has a name, if there is none without one: `service auth/unix_listener/mode`. `service/auth/mode`, with a slash before the name, as
 * doveconf(1) writes it, is taken too, if nothing is named better.
 *
 * A place is where settings stand: blocks of the same type and name in the same place are one, as they
 * are for Dovecot, whichever files they are in. Place 0 is outside of all blocks.
 *
 *     places = reeve_places_new(path);                 path: to be matched, or NULL
 *     a walk:   REEVE_WALK_ENTER: reeve_places_enter(places, walk.doc, walk.node);
 *               REEVE_WALK_LEAVE: reeve_places_leave(places);
 *               REEVE_WALK_SETTING: ... places->at ...
 *     reeve_places_read(places);
 *     reeve_places_rewind(places); and the same walk again
 *
 * Which blocks there are is known after the first walk: the PATH is read then, and PATHs are written.
 */
#ifndef CONF_DOVECOT_PATH_H
#define CONF_DOVECOT_PATH_H

#include "base/arena.h"
#include "conf/dovecot.h"

enum {
	REEVE_PATH_READINGS = 4, /* ways to read a PATH at one place */
	REEVE_PATH_DEPTH = 20000, /* of blocks; what is deeper is in no place, and no PATH means it */
};

struct reeve_place {
	uint32_t parent;
	const char *type, *name; /* decoded; name is "" where there is none */
	struct reeve_doc *doc;   /* and node: a block that is there, the last that was entered */
	uint32_t node;
	uint32_t number;         /* from 1; 0: blocks of this type and name are one place */
	uint32_t family;         /* numbered: the place that counts them, else itself */
	uint32_t count, seen;    /* of a family: all of them, and in this walk */
	struct {
		uint32_t offset; /* in the PATH: what is left of it here */
		bool is_loose;   /* something was left out that says which block */
	} readings[REEVE_PATH_READINGS];
	uint8_t reading_count;
	uint64_t hash; /* of the blocks around and this one, however the walk came here */
	uint32_t next; /* of the same bucket */
	uint32_t below; /* while a PATH is written */
};

struct reeve_places {
	struct reeve_place *places;
	uint32_t count, room;
	uint32_t at; /* the walk stands in this one */
	uint32_t depth, beyond; /* of the walk: blocks around, and of too many the rest */
	const char *path;
	struct reeve_arena *arena;
	uint32_t *heads; /* by hash */
	uint32_t head_count;
	struct reeve_buf type, name;
	bool has_failed; /* no memory: what it says is not to be used */
};

struct reeve_places *reeve_places_new(const char *path); /* path is borrowed. NULL: no memory */
void reeve_places_free(struct reeve_places *places);     /* NULL is fine */
void reeve_places_rewind(struct reeve_places *places);
void reeve_places_read(struct reeve_places *places); /* the PATH, at all places that are known */

void reeve_places_enter(struct reeve_places *places, struct reeve_doc *doc, uint32_t node);
void reeve_places_leave(struct reeve_places *places);

/* Add the PATH of a setting (a decoded name of n bytes) of a place; without one, of the block. */
void reeve_places_path(struct reeve_places *places, uint32_t place, const void *name, size_t n,
                       struct reeve_buf *buf);

enum reeve_path_match {
	REEVE_PATH_OTHER,
	REEVE_PATH_LOOSE, /* if there is no other */
	REEVE_PATH_EXACT,
};

/* Whether the PATH, once it was read, means this setting (a decoded name of n bytes) of this place. */
enum reeve_path_match reeve_places_match(const struct reeve_places *places, uint32_t place,
                                         const void *name, size_t n);

/* What is left of `path` behind "[number]/" or "/"; *number_r 0: none. NULL if it is none of them. */
const char *reeve_path_number(const char *path, uint32_t *number_r);

/*
 * The first block of a PATH at `text`, read without files: its type and name (decoded, "" if there is none)
 * and number (0: none) into the bufs. Returns where the PATH goes on behind the '/', or NULL if
 * text is only the name of a setting, which then is in `type`.
 */
const char *reeve_path_step(const char *text, struct reeve_buf *type, struct reeve_buf *name,
                            uint32_t *number_r);

#endif
