/* SPDX-License-Identifier: MIT */
/* What misleads who reads or changes the files: settings that are there twice, in a wrong
 * file, of another version, or in a file that Postfix refuses.
 */
#include "conf/cf_lines.h"
#include "conf/postfix.h"
#include "limits/limits.h"

#include <string.h>
#include <strings.h>

/* ---- twice ----------------------------------------------------------------------------------- */

static const struct reeve_conf_setting *counting(const struct reeve_conf_list *list,
                                                 const char *path)
{
	for (size_t i = reeve_conf_list_count(list); i-- > 0;) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		if (!row->is_shadowed && strcmp(row->path, path) == 0)
			return row;
	}
	return NULL;
}

static void check_twice(struct reeve_limits *limits, const struct reeve_conf_list *list)
{
	const char *service = NULL;

	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i), *counts;
		struct limit_place place = {row->file, row->line, row->column};

		/* The options of a service that does not count are said with it. */
		if (strstr(row->path, "/-o ") == NULL)
			service = row->is_shadowed ? row->path : NULL;
		else if (service != NULL)
			continue;
		if (!row->is_shadowed)
			continue;
		counts = counting(list, row->path);
		if (counts == NULL)
			continue;
		reeve_limits_find_fault(limits, "set-twice", REEVE_LIMIT_UNTIDY, REEVE_WARNING,
		                        place,
		                        reeve_limits_text(limits, "%s is set again in line %ju",
		                                          row->path, (uintmax_t)counts->line),
		                        "the last one counts: a change of this one does nothing",
		                        "remove one of them");
	}
}

/* ---- in a wrong file ------------------------------------------------------------------------- */

static bool is_limit_of(const char *program, const char *name)
{
	for (size_t i = 0; i < reeve_limit_fact_count; i++)
		if (strcmp(reeve_limit_facts[i].name, name) == 0)
			return strcmp(reeve_limit_facts[i].program, program) == 0;
	return false;
}

static void check_foreign(struct reeve_limits *limits, const struct reeve_conf_list *list,
                          const char *other, const char *where, const char *consequence)
{
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
		const char *slash = strrchr(row->path, '/'),
			   *name = slash == NULL ? row->path : slash + 1;
		struct limit_place place = {row->file, row->line, row->column};

		if (strncmp(name, "-o ", 3) == 0)
			name += 3;
		if (!is_limit_of(other, name))
			continue;
		reeve_limits_find_fault(
			limits, "wrong-file", REEVE_LIMIT_DISAGREES, REEVE_PROBLEM, place,
			reeve_limits_text(limits, "%s is a setting of %s", name, where),
			consequence,
			reeve_limits_text(limits, "set it in the configuration of %s", where));
	}
}

/* ---- of another version ---------------------------------------------------------------------- */

/* What is called otherwise in the other Dovecot. */
static const struct {
	const char *old, *new; /* 2.3, 2.4 */
} names[] = {
	{"quota_max_mail_size", "quota_mail_size"},
	{"quota_rule", "quota_storage_size"},
	{"quota_grace", "quota_storage_grace"},
};

static void check_version(struct reeve_limits *limits, const struct reeve_conf_setting *row)
{
	const char *slash = strrchr(row->path, '/'), *name = slash == NULL ? row->path : slash + 1;
	/* In 2.3 everything may stand in plugin { }, and each plugin looks for its own. */
	bool is_refused = limits->is_24 || strstr(row->path, "plugin/") == NULL;
	struct limit_place place = {row->file, row->line, row->column};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *here = limits->is_24 ? names[i].new : names[i].old;

		if (strcmp(name, limits->is_24 ? names[i].old : names[i].new) != 0)
			continue;
		reeve_limits_find_fault(
			limits, "wrong-version", REEVE_LIMIT_DISAGREES,
			is_refused ? REEVE_PROBLEM : REEVE_WARNING, place,
			reeve_limits_text(
				limits, "%s is a setting of Dovecot %s, and this file is for %s",
				name, limits->is_24 ? "2.3" : "2.4", limits->is_24 ? "2.4" : "2.3"),
			is_refused ? "Dovecot refuses a setting that it does not know, and does "
		                     "not start"
				   : "it does nothing: no plugin looks for it",
			reeve_limits_text(limits, "set %s instead", here));
	}
}

/* ---- what Postfix refuses -------------------------------------------------------------------- */

/*
 * A line of a template (Jinja and its kin, ERB, PHP): no Postfix reads this file, and what it becomes
 * is not known.
 */
static bool is_of_template(const char *text, size_t n)
{
	static const char *const begins[] = {"{%", "{{", "{#", "<%", "<?"};

	for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++)
		if (n >= 2 && memcmp(text, begins[i], 2) == 0)
			return true;
	return false;
}

/* Logical lines for which all of Postfix ends: what the parser made nothing of. */
static void check_refused(struct reeve_limits *limits, struct reeve_doc *doc, const char *what)
{
	struct limit_place place = {0};

	for (uint32_t n = doc == NULL ? 0 : doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		const struct reeve_node *node = &doc->nodes[n];
		const char *text = (const char *)doc->bytes + node->start;
		size_t size = node->end - node->start, word = 0;

		/* White space at the start of a file continues nothing: dropped, with a warning. */
		if (node->kind != REEVE_NODE_ERROR || reeve_cf_line(doc, node->start) != CF_TEXT ||
		    is_of_template(text, size))
			continue;
		while (word < size && word < 60 && !reeve_cf_is_space((unsigned char)text[word]))
			word++;
		place.file = doc->path;
		reeve_doc_where(doc, node->start, &place.line, &place.column);
		reeve_limits_find_fault(
			limits, "refused-file", REEVE_LIMIT_BAD_VALUE, REEVE_PROBLEM, place,
			reeve_limits_text(limits, "what begins with '%.*s' is %s", (int)word, text, what),
			"Postfix refuses the whole file: every program that starts ends, and a "
			"reload is refused, so those that run go on with the old settings",
			"mend the line, or make it a comment");
	}
}

/* ---- the last line --------------------------------------------------------------------------- */

static void check_end(struct reeve_limits *limits)
{
	struct reeve_conf_file file = reeve_conf_file(limits->postfix, 0);
	const char *bytes = file.new_bytes, *name = strrchr(file.path, '/');
	struct limit_place place = {.file = file.path, .line = 1, .column = 1};

	if (file.new_size == 0 || bytes[file.new_size - 1] == '\n' || name == NULL ||
	    strcmp(name + 1, "main.cf") != 0)
		return;
	for (size_t i = 0; i < file.new_size; i++)
		place = bytes[i] == '\n'
		                ? (struct limit_place){file.path, place.line + 1, 1}
		                : (struct limit_place){file.path, place.line, place.column + 1};
	reeve_limits_find_fault(
		limits, "no-line-end", REEVE_LIMIT_UNTIDY, REEVE_WARNING, place,
		"the last line has no end",
		"postconf(1) of Postfix 3.7 writes the next new setting into this line", "end it");
}

/* ---- what looks like a limit, and is none ---------------------------------------------------- */

static void say_not_set(struct reeve_limits *limits, struct limit_place place, const char *text,
                        const char *remedy)
{
	reeve_limits_find_fault(limits, "not-set", REEVE_LIMIT_UNTIDY, REEVE_WARNING, place, text,
	                        "the limit is not set: Postfix has another value, or its default",
	                        remedy);
}

/* Names of Postfix have no capitals, and another name is another setting. */
static void check_case(struct reeve_limits *limits, const struct reeve_conf_list *list)
{
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
		const char *option = strstr(row->path, "/-o ");
		const char *name = option == NULL ? row->path : option + 4;

		for (size_t k = 0; k < reeve_limit_fact_count; k++)
			if (strcasecmp(reeve_limit_facts[k].name, name) == 0 &&
			    strcmp(reeve_limit_facts[k].name, name) != 0)
				say_not_set(limits, (struct limit_place){row->file, row->line, row->column},
				            reeve_limits_text(limits, "%s is not %s", name,
				                              reeve_limit_facts[k].name),
				            "write the name in lower case");
	}
}

/* A limit's name and '=' at the start of text[0..n); its length, or 0. */
static size_t limit_at(const char *text, size_t n)
{
	size_t length = 0, end;

	while (length < n && strchr("= \t\r\n", text[length]) == NULL)
		length++;
	for (end = length; end < n && (text[end] == ' ' || text[end] == '\t');)
		end++;
	if (length == 0 || end == n || text[end] != '=')
		return 0;
	for (size_t i = 0; i < reeve_limit_fact_count; i++)
		if (strlen(reeve_limit_facts[i].name) == length &&
		    strncmp(reeve_limit_facts[i].name, text, length) == 0)
			return length;
	return 0;
}

/* A line with white space in front continues the setting above, also beyond empty lines. */
static void check_continued(struct reeve_limits *limits)
{
	struct reeve_conf_file file = reeve_conf_file(limits->postfix, 0);
	const char *at = file.new_bytes, *end = at + file.new_size, *name = strrchr(file.path, '/');
	const char *owner = NULL;
	struct limit_place place = {.file = file.path};

	if (name == NULL || strcmp(name + 1, "main.cf") != 0)
		return;
	for (const char *next; at < end; at = next) {
		const char *word = at;
		size_t n;

		next = memchr(at, '\n', (size_t)(end - at));
		next = next == NULL ? end : next + 1;
		place.line++;
		while (word < next && (*word == ' ' || *word == '\t' || *word == '\r'))
			word++;
		if (word == next || *word == '\n' || *word == '#')
			continue;
		if (word == at) {
			/* Of a limit that is continued, check_postfix_value() tells. */
			owner = limit_at(at, (size_t)(next - at)) > 0 ? NULL : at;
			continue;
		}
		n = limit_at(word, (size_t)(next - word));
		if (n == 0 || owner == NULL)
			continue;
		place.column = (uint64_t)(word - at) + 1;
		say_not_set(limits, place,
		            reeve_limits_text(limits,
		                              "%.*s continues %.*s, since white space is in front",
		                              (int)n, word, (int)strcspn(owner, "= \t\r\n"), owner),
		            "remove the white space in front");
	}
}

int reeve_limits_check_files(struct reeve_limits *limits, struct reeve_error *err)
{
	struct reeve_conf_list *list;

	if (limits->postfix != NULL) {
		struct postfix *own = limits->postfix->own;

		list = reeve_conf_list(limits->postfix, 0, err);
		if (list == NULL)
			return -1;
		check_twice(limits, list);
		check_foreign(limits, list, "dovecot", "Dovecot",
		              "Postfix does not know it: it does nothing here");
		check_case(limits, list);
		reeve_conf_list_free(list);
		check_continued(limits);
		check_end(limits);
		check_refused(limits, own->main, "no setting: a name, '=' and a value");
		check_refused(limits, own->master, "no service: that has eight fields");
	}
	if (limits->dovecot != NULL) {
		list = reeve_conf_list(limits->dovecot, 0, err);
		if (list == NULL)
			return -1;
		check_foreign(
			limits, list, "postfix", "Postfix",
			"Dovecot refuses a setting that it does not know, and does not start");
		for (size_t i = 0; i < reeve_conf_list_count(list); i++)
			check_version(limits, reeve_conf_list_at(list, i));
		reeve_conf_list_free(list);
	}
	return 0;
}
