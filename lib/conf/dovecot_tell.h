/* SPDX-License-Identifier: MIT */
/* A setting of a Dovecot configuration as it is told to who asks. */
#ifndef CONF_DOVECOT_TELL_H
#define CONF_DOVECOT_TELL_H

#include "conf/dovecot_eval.h"
#include "conf/kinds.h"

/* Of a list that was set as a whole: what is in it now, as doveconf writes it. Else the value. */
const char *reeve_eval_value(struct reeve_eval *eval, const struct reeve_item *item);

/* A row as it is written: its PATH, which is put into `path`, its value, and where it stands. */
void reeve_eval_tell(struct reeve_eval *eval, uint32_t row_number,
                     struct reeve_conf_setting *setting, struct reeve_buf *path);

/* The most bytes of such a PATH. */
#define REEVE_TELL_PATH_BYTES ((size_t)65536)

#endif
