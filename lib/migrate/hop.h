/* SPDX-License-Identifier: MIT */
/*
 * One hop: the files as they are, what is set in them (sites), which rules match, and for each line
 * what becomes of it (pages). At the end the lines are edits, and the files are parsed afresh.
 *
 * Comments never change their order, and lines only where a block joins another one (join.c). A line
 * has at most one text that stands instead of it; texts before and behind it add up. All memory of a
 * hop is in one arena; a failure of it is sticky (has_failed).
 */
#ifndef MIGRATE_HOP_H
#define MIGRATE_HOP_H

#include "base/arena.h"
#include "conf/dovecot.h"
#include "migrate/rules.h"

#include <stdarg.h>

/* A line that comes behind another one. */
struct migrate_piece {
	const char *text;
	uint32_t origin;
	struct migrate_piece *next;
};

struct migrate_line {
	const char *before, *instead, *after; /* lines, each with "\n"; NULL */
	struct migrate_piece *moved, **last;  /* in front of `after` */
	bool is_dropped;                      /* no line; instead counts, if there is one */
	uint32_t dedent; /* columns that go from its indentation, unless there is a text instead */
};

struct migrate_page {
	struct reeve_doc *doc;
	uint32_t *starts; /* of lines; starts[count] is the size */
	uint32_t count;
	struct migrate_line *lines;
	uint32_t *origins; /* of each line: its line in the file that was read, from 1. Not the
	                      arena's */
	uint32_t *sites;   /* of each node: the number of its site + 1; 0 */
	const char *eol;
	uint32_t include;  /* the node of the root file that includes it outside of all blocks; 0 */
	bool is_ambiguous; /* it is not the only one, or not all that it reads is outside */
	bool has_nul;      /* it is no text, and our texts end with one: it stays as it is */
};

enum { MIGRATE_MAX_RULES = 8, MIGRATE_MAX_AGAIN = 4 };

/* A setting or a block, in the order of reading. */
struct migrate_site {
	uint32_t page, node;
	uint32_t up;                       /* the block around it: number + 1; 0: the root */
	uint32_t again[MIGRATE_MAX_AGAIN]; /* others, where its file is read again */
	size_t again_count;
	bool is_read_often; /* in more than these */
	struct migrate_block thing;
	const char *value;                                  /* decoded; of a block its name */
	const struct migrate_rule *main;                    /* what changes it; NULL */
	const struct migrate_rule *more[MIGRATE_MAX_RULES]; /* word, manual, note */
	size_t more_count;
	const char *digits, *star; /* what stood for <n> and '*' */
	bool was_moved;            /* with one above it */
	const char *indent;        /* of a comment above it, if it follows others in a new block */
	bool is_free; /* the block around it is closed before it and opened again behind it */
	bool ends_elsewhere; /* a block: not where its own file ends it */
};

struct migrate_hop {
	struct reeve_migrate *migrate;
	struct reeve_arena *arena;
	struct migrate_site *sites;
	uint32_t count, room;
	struct migrate_page *pages;
	uint32_t page_count;
	bool has_failed;
};

struct reeve_migrate {
	struct reeve_conf *conf;
	struct migrate_rules rules;
	struct reeve_arena *arena; /* strings of changes */
	bool without_sieve;
	bool was_run, has_failed;
	bool is_late;    /* the hops are done, and rules of "late" are on */
	bool has_advice; /* for after the last hop: reeve_migrate_advise() */
	int version; /* -1: nothing tells */
	int target;  /* the version aimed at */
	struct reeve_migrate_version told;
	uint32_t **origins; /* of each file, NULL at first: every line is its own */
	uint32_t **starts;  /* of each file as it was read: where lines begin */
	struct reeve_migrate_change *changes;
	size_t change_count, change_room;
};

/* ---- sites.c ------------------------------------------------------------------------------- */

/* Pages and sites of the files as they are. False without memory. */
bool reeve_migrate_read(struct migrate_hop *hop, struct reeve_migrate *migrate);
void reeve_migrate_done(struct migrate_hop *hop);

/* Whether Dovecot can read the files at all. A '}' too many and one that is missing are told here,
 * the rest was when they were opened. False without memory. */
bool reeve_migrate_is_sound(struct migrate_hop *hop, bool *is_sound_r);

/* Whether the file of a block ends it, on another line than its head. */
bool reeve_migrate_has_end(const struct migrate_hop *hop, const struct migrate_site *block);

/* Whether it is that end where Dovecot ends the block, too: what is behind it is outside. A file
 * that is included in the block may end it, or leave one open that ends there instead. */
bool reeve_migrate_is_closed(const struct migrate_hop *hop, const struct migrate_site *block);

/* The blocks around a site, the outermost first. At most MIGRATE_MAX_DEPTH of them count. */
enum { MIGRATE_MAX_DEPTH = 16 };
size_t reeve_migrate_around(const struct migrate_hop *hop, const struct migrate_site *site,
                            struct migrate_block blocks[MIGRATE_MAX_DEPTH]);

struct migrate_site *reeve_migrate_parent(const struct migrate_hop *hop,
                                          const struct migrate_site *site);

/* ---- pages.c: lines and their texts -------------------------------------------------------- */

char *reeve_migrate_text(struct migrate_hop *hop, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A copy of n bytes with a NUL; "" without memory. */
char *reeve_migrate_copy(struct migrate_hop *hop, const void *bytes, size_t n);

uint32_t reeve_migrate_line_of(const struct migrate_page *page, uint32_t offset);
void reeve_migrate_before(struct migrate_hop *hop, struct migrate_line *line, const char *text);
void reeve_migrate_after(struct migrate_hop *hop, struct migrate_line *line, const char *text);

/* The lines [first, last] become `text` (NULL: nothing). */
void reeve_migrate_instead(struct migrate_page *page, uint32_t first, uint32_t last,
                           const char *text);

/* A line of the page stands behind line `to` instead, as `text`; it keeps its origin. */
void reeve_migrate_carry_to(struct migrate_hop *hop, struct migrate_page *page, uint32_t line,
                            uint32_t to, const char *text);

/* The indentation of a line, as it will be; its columns as it is. */
const char *reeve_migrate_indent(struct migrate_hop *hop, const struct migrate_page *page,
                                 uint32_t line);
uint32_t reeve_migrate_columns(const struct migrate_page *page, uint32_t line);

/* One step more than an indentation, as the neighbours of `line` have it. */
const char *reeve_migrate_deeper(struct migrate_hop *hop, const struct migrate_page *page,
                                 uint32_t line, const char *indent);

/* By how many columns a block's content is indented against its head. */
uint32_t reeve_migrate_step(const struct migrate_page *page, uint32_t block);

/* Carry the lines of all pages out. -1 with err. */
int reeve_migrate_carry(struct migrate_hop *hop, struct reeve_error *err);

/* ---- tell.c, actions.c
 * ----------------------------------------------------------------------------- */

struct migrate_page *reeve_migrate_page(struct migrate_hop *hop, const struct migrate_site *site);
const struct reeve_node *reeve_migrate_node(const struct migrate_hop *hop,
                                            const struct migrate_site *site);

/* Bytes [from, to) of a site's file, without white space and line end behind them. */
const char *reeve_migrate_bytes(struct migrate_hop *hop, const struct migrate_site *site,
                                uint32_t from, uint32_t to);

/* The lines of a node: first and last; of a block, of its head. */
void reeve_migrate_lines(const struct migrate_hop *hop, const struct migrate_site *site,
                         uint32_t *first_r, uint32_t *last_r);

/* The line of a setting with another name and value (NULL: as they are). */
void reeve_migrate_rewrite(struct migrate_hop *hop, struct migrate_site *site, const char *name,
                           const char *value);

/* The head of a block, renamed if its rule says so. Without its comment if asked. */
const char *reeve_migrate_head(struct migrate_hop *hop, struct migrate_site *site, bool with_note);

/* A rule's template of a value or a path, filled in. */
const char *reeve_migrate_fill(struct migrate_hop *hop, const struct migrate_site *site,
                               const char *text);

/* The column where what is on a line of the file that was read begins; `start` is the line's
 * offset. */
uint64_t reeve_migrate_column(const struct reeve_doc *doc, uint32_t start);

/* In secrets.c: a text for whoever is told, with "..." for passwords in it. */
const char *reeve_migrate_hide(struct migrate_hop *hop, const char *text);

/* So the value of a site; all of it if it may be a secret, by its name, or if the rule (NULL) knows
 * nothing of the name. */
const char *reeve_migrate_shown(struct migrate_hop *hop, const struct migrate_site *site,
                                const struct migrate_rule *rule);

/* Tell what became of a site by a rule. */
void reeve_migrate_tell(struct migrate_hop *hop, const struct migrate_site *site,
                        enum reeve_migrate_kind kind, const struct migrate_rule *rule,
                        const char *after, const char *text);

/* What a comment of ours says that begins so and is right above a site, or above the block that it
 * came into: this is not the first time then. NULL: there is none. */
const char *reeve_migrate_said(struct migrate_hop *hop, const struct migrate_site *site,
                               const char *begin);

/* A person decides: tell it, and write a comment in place. */
void reeve_migrate_decide(struct migrate_hop *hop, struct migrate_site *site,
                          const struct migrate_rule *rule, const char *text);

/* It is right as far as we know: a note, and a comment in place for who meets what it warns of. */
void reeve_migrate_remind(struct migrate_hop *hop, struct migrate_site *site,
                          const struct migrate_rule *rule, const char *text);

void reeve_migrate_act(struct migrate_hop *hop, struct migrate_site *site);

/* ---- comments.c: none is lost ------------------------------------------------------------------ */

/* What is below a site in the same block, another setting or another block as it is, if nothing but
 * empty lines and then comments of its own are between. NULL. */
struct migrate_site *reeve_migrate_below(const struct migrate_hop *hop,
                                         const struct migrate_site *site);

/* The line of a comment, with another indentation. */
const char *reeve_migrate_comment(struct migrate_hop *hop, const struct migrate_page *page,
                                  uint32_t node, const char *indent);

/* Comments between two sites of one block have another indentation. */
void reeve_migrate_indent_between(struct migrate_hop *hop, const struct migrate_site *above,
                                  const struct migrate_site *below, const char *indent);

/* A comment behind a node on its line, " # text", or "". */
const char *reeve_migrate_note(struct migrate_hop *hop, const struct migrate_site *site);

/* The lines of a setting go, or the head of a block; a comment behind it stays, as a line. */
void reeve_migrate_drop(struct migrate_hop *hop, const struct migrate_site *site);

/* So does the line of a block's last brace. */
void reeve_migrate_drop_end(struct migrate_hop *hop, const struct migrate_site *block);

/* Lines that went leave one empty line, not two. */
void reeve_migrate_close_gap(struct migrate_page *page, uint32_t first, uint32_t last);

/* A block goes and its content stays: the lines between move to the left. */
void reeve_migrate_unwrap(struct migrate_hop *hop, const struct migrate_site *block);

/* ---- places.c, move.c: into blocks of its own
 * -------------------------------------------------------- */

/* A setting of blocks in the root. */
struct migrate_place {
	const char *blocks[3]; /* "service auth", "unix_listener x"; NULL: no more */
	const char *name, *value;
};

/* Of a listen setting; for two protocols, three settings for each. */
enum { MIGRATE_MAX_ADDRESSES = 8, MIGRATE_MAX_PLACES = 6 * MIGRATE_MAX_ADDRESSES };

/* Where a setting goes. Returns how many, 0: nowhere. */
size_t reeve_migrate_places(struct migrate_hop *hop, const struct migrate_site *site,
                            struct migrate_place places[MIGRATE_MAX_PLACES]);

/* Whether a block for "imap", or for "!pop3", is about imap (pop3, sieve). "managesieve" is sieve.
 */
bool reeve_migrate_is_for(const char *name, const char *protocol);

/* Whether protocols has imap (pop3) with TLS only: its plain listener has port 0 then. */
bool reeve_migrate_is_off(const struct migrate_hop *hop, const char *name);

/* Whether protocols has imap (pop3) without TLS, and the other one anyhow: a port that is for both
 * is that of the other one, for two listeners cannot have it. */
bool reeve_migrate_is_plain(const struct migrate_hop *hop, const char *name);

/* Whether it has to leave the blocks around it. */
bool reeve_migrate_is_out(struct migrate_hop *hop, const struct migrate_site *site);

/* How many blocks are around a site that stay. */
size_t reeve_migrate_depth(const struct migrate_hop *hop, const struct migrate_site *site);

/* Write places as blocks at a line, each line with the indentation in front; the note goes behind
 * the first. */
const char *reeve_migrate_render(struct migrate_hop *hop, const struct migrate_page *page,
                                 uint32_t line, const char *indent,
                                 const struct migrate_place *places, size_t n, const char *note);

/* "service auth { user = root }", for whoever is told; behind `rest`, if it is not NULL. */
const char *reeve_migrate_in_words(struct migrate_hop *hop, const struct migrate_place *places,
                                   size_t n, const char *rest);

/* Also of odd settings: `rest` is what stays of it where it stands (NULL: nothing). */
void reeve_migrate_move(struct migrate_hop *hop, struct migrate_site *site);

/* Close a block before settings that leave it, and open it again behind them. In break.c. */
void reeve_migrate_break(struct migrate_hop *hop, struct migrate_site *block);

/* ---- out.c --------------------------------------------------------------------------------- */

/* Whether no block that stays is around a site, wherever its file is read. */
bool reeve_migrate_is_outside(const struct migrate_hop *hop, struct migrate_site *site);

/* Whether it goes anywhere, by any of the blocks that its file is read in. */
bool reeve_migrate_goes(struct migrate_hop *hop, struct migrate_site *site);

/* A setting of a file that protocols include: take it behind them. False if that cannot be. */
bool reeve_migrate_take_out(struct migrate_hop *hop, struct migrate_site *site);

/* Where it goes by all blocks that its file is read in, for whoever is told. */
const char *reeve_migrate_everywhere(struct migrate_hop *hop, struct migrate_site *site);

/* ---- odd.c: what no row can say ------------------------------------------------------------ */

void reeve_migrate_odd(struct migrate_hop *hop, struct migrate_site *site);

/* The places of `listen` and `ssl_listen`, and what is left of the setting itself (NULL: nothing).
 */
size_t reeve_migrate_listen(struct migrate_hop *hop, const struct migrate_site *site,
                            struct migrate_place places[MIGRATE_MAX_PLACES], const char **rest_r);

/* The lines of protocols that the listeners of its words need. */
size_t reeve_migrate_protocols(struct migrate_hop *hop, const struct migrate_site *site,
                               struct migrate_place places[MIGRATE_MAX_PLACES],
                               const char **rest_r);

/* The head that a `client` or `master` block of a socket gets. */
const char *reeve_migrate_listener(struct migrate_hop *hop, struct migrate_site *site);

/* The name that a namespace of 1.x gets: its type, and a number if that is taken. */
const char *reeve_migrate_namespace(struct migrate_hop *hop, const struct migrate_site *site);

/* The folder that base_dir says where a site stands, without a slash at the end. */
const char *reeve_migrate_base_dir(struct migrate_hop *hop, const struct migrate_site *site);

/* ---- quota.c ------------------------------------------------------------------------------- */

/* A quota setting with limits of 1.0 inside. */
void reeve_migrate_quota(struct migrate_hop *hop, struct migrate_site *site);

/* ---- mailboxes.c --------------------------------------------------------------------------- */

/* The mailbox sections that say what the plugin autocreate, or expire, was told: "namespace inbox {
 * mailbox Sent { auto = create } }"; words that fit behind "write". */
const char *reeve_migrate_mailboxes(struct migrate_hop *hop, bool is_expire);

/* Whether a rule's note is filled with them. Those wait for the last hop: before it, namespaces may
 * have other names, and several the same. */
bool reeve_migrate_names_mailboxes(const struct migrate_rule *rule);

/* Then tell what such rules say. False. */
bool reeve_migrate_advise(struct migrate_hop *hop);

/* ---- fsync.c ------------------------------------------------------------------------------- */

/* fsync_disable = no, and mail_nfs_index = yes. */
void reeve_migrate_fsync(struct migrate_hop *hop, struct migrate_site *site);

/* ---- ssl.c --------------------------------------------------------------------------------- */

/* ssl_protocols becomes ssl_min_protocol. */
void reeve_migrate_ssl_protocols(struct migrate_hop *hop, struct migrate_site *site);

/* ---- clash.c ------------------------------------------------------------------------------- */

/* Tell of settings that become one with another one behind them, of another value. */
void reeve_migrate_clashes(struct migrate_hop *hop);

/* Whether it is `ssl_disable = no`, and `ssl = required` behind it in the same block counts. */
bool reeve_migrate_is_idle(const struct migrate_hop *hop, const struct migrate_site *site);

/* Whether it is `ssl_disable = no` in a block, and takes `ssl = required` from outside back there. */
bool reeve_migrate_is_weaker(const struct migrate_hop *hop, const struct migrate_site *site);

/* ---- version.c ----------------------------------------------------------------------------- */

/* What the configuration is written for: migrate->version and ->told. */
void reeve_migrate_detect(struct migrate_hop *hop);

/* Whether a setting has lines of its own, and so has a block with its braces. Text behind a brace,
 * which Dovecot refuses, has none; nor has anything in a file with a NUL. */
bool reeve_migrate_is_on_lines(const struct migrate_hop *hop, const struct migrate_site *site);

/* Find the rules of a hop for all sites; from -1: of all hops. */
void reeve_migrate_match(struct migrate_hop *hop, int from);

/* ---- join.c -------------------------------------------------------------------------------- */

/* Make one of blocks of one name, if one of them is new. Returns whether there were any: what is in
 * them may be such blocks, too. */
bool reeve_migrate_join(struct migrate_hop *hop);

/* ---- empty.c ------------------------------------------------------------------------------- */

/* Take out blocks that mean nothing when they are empty, and that only we emptied. Returns whether
 * there were any: the ones around them may be empty now, too. */
bool reeve_migrate_empty(struct migrate_hop *hop);

/* Whether a node is a comment that means the block around it when its '#' is taken away. */
bool reeve_migrate_is_switched_off(const struct reeve_doc *doc, uint32_t node);

/* ---- unknown.c ----------------------------------------------------------------------------- */

/* After the last hop: tell of names that the version aimed at does not know where they stand.
 * False. */
bool reeve_migrate_unknown(struct migrate_hop *hop);

/* Whether a version knows a setting of this name outside of blocks, perhaps by its former name. */
bool reeve_migrate_is_known(int version, const char *name);

/* ---- dollar.c ------------------------------------------------------------------------------ */

/* After that: values with a '$' that 1.x took as they are get quotes; of a `$name` of 2.x that there
 * is no setting for, a person is told. False. */
bool reeve_migrate_dollars(struct migrate_hop *hop);

#endif
