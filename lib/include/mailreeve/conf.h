/* SPDX-License-Identifier: MIT */
/*
 * Configurations of Dovecot (1.x to 2.4) and Postfix: read, ask, change, without losing a byte.
 *
 *     conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, err);
 *     reeve_conf_get(conf, "service auth/unix_listener auth-client/mode", 0, &setting, err);
 *     reeve_conf_set(conf, "mail_max_userip_connections", "20", err);     in memory
 *     for (i = 0; i < reeve_conf_file_count(conf); i++)
 *             file = reeve_conf_file(conf, i);                     old and new bytes, for a plan
 *     reeve_conf_close(conf);
 *
 * Files are kept as bytes, and changed by replacing as few of them as a careful person would. What
 * is wrong with a file is a diagnostic (how.talk), and work goes on.
 *
 * A PATH names a setting as people write it. Dovecot: the blocks around it and its name, with '/'
 * between: `mail_location`, `protocol imap/mail_plugins`,
 * `service auth/unix_listener /var/spool/postfix/private/auth/mode`. Postfix: a parameter of main.cf
 * by its name; of master.cf a service `smtp/inet`, one of its fields `smtp/inet/command` (the names
 * of postconf(1) -F), or an option `submission/inet/-o smtpd_tls_security_level`. The grammar is in
 * reeve-conf(8).
 */
#ifndef MAILREEVE_CONF_H
#define MAILREEVE_CONF_H

#include <mailreeve/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum reeve_conf_kind {
	REEVE_CONF_DOVECOT, /* a root file and its includes, in reading order */
	REEVE_CONF_POSTFIX, /* main.cf and master.cf of one folder */
};

struct reeve_conf_how {
	const char *root; /* goes in front of absolute paths that files name; NULL: "/" */
	/*
	 * Dovecot: the root file. Postfix: the folder, or one of its two files. With the root in
	 * front. NULL: ROOT/etc/dovecot/dovecot.conf, ROOT/etc/postfix.
	 */
	const char *path;
	const struct reeve_talk *talk; /* diagnostics about files, while opening and in lint; NULL */
	/*
	 * Dovecot, without a root: a root file elsewhere may be in a copy of /etc/dovecot (or of
	 * /usr/local/etc/dovecot). What it includes from there by an absolute path is looked for
	 * beside the root file first, with a note; Dovecot itself would read the original.
	 */
	bool may_be_copy;
};

struct reeve_conf;

/*
 * Read and parse all files. A file that is included but missing, unreadable, or included by itself
 * is a diagnostic; so is whatever a file holds.
 *
 * Returns NULL with err: REEVE_EIO if the root file (of Postfix, main.cf and master.cf) cannot be
 * read (sys_errno ENOENT: it is not there), REEVE_ENOMEM, REEVE_EFORMAT if it is larger than
 * REEVE_CONF_MAX_BYTES.
 */
#define REEVE_CONF_MAX_BYTES ((size_t)1 << 30)
struct reeve_conf *reeve_conf_open(enum reeve_conf_kind kind, const struct reeve_conf_how *how,
                                   struct reeve_error *err);
void reeve_conf_close(struct reeve_conf *conf); /* NULL is fine */

/* Whose configuration it is. */
enum reeve_conf_kind reeve_conf_kind(const struct reeve_conf *conf);

/* ---- asking -------------------------------------------------------------------------------- */

enum {
	/*
	 * As the program sees it: the last of duplicates, blocks of one name together, $name and
	 * ${name?text} expanded, Postfix's defaults where nothing is set. Without it: as written.
	 */
	REEVE_CONF_EFFECTIVE = 1,
	/*
	 * Of a list of effective settings of Dovecot: also the blocks that hold no setting, as the PATH of the
	 * block and a '/', with the value "", at its own line. `passdb pam { }` means something.
	 */
	REEVE_CONF_BLOCKS = 2,
};

/* One setting. Strings belong to the configuration (of a list: to the list). */
struct reeve_conf_setting {
	const char *path;  /* its PATH */
	const char *value; /* without quotes and continuations; "" is a value */
	const char *file;  /* with the root in front; NULL: a default of the program's */
	uint64_t line, column; /* of its name; 0 with a default */
	bool is_shadowed;  /* a later setting of the same PATH counts instead */
	bool is_default;
};

/*
 * One setting: the one that counts. Its strings are good until the next call with `conf`.
 * Returns 1, 0 if it is not set, -1 with err: REEVE_EUSAGE for a PATH that is none or that could mean
 * several, REEVE_EFORMAT if its value cannot be expanded (a loop), REEVE_ENOMEM.
 */
int reeve_conf_get(struct reeve_conf *conf, const char *path, unsigned int flags,
                   struct reeve_conf_setting *setting_r, struct reeve_error *err);

struct reeve_conf_list;

/*
 * All that is set, in reading order; with REEVE_CONF_EFFECTIVE each PATH once, without defaults, and of
 * Dovecot 2.4 blocks of one name together, where the first of them stands.
 */
struct reeve_conf_list *reeve_conf_list(struct reeve_conf *conf, unsigned int flags,
                                        struct reeve_error *err);
void reeve_conf_list_free(struct reeve_conf_list *list); /* NULL is fine */
size_t reeve_conf_list_count(const struct reeve_conf_list *list);
const struct reeve_conf_setting *reeve_conf_list_at(const struct reeve_conf_list *list, size_t i);

/* Whether the program (any version of it) has a setting of this PATH, whether set or not. */
bool reeve_conf_knows(const struct reeve_conf *conf, const char *path);

/*
 * What somebody who wrote this PATH may have meant: the known name most like its last one, or NULL if
 * none is near. For a person to be told, not to be used instead. Good until the next change.
 */
const char *reeve_conf_nearest(const struct reeve_conf *conf, const char *path);

/*
 * Tell what the real programs take in silence, and what they refuse, as diagnostics to how.talk.
 * What was told while it was opened is not told again.
 *
 * Returns how many warnings and problems, those of the opening included; notes do not count. -1 with err.
 */
long reeve_conf_lint(struct reeve_conf *conf, struct reeve_error *err);

/* ---- changing, in memory ------------------------------------------------------------------- */

/*
 * Set: in place where it is set (where several are, the one that counts); else after a commented-out
 * default of the same name; else at the end of its block, which is made if it is not there.
 *
 * Returns 1, 0 if it had that value, -1 with err and nothing changed: REEVE_EUSAGE for a PATH or value
 * that cannot be written (a line end in a value), REEVE_EREFUSED where the files hold what forbids a
 * safe change, REEVE_ENOMEM.
 *
 * Dovecot: files outside of the folder of the root file, as they are named, are never changed; a new line
 * then comes later than theirs, or it is REEVE_EREFUSED.
 */
int reeve_conf_set(struct reeve_conf *conf, const char *path, const char *value,
                   struct reeve_error *err);

/*
 * Remove it, all of them if there are several; comments stay, and so does a block that becomes empty.
 * Returns 1, 0 if it was not set, -1 with err as reeve_conf_set(); a block is REEVE_EUSAGE.
 */
int reeve_conf_unset(struct reeve_conf *conf, const char *path, struct reeve_error *err);

struct reeve_conf_file {
	const char *path; /* with the root in front */
	const void *old_bytes;
	size_t old_size;
	const void *new_bytes; /* the same pointer as old_bytes if nothing was changed */
	size_t new_size;
};

/* The files read, in the order in which they were opened. Good until the next change. */
size_t reeve_conf_file_count(const struct reeve_conf *conf);
struct reeve_conf_file reeve_conf_file(const struct reeve_conf *conf, size_t i);

#ifdef __cplusplus
}
#endif

#endif
