/* SPDX-License-Identifier: MIT */
/*
 * A service's words as postconf puts them in order (src/postconf/postconf_master.c,
 * pcf_normalize_daemon_args()): options written together are taken apart, braces are taken off, and
 * "{ name = value }" becomes "name=value".
 */
#include "base/rows.h"
#include "conf/cf_lines.h"
#include "conf/postfix.h"

#include <stdlib.h>
#include <string.h>

/* Words being gathered. */
struct words {
	struct reeve_arena *arena;
	struct pf_word *list;
	size_t count, room;
	bool has_failed;
};

static void add(struct words *words, const char *text, size_t n, uint32_t node)
{
	struct pf_word *list =
		reeve_rows_grow(words->list, sizeof *list, words->count, &words->room);

	if (list == NULL) {
		words->has_failed = true;
		return;
	}
	words->list = list;
	char *copy = reeve_arena_strndup(words->arena, text, n);
	if (copy == NULL)
		words->has_failed = true;
	else
		words->list[words->count++] = (struct pf_word){.text = copy, .node = node};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* mystrtokq(): words between blanks, with { } around blanks that are a part of one. */
static void split(struct words *words, const char *text, uint32_t node)
{
	while (!words->has_failed) {
		size_t n = 0, level = 0;

		while (is_blank(*text))
			text++;
		if (*text == '\0')
			return;
		for (; text[n] != '\0' && (level > 0 || !is_blank(text[n])); n++) {
			if (text[n] == '{')
				level++;
			else if (text[n] == '}' && level > 0)
				level--;
		}
		add(words, text, n, node);
		text += n;
	}
}

/* The text of a word in braces without them and the white space inside, as extpar() does it. */
static const char *unbrace(struct reeve_arena *arena, const char *text)
{
	size_t n, level = 0;

	for (n = 0; text[n] != '\0'; n++) {
		if (text[n] == '{')
			level++;
		else if (text[n] == '}' && --level == 0)
			break;
	}
	/* Text behind the last brace is a syntax error, and dropped; a brace that is not closed, too. */
	text++;
	n = n > 0 ? n - 1 : 0;
	while (n > 0 && reeve_cf_is_space((unsigned char)text[n - 1]))
		n--;
	while (n > 0 && reeve_cf_is_space((unsigned char)*text))
		text++, n--;
	return reeve_arena_strndup(arena, text, n);
}

/* "name = value" as name and value. False if it is none (src/util/split_nameval.c). */
static bool split_nameval(struct reeve_arena *arena, const char *text, const char **name_r,
                          const char **value_r)
{
	size_t name, n;

	while (reeve_cf_is_space((unsigned char)*text))
		text++;
	for (name = 0; text[name] != '\0' && text[name] != '=' &&
	               !reeve_cf_is_space((unsigned char)text[name]);
	     name++)
		;
	*name_r = reeve_arena_strndup(arena, text, name);
	text += name;
	while (reeve_cf_is_space((unsigned char)*text))
		text++;
	if (name == 0 || *text++ != '=')
		return false;
	while (reeve_cf_is_space((unsigned char)*text))
		text++;
	for (n = strlen(text); n > 0 && reeve_cf_is_space((unsigned char)text[n - 1]); n--)
		;
	*value_r = reeve_arena_strndup(arena, text, n);
	return *name_r != NULL && *value_r != NULL;
}

/* "{ name = value }" as "name=value". */
static const char *normal_option(struct reeve_arena *arena, const char *text)
{
	const char *name, *value;
	char *joined;

	if (text == NULL || !split_nameval(arena, text, &name, &value))
		return text;
	joined = reeve_arena_alloc(arena, strlen(name) + strlen(value) + 2);
	if (joined == NULL)
		return NULL;
	strcpy(joined, name);
	strcat(joined, "=");
	strcat(joined, value);
	return joined;
}

/* "-" in front of text. */
static const char *dashed(struct reeve_arena *arena, const char *text)
{
	char *joined = reeve_arena_alloc(arena, strlen(text) + 2);

	if (joined != NULL) {
		joined[0] = '-';
		strcpy(joined + 1, text);
	}
	return joined;
}

static void add_option_value(struct words *words, const char *value, uint32_t node)
{
	if (value[0] == '{')
		value = normal_option(words->arena, unbrace(words->arena, value));
	if (value == NULL)
		words->has_failed = true;
	else
		add(words, value, strlen(value), node);
}

/*
 * The options: the words raw[i] and on, until one that is none. "-stuffozz" is "-stuff" and "-ozz", and
 * "-oname=value" is "-o" and "name=value". Postfix looks for that 'o' in the name, too ("-ofoo=1");
 * so do we, for it decides what postconf shows. Returns the index of the first argument.
 */
static size_t add_options(struct words *words, const struct words *raw, size_t i)
{
	const char *pending = NULL; /* what was split off the word before */

	while (!words->has_failed && (pending != NULL || i < raw->count)) {
		const char *text = pending, *cut, *value = NULL;
		uint32_t node = raw->list[pending != NULL ? i - 1 : i].node, value_node = node;

		if (text == NULL) {
			text = raw->list[i].text;
			if (text[0] != '-' || strcmp(text, "--") == 0)
				return i;
			i++;
		}
		pending = NULL;
		cut = text[1] != '\0' ? strchr(text + 2, 'o') : NULL;
		if (cut != NULL && (pending = dashed(words->arena, cut)) == NULL)
			words->has_failed = true;

		size_t n = cut != NULL ? (size_t)(cut - text) : strlen(text);
		if (text[1] != 'o') {
			add(words, text, n, node);
			continue;
		}
		if (n > 2) {
			value = reeve_arena_strndup(words->arena, text + 2, n - 2);
			words->has_failed |= value == NULL;
		} else if (pending != NULL) {
			value = pending;
			pending = NULL;
		} else if (i < raw->count) {
			value_node = raw->list[i].node;
			value = raw->list[i++].text;
		}
		add(words, "-o", 2, node);
		if (value != NULL && !words->has_failed) {
			words->list[words->count - 1].has_value = true;
			add_option_value(words, value, value_node);
		}
	}
	return i;
}

static void add_arguments(struct words *words, const struct words *raw, size_t i)
{
	for (; i < raw->count && !words->has_failed; i++) {
		const char *text = raw->list[i].text;

		if (text[0] == '{')
			text = unbrace(words->arena, text);
		if (text == NULL) {
			words->has_failed = true;
			return;
		}
		add(words, text, strlen(text), raw->list[i].node);
		if (!words->has_failed)
			words->list[words->count - 1].is_argument = true;
	}
}

/* The raw words of a service: those of its pieces and settings. */
static void split_nodes(struct words *raw, const struct reeve_doc *doc, uint32_t block)
{
	struct reeve_buf text;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	for (uint32_t n = doc->nodes[block].first; n != 0 && !raw->has_failed;
	     n = doc->nodes[n].next) {
		const struct reeve_node *node = &doc->nodes[n];

		if (node->kind != REEVE_NODE_PIECE && node->kind != REEVE_NODE_SETTING)
			continue;
		reeve_buf_clear(&text);
		reeve_cf_text(doc, node->start, node->end, &text);
		split(raw, reeve_buf_text(&text), n);
		raw->has_failed |= text.has_failed;
	}
	reeve_buf_dispose(&text);
}

static bool add_settings(struct reeve_arena *arena, struct pf_service *service)
{
	struct pf_settings *options = &service->options;
	size_t most = 0;

	for (size_t i = 0; i < service->word_count; i++)
		most += service->words[i].has_value;
	if (!reeve_pf_settings_new(options, arena, most))
		return false;
	for (size_t i = PF_FIELDS; i + 1 < service->word_count; i++) {
		struct pf_setting *option = &options->rows[options->count];

		if (!service->words[i].has_value)
			continue;
		i++;
		if (split_nameval(arena, service->words[i].text, &option->name, &option->value)) {
			option->node = service->words[i].node;
			options->count++;
		}
	}
	reeve_pf_settings_sort(options);
	return true;
}

bool reeve_pf_words(const struct reeve_doc *doc, uint32_t node, struct reeve_arena *arena,
                    struct pf_service *service)
{
	struct words raw = {.arena = arena}, words = {.arena = arena};
	bool ok = false;

	*service = (struct pf_service){.node = node};
	split_nodes(&raw, doc, node);
	if (raw.has_failed)
		goto out;
	for (size_t i = 0; i < PF_FIELDS && i < raw.count; i++)
		add(&words, raw.list[i].text, strlen(raw.list[i].text), raw.list[i].node);
	add_arguments(&words, &raw, add_options(&words, &raw, PF_FIELDS));
	if (words.has_failed || words.count < PF_FIELDS)
		goto out;
	service->words = reeve_arena_alloc(arena, words.count * sizeof *words.list);
	if (service->words == NULL)
		goto out;
	memcpy(service->words, words.list, words.count * sizeof *words.list);
	service->word_count = words.count;
	ok = add_settings(arena, service);
out:
	free(raw.list);
	free(words.list);
	return ok;
}
