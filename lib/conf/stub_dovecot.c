/* SPDX-License-Identifier: MIT */
/* What is being written: to be gone before the end of the day. */
#include "base/error.h"
#include "conf/dovecot_ops.h"

bool reeve_dovecot_knows(const struct reeve_conf *conf, const char *path)
{
	(void)conf, (void)path;
	return false;
}

long reeve_dovecot_lint(struct reeve_conf *conf, struct reeve_error *err)
{
	(void)conf;
	return reeve_fail(err, REEVE_EREFUSED, "not written yet");
}
