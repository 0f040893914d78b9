/* SPDX-License-Identifier: MIT */
/*
 * set and unset: edits are made, tried on the file, and kept if the file then says what it should and else
 * says what it said before. What cannot be written that way is refused, and nothing is changed.
 */
#include "base/error.h"
#include "conf/cf_lines.h"
#include "conf/postfix_change.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is wanted ------------------------------------------------------------------------ */

/* A value without white space around it, which Postfix would not see. */
static const char *trimmed(struct reeve_arena *arena, const char *value)
{
	size_t n;

	while (reeve_cf_is_space((unsigned char)*value))
		value++;
	for (n = strlen(value); n > 0 && reeve_cf_is_space((unsigned char)value[n - 1]); n--)
		;
	return reeve_arena_strndup(arena, value, n);
}

/* Read the text of a service as master.cf would have it. */
static int parse_service(struct pf_change *change, const char *text, struct reeve_error *err)
{
	struct reeve_doc *doc = reeve_doc_of(REEVE_SYNTAX_MASTER_CF, "", text, strlen(text), NULL, err);
	bool ok;

	if (doc == NULL)
		return -1;
	if (doc->nodes[0].first == 0 || doc->nodes[doc->nodes[0].first].kind != REEVE_NODE_BLOCK) {
		reeve_doc_free(doc);
		return reeve_fail(err, REEVE_EUSAGE, "'%s': a service has eight fields at least",
		                  change->text);
	}
	ok = reeve_pf_words(doc, doc->nodes[0].first, change->arena, &change->wanted);
	reeve_doc_free(doc);
	return ok ? 0 : reeve_fail_nomem(err);
}

/* What postconf demands of fields (src/postconf/postconf_master.c, pcf_check_master_entry()). */
static int check_field(int field, const char *value, struct reeve_error *err)
{
	static const char *const types[] = {"inet", "unix", "fifo", "pass", "unix-dgram"};
	size_t digits = strspn(value, "0123456789");
	bool ok = *value != '\0' && value[strcspn(value, " \t")] == '\0' && *value != '#';

	if (field == 1) {
		ok = false;
		for (size_t i = 0; i < sizeof types / sizeof *types; i++)
			ok |= strcmp(types[i], value) == 0;
	} else if (field >= 2 && field <= 4) {
		ok = strcmp(value, "y") == 0 || strcmp(value, "n") == 0 || strcmp(value, "-") == 0;
	} else if (field == 5) {
		ok = strcmp(value, "-") == 0 ||
		     (digits > 0 && (value[digits] == '\0' || strcmp(value + digits, "?") == 0));
	} else if (field == 6) {
		ok = strcmp(value, "-") == 0 || (digits > 0 && value[digits] == '\0');
	}
	if (!ok)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' cannot be the %s of a service", value,
		                  reeve_pf_fields[field]);
	return 0;
}

/* The same words as the service has, but for one field. */
static int want_field(struct pf_change *change, struct reeve_error *err)
{
	const struct pf_service *service = change->service;
	size_t n = service->word_count * sizeof *service->words;

	change->wanted = *service;
	change->wanted.words = reeve_arena_alloc(change->arena, n);
	if (change->wanted.words == NULL)
		return reeve_fail_nomem(err);
	memcpy(change->wanted.words, service->words, n);
	change->wanted.words[change->path.field].text = change->value;
	return 0;
}

/* The service's fields, and the value as its command. */
static int want_command(struct pf_change *change, struct reeve_error *err)
{
	struct reeve_buf text;
	int r;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	for (int i = 0; i < PF_COMMAND; i++) {
		reeve_buf_add_text(&text, change->service->words[i].text);
		reeve_buf_add_byte(&text, ' ');
	}
	reeve_buf_add_text(&text, change->value);
	r = parse_service(change, reeve_buf_text(&text), err);
	reeve_buf_dispose(&text);
	change->command = change->value;
	return r;
}

/* All of it is in the value. */
static int want_service(struct pf_change *change, struct reeve_error *err)
{
	const struct pf_path *path = &change->path;
	const char *names[2], *at = change->value;
	size_t lengths[2] = {path->service_length, path->type_length};

	names[0] = path->service;
	names[1] = path->type;
	if (parse_service(change, at, err) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		const char *word = change->wanted.words[i].text;

		if (strlen(word) != lengths[i] || memcmp(word, names[i], lengths[i]) != 0)
			return reeve_fail(err, REEVE_EUSAGE, "'%s': the entry is of another service",
			                  change->text);
	}
	for (int i = 0; i < PF_COMMAND; i++) {
		at += strcspn(at, " \t");
		at += strspn(at, " \t");
	}
	change->command = at;
	return 0;
}

/* The words that a service shall have. */
static int want_words(struct pf_change *change, struct reeve_error *err)
{
	int r = change->path.part == PF_SERVICE         ? want_service(change, err)
	        : change->path.field == PF_COMMAND ? want_command(change, err)
	                                           : want_field(change, err);

	for (int i = 0; i < PF_FIELDS && r == 0; i++)
		r = check_field(i, change->wanted.words[i].text, err);
	return r;
}

/* A service shall not get the name and type of another: the one of both that stands first would be lost. */
static int check_other(const struct pf_change *change, struct reeve_error *err)
{
	const struct pf_index *index = change->own->index;
	const struct pf_word *words = change->wanted.words;
	uint64_t line, column;

	if (change->path.part != PF_FIELD || change->path.field > 1)
		return 0;
	for (size_t i = 0; i < index->service_count; i++) {
		const struct pf_service *other = &index->services[i];

		if (other == change->service || strcmp(other->words[0].text, words[0].text) != 0 ||
		    strcmp(other->words[1].text, words[1].text) != 0)
			continue;
		reeve_doc_where(change->doc, change->doc->nodes[other->node].start, &line, &column);
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s': '%s' has a service '%s/%s' already, in line %llu",
		                  change->text, change->doc->path, words[0].text, words[1].text,
		                  (unsigned long long)line);
	}
	return 0;
}

/* ---- doing it ------------------------------------------------------------------------------ */

static int make_edits(const struct pf_change *change, struct reeve_edits *edits,
                      struct reeve_error *err)
{
	const struct postfix *own = change->own;
	const struct pf_index *index = own->index;

	if (change->path.part == PF_PARAM) {
		reeve_pf_edit_main(own, &change->path, change->value, edits);
		return 0;
	}
	if (change->path.part == PF_OPTION)
		return reeve_pf_edit_option(own, change->service, &change->path, change->value, edits,
		                            err);
	if (change->value == NULL) {
		for (size_t i = 0; i < index->service_count; i++) {
			const struct reeve_node *node = &change->doc->nodes[index->services[i].node];

			if (reeve_pf_is_unset_service(change, &index->services[i]))
				reeve_pf_remove_lines(change->doc, edits, node->start, node->end);
		}
	} else if (change->service == NULL) {
		reeve_pf_add_service(own, &change->wanted, edits);
	} else {
		reeve_pf_edit_service(own, change->service, &change->wanted, change->command, edits);
	}
	return 0;
}

/* Try it. 1, or -1 with err and nothing changed. */
static int carry_out(struct pf_change *change, struct reeve_error *err)
{
	struct reeve_edits *edits = reeve_edits_new();
	struct postfix *own = change->own;
	struct pf_index *before = own->index, *after;
	struct reeve_doc_before bytes;
	int r = -1;

	if (edits == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	if (make_edits(change, edits, err) < 0 ||
	    reeve_doc_try(change->doc, edits, &bytes, err) < 0)
		goto out;
	own->index = NULL;
	after = reeve_pf_index(change->conf, err);
	if (after != NULL && reeve_pf_is_done(change, before, after)) {
		reeve_doc_keep(change->doc, &bytes);
		reeve_arena_free(before->arena);
		free(before);
		r = 1;
		goto out;
	}
	if (after != NULL)
		reeve_fail(err, REEVE_EREFUSED,
		           "'%s' cannot be written so that '%s' says that and nothing else changes",
		           change->text, change->doc->path);
	reeve_pf_index_drop(change->conf);
	if (reeve_doc_undo(change->doc, &bytes, NULL) < 0) {
		reeve_arena_free(before->arena);
		free(before);
		reeve_fail_nomem(err);
		goto out;
	}
	own->index = before;
out:
	reeve_edits_free(edits);
	return r;
}

/* What there is already: 1 to go on, 0 if nothing is to be done, -1 with err. */
static int look(struct pf_change *change, struct reeve_error *err)
{
	const struct pf_index *index = change->own->index;
	const struct pf_path *path = &change->path;
	const struct pf_settings *settings = &index->settings;
	const struct pf_setting *setting;

	change->doc = path->part == PF_PARAM ? change->own->main : change->own->master;
	if (change->doc == NULL)
		return reeve_fail(err, REEVE_EREFUSED, "'%s': there is no %s", change->text,
		                  path->part == PF_PARAM ? "main.cf" : "master.cf");
	if (path->part != PF_PARAM) {
		change->service = reeve_pf_service(index, path);
		if (change->service == NULL && change->value == NULL)
			return 0;
		if (change->service == NULL && path->part != PF_SERVICE)
			return reeve_fail(err, REEVE_EREFUSED,
			                  "'%s': '%s' has no such service; first set '%.*s/%.*s' to its "
			                  "whole line",
			                  change->text, change->doc->path, (int)path->service_length,
			                  path->service, (int)path->type_length, path->type);
	}
	if (path->part == PF_SERVICE || path->part == PF_FIELD) {
		if (change->value == NULL) {
			if (path->part == PF_SERVICE)
				return 1;
			return reeve_fail(err, REEVE_EUSAGE, "'%s': a field cannot be unset; set it to -",
			                  change->text);
		}
		if (want_words(change, err) < 0)
			return -1;
		if (change->service != NULL && reeve_pf_same_words(change->service, &change->wanted))
			return 0;
		return check_other(change, err) < 0 ? -1 : 1;
	}
	if (path->part == PF_OPTION)
		settings = &change->service->options;
	setting = reeve_pf_find(settings, path->name, path->name_length);
	if (change->value == NULL)
		return setting != NULL;
	return setting == NULL || !reeve_pf_has_value(setting->value, change->value);
}

static int change_to(struct reeve_conf *conf, const char *text, const char *value,
                     struct reeve_error *err)
{
	struct pf_change change = {.conf = conf, .own = conf->own, .text = text};
	int r = -1;

	if (value != NULL && value[strcspn(value, "\r\n")] != '\0')
		return reeve_fail(err, REEVE_EUSAGE, "'%s': a value cannot hold a line end", text);
	change.arena = reeve_arena_new();
	if (change.arena == NULL)
		return reeve_fail_nomem(err);
	if (value != NULL && (change.value = trimmed(change.arena, value)) == NULL) {
		reeve_fail_nomem(err);
		goto out;
	}
	if (reeve_pf_path(conf, text, &change.path, err) < 0)
		goto out;
	r = look(&change, err);
	if (r == 1)
		r = carry_out(&change, err);
out:
	reeve_arena_free(change.arena);
	return r;
}

int reeve_pf_set(struct reeve_conf *conf, const char *path, const char *value, struct reeve_error *err)
{
	return change_to(conf, path, value, err);
}

int reeve_pf_unset(struct reeve_conf *conf, const char *path, struct reeve_error *err)
{
	return change_to(conf, path, NULL, err);
}
