/* SPDX-License-Identifier: MIT */
/*
 * main.cf and master.cf without what misleads: settings, services and options that do not count, or
 * that nothing looks at, become comments, and the last line of main.cf ends. What the files mean
 * stays the same.
 */
#include "base/error.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"
#include "limits/limits.h"

#include <string.h>

static uint64_t line_of(struct reeve_doc *doc, uint32_t at)
{
	uint64_t line, column;

	reeve_doc_where(doc, at, &line, &column);
	return line;
}

static void tell(struct reeve_limits_changes *changes, struct reeve_doc *doc, uint32_t at,
                 const char *text)
{
	struct reeve_limits_change *row = reeve_limits_add(
		changes->limits, &changes->rows, &changes->count, &changes->room, sizeof *row);
	uint64_t line = line_of(doc, at);

	if (row != NULL)
		*row = (struct reeve_limits_change){
			.program = REEVE_CONF_POSTFIX,
			.text = text,
			.file = reeve_limits_keep(changes->limits, doc->path),
			.line = line,
			.is_changed = true,
		};
}

/* "make a comment of relayhost, for line 7 is what counts" */
static void tell_comment(struct reeve_limits_changes *changes, struct reeve_doc *doc, uint32_t at,
                         const char *what, uint32_t counts)
{
	tell(changes, doc, at,
	     reeve_limits_text(changes->limits, "make a comment of %s, for line %ju is what counts",
	                       what, (uintmax_t)line_of(doc, counts)));
}

/* A '#' in front of each line in [at, end) that holds text. */
static void comment_lines(const struct reeve_doc *doc, uint32_t at, uint32_t end,
                          struct reeve_edits *edits)
{
	for (; at < end; at = reeve_line_after(doc, at)) {
		enum cf_line is = reeve_cf_line(doc, at);

		if (is == CF_TEXT || is == CF_MORE)
			reeve_edits_add(edits, (struct reeve_span){at, 0}, "#", 1);
	}
}

/* ---- main.cf --------------------------------------------------------------------------------- */

static void tidy_main(struct reeve_limits_changes *changes, struct reeve_doc *doc,
                      const struct pf_index *index, struct reeve_edits *edits)
{
	for (size_t i = 0; i < index->settings.count; i++) {
		const struct pf_setting *setting = &index->settings.rows[i], *counts;
		const struct reeve_node *node = &doc->nodes[setting->node];

		if (!setting->is_shadowed)
			continue;
		counts = reeve_pf_find(&index->settings, setting->name, strlen(setting->name));
		comment_lines(doc, node->start, node->end, edits);
		tell_comment(changes, doc, node->start, setting->name,
		             doc->nodes[counts->node].start);
	}
	if (doc->size > 0 && doc->bytes[doc->size - 1] != '\n') {
		reeve_edits_add(edits, (struct reeve_span){doc->size, 0}, "\n", 1);
		tell(changes, doc, (uint32_t)doc->size, "end the last line");
	}
}

/* ---- master.cf ------------------------------------------------------------------------------- */

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t';
}

static uint32_t line_start(const struct reeve_doc *doc, uint32_t at)
{
	while (at > 0 && doc->bytes[at - 1] != '\n')
		at--;
	return at;
}

/* The bytes of an option without white space around. */
static void bounds(const struct reeve_doc *doc, const struct pf_setting *option, uint32_t *start_r,
                   uint32_t *end_r)
{
	reeve_limits_word(doc, option->node, start_r, end_r);
}

/* Whether nothing else stands in the lines of an option. */
static bool has_lines(const struct reeve_doc *doc, const struct pf_setting *option)
{
	const struct reeve_node *node = &doc->nodes[option->node];

	return node->start == line_start(doc, node->start) &&
	       (node->end == doc->size || doc->bytes[node->end - 1] == '\n');
}

/* Whether it is to become a comment: another counts, or nothing looks at it. */
static bool is_gone(const struct postfix *own, const struct pf_service *service,
                    const struct pf_setting *option)
{
	return option->is_shadowed ||
	       (own->master->nodes[option->node].kind == REEVE_NODE_SETTING &&
	        reeve_limits_idle(own, service, option) != NULL);
}

/* How far the options reach that share lines with the k-th, each with the one before. */
static size_t last_part(const struct reeve_doc *doc, const struct pf_settings *options, size_t k)
{
	uint32_t start, end, line;

	do {
		bounds(doc, &options->rows[k], &start, &end);
		line = line_start(doc, end - 1);
		if (++k == options->count)
			break;
		bounds(doc, &options->rows[k], &start, &end);
	} while (line_start(doc, start) == line);
	return k;
}

/* What cannot be taken out of its line: -1 with err. */
static int check_part(struct reeve_doc *doc, const struct pf_service *service,
                      const struct pf_setting *option, struct reeve_error *err)
{
	uint64_t line, column;
	uint32_t start, end;

	if (doc->nodes[option->node].kind == REEVE_NODE_SETTING)
		return 0;
	bounds(doc, option, &start, &end);
	reeve_doc_where(doc, start, &line, &column);
	return reeve_fail(err, REEVE_EREFUSED,
	                  "%s:%ju:%ju: '%s' is set twice for %s/%s, and written together with what "
	                  "stays: remove one of them by hand",
	                  doc->path, (uintmax_t)line, (uintmax_t)column, option->name,
	                  service->words[0].text, service->words[1].text);
}

/* An option as comment lines; what is a comment in it stays one. */
static void add_comment(const struct reeve_doc *doc, uint32_t start, uint32_t end,
                        struct reeve_buf *text)
{
	for (uint32_t at = start, next; at < end; at = next) {
		next = reeve_line_after(doc, at);
		if (at == start || reeve_cf_line(doc, at) == CF_MORE)
			reeve_buf_add_byte(text, '#');
		reeve_buf_add(text, doc->bytes + at, (next < end ? next : end) - at);
	}
	reeve_buf_add_text(text, reeve_line_eol(doc, start));
}

/* Out of its line, in which all before `gone` is out already, with blanks. */
static uint32_t cut_part(const struct reeve_doc *doc, const struct pf_setting *option,
                         uint32_t gone, struct reeve_edits *edits)
{
	uint32_t start, end;

	bounds(doc, option, &start, &end);
	/* What begins the line leaves its indent to the next, else blanks go with it. */
	if (start == reeve_cf_skip_space(doc, line_start(doc, start), end))
		while (end < doc->size && is_blank(doc->bytes[end]))
			end++;
	else
		while (start > gone && is_blank(doc->bytes[start - 1]))
			start--;
	reeve_edits_add(edits, (struct reeve_span){start, end - start}, "", 0);
	return end;
}

/*
 * Options that share their line with what stays: into a comment line above, each in one of its own,
 * and out of it. `k` is the first of them. -1 with err.
 */
static int comment_parts(const struct postfix *own, const struct pf_service *service, size_t k,
                         struct reeve_edits *edits, struct reeve_error *err)
{
	struct reeve_doc *doc = own->master;
	const struct pf_setting *options = service->options.rows;
	size_t last = last_part(doc, &service->options, k);
	uint32_t start, end, above;
	struct reeve_buf text;

	for (size_t i = k; i < last; i++)
		if (is_gone(own, service, &options[i]) &&
		    check_part(doc, service, &options[i], err) < 0)
			return -1;
	bounds(doc, &options[k], &start, &end);
	above = line_start(doc, start);
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	for (size_t i = k; i < last; i++) {
		if (!is_gone(own, service, &options[i]))
			continue;
		bounds(doc, &options[i], &start, &end);
		add_comment(doc, start, end, &text);
	}
	reeve_edits_add(edits, (struct reeve_span){above, 0}, reeve_buf_text(&text), text.length);
	for (size_t i = k, gone = above; i < last; i++)
		if (is_gone(own, service, &options[i]))
			gone = cut_part(doc, &options[i], (uint32_t)gone, edits);
	int r = text.has_failed ? reeve_fail_nomem(err) : 0;
	reeve_buf_dispose(&text);
	return r;
}

static int comment_options(struct reeve_limits_changes *changes, const struct postfix *own,
                           const struct pf_service *service, struct reeve_edits *edits,
                           struct reeve_error *err)
{
	struct reeve_doc *doc = own->master;
	const struct pf_settings *options = &service->options;
	size_t done = 0; /* those before it are out of their lines */

	for (size_t k = 0; k < options->count; k++) {
		const struct pf_setting *option = &options->rows[k], *counts;
		uint32_t start, end, start_counts;

		if (!is_gone(own, service, option))
			continue;
		counts = reeve_pf_find(options, option->name, strlen(option->name));
		bounds(doc, counts, &start_counts, &end);
		bounds(doc, option, &start, &end);
		if (has_lines(doc, option)) {
			comment_lines(doc, doc->nodes[option->node].start,
			              doc->nodes[option->node].end, edits);
		} else if (k >= done) {
			if (comment_parts(own, service, k, edits, err) < 0)
				return -1;
			done = last_part(doc, options, k);
		}
		const char *what =
			reeve_limits_text(changes->limits, "%s/%s/-o %s", service->words[0].text,
		                          service->words[1].text, option->name);
		if (option->is_shadowed)
			tell_comment(changes, doc, start, what, start_counts);
		else
			tell(changes, doc, start,
			     reeve_limits_text(
				     changes->limits,
				     "make a comment of %s, for %s(8) does not look at it", what,
				     reeve_limits_program(service->words[PF_COMMAND].text)));
	}
	return 0;
}

static int tidy_master(struct reeve_limits_changes *changes, const struct postfix *own,
                       const struct pf_index *index, struct reeve_edits *edits,
                       struct reeve_error *err)
{
	struct reeve_doc *doc = own->master;

	for (size_t i = 0; i < index->service_count; i++) {
		const struct pf_service *service = &index->services[i];
		const struct reeve_node *node = &doc->nodes[service->node];

		if (service->is_shadowed) {
			comment_lines(doc, node->start, node->end, edits);
			tell_comment(changes, doc, node->start,
			             reeve_limits_text(changes->limits, "%s/%s",
			                               service->words[0].text,
			                               service->words[1].text),
			             doc->nodes[service->last->node].start);
			continue;
		}
		if (comment_options(changes, own, service, edits, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- both ------------------------------------------------------------------------------------ */

int reeve_limits_tidy(struct reeve_limits_changes *changes, struct reeve_error *err)
{
	struct reeve_conf *conf = changes->limits->postfix;
	struct postfix *own = conf->own;
	struct reeve_edits *main_edits = reeve_edits_new(), *master_edits = reeve_edits_new();
	const struct pf_index *index;
	int r = -1;

	if (main_edits == NULL || master_edits == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	if ((own->master != NULL && reeve_limits_take_apart(conf, err) < 0) ||
	    (index = reeve_pf_index(conf, err)) == NULL)
		goto out;
	if (own->main != NULL)
		tidy_main(changes, own->main, index, main_edits);
	if (own->master != NULL && tidy_master(changes, own, index, master_edits, err) < 0)
		goto out;
	if (reeve_edits_check(main_edits, err) < 0 || reeve_edits_check(master_edits, err) < 0)
		goto out;
	if (reeve_edits_count(main_edits) + reeve_edits_count(master_edits) > 0)
		reeve_pf_index_drop(conf);
	if ((reeve_edits_count(main_edits) > 0 &&
	     reeve_doc_apply(own->main, main_edits, err) < 0) ||
	    (reeve_edits_count(master_edits) > 0 &&
	     reeve_doc_apply(own->master, master_edits, err) < 0))
		goto out;
	r = 0;
out:
	reeve_edits_free(main_edits);
	reeve_edits_free(master_edits);
	return r;
}
