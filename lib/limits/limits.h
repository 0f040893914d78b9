/* SPDX-License-Identifier: MIT */
/*
 * Limits inside. Everything lives in one arena, made once and then only read.
 *
 *     limits.c    the public door: what is made in which order
 *     limits.tsv  what is known of each limit; table.c
 *     size.c      arithmetic; numbers and sizes as Postfix and Dovecot read them
 *     read.c      the values, out of the configurations: limits->rows
 *     refer.c     a $name that a program of Postfix does not know
 *     vain.c      which program looks at a limit
 *     quota.c     Dovecot's settings as LMTP meets them
 *     quota_roots.c   what its quota amounts to
 *     ways.c      what they amount to: limits->ways
 *     check*.c    what contradicts what: limits->findings, one function for each group of rules
 *     set.c, tidy.c, apart.c   from a goal to changes
 *     boxes.c, users.c, maildir.c   limits against mailboxes
 *     userdbs.c   who Dovecot's users are
 *     unseen.c    notes: limits->notes
 *     reload.c    the running programs
 *
 * Of a setting that is given for a service of master.cf (-o) there is a row of its own; who asks
 * for a service's limit (reeve_limits_find()) gets that, or main.cf's.
 */
#ifndef LIMITS_LIMITS_H
#define LIMITS_LIMITS_H

#include "base/arena.h"
#include <mailreeve/limits.h>

#define REEVE_NO_LIMIT UINT64_MAX

/* A row of limits.tsv, which says what the columns are. */
struct limit_fact {
	const char *program, *name, *unit, *least;
	const char *default_old, *default_new; /* Postfix 3.7, 3.10; Dovecot 2.3, 2.4 */
	const char *zero, *enforced_by, *agrees_with, *note;
};

extern const struct limit_fact reeve_limit_facts[];
extern const size_t reeve_limit_fact_count;

/* A service of master.cf: "submission/inet". */
struct limit_service {
	const char *path, *command; /* the program: "smtpd" */
	bool is_lda;                /* it runs Dovecot's */
	const char *file;
	uint64_t line;
};

/* One of Dovecot's quotas that count INBOX and keep mail out. */
struct limit_root {
	const char *name;                 /* "quota2"; in 2.4 what stands behind `quota` */
	const struct reeve_limit *storage; /* NULL: no limit is set */
	bool is_virtual;                  /* sizes are counted with CRLF */
	uint64_t storage_bytes;           /* of a mailbox with its folders */
	uint64_t message_bytes;           /* of a message, into an empty one: a grace comes on top */
};

/* Dovecot's quota for mail that comes by LMTP; REEVE_NO_LIMIT, NULL: it does not limit it. */
struct limit_quota {
	bool is_on; /* there is a plugin, and a quota that it looks after */
	const struct reeve_limit *mail;
	struct limit_root *roots;
	size_t root_count, root_room;
	/* Of the root that lets the least in: */
	const char *root;
	const struct reeve_limit *storage;
	bool is_virtual;
	uint64_t storage_bytes, message_bytes;
};

struct reeve_limits {
	struct reeve_arena *arena;
	struct reeve_conf *postfix, *dovecot; /* either may be NULL */
	const char *root;                     /* "" for "/" */
	bool is_24;                           /* Dovecot */
	const char *protocol;                 /* "lmtp"; "lda" where that is what Postfix runs */
	struct reeve_conf_list *of_dovecot;   /* what is effective there */
	bool has_failed;                      /* no memory */
	struct reeve_limits_disk disk;
	bool is_queue_unseen;                 /* its folder cannot be looked at */
	struct limit_quota quota;

	struct reeve_limit *rows;
	size_t row_count, row_room;
	struct limit_service *services;
	size_t service_count, service_room;
	struct reeve_limit_way *ways;
	size_t way_count, way_room;
	struct reeve_limit_finding *findings;
	size_t finding_count, finding_room;
	struct reeve_limit_note *notes;
	size_t note_count, note_room;
};

/* ---- memory: NULL or false and has_failed, where there is none ------------------------------- */

/* A copy in the arena; NULL for NULL. */
const char *reeve_limits_keep(struct reeve_limits *limits, const char *text);
const char *reeve_limits_text(struct reeve_limits *limits, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Room for one more of `size` bytes in a list; the old rows are copied, so pointers to them stay
 * good. */
void *reeve_limits_add(struct reeve_limits *limits, void *list, size_t *count, size_t *room,
                       size_t size);

/* ---- values of Dovecot that have variables ---------------------------------------------------- */

/*
 * A value of a plugin's as Dovecot has it once its variables are expanded: in 2.3 "%%" is '%', and a '%' at
 * the end is nothing (lib/var-expand.c). NULL: it has a variable, so it may be another for each user.
 */
const char *reeve_limits_expanded(struct reeve_limits *limits, const char *text);

/* Whether Dovecot expands variables in a limit: in 2.3 in those of plugins. */
bool reeve_limits_is_expanded(const struct reeve_limits *limits, const struct reeve_limit *row);

/* Whether a limit of Dovecot's may be another for each user, so that we do not know it. */
bool reeve_limits_has_variable(struct reeve_limits *limits, const struct reeve_limit *row);

/* ---- numbers --------------------------------------------------------------------------------- */

enum limit_number {
	LIMIT_NUMBER,
	LIMIT_EMPTY,
	LIMIT_NEGATIVE, /* Postfix takes it: like 0, but see check_negative() */
	LIMIT_TOO_LARGE,
	LIMIT_COMMENT, /* a number and a comment behind it */
	LIMIT_UNIT,    /* a number and letters */
	LIMIT_OTHER,
};

/* A value as strtol() in global/mail_conf_long.c reads it. `max` is that of the type. */
enum limit_number reeve_limits_postfix_number(const char *text, uint64_t max, uint64_t *number_r);

/* A size of Dovecot's (lib-settings/settings-parser.c); "unlimited" is REEVE_NO_LIMIT. False: none.
 */
bool reeve_limits_dovecot_size(const char *text, uint64_t *bytes_r);

/*
 * quota_rule of 2.3: the storage of a rule for all mailboxes ("*:storage=1G:messages=5000"), 0 for
 * none. False if it is no such rule. `start_r`, `end_r`: where key and value stand in it; equal if
 * nowhere.
 */
bool reeve_limits_quota_rule(const char *text, uint64_t *bytes_r, size_t *start_r, size_t *end_r);

/* quota_grace of 2.3: bytes, or a part of the quota ("10%"). False if it is none. */
bool reeve_limits_quota_grace(const char *text, uint64_t storage, uint64_t *bytes_r);

/* A part of a number; what is too large for that is no limit. */
uint64_t reeve_limits_percent(uint64_t bytes, uint64_t percent);

/* 1.5 times, rounded up; REEVE_NO_LIMIT where it overflows. */
uint64_t reeve_limits_and_half(uint64_t bytes);

/* Whether smtpd_check_queue() of smtpd/smtpd_check.c refuses mail. */
bool reeve_limits_is_full(const struct reeve_limits_disk *disk, uint64_t message, uint64_t minfree);

/* The largest message_size_limit with which it does not; 0 if it always does. */
uint64_t reeve_limits_room(const struct reeve_limits_disk *disk);

/* ---- steps ----------------------------------------------------------------------------------- */

int reeve_limits_read(struct reeve_limits *limits, struct reeve_error *err);
void reeve_limits_find_roots(struct reeve_limits *limits); /* of Dovecot's quota; before its rows */
void reeve_limits_read_quota(struct reeve_limits *limits);

/* What a quota as it is set amounts to, in 2.4 with what is added; and a message, with the grace. */
void reeve_limits_quota_bytes(struct reeve_limits *limits, uint64_t *bytes,
                              uint64_t *message_bytes_r);
void reeve_limits_read_ways(struct reeve_limits *limits);
void reeve_limits_check_pairs(struct reeve_limits *limits);   /* limits against each other, zero */
void reeve_limits_check_values(struct reeve_limits *limits);  /* what cannot be read */
void reeve_limits_check_dovecot(struct reeve_limits *limits); /* across the two programs */
void reeve_limits_check_disk(struct reeve_limits *limits);    /* room */
void reeve_limits_check_boxes(struct reeve_limits *limits);   /* mailboxes, of Postfix */
void reeve_limits_check_users(struct reeve_limits *limits);   /* and of Dovecot; own quotas: userdbs.c */

void reeve_limits_read_notes(struct reeve_limits *limits);    /* what is not looked at */
void reeve_limits_note_maps(struct reeve_limits *limits);     /* of it, maps of mailboxes */

/* Bytes of all messages in a maildir and its folders; is_virtual: with CRLF. Takes the descriptor. */
uint64_t reeve_limits_maildir_bytes(int fd, bool is_virtual);
int reeve_limits_check_files(struct reeve_limits *limits, struct reeve_error *err); /* untidy */

/* ---- for them -------------------------------------------------------------------------------- */

/*
 * Who looks at a limit ("local(8) looks"), if a program ("smtpd") of master.cf does not; else NULL,
 * also of a program that is not Postfix's.
 */
const char *reeve_limits_in_vain(const char *command, const char *name);
bool reeve_limits_is_in_vain(const struct reeve_limits *limits, const struct reeve_limit *row);

/*
 * The same of an option of a service (the index is made), NULL also if something refers to it that
 * counts for the service: another option, or main.cf.
 */
struct postfix;
struct pf_service;
struct pf_setting;
const char *reeve_limits_idle(const struct postfix *own, const struct pf_service *service,
                              const struct pf_setting *option);
const char *reeve_limits_idle_row(struct reeve_limits *limits, const struct reeve_limit *row);

/* The program that a command of master.cf runs: what is behind its last slash. */
const char *reeve_limits_program(const char *command);

/* Whether every program of Postfix reads it, if only to end when it cannot (global/mail_params.c). */
bool reeve_limits_is_shared(const char *name);

/* Bytes of a limit: REEVE_NO_LIMIT if there is none, or it cannot be read. */
uint64_t reeve_limits_bytes(const struct reeve_limit *limit);

/* A parameter of main.cf as Postfix sees it, kept; "" if it is not defined or cannot be expanded.
 */
const char *reeve_limits_param(struct reeve_limits *limits, const char *name);

/*
 * A $name in a limit of Postfix that is set nowhere, and whose default the program does not know
 * that reads the limit: to it, it is empty. NULL: there is none.
 */
const char *reeve_limits_unknown(struct reeve_limits *limits, const struct reeve_limit *row);

/* Whether a command is that of dovecot-lda(1), or "deliver", as it was called before. */
bool reeve_limits_is_lda(const char *command);

/* Whether Dovecot's dovecot-lda(1) delivers for local(8), or a pipe(8) that main.cf names. */
bool reeve_limits_uses_lda(struct reeve_limits *limits);

/* Whether local(8), virtual(8) deliver, as far as main.cf tells. */
bool reeve_limits_uses_local(struct reeve_limits *limits);
bool reeve_limits_uses_virtual(struct reeve_limits *limits);
/* Whether main.cf has a transport that is this service ("local/unix"); maps may have it, too. */
bool reeve_limits_is_routed(struct reeve_limits *limits, const char *service);
/* ... local(8) to mailbox files of its own: of nobody to a maildir, a command, another transport. */
bool reeve_limits_writes_mbox(struct reeve_limits *limits);

/*
 * message_size_limit of the first smtpd(8) that listens at a port ("25", also by its name in services(5)),
 * and of what path it is. NULL: there is none; without a master.cf, main.cf's.
 */
const struct reeve_limit *reeve_limits_at_port(struct reeve_limits *limits, const char *port,
                                               const char **path_r);

/* The limit of the Postfix that Dovecot's submission service hands mail to, and of what path it is; NULL:
 * not this one. */
const struct reeve_limit *reeve_limits_relay(struct reeve_limits *limits, const char **path_r);

/* Whether the word stands in Dovecot's list `setting` ("mail_plugins"), for a protocol ("lmtp"). */
bool reeve_limits_dovecot_has(struct reeve_limits *limits, const char *protocol,
                              const char *setting, const char *word);

/*
 * How near to mail that comes (limits->protocol) a PATH sets `name`: 0 not at all, more is nearer.
 * What is a quota's, of the root (NULL: of any).
 */
int reeve_limits_nearness(const struct reeve_limits *limits, const char *path, const char *name,
                          const char *root);

/* What is nearest; NULL: nothing sets it. */
const struct reeve_conf_setting *reeve_limits_nearest(const struct reeve_limits *limits,
                                                      const char *name, const char *root);

/* The name in PATH of a quota that mail meets which comes by LMTP (2.4): its n_r bytes; NULL: none. */
const char *reeve_limits_root_in(const struct reeve_limits *limits, const char *path, size_t *n_r);

/* "10240000 (default)", "52428800". */
const char *reeve_limits_shown(struct reeve_limits *limits, const struct reeve_limit *limit);

/* A finding at a limit's place (NULL: at none); text, consequence and remedy are kept. */
struct limit_place {
	const char *file;
	uint64_t line, column;
};
struct limit_place reeve_limits_place(const struct reeve_limit *limit);
void reeve_limits_find_fault(struct reeve_limits *limits, const char *rule,
                             enum reeve_limit_kind kind, enum reeve_severity severity,
                             struct limit_place place, const char *text, const char *consequence,
                             const char *remedy);

/* A note about a setting; the text is kept. */
void reeve_limits_note(struct reeve_limits *limits, const struct reeve_conf_setting *at,
                       const char *text);

/* Whether a file can be opened, by its path in the root. */
bool reeve_limits_is_there(struct reeve_limits *limits, const char *path);

/* ---- changing -------------------------------------------------------------------------------- */

struct reeve_limits_changes {
	struct reeve_limits *limits; /* as they were; owns the arena and the strings */
	struct reeve_limits *now;    /* as they are, while they are set */
	bool is_moving;              /* something was changed since then */
	struct reeve_limits_change *rows;
	size_t count, room;
};

/*
 * Options that are to go and share a word with what stays ("-vo name=value"): into words of their own, as all
 * before them, for behind such a word the tree has no settings. -1 with err.
 */
int reeve_limits_take_apart(struct reeve_conf *conf, struct reeve_error *err);

/* The bytes of a word of master.cf, by its node, without white space around. */
struct reeve_doc;
void reeve_limits_word(const struct reeve_doc *doc, uint32_t node, uint32_t *start_r, uint32_t *end_r);

/* Make comments of what does not count in main.cf and master.cf, and end the last line. -1 with err. */
int reeve_limits_tidy(struct reeve_limits_changes *changes, struct reeve_error *err);

#endif
