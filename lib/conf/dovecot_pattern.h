/* SPDX-License-Identifier: MIT */
/* Patterns of !include. */
#ifndef CONF_DOVECOT_PATTERN_H
#define CONF_DOVECOT_PATTERN_H

#include "conf/dovecot.h"

#include <glob.h>

#define REEVE_PATTERN_MAX ((size_t)65536)
#define REEVE_PATTERN_TOO_MUCH (-1) /* it is too long, or its braces stand for too many */

/*
 * What the pattern of an !include in the file `includer` finds: what glob(3) answers, and `found` is as
 * that leaves it; or REEVE_PATTERN_TOO_MUCH. *is_beside_r: it was found beside the root file, which is in
 * a copy of the folder that an absolute pattern names.
 */
int reeve_pattern_match(const struct reeve_conf *conf, const char *includer, const char *pattern,
                        glob_t *found, bool *is_beside_r);

#endif
