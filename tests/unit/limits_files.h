/* SPDX-License-Identifier: MIT */
/* Configurations for the tests of limits, as one text. */
#ifndef LIMITS_FILES_H
#define LIMITS_FILES_H

#include "limits/limits.h"

#define MASTER                                                                                     \
	"== master.cf\nsmtp inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\n"                \
	"local unix - n n - - local\nvirtual unix - n n - - virtual\n"
#define DOVECOT                                                                                    \
	"== dovecot.conf\nprotocols = lmtp submission\nsubmission_relay_host = localhost\n"        \
	"mail_plugins = quota\n"

#define PLUGIN "plugin {\n  quota = count:User quota\n"
#define DOVECOT_24 "== dovecot.conf\ndovecot_config_version = 2.4.0\nprotocols {\n  lmtp = yes\n}\n"
#define QUOTA "mail_plugins {\n  quota = yes\n}\n"

/*
 * Write etc/postfix and etc/dovecot below the folder of the test. "== NAME" begins a file; before it
 * is main.cf. Without a master.cf there is a usual one; without dovecot.conf, none.
 */
void limits_lay_out(const char *text);

/* What was laid out; NULL: there is no Dovecot. Fails the test if it cannot be opened. */
struct reeve_conf *limits_open(enum reeve_conf_kind kind, struct reeve_error *err);

/* What `describe` finds to say of the limits that were laid out; `disk` NULL: of a size not known. */
void limits_describe(const struct reeve_limits_disk *disk,
                     void (*describe)(const struct reeve_limits *limits, char *buf, size_t size),
                     char *found, size_t size);

#endif
