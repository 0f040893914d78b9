/* SPDX-License-Identifier: MIT */
/* A Dovecot configuration: its row of functions, and opening all of its files. */
#include "base/error.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_ops.h"
#include "conf/dovecot_walk.h"

/* Going through them opens what they include. */
static int conf_open(struct reeve_conf *conf, struct reeve_error *err)
{
	struct reeve_walk walk;
	int r = 0;

	if (reeve_includes_open(conf, err) < 0)
		return -1;
	reeve_walk_init(&walk, conf);
	walk.is_opening = true;
	while (reeve_walk_next(&walk) != REEVE_WALK_END)
		;
	if (walk.has_failed)
		r = reeve_fail_nomem(err);
	reeve_walk_dispose(&walk);
	return r;
}

const struct reeve_conf_ops reeve_dovecot_ops = {
	.open = conf_open,
	.close = reeve_includes_close,
	.get = reeve_dovecot_get,
	.list = reeve_dovecot_list,
	.knows = reeve_dovecot_knows,
	.lint = reeve_dovecot_lint,
	.set = reeve_dovecot_set,
	.unset = reeve_dovecot_unset,
	.nearest = reeve_dovecot_nearest,
};
