/* SPDX-License-Identifier: MIT */
/*
 * What is not changed: blocks as a whole, and somebody else's files.
 *
 * Which files of a Dovecot configuration are its own: those in the folder of the root file and below, as
 * they are named. Others are a package's (`!include_try /usr/share/dovecot/protocols.d/...`) or
 * somebody else's, and are read but not changed.
 */
#include "base/error.h"
#include "conf/dovecot_edit.h"
#include "conf/dovecot_walk.h"

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

/* A block is there if something in it could be named. */
int dovecot_target_is_block(struct reeve_conf *conf, const char *path, struct reeve_error *err)
{
	struct reeve_places *places;
	struct reeve_buf inside;
	bool is_block = false, has_failed;

	reeve_buf_init(&inside, REEVE_CONF_MAX_BYTES);
	reeve_buf_add_text(&inside, path);
	reeve_buf_add_byte(&inside, '/');
	places = dovecot_places_of(conf, reeve_buf_text(&inside));
	for (uint32_t n = 1; places != NULL && n < places->count; n++) {
		const struct reeve_place *place = &places->places[n];

		for (unsigned int i = 0; i < place->reading_count; i++)
			is_block |= place->readings[i].offset == inside.length;
	}
	has_failed = inside.has_failed || places == NULL;
	reeve_places_free(places);
	reeve_buf_dispose(&inside);
	return has_failed ? reeve_fail_nomem(err) : is_block;
}

int dovecot_refuse_foreign(const struct dovecot_at *at, const char *path, const char *why,
                           struct reeve_error *err)
{
	uint64_t line, column;

	reeve_doc_where(at->doc, at->doc->nodes[at->node].name, &line, &column);
	return reeve_fail(err, REEVE_EREFUSED, "'%s' is set in %s:%ju, outside of the folder: %s",
	                  path, at->doc->path, (uintmax_t)line, why);
}
