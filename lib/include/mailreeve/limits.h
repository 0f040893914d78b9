/* SPDX-License-Identifier: MIT */
/*
 * Limits on the size of mail, across Postfix and Dovecot: what they are, whether they agree, and
 * how to make them say one thing.
 *
 *     limits = reeve_limits_new(postfix, dovecot, NULL, &err);
 *     reeve_limits_at(limits, i)              each limit, where it is set
 *     reeve_limits_way_at(limits, i)          what they amount to, on each way in and out of the queue
 *     reeve_limits_finding_at(limits, i)      what contradicts what
 *     reeve_limits_free(limits);
 *
 *     reeve_limits_set(postfix, dovecot, &goal, &changes, &err)      in memory; then new limits
 *
 * The configurations are the caller's (<mailreeve/conf.h>), and so is the plan that writes them.
 * Limits are what was there when they were made: after a change, make new ones.
 */
#ifndef MAILREEVE_LIMITS_H
#define MAILREEVE_LIMITS_H

#include <mailreeve/conf.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- arithmetic ------------------------------------------------------------------------------ */

/*
 * Bytes that a message may take beside the base64 of its attachment: its headers (Postfix's
 * header_size_limit lets one have as many), its text, and the envelope in the queue file, which
 * counts too (cleanup/cleanup_init.c, cleanup_post_jail()).
 */
#define REEVE_LIMITS_HEADERS UINT64_C(102400)

/* What a plain mail of one attachment needs beside it. */
#define REEVE_LIMITS_PLAIN UINT64_C(2048)

/*
 * The size of a message with an attachment of so many bytes: base64 in lines of 76 with CRLF (RFC
 * 2045 section 6.8), 78 bytes for 57, and REEVE_LIMITS_HEADERS. False on overflow.
 */
bool reeve_limits_message(uint64_t attachment, uint64_t *bytes_r);

/*
 * The largest attachment that gets through in a plain mail (REEVE_LIMITS_PLAIN) of so many bytes; 0
 * if none does. Not the inverse of reeve_limits_message(), which promises room for any headers.
 */
uint64_t reeve_limits_attachment(uint64_t message);

/* ---- what is there --------------------------------------------------------------------------- */

/* The file system of the queue. */
struct reeve_limits_disk {
	uint64_t block_size;  /* bytes; statvfs(3), f_frsize. 0: the queue is not there */
	uint64_t free_blocks; /* for others than root: f_bavail */
};

struct reeve_limits_how {
	const char *root; /* goes in front of the queue's and the spool's folders; NULL: "/" */
	const struct reeve_limits_disk *disk; /* instead of the queue's own; NULL */
	bool is_without_boxes; /* do not look at mailboxes */
};

struct reeve_limits;

/*
 * Read the limits out of configurations that are open; either may be NULL. Looks at the queue's
 * disk, at mailbox files of local(8) and virtual(8), and at the maildirs of Dovecot's users who have a
 * quota and stand in a file.
 *
 * Returns NULL with err: REEVE_ENOMEM, or what reeve_conf_list() says.
 */
struct reeve_limits *reeve_limits_new(struct reeve_conf *postfix, struct reeve_conf *dovecot,
                                      const struct reeve_limits_how *how, struct reeve_error *err);
void reeve_limits_free(struct reeve_limits *limits); /* NULL is fine */

/* A limit. All strings of limits belong to them. */
struct reeve_limit {
	enum reeve_conf_kind program;
	const char *name;    /* message_size_limit */
	const char *service; /* of master.cf, whose -o this is: "submission/inet"; NULL */
	const char *path;    /* its PATH, as reeve_conf_get() has it */
	const char *value;   /* as the program sees it; "" if it is not set and has no default */
	const char *file;    /* NULL: it is the program's default */
	uint64_t line, column;
	bool is_number;    /* else the program cannot read the value, or has none */
	bool is_unlimited; /* of a number: 0, or what else means "no limit" */
	bool is_refusing;  /* negative, and smtpd(8) reads it: that refuses all mail, while to other
	                      programs it is what is_unlimited says */
	uint64_t number;   /* in `unit`, bytes mostly */
	/* What is known of every limit of this name: rows of lib/limits/limits.tsv. */
	const char *unit, *zero, *enforced_by, *agrees_with, *note;
};

/* The limits: Postfix's, then those of services in master.cf, then Dovecot's. */
size_t reeve_limits_count(const struct reeve_limits *limits);
const struct reeve_limit *reeve_limits_at(const struct reeve_limits *limits, size_t i);

/* The limit of that name that counts for a service of master.cf (NULL: for main.cf). NULL: none. */
const struct reeve_limit *reeve_limits_find(const struct reeve_limits *limits, const char *service,
                                            const char *name);

/* A way that mail takes, and what limits it there. */
struct reeve_limit_way {
	const char *name; /* "smtp/inet", "local/unix", "lmtp" */
	const char *what; /* "smtpd(8)" */
	bool is_in;       /* into the queue; else from the queue into mailboxes */
	bool is_used;     /* as far as the configuration tells */
	const struct reeve_limit
		*message; /* the one that is reached first; NULL: nothing limits it */
	const struct reeve_limit *mailbox;
	uint64_t message_bytes, mailbox_bytes; /* UINT64_MAX: no limit */
	uint64_t attachment;                   /* the largest that gets through; UINT64_MAX */
};

/* The ways, into the queue and out of it, in the order of master.cf; then Dovecot's. */
size_t reeve_limits_way_count(const struct reeve_limits *limits);
const struct reeve_limit_way *reeve_limits_way_at(const struct reeve_limits *limits, size_t i);

/* The disk, and the largest message_size_limit with which smtpd(8) takes mail now. False: not
 * known. */
bool reeve_limits_disk(const struct reeve_limits *limits, uint64_t *free_bytes_r,
                       uint64_t *message_bytes_r);

/* ---- what contradicts what ------------------------------------------------------------------- */

enum reeve_limit_kind {
	REEVE_LIMIT_DISAGREES, /* with another limit, or with what is there */
	REEVE_LIMIT_BAD_VALUE, /* the program cannot read it */
	REEVE_LIMIT_NO_ROOM,   /* on the queue's disk: all mail is refused */
	REEVE_LIMIT_UNTIDY,    /* the file misleads who reads or changes it */
};

struct reeve_limit_finding {
	const char *rule; /* a word for scripts: "message-above-mailbox" */
	enum reeve_limit_kind kind;
	enum reeve_severity
		severity; /* REEVE_PROBLEM: mail is lost, refused or stuck; REEVE_WARNING */
	const char *file; /* NULL: about no file of the configuration */
	uint64_t line, column;
	const char *text, *consequence, *remedy;
};

/* The contradictions, in the order of files and lines. */
size_t reeve_limits_finding_count(const struct reeve_limits *limits);
const struct reeve_limit_finding *reeve_limits_finding_at(const struct reeve_limits *limits,
                                                          size_t i);

/* Whom the findings say nothing of: users and mailboxes that stand in a database, say. */
struct reeve_limit_note {
	const char *file; /* of the setting that names where they stand */
	uint64_t line, column;
	const char *text;
};

/* The notes, Postfix's first. */
size_t reeve_limits_note_count(const struct reeve_limits *limits);
const struct reeve_limit_note *reeve_limits_note_at(const struct reeve_limits *limits, size_t i);

/* ---- making them agree ----------------------------------------------------------------------- */

struct reeve_limits_goal {
	bool has_attachment, has_message, has_mailbox; /* not both of the first two */
	uint64_t attachment; /* the largest that shall get through, in bytes */
	uint64_t message;    /* the largest message */
	uint64_t mailbox;    /* the largest mailbox; UINT64_MAX: no limit */
};

/* What is changed. Strings belong to the changes. */
struct reeve_limits_change {
	enum reeve_conf_kind program;
	const char *path;      /* NULL: not a setting's value, but `text` */
	const char *old_value; /* NULL: it was not set */
	const char *new_value;
	/* Of what is no setting's value: "make a comment of recipient_delimiter ..." */
	const char *text, *file; /* where, before the change */
	uint64_t line;
	bool is_changed;
};

struct reeve_limits_changes;

/*
 * Change the configurations in memory such that a message, an attachment, a mailbox of the goal's
 * size gets through everywhere, and none that is larger (as far as each program limits it).
 * Settings of main.cf, and services and options of master.cf, that are there twice keep the one that
 * counts; the others become comments.
 *
 * *changes_r is to be freed, after an error as well. Returns how many things are changed, 0 if all
 * was so, -1 with err: REEVE_EUSAGE for a goal that contradicts itself, and what reeve_conf_set()
 * says; then the configurations are not to be used any more.
 */
long reeve_limits_set(struct reeve_conf *postfix, struct reeve_conf *dovecot,
                      const struct reeve_limits_goal *goal, struct reeve_limits_changes **changes_r,
                      struct reeve_error *err);

/* The changes, in the order in which they were made. */
size_t reeve_limits_change_count(const struct reeve_limits_changes *changes);
const struct reeve_limits_change *reeve_limits_change_at(const struct reeve_limits_changes *changes,
                                                         size_t i);
void reeve_limits_changes_free(struct reeve_limits_changes *changes); /* NULL is fine */

/*
 * Have the running program read its configuration: `postfix reload`, `doveadm reload`. Returns 1, 0
 * if it is not installed or does not run, -1 with err: REEVE_EREFUSED with what it said.
 */
int reeve_limits_reload(enum reeve_conf_kind program, struct reeve_error *err);

#ifdef __cplusplus
}
#endif

#endif
