/* SPDX-License-Identifier: MIT */
/*
 * What a Dovecot configuration means: one walk in which each setting is put where Dovecot puts it.
 *
 * A place (dovecot_path.h) is where a setting is written; a scope is where it is kept. Mostly they are the
 * same. Not so: `auth default { mechanisms = x }` of 1.x, which is auth_mechanisms outside of all blocks;
 * `plugin { }` and `plugin { }`, one list; `passdb sql { query = x }` of 2.4, which is passdb_sql_query in
 * the filter `passdb sql`; `local ::1 { }` and `local 0:0::1 { }`. Two settings are the same if scope and
 * key are, and then the later one counts. How they are found is in dovecot_eval23.c (1.x to 2.3) and
 * dovecot_eval24.c.
 *
 * A row is a setting as it stands in a file; an item is what Dovecot keeps. Rows are in reading order; `seq`
 * orders rows and the first time a place was entered.
 */
#ifndef CONF_DOVECOT_EVAL_H
#define CONF_DOVECOT_EVAL_H

#include "base/arena.h"
#include "conf/dovecot_path.h"
#include "conf/dovecot_walk.h"

#define REEVE_NONE UINT32_MAX
#define REEVE_EVAL_DEPTH 100 /* of blocks; what is deeper is no configuration, and left out */

enum reeve_item_kind {
	REEVE_ITEM_SETTING,
	REEVE_ITEM_LIST,    /* 2.4: `list = a b`, or `list =`: what was in it before is out */
	REEVE_ITEM_ELEMENT, /* 2.4: one of a list */
};

struct reeve_scope {
	uint32_t parent;
	const char *type, *name;
};

struct reeve_item {
	uint32_t scope;
	const char *key; /* its full name; of an element "list/element" */
	const char *value;
	uint32_t row; /* the one that counts */
	uint8_t kind;
	bool is_set;
	uint32_t list;              /* of an element */
	uint32_t first, last, next; /* a list's elements; an element's neighbour. REEVE_NONE */
};

struct reeve_row {
	uint32_t place, seq;
	const char *name;  /* as written, decoded */
	const char *value; /* the same; `<file` as "<file" */
	struct reeve_doc *doc;
	uint32_t node;
	uint32_t item;
	bool is_shadowed;
};

enum reeve_open_kind {
	REEVE_OPEN_ORDINARY,
	REEVE_OPEN_LIST,    /* 2.4: settings inside are elements of `list` */
	REEVE_OPEN_VIRTUAL, /* 1.x: `auth x`, and sockets in it: no block for 2.3 */
};

struct reeve_open {
	uint32_t scope;  /* of what is set inside */
	uint32_t filter; /* 1.x to 2.3: the scope of the filters around it */
	uint8_t kind;
	const char *list;
	const char *filters[4]; /* 1.x to 2.3: local, local_name, remote, protocol; NULL */
};

struct reeve_slot;

struct reeve_eval {
	struct reeve_conf *conf;
	struct reeve_arena *arena;
	struct reeve_places *places;
	struct reeve_walk walk;
	bool is_24, has_failed;

	struct reeve_scope *scopes; /* 0: outside of all blocks */
	uint32_t scope_count, scope_room;
	struct reeve_item *items;
	uint32_t item_count, item_room;
	struct reeve_row *rows;
	uint32_t row_count, row_room;
	struct reeve_slot *slots; /* scopes and items by their hash */
	size_t slot_count, slot_room;
	uint32_t *place_seq; /* when a place was first entered */
	uint32_t place_seq_count;
	uint32_t seq;

	struct reeve_open *open; /* open[0]: outside of all blocks; then as walk.blocks */
	size_t depth, open_room;
	unsigned int auth_depth, socket_depth; /* of 1.x, as old-set-parser.c counts them */
	size_t expanded; /* bytes of values with variables in them */
	struct reeve_buf buf, more;
};

/* NULL without memory. `path` is what reeve_places_new() takes. */
struct reeve_eval *reeve_eval_new(struct reeve_conf *conf, const char *path);
void reeve_eval_free(struct reeve_eval *eval);

/* ---- for the rules (has_failed says if there was no memory) --------------------------------- */

uint32_t reeve_eval_scope(struct reeve_eval *eval, uint32_t parent, const char *type, const char *name);
const char *reeve_eval_keep(struct reeve_eval *eval, const void *text, size_t n);

/* The item, or REEVE_NONE; with `make` it is made. */
uint32_t reeve_eval_item(struct reeve_eval *eval, uint32_t scope, const char *key, bool make);

/* The last row sets item `n`. It puts the row before into the shadow, unless `keeps_before`. */
void reeve_eval_put(struct reeve_eval *eval, uint32_t n, enum reeve_item_kind kind,
                    const char *value, bool keeps_before);

/*
 * The value of the last row with its own former value in place of `$key` (2.4: `$SET:key`), which Dovecot
 * expands at once; other variables stay, as in the output of doveconf -n. The result is kept.
 * *uses_r: whether there was one. What would become too large stays as written.
 */
const char *reeve_eval_expand(struct reeve_eval *eval, const char *key, const char *value, bool *uses_r);

/* Whether the last row's value is one in which variables count. */
bool reeve_eval_has_variables(const struct reeve_eval *eval);

/* Add what an escaped name of a block or element means: "\\s" is '/' (settings_section_unescape()). */
void reeve_eval_unescape(struct reeve_buf *buf, const char *text, size_t n);

/* "10.0.0.0/8", "::1" as doveconf prints them: kept. What is no address stays as it is. */
const char *reeve_eval_net(struct reeve_eval *eval, const char *text);

struct reeve_eval_rules {
	void (*enter)(struct reeve_eval *eval, const char *type, const char *name); /* fills the top of open */
	void (*leave)(struct reeve_eval *eval);
	void (*set)(struct reeve_eval *eval, const char *key, const char *value); /* of the last row */
};

extern const struct reeve_eval_rules reeve_eval_23, reeve_eval_24;

#endif
