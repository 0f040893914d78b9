/* SPDX-License-Identifier: MIT */
/*
 * Migrations: files before and after, written by hand, and what is said about which lines. Several
 * files in one text begin with "== NAME\n"; without that it is dovecot.conf.
 */
#ifndef MIGRATE_CASE_H
#define MIGRATE_CASE_H

#include <mailreeve/migrate.h>

/* What makes a file one of 1.2, and goes without a trace but a note in line 1. */
#define OF_1_2 "login_dir = x\n"

struct migrate_case {
	const char *name, *before, *after; /* after NULL: as before */
	const char *said; /* "LINE kind" of what is no change, with blanks between */
};

/* Migrate to 2.3 what is before, and again what came out. */
void migrate_case_try(const struct migrate_case *row);

/* dovecot.conf in the working folder, migrated to 2.3. */
struct reeve_migrate *migrate_case_run(const char *name);

/* All files as they would be written. */
void migrate_case_expect(const char *row, struct reeve_migrate *migrate, const char *text);

#endif
