/* SPDX-License-Identifier: MIT */
/*
 * main.cf without what misleads: settings that do not count become comments, and the last line
 * ends. What the file means stays the same, to the byte.
 */
#include "base/error.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"
#include "limits/limits.h"

#include <string.h>

static void tell(struct reeve_limits_changes *changes, const char *text)
{
	struct reeve_limits_change *row = reeve_limits_add(
		changes->limits, &changes->rows, &changes->count, &changes->room, sizeof *row);

	if (row != NULL)
		*row = (struct reeve_limits_change){
			.program = REEVE_CONF_POSTFIX, .text = text, .is_changed = true};
}

/* A '#' in front of each line of a setting that holds text. */
static void comment_out(struct reeve_limits_changes *changes, struct reeve_doc *doc,
                        const struct pf_index *index, const struct pf_setting *setting,
                        struct reeve_edits *edits)
{
	const struct reeve_node *node = &doc->nodes[setting->node];
	const struct pf_setting *counts =
		reeve_pf_find(&index->settings, setting->name, strlen(setting->name));
	uint64_t line, column, counting = 0;

	for (uint32_t at = node->start; at < node->end; at = reeve_line_after(doc, at)) {
		enum cf_line is = reeve_cf_line(doc, at);

		if (is == CF_TEXT || is == CF_MORE)
			reeve_edits_add(edits, (struct reeve_span){at, 0}, "#", 1);
	}
	reeve_doc_where(doc, node->start, &line, &column);
	if (counts != NULL)
		reeve_doc_where(doc, doc->nodes[counts->node].start, &counting, &column);
	tell(changes,
	     reeve_limits_text(changes->limits,
	                       "%s:%ju: make a comment of %s, for line %ju is what counts",
	                       doc->path, (uintmax_t)line, setting->name, (uintmax_t)counting));
}

int reeve_limits_tidy(struct reeve_limits_changes *changes, struct reeve_error *err)
{
	struct reeve_conf *conf = changes->limits->postfix;
	struct postfix *own = conf->own;
	struct reeve_doc *doc = own->main;
	struct reeve_edits *edits;
	const struct pf_index *index;
	int r;

	if (doc == NULL)
		return 0;
	index = reeve_pf_index(conf, err);
	if (index == NULL)
		return -1;
	edits = reeve_edits_new();
	if (edits == NULL)
		return reeve_fail_nomem(err);
	for (size_t i = 0; i < index->settings.count; i++)
		if (index->settings.rows[i].is_shadowed)
			comment_out(changes, doc, index, &index->settings.rows[i], edits);
	if (doc->size > 0 && doc->bytes[doc->size - 1] != '\n') {
		reeve_edits_add(edits, (struct reeve_span){doc->size, 0}, "\n", 1);
		tell(changes,
		     reeve_limits_text(changes->limits, "%s: end the last line", doc->path));
	}
	r = reeve_edits_check(edits, err);
	if (r == 0 && reeve_edits_count(edits) > 0) {
		reeve_pf_index_drop(conf);
		r = reeve_doc_apply(doc, edits, err);
	}
	reeve_edits_free(edits);
	return r;
}
