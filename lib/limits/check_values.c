/* SPDX-License-Identifier: MIT */
/* Values that a program cannot read, or reads as something else. */
#include "limits/limits.h"

#include <stdlib.h>
#include <string.h>

static const char *what_is_wrong(enum limit_number is)
{
	switch (is) {
	case LIMIT_EMPTY:
		return "it is empty";
	case LIMIT_TOO_LARGE:
		return "it is too large";
	case LIMIT_COMMENT:
		return "a comment behind a value is part of it";
	case LIMIT_UNIT:
		return "Postfix knows no units of sizes";
	case LIMIT_NEGATIVE:
		return "it is negative";
	case LIMIT_NUMBER:
	case LIMIT_OTHER:
		break;
	}
	return "it is no number";
}

/* What a daemon that cannot read a limit stops. message_size_limit is read by all. */
static const char *what_stops(struct reeve_limits *limits, const struct reeve_limit *row)
{
	if (strcmp(row->name, "message_size_limit") == 0 && row->service == NULL)
		return "postconf(1) says nothing of it, but sendmail(1) and every program that "
		       "starts end with \"bad numerical configuration\", and a reload is refused: "
		       "those that run go on with the old value";
	const char *who = row->service != NULL ? row->service : row->enforced_by;
	bool are_many = strchr(who, ',') != NULL || who[strlen(who) - 1] == 's';

	return reeve_limits_text(
		limits,
		"%s %s at start with \"bad numerical configuration\" (or \"invalid parameter "
		"value\"), and what %s would do waits",
		who, are_many ? "end" : "ends", are_many ? "they" : "it");
}

static void check_negative(struct reeve_limits *limits, const struct reeve_limit *row)
{
	reeve_limits_find_fault(
		limits, "negative", REEVE_LIMIT_DISAGREES,
		row->is_refusing ? REEVE_PROBLEM : REEVE_WARNING, reeve_limits_place(row),
		reeve_limits_text(limits, "%s = %s: it is negative", row->name, row->value),
		row->is_refusing
			? "smtpd(8) takes it for more than any disk has free, and answers every "
			  "MAIL FROM with 452 4.3.1"
			: reeve_limits_text(limits, "Postfix takes it like 0: %s", row->zero),
		"write 0 if that is meant, or a number");
}

/* The line that continues a setting of main.cf and looks like one itself; 0 if none does. */
static uint64_t continued_in(const struct reeve_limits *limits, const struct reeve_limit *row)
{
	struct reeve_conf_file file = reeve_conf_file(limits->postfix, 0);
	const char *at = file.new_bytes, *end = at + file.new_size;

	if (row->service != NULL || row->file == NULL || strcmp(row->file, file.path) != 0)
		return 0;
	for (uint64_t line = 1; at < end; line++) {
		const char *next = memchr(at, '\n', (size_t)(end - at));
		const char *word = at;

		next = next == NULL ? end : next + 1;
		while (word < next && (*word == ' ' || *word == '\t' || *word == '\r'))
			word++;
		/* Empty lines and comments may stand between. */
		if (line > row->line && word < next && *word != '\n' && *word != '#')
			return word > at && memchr(word, '=', (size_t)(next - word)) != NULL ? line
			                                                                     : 0;
		at = next;
	}
	return 0;
}

static const char *reader_of(const char *name)
{
	const struct limit_fact *fact = reeve_limit_facts;

	while (strcmp(fact->name, name) != 0)
		fact++;
	return fact->enforced_by;
}

static void check_postfix_value(struct reeve_limits *limits, const struct reeve_limit *row,
                                const struct limit_fact *fact)
{
	struct reeve_conf_setting setting;
	struct reeve_error why = {0};
	uint64_t number;
	enum limit_number is = reeve_limits_postfix_number(row->value, UINT64_MAX, &number);
	bool is_loop = reeve_conf_get(limits->postfix, row->path, REEVE_CONF_EFFECTIVE, &setting,
	                              &why) < 0 &&
	               why.code == REEVE_EFORMAT;
	const char *written = "", *unknown = reeve_limits_unknown(limits, row);

	if (reeve_conf_get(limits->postfix, row->path, 0, &setting, NULL) > 0)
		written = reeve_limits_keep(limits, setting.value);
	if (is_loop) {
		reeve_limits_find_fault(
			limits, "bad-value", REEVE_LIMIT_BAD_VALUE, REEVE_PROBLEM,
			reeve_limits_place(row),
			reeve_limits_text(limits, "%s = %s: %s", row->name, written, why.text),
			"every program of Postfix that looks at it ends", "write a number");
		return;
	}
	if (unknown != NULL) {
		reeve_limits_find_fault(
			limits, "bad-value", REEVE_LIMIT_BAD_VALUE, REEVE_PROBLEM,
			reeve_limits_place(row),
			reeve_limits_text(limits,
		                          "%s = %s: $%s is not set, and its default only "
		                          "%s knows, and postconf(1)",
		                          row->name, written, unknown, reader_of(unknown)),
			what_stops(limits, row),
			reeve_limits_text(limits, "set %s too, or write a number", unknown));
		return;
	}
	if (is == LIMIT_NEGATIVE && row->is_number && strcmp(fact->least, "0") == 0) {
		check_negative(limits, row);
		return;
	}
	if (row->is_number && number >= strtoull(fact->least, NULL, 10))
		return;
	const char *remedy = "write a number of bytes";
	uint64_t line = row->is_number || is == LIMIT_NUMBER ? 0 : continued_in(limits, row);
	if (line > 0) {
		reeve_limits_find_fault(
			limits, "bad-value", REEVE_LIMIT_BAD_VALUE, REEVE_PROBLEM,
			reeve_limits_place(row),
			reeve_limits_text(limits,
		                          "%s = %s: line %ju continues it, since white "
		                          "space is in front",
		                          row->name, written, (uintmax_t)line),
			what_stops(limits, row),
			reeve_limits_text(limits, "remove the white space in front of line %ju",
		                          (uintmax_t)line));
		return;
	}
	if (row->is_number)
		remedy = reeve_limits_text(limits, "write %s or more", fact->least);
	reeve_limits_find_fault(limits, "bad-value", REEVE_LIMIT_BAD_VALUE, REEVE_PROBLEM,
	                        reeve_limits_place(row),
	                        reeve_limits_text(limits, "%s = %s: %s", row->name, written,
	                                          row->is_number       ? "it is too small"
	                                          : is == LIMIT_NUMBER ? "it is too large"
	                                                               : what_is_wrong(is)),
	                        what_stops(limits, row), remedy);
}

void reeve_limits_check_values(struct reeve_limits *limits)
{
	for (size_t i = 0; i < limits->row_count; i++) {
		const struct reeve_limit *row = &limits->rows[i];
		const struct limit_fact *fact = reeve_limit_facts;

		while (strcmp(fact->name, row->name) != 0)
			fact++;
		/* Counts and times are other people's. */
		if (strcmp(row->unit, "bytes") != 0 && strcmp(row->unit, "rule") != 0)
			continue;
		/* What nobody reads does no harm. */
		if (reeve_limits_is_in_vain(limits, row) && !reeve_limits_is_shared(row->name))
			continue;
		if (row->program == REEVE_CONF_POSTFIX)
			check_postfix_value(limits, row, fact);
		else if (!row->is_number && row->file != NULL && !reeve_limits_has_variable(limits, row))
			reeve_limits_find_fault(limits, "bad-value", REEVE_LIMIT_BAD_VALUE,
			                        REEVE_PROBLEM, reeve_limits_place(row),
			                        reeve_limits_text(limits, "%s = %s: it is no size",
			                                          row->path, row->value),
			                        "Dovecot does not start, or refuses the mail of "
			                        "users that it concerns",
			                        "write a number with B, k, M, G or T");
	}
}
