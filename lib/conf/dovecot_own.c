/* SPDX-License-Identifier: MIT */
/*
 * Which files of a Dovecot configuration are its own: those in the folder of the root file and below, as
 * they are named. Others are a package's (`!include_try /usr/share/dovecot/protocols.d/...`) or
 * somebody else's, and are read but not changed.
 */
#include "base/error.h"
#include "conf/dovecot_edit.h"

#include <string.h>

bool dovecot_is_own(const struct reeve_conf *conf, const struct reeve_doc *doc)
{
	const char *root = conf->docs[0]->path, *slash = strrchr(root, '/'), *at = doc->path;
	size_t folder = slash == NULL ? 0 : (size_t)(slash - root) + 1, n;
	size_t depth = 0;

	if (doc == conf->docs[0])
		return true;
	if (strncmp(at, root, folder) != 0 || (folder == 0 && *at == '/'))
		return false;
	for (at += folder; *at != '\0'; at += n + (at[n] == '/')) {
		n = strcspn(at, "/");
		if (n == 2 && memcmp(at, "..", 2) == 0) {
			if (depth-- == 0)
				return false;
		} else if (n > 0 && !(n == 1 && *at == '.')) {
			depth++;
		}
	}
	return true;
}

int dovecot_refuse_foreign(const struct dovecot_at *at, const char *path, const char *why,
                           struct reeve_error *err)
{
	uint64_t line, column;

	reeve_doc_where(at->doc, at->doc->nodes[at->node].name, &line, &column);
	return reeve_fail(err, REEVE_EREFUSED, "'%s' is set in %s:%ju, outside of the folder: %s",
	                  path, at->doc->path, (uintmax_t)line, why);
}
