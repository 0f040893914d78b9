/* SPDX-License-Identifier: MIT */
/* lint for master.cf. */
#include "conf/cf_lines.h"
#include "conf/postfix_lint.h"
#include "conf/similar.h"

#include <string.h>

/* The programs of Postfix, and whether they take arguments. */
static const struct {
	const char *name;
	bool takes_arguments;
} programs[] = {
	{"anvil", false},    {"bounce", false},    {"cleanup", false},  {"discard", false},
	{"dnsblog", false},  {"error", false},     {"flush", false},    {"lmtp", false},
	{"local", false},    {"nqmgr", false},     {"oqmgr", false},    {"pickup", false},
	{"pipe", true},      {"postlogd", false},  {"postscreen", false}, {"proxymap", false},
	{"qmgr", false},     {"qmqpd", false},     {"scache", false},   {"showq", false},
	{"smtp", false},     {"smtpd", false},     {"spawn", true},     {"tlsmgr", false},
	{"tlsproxy", false}, {"trivial-rewrite", false}, {"verify", false}, {"virtual", false},
};

enum { NONE = sizeof programs / sizeof *programs };

static size_t program_of(const struct pf_service *service)
{
	size_t i = 0;

	while (i < NONE && strcmp(programs[i].name, service->words[PF_COMMAND].text) != 0)
		i++;
	return i;
}

static bool is_delivery(size_t program)
{
	return program != NONE && (strcmp(programs[program].name, "smtp") == 0 ||
	                           strcmp(programs[program].name, "lmtp") == 0);
}

static uint32_t at_word(const struct reeve_doc *doc, const struct pf_word *word)
{
	return reeve_cf_skip_space(doc, doc->nodes[word->node].start, doc->nodes[word->node].end);
}

static bool is_flag(const char *text)
{
	return strcmp(text, "y") == 0 || strcmp(text, "n") == 0 || strcmp(text, "-") == 0;
}

/* Digits, with a '?' behind them perhaps, or "-". */
static bool is_count(const char *text, bool may_ask)
{
	size_t digits = strspn(text, "0123456789");

	return strcmp(text, "-") == 0 ||
	       (digits > 0 && (text[digits] == '\0' ||
	                       (may_ask && strcmp(text + digits, "?") == 0)));
}

static void lint_fields(struct pf_lint *lint, const struct pf_service *service)
{
	static const char *const types[] = {"inet", "unix", "fifo", "pass", "unix-dgram"};
	struct reeve_doc *doc = lint->own->master;
	const struct pf_word *words = service->words;
	bool is_type = false;

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		is_type |= strcmp(types[i], words[1].text) == 0;
	if (!is_type)
		reeve_pf_say(lint, doc, REEVE_PROBLEM, at_word(doc, &words[1]),
		             "'%s' is no type of a service", words[1].text);
	for (int i = 2; i <= 4; i++) {
		if (!is_flag(words[i].text))
			reeve_pf_say(lint, doc, REEVE_PROBLEM, at_word(doc, &words[i]),
			             "%s must be y, n or -, not '%s'", reeve_pf_fields[i],
			             words[i].text);
	}
	for (int i = 5; i <= 6; i++) {
		if (!is_count(words[i].text, i == 5))
			reeve_pf_say(lint, doc, REEVE_PROBLEM, at_word(doc, &words[i]),
			             "%s must be a number or -, not '%s'", reeve_pf_fields[i],
			             words[i].text);
	}
	/* src/master/master_ent.c: '-' is y there. */
	if (strcmp(words[1].text, "inet") == 0 && strcmp(words[2].text, "n") != 0 &&
	    is_flag(words[2].text))
		reeve_pf_say(lint, doc, REEVE_PROBLEM, at_word(doc, &words[2]),
		             "an inet service cannot be private: write n");
}

static void lint_program(struct pf_lint *lint, const struct pf_service *service)
{
	const struct pf_word *word = &service->words[PF_COMMAND];
	struct reeve_similar similar;

	if (program_of(service) != NONE || strchr(word->text, '/') != NULL)
		return;
	reeve_similar_begin(&similar, word->text, strlen(word->text));
	for (size_t i = 0; i < NONE; i++)
		reeve_similar_try(&similar, programs[i].name);
	reeve_pf_say(lint, lint->own->master, REEVE_WARNING, at_word(lint->own->master, word),
	             "Postfix has no program '%s'%s%s%s", word->text,
	             similar.best != NULL ? ": is it '" : "",
	             similar.best != NULL ? similar.best : "", similar.best != NULL ? "'?" : "");
}

/*
 * Words behind the options of a program that takes none: mostly the rest of a value that has a blank
 * in it. They end the options, so that those behind them are lost, too.
 */
static void lint_arguments(struct pf_lint *lint, const struct pf_service *service)
{
	struct reeve_doc *doc = lint->own->master;
	size_t program = program_of(service), first = PF_FIELDS;
	const char *option = NULL;

	while (first < service->word_count && !service->words[first].is_argument)
		first++;
	/* smtp(8) and lmtp(8) take flags=, since Postfix 3.5. */
	while (first < service->word_count && is_delivery(program) &&
	       strncmp(service->words[first].text, "flags=", 6) == 0)
		first++;
	if (first == service->word_count || program == NONE || programs[program].takes_arguments)
		return;
	if (first >= PF_FIELDS + 2 && service->words[first - 2].has_value)
		option = service->words[first - 1].text;
	if (option != NULL)
		reeve_pf_say(lint, doc, REEVE_WARNING, at_word(doc, &service->words[first]),
		             "'%s' does not belong to '-o %s', and it ends the options: blanks want"
		             " braces, -o { name = value }",
		             service->words[first].text, option);
	else
		reeve_pf_say(lint, doc, REEVE_WARNING, at_word(doc, &service->words[first]),
		             "%s takes no arguments: '%s' is lost", programs[program].name,
		             service->words[first].text);
}

static void lint_options(struct pf_lint *lint, const struct pf_service *service)
{
	struct reeve_doc *doc = lint->own->master;

	for (size_t i = PF_FIELDS; i + 1 < service->word_count; i++) {
		const struct pf_word *word = &service->words[i + 1];

		if (service->words[i].has_value && strchr(word->text, '=') == NULL)
			reeve_pf_say(lint, doc, REEVE_PROBLEM, at_word(doc, word),
			             "'-o %s' has no '='", word->text);
	}
	for (size_t i = 0; i < service->options.count; i++) {
		const struct pf_setting *option = &service->options.rows[i];
		const struct reeve_node *node = &doc->nodes[option->node];

		if (option->is_shadowed) {
			reeve_pf_say(lint, doc, REEVE_WARNING,
			             node->name_end > node->name ? node->name : node->value,
			             "'%s' is given once more for this service, and that counts",
			             option->name);
			continue;
		}
		if (!reeve_pf_is_used_option(lint->conf, option))
			reeve_pf_lint_name(lint, doc, option);
		reeve_pf_lint_value(lint, service, option);
	}
}

static void lint_shadowed(struct pf_lint *lint, const struct pf_service *service)
{
	struct reeve_doc *doc = lint->own->master;
	uint64_t line, column;

	reeve_doc_where(doc, doc->nodes[service->last->node].start, &line, &column);
	reeve_pf_say(lint, doc, REEVE_WARNING, doc->nodes[service->node].start,
	             "'%s/%s' is there again in line %llu, and that counts", service->words[0].text,
	             service->words[1].text, (unsigned long long)line);
}

/* Before compatibility level 1, '-' in the chroot column is y, which surprises people. */
static void lint_chroot(struct pf_lint *lint)
{
	const struct pf_index *index = lint->own->index;
	struct reeve_doc *doc = lint->own->master;
	const struct pf_setting *level = reeve_pf_find(&index->settings, "compatibility_level",
	                                               strlen("compatibility_level"));

	if (lint->own->main == NULL || (level != NULL && level->value[0] != '0'))
		return;
	for (size_t i = 0; i < index->service_count; i++) {
		const struct pf_word *word = &index->services[i].words[4];

		if (strcmp(word->text, "-") != 0)
			continue;
		reeve_pf_say(lint, doc, REEVE_NOTE, at_word(doc, word),
		             "chroot is -, which means y as long as compatibility_level is below 1");
		return;
	}
}

void reeve_pf_lint_master(struct pf_lint *lint)
{
	const struct pf_index *index = lint->own->index;

	for (size_t i = 0; i < index->service_count && !lint->has_failed; i++) {
		const struct pf_service *service = &index->services[i];

		lint_fields(lint, service);
		if (service->is_shadowed) {
			lint_shadowed(lint, service);
			continue;
		}
		lint_program(lint, service);
		lint_arguments(lint, service);
		lint_options(lint, service);
	}
	lint_chroot(lint);
}
