/* SPDX-License-Identifier: MIT */
/* The parameter or field that somebody who mistyped it may have meant. */
#include "conf/postfix.h"
#include "conf/similar.h"

#include <string.h>

const char *reeve_pf_nearest(const struct reeve_conf *conf, const char *path)
{
	const struct postfix *own = conf->own;
	const char *name = strrchr(path, '/');
	struct reeve_similar similar;

	name = name == NULL ? path : name + 1;
	if (strncmp(name, "-o", 2) == 0) {
		name += 2;
		name += strspn(name, " \t");
	}
	reeve_similar_begin(&similar, name, strlen(name));
	for (size_t i = 0; name != path && i < PF_FIELDS; i++)
		reeve_similar_try(&similar, reeve_pf_fields[i]);
	for (size_t i = 0; i < reeve_pf_param_count; i++)
		reeve_similar_try(&similar, reeve_pf_params[i].name);
	/* Somebody's own, too: it is typed as often. */
	for (size_t i = 0; own->index != NULL && i < own->index->settings.count; i++)
		reeve_similar_try(&similar, own->index->settings.rows[i].name);
	return similar.best;
}
