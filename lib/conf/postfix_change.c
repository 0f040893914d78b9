/* SPDX-License-Identifier: MIT */
/* Whether a change did what it should, and nothing else. */
#include "conf/postfix_change.h"

#include <string.h>

static bool has_squeezed(const char *value, const char *wanted)
{
	struct reeve_buf a, b;
	bool same;

	reeve_buf_init(&a, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&b, REEVE_CONF_MAX_BYTES);
	reeve_pf_squeeze(&a, value);
	reeve_pf_squeeze(&b, wanted);
	same = !a.has_failed && !b.has_failed && a.length == b.length &&
	       strcmp(reeve_buf_text(&a), reeve_buf_text(&b)) == 0;
	reeve_buf_dispose(&a);
	reeve_buf_dispose(&b);
	return same;
}

bool reeve_pf_has_value(const char *value, const char *wanted)
{
	struct reeve_buf squeezed;
	bool same;

	if (strcmp(value, wanted) == 0)
		return true;
	reeve_buf_init(&squeezed, REEVE_CONF_MAX_BYTES);
	reeve_pf_squeeze(&squeezed, value);
	same = strcmp(reeve_buf_text(&squeezed), wanted) == 0;
	reeve_buf_dispose(&squeezed);
	return same;
}

bool reeve_pf_same_words(const struct pf_service *a, const struct pf_service *b)
{
	if (a->word_count != b->word_count)
		return false;
	for (size_t i = 0; i < a->word_count; i++) {
		if (strcmp(a->words[i].text, b->words[i].text) != 0)
			return false;
	}
	return true;
}

/* The same settings in the same order, but for `except`. */
static bool same_settings(const struct pf_settings *a, const struct pf_settings *b,
                          const struct pf_path *except)
{
	size_t i = 0, j = 0;

	for (;;) {
		while (i < a->count && strlen(a->rows[i].name) == except->name_length &&
		       strncmp(a->rows[i].name, except->name, except->name_length) == 0)
			i++;
		while (j < b->count && strlen(b->rows[j].name) == except->name_length &&
		       strncmp(b->rows[j].name, except->name, except->name_length) == 0)
			j++;
		if (i == a->count || j == b->count)
			return i == a->count && j == b->count;
		if (strcmp(a->rows[i].name, b->rows[j].name) != 0 ||
		    strcmp(a->rows[i].value, b->rows[j].value) != 0)
			return false;
		i++, j++;
	}
}

/* A setting has the value that is wanted, or is gone. */
static bool is_set(const struct pf_change *change, const struct pf_settings *settings)
{
	const struct pf_setting *setting = reeve_pf_find(settings, change->path.name,
	                                                 change->path.name_length);

	if (setting == NULL || change->value == NULL)
		return setting == NULL && change->value == NULL;
	return has_squeezed(setting->value, change->value);
}

/* Everything of a service but the options of that name is as before. */
static bool same_but_option(const struct pf_service *a, const struct pf_service *b,
                            const struct pf_path *path)
{
	size_t i, j;

	for (i = 0; i < PF_FIELDS; i++) {
		if (strcmp(a->words[i].text, b->words[i].text) != 0)
			return false;
	}
	for (i = j = PF_FIELDS;; i++, j++) {
		while (i < a->word_count && a->words[i].has_value)
			i += 2;
		while (j < b->word_count && b->words[j].has_value)
			j += 2;
		if (i >= a->word_count || j >= b->word_count)
			break;
		if (strcmp(a->words[i].text, b->words[j].text) != 0)
			return false;
	}
	return i >= a->word_count && j >= b->word_count &&
	       same_settings(&a->options, &b->options, path);
}

bool reeve_pf_is_unset_service(const struct pf_change *change, const struct pf_service *service)
{
	return change->path.part == PF_SERVICE && change->value == NULL &&
	       strcmp(service->words[0].text, change->service->words[0].text) == 0 &&
	       strcmp(service->words[1].text, change->service->words[1].text) == 0;
}

static bool is_done_master(const struct pf_change *change, const struct pf_index *before,
                           const struct pf_index *after)
{
	bool is_new = change->service == NULL, is_there = false;
	size_t j = 0;

	for (size_t i = 0; i <= before->service_count; i++) {
		/* A new one may stand anywhere. */
		if (is_new && !is_there && j < after->service_count &&
		    reeve_pf_same_words(&after->services[j], &change->wanted)) {
			is_there = true;
			j++;
		}
		if (i == before->service_count)
			break;
		const struct pf_service *old = &before->services[i], *new = &after->services[j];

		if (!is_new && reeve_pf_is_unset_service(change, old))
			continue;
		if (j++ >= after->service_count)
			return false;
		if (is_new || old != change->service) {
			if (!reeve_pf_same_words(old, new))
				return false;
		} else if (change->path.part == PF_OPTION) {
			if (!same_but_option(old, new, &change->path) ||
			    !is_set(change, &new->options))
				return false;
		} else if (!reeve_pf_same_words(new, &change->wanted)) {
			return false;
		}
	}
	return j == after->service_count && is_there == is_new;
}

bool reeve_pf_is_done(const struct pf_change *change, const struct pf_index *before,
                    const struct pf_index *after)
{
	if (change->path.part == PF_PARAM)
		return is_set(change, &after->settings) &&
		       same_settings(&before->settings, &after->settings, &change->path);
	return is_done_master(change, before, after);
}
