/* SPDX-License-Identifier: MIT */
/* lint for Postfix: what both files have in common. */
#include "base/error.h"
#include "base/rows.h"
#include "conf/cf_lines.h"
#include "conf/postfix_lint.h"
#include "conf/similar.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_ASKED 1000

void reeve_pf_say(struct pf_lint *lint, struct reeve_doc *doc, enum reeve_severity severity,
                  uint32_t offset, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	if (lint->has_failed)
		return;
	struct pf_finding *findings =
		reeve_rows_grow(lint->findings, sizeof *findings, lint->count, &lint->room);
	if (findings == NULL) {
		lint->has_failed = true;
		return;
	}
	lint->findings = findings;
	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		lint->has_failed = true;
	else
		lint->findings[lint->count++] = (struct pf_finding){doc, offset, severity, text};
	va_end(ap);
}

/* ---- names --------------------------------------------------------------------------------- */

/* Where the name of a setting stands; of an option that has no node of its own, its word. */
static uint32_t name_at(const struct reeve_doc *doc, const struct pf_setting *setting)
{
	const struct reeve_node *node = &doc->nodes[setting->node];

	return node->name_end > node->name ? node->name : node->value;
}

/* The parameter that a name may have been meant for, or NULL. */
static const char *nearest(struct pf_lint *lint, const char *name)
{
	enum pf_version version = reeve_pf_version(lint->conf);
	struct reeve_similar similar;

	/* Somebody who has so many has not mistyped them. */
	if (lint->asked++ > MAX_ASKED)
		return NULL;
	reeve_similar_begin(&similar, name, strlen(name));
	for (size_t i = 0; i < reeve_pf_param_count; i++) {
		if (reeve_pf_default(&reeve_pf_params[i], version) == NULL)
			continue;
		if (strcasecmp(reeve_pf_params[i].name, name) == 0)
			return reeve_pf_params[i].name;
		reeve_similar_try(&similar, reeve_pf_params[i].name);
	}
	return similar.best;
}

/* The transport whose parameter this would be, if master.cf had it: the length of its name, or 0. */
static size_t transport_of(const char *name)
{
	static const char *const suffixes[] = {
		"_time_limit",
		"_recipient_limit",
		"_recipient_refill_limit",
		"_recipient_refill_delay",
		"_delivery_slot_cost",
		"_delivery_slot_loan",
		"_delivery_slot_discount",
		"_minimum_delivery_slots",
		"_initial_destination_concurrency",
		"_destination_concurrency_limit",
		"_destination_recipient_limit",
		"_destination_concurrency_positive_feedback",
		"_destination_concurrency_negative_feedback",
		"_destination_concurrency_failed_cohort_limit",
		"_destination_rate_delay",
		"_transport_rate_delay",
	};
	size_t n = strlen(name), longest = 0;

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		size_t length = strlen(suffixes[i]);

		if (n > length && length > longest && strcmp(name + n - length, suffixes[i]) == 0)
			longest = length;
	}
	return longest == 0 ? 0 : n - longest;
}

void reeve_pf_lint_name(struct pf_lint *lint, struct reeve_doc *doc, const struct pf_setting *setting)
{
	const char *name = setting->name, *near;
	const struct pf_param *param = reeve_pf_param(name, strlen(name));
	uint32_t at = name_at(doc, setting);
	size_t n;

	if (strncmp(name, "\xef\xbb\xbf", 3) == 0) {
		reeve_pf_say(lint, doc, REEVE_WARNING, at,
		             "a byte order mark: Postfix takes it for a part of the name '%s'",
		             name + 3);
	} else if (param != NULL && strcmp(param->type, "readonly") == 0) {
		reeve_pf_say(lint, doc, REEVE_WARNING, at, "'%s' is read-only: it is passed over", name);
	} else if (param != NULL && strcmp(param->version, "old") == 0) {
		reeve_pf_say(lint, doc, REEVE_WARNING, at, "Postfix has no '%s' any more", name);
	} else if (param != NULL) {
		reeve_pf_say(lint, doc, REEVE_NOTE, at, "'%s' is known to Postfix %s and newer only", name,
		             param->version);
	} else if ((near = nearest(lint, name)) != NULL) {
		reeve_pf_say(lint, doc, REEVE_WARNING, at,
		             "unknown parameter '%s': is it '%s'?", name, near);
	} else if ((n = transport_of(name)) != 0) {
		if (lint->own->master != NULL)
			reeve_pf_say(lint, doc, REEVE_WARNING, at,
			             "unused parameter '%s': master.cf has no transport '%.*s'", name,
			             (int)n, name);
	} else if (lint->own->main != NULL && lint->own->master != NULL) {
		/* With one file alone, the other may refer to it. */
		reeve_pf_say(lint, doc, REEVE_WARNING, at,
		             "unknown parameter '%s', and nothing refers to it", name);
	}
}

static void undefined(void *user, const struct pf_service *service,
                      const struct pf_setting *setting, const char *name)
{
	struct pf_lint *lint = user;
	struct reeve_doc *doc = service == NULL ? lint->own->main : lint->own->master;
	const char *near = *name != '\0' ? nearest(lint, name) : NULL;

	if (lint->own->main == NULL)
		return; /* master.cf alone: main.cf may define it */
	reeve_pf_say(lint, doc, REEVE_WARNING, doc->nodes[setting->node].value,
	             "nothing defines '$%s': it stands for nothing%s%s%s", name,
	             near != NULL ? " (is it '$" : "", near != NULL ? near : "",
	             near != NULL ? "'?)" : "");
}

/* ---- the bytes ----------------------------------------------------------------------------- */

static void lint_bytes(struct pf_lint *lint, struct reeve_doc *doc)
{
	const unsigned char *nul = memchr(doc->bytes, '\0', doc->size);
	const unsigned char *end = memchr(doc->bytes, '\n', doc->size);

	if (nul != NULL)
		reeve_pf_say(lint, doc, REEVE_WARNING, (uint32_t)(nul - doc->bytes),
		             "a NUL byte: Postfix passes over what is behind it in its line");
	if (end != NULL && end > doc->bytes && end[-1] == '\r')
		reeve_pf_say(lint, doc, REEVE_NOTE, 0, "lines end with CR LF");
	if (doc->size > 0 && doc->bytes[doc->size - 1] != '\n')
		reeve_pf_say(lint, doc, REEVE_NOTE, doc->size - 1,
		             "no line end at the end of the file: what an older postconf -e adds"
		             " would join the last line");
	if (doc->size > 3 && memcmp(doc->bytes, "\xef\xbb\xbf", 3) == 0 &&
	    doc->nodes[doc->nodes[0].first].kind != REEVE_NODE_SETTING)
		reeve_pf_say(lint, doc, REEVE_WARNING, 0,
		             "a byte order mark: Postfix takes it for a part of the first line");
}

/* Lines that mean nothing were told of by the parser. */
static long count_errors(const struct reeve_doc *doc)
{
	long count = 0;

	for (uint32_t n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next)
		count += doc->nodes[n].kind == REEVE_NODE_ERROR;
	return count;
}

/* ---- all of it ----------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct pf_finding *left = a, *right = b;

	/* main.cf first. */
	if (left->doc != right->doc)
		return left->doc->syntax < right->doc->syntax ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

long reeve_pf_lint(struct reeve_conf *conf, struct reeve_error *err)
{
	struct pf_lint lint = {.conf = conf, .own = conf->own, .work = reeve_pf_work(conf->own)};
	long count = 0;

	if (reeve_pf_mark_used(conf, undefined, &lint, err) < 0)
		return -1;
	for (size_t i = 0; i < conf->doc_count; i++) {
		lint_bytes(&lint, conf->docs[i]);
		count += count_errors(conf->docs[i]);
	}
	if (lint.own->main != NULL)
		reeve_pf_lint_main(&lint);
	if (lint.own->master != NULL)
		reeve_pf_lint_master(&lint);

	if (lint.count > 0)
		qsort(lint.findings, lint.count, sizeof *lint.findings, by_place);
	for (size_t i = 0; i < lint.count; i++) {
		const struct pf_finding *finding = &lint.findings[i];

		reeve_doc_diag(finding->doc, finding->severity, finding->offset, "%s", finding->text);
		free(finding->text);
	}
	count += (long)lint.count;
	free(lint.findings);
	return lint.has_failed ? reeve_fail_nomem(err) : count;
}
