/* SPDX-License-Identifier: MIT */
/*
 * Values that the real programs show without a word and then die of: a size with a unit, a time with a
 * long one, a comment behind a number (src/global/mail_conf_int.c, mail_conf_time.c, conv_time.c,
 * mail_conf_bool.c), nothing where a text must be (mail_conf_str.c: "bad string length").
 */
#include "base/number.h"
#include "conf/cf_lines.h"
#include "conf/postfix_lint.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *text, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(*list, text) == 0)
			return true;
	}
	return false;
}

/* How bad it is, and room for words about it. */
struct fault {
	enum reeve_severity severity;
	char text[100];
};

/* ---- numbers ------------------------------------------------------------------------------- */

/* All of text as a number, a sign in front perhaps. */
static bool is_number(const char *text, long *number_r)
{
	char *end;

	if (text[0] == '\0' || reeve_cf_is_space((unsigned char)text[0]))
		return false;
	*number_r = strtol(text, &end, 10);
	return end != text && *end == '\0' && *number_r != LONG_MAX && *number_r != LONG_MIN;
}

/* Words about a number that is none. */
static const char *number_fault(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (*text == '\0')
		return "it is empty";
	if (digits == 0)
		return "it is no number";
	if (reeve_cf_is_space((unsigned char)text[digits]))
		return "there is more than a number";
	return "a number takes no unit and no fraction";
}

static bool is_within(const struct pf_param *param, long number)
{
	return number >= atol(param->least) &&
	       (atol(param->most) == 0 || number <= atol(param->most));
}

/* Why a number will not do, or NULL. */
static const char *check_number(const struct pf_param *param, const char *text, struct fault *fault)
{
	long number;

	if (!is_number(text, &number))
		return number_fault(text);
	if (is_within(param, number))
		return NULL;
	if (atol(param->most) == 0)
		snprintf(fault->text, sizeof fault->text, "it must be %s at least", param->least);
	else
		snprintf(fault->text, sizeof fault->text, "it must be from %s to %s", param->least, param->most);
	return fault->text;
}

/*
 * conv_time() looks at the number and one letter: "5min" is 5m, and "100ms" 100 minutes, without a word.
 */
static const char *check_time(const struct pf_param *param, const char *text, struct fault *fault)
{
	static const char units[] = "smhdw";
	static const unsigned int seconds[] = {1, 60, 3600, 86400, 604800};
	size_t digits = strspn(text, "0123456789");
	const char *unit = text[digits] != '\0' ? strchr(units, text[digits]) : units;
	uint64_t number = 0;

	if (*text == '\0')
		return "it is empty";
	if (unit == NULL)
		return "a time is a number and one of s, m, h, d, w";
	if (digits > 0 && !reeve_digits(text, digits, INT_MAX / seconds[unit - units], &number))
		return "the time is too long";
	if (number == 0 && atol(param->least) > 0)
		return "it must be more than 0";
	if (digits == 0 || (text[digits] != '\0' && text[digits + 1] != '\0')) {
		fault->severity = REEVE_WARNING;
		snprintf(fault->text, sizeof fault->text,
		         "only a number and one letter count, so it is %llu%c",
		         (unsigned long long)number, *unit);
		return fault->text;
	}
	return NULL;
}

static const char *check_text(const struct pf_param *param, const char *text, struct fault *fault)
{
	/* Where Postfix is installed: empty in main.cf.proto, and only its installer reads them. */
	static const char *const installed[] = {
		"html_directory",   "mailq_path",       "manpage_directory", "newaliases_path",
		"readme_directory", "sample_directory", "sendmail_path",     NULL,
	};
	size_t n = strlen(text);

	if (n == 0 && atol(param->least) > 0 && !is_one_of(param->name, installed))
		return "it must not be empty";
	if (n >= 2 && text[0] == '"' && text[n - 1] == '"' &&
	    memchr(text + 1, '"', n - 2) == NULL) {
		fault->severity = REEVE_WARNING;
		return "quotes mean nothing here: they are a part of the value";
	}
	return NULL;
}

/* The parameter whose type a setting's value must have: its own, or that of a transport's default. */
static const struct pf_param *type_of(struct pf_lint *lint, const char *name)
{
	const struct pf_param *param = reeve_pf_param(name, strlen(name));
	const char *from;

	if (param != NULL)
		return param;
	from = reeve_pf_service_param(lint->own->index, name, strlen(name));
	return from == NULL ? NULL : reeve_pf_param(from + 1, strlen(from + 1));
}

/* Why a value will not do, or NULL. */
static const char *check(const struct pf_param *param, const char *text, struct fault *fault)
{
	static const char *const numbers[] = {"int", "nint", "long", NULL};
	static const char *const bools[] = {"bool", "nbool", NULL};

	if (is_one_of(param->type, numbers))
		return check_number(param, text, fault);
	if (strcmp(param->type, "time") == 0)
		return check_time(param, text, fault);
	if (is_one_of(param->type, bools))
		return strcasecmp(text, "yes") == 0 || strcasecmp(text, "no") == 0
		               ? NULL
		               : "it must be yes or no";
	if (strcmp(param->type, "str") == 0 || strcmp(param->type, "host") == 0)
		return check_text(param, text, fault);
	return NULL;
}

/* ---- comments behind values ---------------------------------------------------------------- */

/* Where in [at, end) a word begins that looks like a remark: "# text", "<-- text", "// text". */
static bool find_remark(const struct reeve_doc *doc, uint32_t at, uint32_t end, uint32_t *at_r)
{
	const unsigned char *bytes = doc->bytes;

	for (; at + 1 < end; at++) {
		if (bytes[at] != ' ' && bytes[at] != '\t')
			continue;
		uint32_t left = end - at - 1;
		const char *word = (const char *)bytes + at + 1;

		if (*word == '#' || (left >= 3 && memcmp(word, "<--", 3) == 0) ||
		    (left >= 3 && memcmp(word, "// ", 3) == 0)) {
			*at_r = at + 1;
			return true;
		}
	}
	return false;
}

/* Texts for people and for shells may hold anything. */
static bool is_free_text(const char *name)
{
	static const char *const names[] = {
		"debugger_command", "smtpd_banner", "postscreen_greet_banner", NULL,
	};

	return is_one_of(name, names);
}

static bool lint_remarks(struct pf_lint *lint, struct reeve_doc *doc,
                         const struct pf_setting *setting)
{
	const struct reeve_node *node = &doc->nodes[setting->node];
	uint32_t at;
	bool found = false;

	if (node->kind != REEVE_NODE_SETTING || is_free_text(setting->name))
		return false;
	if (node->first == 0) {
		found = find_remark(doc, node->value, node->value_end, &at);
	} else {
		for (uint32_t c = node->first; c != 0 && !found; c = doc->nodes[c].next) {
			if (doc->nodes[c].kind == REEVE_NODE_PIECE)
				found = find_remark(doc, doc->nodes[c].value, doc->nodes[c].value_end,
				                    &at);
		}
	}
	if (found)
		reeve_pf_say(lint, doc, REEVE_WARNING, at,
		             "a comment cannot stand behind a value: it is a part of '%s'",
		             setting->name);
	return found;
}

/* ---- a value ------------------------------------------------------------------------------- */

void reeve_pf_lint_value(struct pf_lint *lint, const struct pf_service *service,
                         const struct pf_setting *setting)
{
	struct reeve_doc *doc = service == NULL ? lint->own->main : lint->own->master;
	const struct pf_param *param = type_of(lint, setting->name);
	uint32_t at = doc->nodes[setting->node].value;
	struct fault fault = {.severity = REEVE_PROBLEM};
	struct reeve_error why = {0};
	struct reeve_buf value;
	const char *text;

	if (param != NULL && strcmp(param->type, "raw") == 0) {
		if (setting->value[0] == '\0' && atol(param->least) > 0)
			reeve_pf_say(lint, doc, REEVE_PROBLEM, at,
			             "'%s' cannot be '': it must not be empty", setting->name);
		return;
	}
	if (lint_remarks(lint, doc, setting))
		return;
	reeve_buf_init(&value, PF_EXPAND_MAX_BYTES);
	if (reeve_pf_eval(lint->conf, service, setting->value, &lint->work, &value, &why) < 0) {
		if (why.code == REEVE_EFORMAT)
			reeve_pf_say(lint, doc, REEVE_PROBLEM, at, "%s", why.text);
		else
			lint->has_failed = true;
	} else if (param != NULL) {
		text = check(param, reeve_buf_text(&value), &fault);
		/* What is only known at run time ("$stress") may well be empty here. */
		if (text != NULL && (value.length > 0 || strchr(setting->value, '$') == NULL))
			reeve_pf_say(lint, doc, fault.severity, at,
			             fault.severity == REEVE_PROBLEM ? "'%s' cannot be '%.60s': %s"
			                                             : "'%s' is '%.60s': %s",
			             setting->name, reeve_buf_text(&value), text);
	}
	reeve_buf_dispose(&value);
}
