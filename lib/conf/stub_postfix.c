/* SPDX-License-Identifier: MIT */
/* What is being written: to be gone before the end of the day. */
#include "base/error.h"
#include "conf/postfix.h"

long reeve_pf_lint(struct reeve_conf *conf, struct reeve_error *err)
{
	(void)conf;
	return reeve_fail(err, REEVE_EREFUSED, "not written yet");
}
