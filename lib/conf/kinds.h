/* SPDX-License-Identifier: MIT */
/*
 * What a configuration is inside, and what each kind of it does in its own way.
 *
 * conf.c is the door: it asks the kind (dovecot.c, postfix.c) by its row of functions, whose contracts
 * are those of the public functions in <mailreeve/conf.h>.
 */
#ifndef CONF_KINDS_H
#define CONF_KINDS_H

#include "conf/tree.h"

struct reeve_conf_ops {
	/* conf->how is set; add docs. */
	int (*open)(struct reeve_conf *conf, struct reeve_error *err);
	void (*close)(struct reeve_conf *conf); /* frees conf->own */
	int (*get)(struct reeve_conf *conf, const char *path, unsigned int flags,
	           struct reeve_conf_setting *setting_r, struct reeve_error *err);
	int (*list)(struct reeve_conf *conf, unsigned int flags, struct reeve_conf_list *list,
	            struct reeve_error *err);
	bool (*knows)(const struct reeve_conf *conf, const char *path);
	long (*lint)(struct reeve_conf *conf, struct reeve_error *err);
	int (*set)(struct reeve_conf *conf, const char *path, const char *value,
	           struct reeve_error *err);
	int (*unset)(struct reeve_conf *conf, const char *path, struct reeve_error *err);
	const char *(*nearest)(const struct reeve_conf *conf, const char *path);
};

extern const struct reeve_conf_ops reeve_dovecot_ops;
extern const struct reeve_conf_ops reeve_postfix_ops;

struct reeve_conf {
	enum reeve_conf_kind kind;
	const struct reeve_conf_ops *ops;
	struct reeve_conf_how how; /* its strings are copies; root is "" for "/", path is never NULL */
	struct reeve_talk talk;    /* how.talk points here */
	struct reeve_doc **docs;   /* in the order of opening; docs[0] is the root file, or main.cf */
	size_t doc_count, doc_room;
	long told;                 /* findings while it was opened */
	void *own;                 /* the kind's */
};

/* Open a document and add it to docs. NULL with err, nothing added. */
struct reeve_doc *reeve_conf_add_doc(struct reeve_conf *conf, enum reeve_syntax syntax,
                                     const char *path, struct reeve_error *err);

/* Whether a file (the root in front) can be opened: 0 or errno. */
int reeve_conf_try_file(const struct reeve_conf *conf, const char *path);

/* Add a row, its strings copied. Fails sticky: reeve_conf_list() reports it. */
void reeve_conf_list_add(struct reeve_conf_list *list, const struct reeve_conf_setting *setting);

/* The row that was added last, to be changed: its flags. */
struct reeve_conf_setting *reeve_conf_list_row(struct reeve_conf_list *list, size_t i);

#endif
