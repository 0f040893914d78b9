/* SPDX-License-Identifier: MIT */
/* Settings and services out of the trees of main.cf and master.cf. */
#include "base/error.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"

#include <stdlib.h>
#include <string.h>

bool reeve_pf_settings_new(struct pf_settings *settings, struct reeve_arena *arena, size_t most)
{
	*settings = (struct pf_settings){
		.rows = reeve_arena_alloc(arena, (most + 1) * sizeof *settings->rows),
		.sorted = reeve_arena_alloc(arena, (most + 1) * sizeof(struct pf_setting *)),
	};
	return settings->rows != NULL && settings->sorted != NULL;
}

/* In the order of names; of one name, in the order of the file. */
static int by_name(const void *a, const void *b)
{
	const struct pf_setting *left = *(struct pf_setting *const *)a;
	const struct pf_setting *right = *(struct pf_setting *const *)b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : left < right ? -1 : 1;
}

void reeve_pf_settings_sort(struct pf_settings *settings)
{
	struct pf_setting **sorted = settings->sorted;
	size_t kept = 0;

	for (size_t i = 0; i < settings->count; i++)
		sorted[i] = &settings->rows[i];
	qsort(sorted, settings->count, sizeof(struct pf_setting *), by_name);
	for (size_t i = 0; i < settings->count; i++) {
		if (kept > 0 && strcmp(sorted[kept - 1]->name, sorted[i]->name) == 0)
			sorted[--kept]->is_shadowed = true;
		sorted[kept++] = sorted[i];
	}
	settings->sorted_count = kept;
}

struct pf_setting *reeve_pf_find(const struct pf_settings *settings, const char *name, size_t n)
{
	size_t low = 0, high = settings->sorted_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const char *text = settings->sorted[middle]->name;
		int order = strncmp(text, name, n);

		if (order == 0 && text[n] == '\0')
			return settings->sorted[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static size_t count_nodes(const struct reeve_doc *doc, enum reeve_node_kind kind)
{
	size_t count = 0;

	for (uint32_t n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next)
		count += doc->nodes[n].kind == kind;
	return count;
}

static bool add_settings(struct pf_index *index, const struct reeve_doc *doc)
{
	struct pf_settings *settings = &index->settings;
	struct reeve_buf text;
	bool ok = true;

	if (!reeve_pf_settings_new(settings, index->arena, count_nodes(doc, REEVE_NODE_SETTING)))
		return false;
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	for (uint32_t n = doc->nodes[0].first; n != 0 && ok; n = doc->nodes[n].next) {
		const struct reeve_node *node = &doc->nodes[n];
		struct pf_setting *setting = &settings->rows[settings->count];

		if (node->kind != REEVE_NODE_SETTING)
			continue;
		reeve_buf_clear(&text);
		reeve_cf_text(doc, node->value, node->value_end, &text);
		while (text.length > 0 && reeve_cf_is_space(text.bytes[text.length - 1]))
			text.length--; /* in front of a NUL */
		setting->name = reeve_arena_strndup(index->arena,
		                                    (const char *)doc->bytes + node->name,
		                                    node->name_end - node->name);
		setting->value = reeve_arena_strndup(index->arena, reeve_buf_text(&text), text.length);
		setting->node = n;
		ok = setting->name != NULL && setting->value != NULL && !text.has_failed;
		settings->count++;
	}
	reeve_buf_dispose(&text);
	if (ok)
		reeve_pf_settings_sort(settings);
	return ok;
}

/* In the order of name and type; of one, in the order of the file. */
static int by_service(const void *a, const void *b)
{
	const struct pf_service *left = *(struct pf_service *const *)a;
	const struct pf_service *right = *(struct pf_service *const *)b;
	int order = strcmp(left->words[0].text, right->words[0].text);

	if (order == 0)
		order = strcmp(left->words[1].text, right->words[1].text);
	return order != 0 ? order : left < right ? -1 : 1;
}

static bool find_shadowed(struct pf_index *index)
{
	struct pf_service **sorted;

	sorted = malloc((index->service_count + 1) * sizeof(struct pf_service *));
	if (sorted == NULL)
		return false;
	for (size_t i = 0; i < index->service_count; i++)
		sorted[i] = &index->services[i];
	qsort(sorted, index->service_count, sizeof(struct pf_service *), by_service);
	for (size_t i = index->service_count; i-- > 0;) {
		const struct pf_service *next = i + 1 < index->service_count ? sorted[i + 1] : NULL;

		sorted[i]->last = sorted[i];
		if (next != NULL && strcmp(sorted[i]->words[0].text, next->words[0].text) == 0 &&
		    strcmp(sorted[i]->words[1].text, next->words[1].text) == 0) {
			sorted[i]->is_shadowed = true;
			sorted[i]->last = next->last;
		}
	}
	free(sorted);
	return true;
}

static bool add_services(struct pf_index *index, const struct reeve_doc *doc)
{
	index->services = reeve_arena_alloc(index->arena, (count_nodes(doc, REEVE_NODE_BLOCK) + 1) *
	                                                          sizeof *index->services);
	if (index->services == NULL)
		return false;
	for (uint32_t n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		if (doc->nodes[n].kind != REEVE_NODE_BLOCK)
			continue;
		if (!reeve_pf_words(doc, n, index->arena, &index->services[index->service_count]))
			return false;
		index->service_count++;
	}
	return find_shadowed(index);
}

void reeve_pf_index_drop(struct reeve_conf *conf)
{
	struct postfix *own = conf->own;

	if (own->index == NULL)
		return;
	reeve_arena_free(own->index->arena);
	free(own->index);
	own->index = NULL;
}

struct pf_index *reeve_pf_index(struct reeve_conf *conf, struct reeve_error *err)
{
	struct postfix *own = conf->own;

	if (own->index != NULL)
		return own->index;
	own->index = calloc(1, sizeof *own->index);
	if (own->index == NULL || (own->index->arena = reeve_arena_new()) == NULL ||
	    (own->main != NULL && !add_settings(own->index, own->main)) ||
	    (own->master != NULL && !add_services(own->index, own->master)) ||
	    !reeve_pf_transports(own->index)) {
		reeve_pf_index_drop(conf);
		reeve_fail_nomem(err);
	}
	return own->index;
}
