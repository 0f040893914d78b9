/* SPDX-License-Identifier: MIT */
/*
 * Bring a Dovecot configuration to a newer version: its files, with their comments, order and
 * layout.
 *
 *     migrate = reeve_migrate_open(&how, err);
 *     version = reeve_migrate_version(migrate);            what it is written for, and why
 *     reeve_migrate_run(migrate, "2.3", err);              in memory
 *     for (i = 0; i < reeve_migrate_change_count(migrate); i++)
 *             change = reeve_migrate_change_at(migrate, i);
 *     for (i = 0; i < reeve_migrate_file_count(migrate); i++)
 *             file = reeve_migrate_file(migrate, i);       old and new bytes, for a plan
 *     reeve_migrate_close(migrate);
 *
 * What changed between two versions is a list of rules, which reeve_migrate_rule_at() shows. Lines
 * keep their order: what belongs elsewhere now gets its new block around it where it stands, and if
 * need be, the block that it stood in is closed before it and opened again behind it.
 */
#ifndef MAILREEVE_MIGRATE_H
#define MAILREEVE_MIGRATE_H

#include <mailreeve/base.h>
#include <mailreeve/conf.h>

#ifdef __cplusplus
extern "C" {
#endif

struct reeve_migrate_how {
	const char *root;              /* as in struct reeve_conf_how */
	const char *path;              /* the root file, with the root in front; NULL:
	                                  ROOT/etc/dovecot/dovecot.conf */
	const struct reeve_talk *talk; /* diagnostics about files that cannot be read; NULL */
	bool without_sieve; /* Pigeonhole is not installed: make no service for managesieve */
	bool needs_syntax;  /* refuse files with lines that mean nothing, a '}' that closes
	                       nothing or a block that is not closed: each is a diagnostic */
};

struct reeve_migrate;

/* Read all files. NULL with err as reeve_conf_open(); REEVE_EFORMAT if needs_syntax refuses them.
 */
struct reeve_migrate *reeve_migrate_open(const struct reeve_migrate_how *how,
                                         struct reeve_error *err);
void reeve_migrate_close(struct reeve_migrate *migrate); /* NULL is fine */

/* What a configuration is written for. Strings are the migration's. */
struct reeve_migrate_version {
	const char *name; /* "1.2"; NULL: nothing in it tells */
	const char *why;  /* what told it, for people */
	const char *file; /* where; NULL */
	uint64_t line;
};
struct reeve_migrate_version reeve_migrate_version(const struct reeve_migrate *migrate);

/*
 * Migrate to version `to` ("2.0" to "2.3"), in memory. Once. A configuration that is newer is left
 * alone. Returns how many changes, -1 with err: REEVE_EUSAGE for a version that it cannot be
 * brought to, REEVE_EREFUSED if it was run already, REEVE_ENOMEM.
 */
long reeve_migrate_run(struct reeve_migrate *migrate, const char *to, struct reeve_error *err);

/* ---- what was done ------------------------------------------------------------------------- */

enum reeve_migrate_kind {
	REEVE_MIGRATE_CHANGED,
	REEVE_MIGRATE_REMOVED, /* nothing came instead */
	REEVE_MIGRATE_NOTED,   /* left as it is; worth knowing */
	REEVE_MIGRATE_DECIDE,  /* a person has to decide; left as it is, or changed as far as can be */
};

/* A rule: what changed in the step from one version to the next. The columns are in
 * reeve-migrate(8). */
struct reeve_migrate_rule {
	const char *hop, *when, *context, *old_name, *old_value;
	const char *action, *new_path, *new_value, *note, *source;
};

struct reeve_migrate_change {
	enum reeve_migrate_kind kind;
	const char *file;      /* with the root in front */
	uint64_t line, column; /* of the file as it was read */
	const char *before;    /* "name = value", or the head of a block */
	const char *after;     /* what it became, on one line; "" */
	const char *text;      /* what to know, or to do; "" */
	const struct reeve_migrate_rule *rule;
};

/* In the order of files and lines. */
size_t reeve_migrate_change_count(const struct reeve_migrate *migrate);
const struct reeve_migrate_change *reeve_migrate_change_at(const struct reeve_migrate *migrate,
                                                           size_t i);

/* The files, as reeve_conf_file(). */
size_t reeve_migrate_file_count(const struct reeve_migrate *migrate);
struct reeve_conf_file reeve_migrate_file(const struct reeve_migrate *migrate, size_t i);

/*
 * The line of the file as it was read that a line of the file as it is now comes from, both from 1;
 * column_r: where what is on it begins; NULL. 0 if there is no such line.
 */
uint64_t reeve_migrate_old_line(const struct reeve_migrate *migrate, size_t i, uint64_t line,
                                uint64_t *column_r);

/* All rules, in their order. */
size_t reeve_migrate_rule_count(void);
const struct reeve_migrate_rule *reeve_migrate_rule_at(size_t i);

#ifdef __cplusplus
}
#endif

#endif
