/* SPDX-License-Identifier: MIT */
/* The setting that somebody who mistyped it may have meant. */
#include "conf/dovecot_names.h"
#include "conf/dovecot_ops.h"
#include "conf/similar.h"

#include <string.h>

const char *reeve_dovecot_nearest(const struct reeve_conf *conf, const char *path)
{
	const char *name = strrchr(path, '/'), *known;
	const char *const *before;
	struct reeve_similar similar;
	size_t count;

	(void)conf;
	name = name == NULL ? path : name + 1;
	reeve_similar_begin(&similar, name, strlen(name));
	before = reeve_dovecot_names_in("", &count);
	for (size_t i = 0; i < count; i++)
		reeve_similar_try(&similar, before[i]);
	for (size_t i = 0; (known = reeve_dovecot_name_at(i)) != NULL; i++)
		reeve_similar_try(&similar, known);
	return similar.best;
}
