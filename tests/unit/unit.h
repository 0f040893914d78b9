/* SPDX-License-Identifier: MIT */
/*
 * Unit tests are tables run by a Check loop: rows with a name, expected values written by hand.
 * A new file test_<room>_<file>.c has `Suite *suite_<file>(void)`, named "<room>/<file>", and a row here.
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>

/* A suite that leaves out `count` tests says so, and why. */
void unit_skip(int count, const char *why);

/* X(name) for each suite. */
#define UNIT_SUITES(X) \
	X(error)       \
	X(number)      \
	X(edits)       \
	X(buf)         \
	X(rows)        \
	X(arena)       \
	X(find)        \
	X(source)      \
	X(whole)       \
	X(csv)         \
	X(conf_tree)   \
	X(conf_doc)    \
	X(similar)     \
	X(date)        \
	X(encoding)    \
	X(charset)     \
	X(fold)        \
	X(word)        \
	X(address)     \
	X(parts)       \
	X(parts_bad)   \
	X(part_header) \
	X(from)        \
	X(scan)        \
	X(scan_file)   \
	X(query)       \
	X(query_refused) \
	X(finder)      \
	X(text)        \
	X(compact)     \
	X(open)        \
	X(identity)    \
	X(lock)        \
	X(dotlock)     \
	X(type)        \
	X(spool)       \
	X(choose)      \
	X(append)      \
	X(run)         \
	X(replace)     \
	X(plan)        \
	X(plan_undo)   \
	X(plan_leftover) \
	X(plan_record) \
	X(plan_kinds)  \
	X(plan_kinds_refused) \
	X(plan_after) \
	X(plan_after_killed) \
	X(plan_verify) \
	X(archive)     \
	X(migrate)     \
	X(migrate_auth) \
	X(migrate_boxes) \
	X(migrate_dollar) \
	X(migrate_layout) \
	X(migrate_listen) \
	X(migrate_process) \
	X(migrate_value) \
	X(migrate_plugin) \
	X(migrate_name) \
	X(migrate_rows) \
	X(migrate_unknown) \
	X(migrate_odd) \
	X(report_counter) \
	X(report) \
	X(dovecot_tree) \
	X(dovecot_path) \
	X(dovecot_set) \
	X(limits) \
	X(limits_boxes) \
	X(limits_check) \
	X(limits_set) \
	X(limits_tidy) \
	X(limits_unseen) \
	X(limits_users) \
	X(limits_ways) \
	X(password) \
	X(user_hash) \
	X(user_batch) \
	X(dovecot_lint) \
	X(dovecot_corpus) \
	X(dovecot_eval) \
	X(dovecot_include) \
	X(main_cf) \
	X(master_cf) \
	X(passwd_file) \
	X(passwd_file_add) \
	X(aliases) \
	X(postfix) \
	X(postfix_expand) \
	X(postfix_set) \
	X(postfix_lint) \
	X(postfix_corpus) \
	X(user_name) \
	X(dovecot_location) \
	X(dovecot_space) \
	X(user_mailbox) \
	X(user_line) \
	X(user_check) \
	X(user_check_lines) \
	X(user_check_files) \
	X(user_home) \
	X(user_check_mend) \
	X(user_accounts) \
	X(user_programs) \
	X(user_where) \
	X(user_files) \
	X(user_alias) \
	X(user_change) \
	X(user_again) \
	X(user_refused) \
	X(user_lock) \
	X(user_remove) \
	X(user_session) \
	X(user_coming) \
	X(user_killed) \
	X(user_leaving) \
	X(user_leftover) \
	X(user_virtual) \
	X(user_virtual_lock) \
	X(user_virtual_remove)

#define UNIT_DECLARE(name) Suite *suite_##name(void);
UNIT_SUITES(UNIT_DECLARE)

#define UNIT_ROW(name) suite_##name,
static Suite *(*const unit_suites[])(void) __attribute__((unused)) = {UNIT_SUITES(UNIT_ROW)};

#endif
