/* SPDX-License-Identifier: MIT */
/* What a Dovecot configuration does, for dovecot.c's row of functions; contracts as in kinds.h. */
#ifndef CONF_DOVECOT_OPS_H
#define CONF_DOVECOT_OPS_H

#include "conf/kinds.h"

int reeve_dovecot_get(struct reeve_conf *conf, const char *path, unsigned int flags,
                      struct reeve_conf_setting *setting_r, struct reeve_error *err);
int reeve_dovecot_list(struct reeve_conf *conf, unsigned int flags, struct reeve_conf_list *list,
                       struct reeve_error *err);
bool reeve_dovecot_knows(const struct reeve_conf *conf, const char *path);
const char *reeve_dovecot_nearest(const struct reeve_conf *conf, const char *path);
long reeve_dovecot_lint(struct reeve_conf *conf, struct reeve_error *err);
int reeve_dovecot_set(struct reeve_conf *conf, const char *path, const char *value,
                      struct reeve_error *err);
int reeve_dovecot_unset(struct reeve_conf *conf, const char *path, struct reeve_error *err);

#endif
