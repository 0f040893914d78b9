/* SPDX-License-Identifier: MIT */
/* The values of limits, out of the configurations. */
#include "base/error.h"
#include "limits/limits.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const struct limit_fact *find_fact(const char *program, const char *name)
{
	for (size_t i = 0; i < reeve_limit_fact_count; i++) {
		const struct limit_fact *fact = &reeve_limit_facts[i];

		if (strcmp(fact->name, name) == 0 && strcmp(fact->program, program) == 0)
			return fact;
	}
	return NULL;
}

/* What a value is in numbers. */
static void fill_number(struct reeve_limits *limits, const struct limit_fact *fact,
                        struct reeve_limit *row)
{
	bool is_postfix = row->program == REEVE_CONF_POSTFIX;
	const char *text = row->value;
	size_t start, end;

	if (is_postfix) {
		/* Sizes of files are long there, all else is int (global/mail_conf_int.c). */
		uint64_t max = strcmp(fact->unit, "bytes") == 0 && fact->least[0] == '0' ? LONG_MAX
		                                                                         : INT_MAX;
		enum limit_number is = reeve_limits_postfix_number(row->value, max, &row->number);

		row->is_number = is == LIMIT_NUMBER || is == LIMIT_NEGATIVE;
		row->is_unlimited = row->number == 0 && strcmp(fact->zero, "no limit") == 0;
		return;
	}
	if (reeve_limits_is_expanded(limits, row))
		text = reeve_limits_expanded(limits, text);
	if (text == NULL)
		return;
	if (strcmp(fact->unit, "rule") == 0)
		row->is_number = reeve_limits_quota_rule(text, &row->number, &start, &end);
	else
		row->is_number = reeve_limits_dovecot_size(text, &row->number) &&
		                 (limits->is_24 || strcmp(text, "unlimited") != 0); /* a word of 2.4's */
	/* Of submission_max_mail_size: the relay's limit is the other's. */
	row->is_unlimited = row->is_number && (row->number == 0 || row->number == REEVE_NO_LIMIT);
}

static bool is_negative(const char *value)
{
	uint64_t number;

	return reeve_limits_postfix_number(value, UINT64_MAX, &number) == LIMIT_NEGATIVE;
}

/* Whether smtpd(8) counts with it in unsigned blocks (smtpd_check_queue() of smtpd/smtpd_check.c).
 */
static bool is_huge_if_negative(const struct reeve_limits *limits, const struct reeve_limit *row)
{
	if (strcmp(row->name, "message_size_limit") != 0 && strcmp(row->name, "queue_minfree") != 0)
		return false;
	for (size_t i = 0; row->service != NULL && i < limits->service_count; i++)
		if (strcmp(limits->services[i].path, row->service) == 0)
			return strcmp(limits->services[i].command, "smtpd") == 0;
	return true;
}

static void add_row(struct reeve_limits *limits, const struct limit_fact *fact,
                    const struct reeve_conf_setting *setting, const char *path, const char *service)
{
	bool is_postfix = strcmp(fact->program, "postfix") == 0;
	struct reeve_limit *row = reeve_limits_add(limits, &limits->rows, &limits->row_count,
	                                           &limits->row_room, sizeof *row);
	struct reeve_conf_setting raw;

	if (row == NULL)
		return;
	*row = (struct reeve_limit){
		.program = is_postfix ? REEVE_CONF_POSTFIX : REEVE_CONF_DOVECOT,
		.name = fact->name,
		.service = reeve_limits_keep(limits, service),
		.path = reeve_limits_keep(limits, path),
		.value = reeve_limits_keep(limits, setting->value),
		.file = reeve_limits_keep(limits, setting->file),
		.line = setting->line,
		.column = setting->column,
		.unit = fact->unit,
		.zero = fact->zero,
		.enforced_by = fact->enforced_by,
		.agrees_with = fact->agrees_with,
		.note = fact->note,
	};
	if (row->value[0] != '\0' || row->file != NULL)
		fill_number(limits, fact, row);
	if (reeve_limits_unknown(limits, row) != NULL) {
		/* As it is written: the program has something else than postconf(1). */
		if (reeve_conf_get(limits->postfix, path, 0, &raw, NULL) > 0)
			row->value = reeve_limits_keep(limits, raw.value);
		row->is_number = row->is_unlimited = false;
	}
	row->is_refusing = is_postfix && row->is_number && is_negative(row->value) &&
	                   is_huge_if_negative(limits, row);
}

/* ---- Postfix --------------------------------------------------------------------------------- */

static int read_param(struct reeve_limits *limits, const struct limit_fact *fact,
                      struct reeve_error *err)
{
	struct reeve_conf_setting setting = {.value = fact->default_new, .is_default = true};
	struct reeve_error why = {0};
	int r = reeve_conf_get(limits->postfix, fact->name, REEVE_CONF_EFFECTIVE, &setting, &why);

	/* What cannot be expanded is shown as it is written; reeve_limits_check_values() says so.
	 */
	if (r < 0 && why.code == REEVE_EFORMAT)
		r = reeve_conf_get(limits->postfix, fact->name, 0, &setting, &why);
	if (r < 0) {
		if (err != NULL)
			*err = why;
		return -1;
	}
	add_row(limits, fact, &setting, fact->name, NULL);
	return 0;
}

/* The program in an entry's eighth word. */
static const char *command_of(struct reeve_limits *limits, const char *entry)
{
	const char *word = entry;
	size_t n;

	for (int i = 0; i < 7; i++) {
		word += strcspn(word, " \t");
		word += strspn(word, " \t");
	}
	n = strcspn(word, " \t");
	return reeve_limits_program(reeve_limits_text(limits, "%.*s", (int)n, word));
}

static void read_master(struct reeve_limits *limits, const struct reeve_conf_setting *setting)
{
	const char *type = strchr(setting->path, '/'), *option;
	const struct limit_fact *fact;

	if (type == NULL)
		return;
	option = strstr(type, "/-o ");
	if (option == NULL) {
		struct limit_service *service =
			reeve_limits_add(limits, &limits->services, &limits->service_count,
		                         &limits->service_room, sizeof *service);

		if (service != NULL)
			*service = (struct limit_service){
				.path = reeve_limits_keep(limits, setting->path),
				.command = command_of(limits, setting->value),
				.is_lda = reeve_limits_is_lda(setting->value),
				.file = reeve_limits_keep(limits, setting->file),
				.line = setting->line,
			};
		return;
	}
	fact = find_fact("postfix", option + 4);
	if (fact != NULL)
		add_row(limits, fact, setting, setting->path,
		        reeve_limits_text(limits, "%.*s", (int)(option - setting->path),
		                          setting->path));
}

static int read_postfix(struct reeve_limits *limits, struct reeve_error *err)
{
	struct reeve_conf_list *list;

	for (size_t i = 0; i < reeve_limit_fact_count; i++)
		if (strcmp(reeve_limit_facts[i].program, "postfix") == 0 &&
		    read_param(limits, &reeve_limit_facts[i], err) < 0)
			return -1;
	list = reeve_conf_list(limits->postfix, REEVE_CONF_EFFECTIVE, err);
	if (list == NULL)
		return -1;
	for (size_t i = 0; i < reeve_conf_list_count(list); i++)
		read_master(limits, reeve_conf_list_at(list, i));
	reeve_conf_list_free(list);
	return 0;
}

/* ---- Dovecot --------------------------------------------------------------------------------- */

/* Several roots may have one setting. */
static bool is_row(const struct reeve_limits *limits, const struct reeve_conf_setting *setting)
{
	for (size_t i = 0; i < limits->row_count; i++)
		if (limits->rows[i].program == REEVE_CONF_DOVECOT && limits->rows[i].path != NULL &&
		    strcmp(limits->rows[i].path, setting->path) == 0)
			return true;
	return false;
}

/* A limit, or those of each root of the quota that have one. */
static void read_dovecot_limit(struct reeve_limits *limits, const struct limit_fact *fact)
{
	const char *usual = limits->is_24 ? fact->default_new : fact->default_old;
	struct reeve_conf_setting setting = {.value = usual};
	const struct limit_quota *quota = &limits->quota;
	bool is_of_root = strcmp(fact->name, limits->is_24 ? "quota_storage_size" : "quota_rule") == 0 &&
	                  quota->root_count > 0;
	size_t count = is_of_root ? quota->root_count : 1;
	bool is_set = false;

	/* What this version does not have is a row only where it is set, for who set it in vain. */
	for (size_t i = 0; i < count; i++) {
		const struct reeve_conf_setting *best = reeve_limits_nearest(
			limits, fact->name, is_of_root ? quota->roots[i].name : NULL);

		is_set = is_set || best != NULL;
		if (best != NULL && !is_row(limits, best))
			add_row(limits, fact, best, best->path, NULL);
	}
	if (!is_set && strcmp(usual, "-") != 0)
		add_row(limits, fact, &setting, NULL, NULL);
}

static int read_dovecot(struct reeve_limits *limits, struct reeve_error *err)
{
	struct reeve_conf_setting setting;

	limits->of_dovecot =
		reeve_conf_list(limits->dovecot, REEVE_CONF_EFFECTIVE | REEVE_CONF_BLOCKS, err);
	if (limits->of_dovecot == NULL)
		return -1;
	limits->is_24 =
		reeve_conf_get(limits->dovecot, "dovecot_config_version", 0, &setting, NULL) > 0;
	limits->protocol = !reeve_limits_dovecot_has(limits, "", "protocols", "lmtp") &&
	                                   reeve_limits_uses_lda(limits)
	                           ? "lda"
	                           : "lmtp";
	reeve_limits_find_roots(limits);
	for (size_t i = 0; i < reeve_limit_fact_count; i++)
		if (strcmp(reeve_limit_facts[i].program, "dovecot") == 0)
			read_dovecot_limit(limits, &reeve_limit_facts[i]);
	return 0;
}

int reeve_limits_read(struct reeve_limits *limits, struct reeve_error *err)
{
	if (limits->postfix != NULL && read_postfix(limits, err) < 0)
		return -1;
	return limits->dovecot != NULL ? read_dovecot(limits, err) : 0;
}
