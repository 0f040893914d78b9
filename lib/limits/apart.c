/* SPDX-License-Identifier: MIT */
/*
 * Options of master.cf that share a word with others: "-vo name=value" is "-v -o name=value", as getopt(3) of
 * Postfix's programs and postconf(1) have it.
 */
#include "base/error.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"
#include "limits/limits.h"

#include <string.h>

void reeve_limits_word(const struct reeve_doc *doc, uint32_t node, uint32_t *start_r, uint32_t *end_r)
{
	*start_r = reeve_cf_skip_space(doc, doc->nodes[node].start, doc->nodes[node].end);
	*end_r = reeve_cf_trim(doc, *start_r, doc->nodes[node].end);
}

/* The first 'o' in a word [start, end) of options ("-vo", "-vox=1") that others share with it; 0. */
static uint32_t shared_o(const struct reeve_doc *doc, uint32_t start, uint32_t end)
{
	const unsigned char *o;

	if (end - start < 3 || doc->bytes[start] != '-' || doc->bytes[start + 1] == 'o')
		return 0;
	o = memchr(doc->bytes + start + 2, 'o', end - start - 2);
	return o == NULL ? 0 : (uint32_t)(o - doc->bytes);
}

/* "-vo x=1" as "-v -o x=1", which is the same; as it is where it is written otherwise. */
static void take_apart(const struct reeve_doc *doc, const struct pf_service *service,
                       const struct pf_setting *option, struct reeve_edits *edits)
{
	uint32_t start, end, before = 0, o;

	reeve_limits_word(doc, option->node, &start, &end);
	o = shared_o(doc, start, end);
	if (doc->bytes[start] != '-') {
		for (uint32_t n = doc->nodes[service->node].first; n != 0 && n != option->node;
		     n = doc->nodes[n].next)
			before = doc->nodes[n].kind == REEVE_NODE_PIECE ? n : before;
		reeve_limits_word(doc, before, &start, &end);
		o = shared_o(doc, start, end);
		o = o == end - 1 ? o : 0;
	}
	if (o > 0)
		reeve_edits_add(edits, (struct reeve_span){o, 0}, " -", 2);
}

/* How many of a service's options there are up to the last one that is to go and shares a word; 0. */
static size_t last_shared(const struct postfix *own, const struct pf_service *service)
{
	const struct pf_settings *options = &service->options;

	for (size_t k = options->count; k > 0 && !service->is_shadowed; k--)
		if (own->master->nodes[options->rows[k - 1].node].kind != REEVE_NODE_SETTING &&
		    (options->rows[k - 1].is_shadowed ||
		     reeve_limits_idle(own, service, &options->rows[k - 1]) != NULL))
			return k;
	return 0;
}

int reeve_limits_take_apart(struct reeve_conf *conf, struct reeve_error *err)
{
	struct postfix *own = conf->own;
	const struct pf_index *index = reeve_pf_index(conf, err);
	struct reeve_edits *edits = reeve_edits_new();
	int r = index == NULL ? -1 : 0;

	if (edits == NULL)
		return reeve_fail_nomem(err);
	for (size_t i = 0; r == 0 && i < index->service_count; i++) {
		const struct pf_service *service = &index->services[i];
		size_t last = last_shared(own, service);

		for (size_t k = 0; k < last; k++)
			if (own->master->nodes[service->options.rows[k].node].kind !=
			    REEVE_NODE_SETTING)
				take_apart(own->master, service, &service->options.rows[k], edits);
	}
	if (r == 0 && reeve_edits_count(edits) > 0) {
		reeve_pf_index_drop(conf);
		r = reeve_edits_check(edits, err) < 0 ? -1 : reeve_doc_apply(own->master, edits, err);
	}
	reeve_edits_free(edits);
	return r;
}
