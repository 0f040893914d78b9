/* SPDX-License-Identifier: MIT */
/*
 * The rules: rows of the tables in lib/migrate/rules, compiled in, and what matches them. What a
 * person should know beside the files is in variables.tsv and advice.tsv, in the same columns.
 *
 * The order of rows counts: of those that match a setting the first one changes it; only rows of
 * the actions word, manual and note come on top of it.
 *
 *   when      any: the old thing means nothing to newer versions, so it is changed wherever it
 * stands. era: it means something else to them, so only in a file that is written for the old one.
 * late: it means the same to them, so only after the last hop, where another thing was changed
 *   context   blocks around it, "auth/passdb pam": type or type and name, which may hold '*'.
 * "root" is none; "filter" at first is any of protocol, local, local_name, remote, or none. Several
 *             with ", " between
 *   old       its name, or "type {}", "type name {}" of a block; '*' is any text, "<n>" digits or
 * none value     nothing: any; "empty"; "#": a number but 0; "# <N"; "word W": one of the words;
 * "port": an address with a port; "script": a command that is none of Dovecot's own; else a pattern with '*' and '#' (digits), in any case of letters
 *   new       a name; of move a path (in the root, or "./" where it stands; "{name}": its name); of
 * odd, which code new_value "{}": the value, "{*}": what '*' stood for, "{name}": the block's name;
 * "empty"
 */
#ifndef MIGRATE_RULES_H
#define MIGRATE_RULES_H

#include <mailreeve/migrate.h>

enum migrate_action {
	MIGRATE_RENAME, /* name, perhaps value */
	MIGRATE_VALUE,
	MIGRATE_MOVE, /* into blocks of its own */
	MIGRATE_REMOVE,
	MIGRATE_WORD,   /* one word out of the value */
	MIGRATE_SPLIT,  /* several lines instead */
	MIGRATE_UNWRAP, /* the block goes, its content stays */
	MIGRATE_BLOCK,  /* another head, and perhaps a line below it */
	MIGRATE_ODD,    /* what no row can say: odd.c */
	MIGRATE_MANUAL, /* a person decides */
	MIGRATE_NOTE,
	MIGRATE_NEW,    /* changes nothing: whoever has it writes for the newer version */
	MIGRATE_ADVICE, /* nothing that stands in these files, or is only a default */
};

struct migrate_rule {
	struct reeve_migrate_rule row;
	enum migrate_action action;
	int from, to; /* numbers of versions */
	bool is_era, is_late;
	bool is_block;
};

struct migrate_rules {
	struct migrate_rule *rows;
	size_t count;
};

/* Read rows (borrowed). -1 with err: REEVE_EFORMAT for one that means nothing, REEVE_ENOMEM. */
int reeve_migrate_rules_read(struct migrate_rules *rules, const struct reeve_migrate_rule *rows,
                             size_t n, struct reeve_error *err);
void reeve_migrate_rules_dispose(struct migrate_rules *rules);

/* The rows that were compiled in. */
extern const struct reeve_migrate_rule reeve_migrate_rows[];
extern const size_t reeve_migrate_row_count;

/* "1.0" to "2.4" by number; the number of a name, or -1. */
enum {
	MIGRATE_1_0,
	MIGRATE_1_1,
	MIGRATE_1_2,
	MIGRATE_2_0,
	MIGRATE_2_1,
	MIGRATE_2_2,
	MIGRATE_2_3,
	MIGRATE_2_4,
	MIGRATE_VERSIONS
};
extern const char *const reeve_migrate_versions[MIGRATE_VERSIONS];
int reeve_migrate_version_number(const char *name, size_t n);

/* A block around a setting, or a thing itself: type and name are decoded; name is NULL with
 * settings. */
struct migrate_block {
	const char *type, *name;
};

/* Whether a type of block only says whom its settings are for: protocol, local ... */
bool reeve_migrate_is_filter(const char *type);

/* Whether blocks[0..n), the outermost first, are a rule's context. */
bool reeve_migrate_match_context(const char *context, const struct migrate_block *blocks, size_t n);

/* A setting's name, or a block; digits_r: what "<n>" stands for, borrowed from name. */
bool reeve_migrate_match_old(const struct migrate_rule *rule, const struct migrate_block *thing,
                             const char **digits_r);

/* A value. *star_r (*star_n) is what the first '*' stands for, borrowed. */
bool reeve_migrate_match_value(const char *pattern, const char *value, const char **star_r,
                               size_t *star_n);

/* Step through words with blanks and commas between: the next one at or behind text, NULL at the
 * end. */
const char *reeve_migrate_word(const char *text, size_t *n_r);

/* Whether an address of a listen setting has a port: its place, behind ':'; NULL. n: of the
 * address. */
const char *reeve_migrate_port(const char *address, size_t n);

#endif
