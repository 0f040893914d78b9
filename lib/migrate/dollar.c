/* SPDX-License-Identifier: MIT */
/*
 * `$name` in values. 1.x took it as it is written. 2.x puts the value of the setting `name` there,
 * and does not start if there is none (config_write_keyvariable() of config-parser.c; doveconf -n
 * does not say so). Until 2.3.13 only the first word of a value could be one; since then each word.
 */
#include "migrate/hop.h"

#include <string.h>

/* The rule that stands for all of these, by what a file is written for. */
#define ROW(hop, action_, note, kind)                                                              \
	{                                                                                          \
		.row = {hop,   "any",                                                              \
		        "any", "*",                                                                \
		        "*$*", action_,                                                            \
		        "",    "",                                                                 \
		        note,  "settings.c of 1.2.rc1; config-parser.c of 2.0.0 to 2.3.19"},       \
		.action = kind                                                                     \
	}
static const struct migrate_rule text_rule =
	ROW("1.2-2.0", "value", "without quotes, 2.x takes $name for the value of a setting",
            MIGRATE_VALUE);
static const struct migrate_rule name_rule =
	ROW("1.2-2.0", "manual", "a $name that is no setting", MIGRATE_MANUAL);
#undef ROW

/* ---- names -------------------------------------------------------------------------------- */

/* Whether a rule has another name, another place or nothing for a setting outside of blocks:
 * doveconf still takes it, and converts it. */
static bool is_converted(const struct migrate_rules *rules, int version, const char *name)
{
	for (size_t i = 0; i < rules->count; i++) {
		const struct migrate_rule *rule = &rules->rows[i];
		bool is_all = rule->action == MIGRATE_RENAME || rule->action == MIGRATE_MOVE;
		bool is_some = rule->action == MIGRATE_REMOVE || rule->action == MIGRATE_SPLIT ||
		               rule->action == MIGRATE_ODD;

		if ((is_all || (is_some && *rule->row.old_value == '\0')) && !rule->is_era &&
		    rule->to <= version && strcmp(rule->row.old_name, name) == 0 &&
		    (strncmp(rule->row.context, "filter", 6) == 0 ||
		     strncmp(rule->row.context, "root", 4) == 0) &&
		    strchr(rule->row.context, '/') == NULL)
			return true;
	}
	return false;
}

/* Whether the version aimed at has a value for a name. `mail` is a list of blocks that nobody
 * writes. */
static bool is_variable(const struct migrate_hop *hop, const char *name)
{
	int version = hop->migrate->target;

	if (strncmp(name, "ENV:", 4) == 0)
		return version >= MIGRATE_2_3;
	return reeve_migrate_is_known(version, name) && strcmp(name, "mail") != 0 &&
	       !is_converted(&hop->migrate->rules, version, name);
}

/* ---- words --------------------------------------------------------------------------------- */

/* The next word at or behind text that begins with '$', without it; NULL. Only a blank ends a word,
 * and tabs behind it count for nothing; the first one of a value may also stand behind nothing. */
static const char *next_variable(const char *value, const char *text, size_t *n_r)
{
	for (; (text = strchr(text, '$')) != NULL; text++) {
		const char *p = text;

		while (p > value && p[-1] == '\t')
			p--;
		if (p == value || p[-1] == ' ') {
			*n_r = strcspn(text + 1, " ");
			return text + 1;
		}
	}
	return NULL;
}

/* Whether 2.3 makes another text of a value without quotes: it also makes one blank of many. */
static bool would_change(const char *value)
{
	size_t n;

	return strchr(value, '$') != NULL &&
	       (next_variable(value, value, &n) != NULL || strstr(value, "  ") != NULL ||
	        strchr(value, '\t') != NULL);
}

/* Whether a setting stands there in which a '$' is not just a byte. */
static bool is_open(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct reeve_node *node = reeve_migrate_node(hop, site);
	unsigned char first = node->value_end > node->value
	                              ? reeve_migrate_page(hop, site)->doc->bytes[node->value]
	                              : '"';

	return site->thing.name == NULL && (node->flags & REEVE_NODE_FROM_FILE) == 0 &&
	       first != '"' && first != '\'' && reeve_migrate_is_on_lines(hop, site);
}

/* `mail_plugins = $mail_plugins x`, or that in another block, $ENV:x, and a default that only 2.x
 * has: nobody would have written it for 1.x. */
static bool is_of_2(struct migrate_hop *hop, const struct migrate_site *site)
{
	const char *name = site->thing.type;
	size_t n;

	if (!is_open(hop, site))
		return false;
	for (const char *p = site->value; (p = next_variable(site->value, p, &n)) != NULL;)
		if ((strlen(name) == n && memcmp(name, p, n) == 0) || strncmp(p, "ENV:", 4) == 0 ||
		    (strncmp(p, "default_", 8) == 0 &&
		     is_variable(hop, reeve_migrate_copy(hop, p, n))))
			return true;
	return false;
}

/* ---- what is done -------------------------------------------------------------------------- */

static const char *quoted(struct migrate_hop *hop, const char *value)
{
	char *text = reeve_arena_alloc(hop->arena, 2 * strlen(value) + 3), *p = text;

	if (text == NULL) {
		hop->has_failed = true;
		return "";
	}
	*p++ = '"';
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			*p++ = '\\';
		*p++ = *value;
	}
	*p++ = '"';
	*p = '\0';
	return text;
}

static void quote(struct migrate_hop *hop, struct migrate_site *site)
{
	const char *shown = reeve_migrate_shown(hop, site, &text_rule);

	reeve_migrate_rewrite(hop, site, NULL, quoted(hop, site->value));
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, &text_rule,
	                   reeve_migrate_text(hop, "%s = %s", site->thing.type, quoted(hop, shown)),
	                   text_rule.row.note);
}

/* A name that 2.x cannot find: a person decides, for it may be text, or a slip of the pen. */
static void look_up(struct migrate_hop *hop, struct migrate_site *site)
{
	bool is_secret = strcmp(reeve_migrate_shown(hop, site, &name_rule), site->value) != 0;
	size_t n;

	for (const char *p = site->value; (p = next_variable(site->value, p, &n)) != NULL; p += n) {
		const char *name = reeve_migrate_copy(hop, p, n);

		if (hop->migrate->target < MIGRATE_2_3 && p != site->value + 1)
			return;
		if (is_variable(hop, name))
			continue;
		reeve_migrate_decide(
			hop, site, &name_rule,
			reeve_migrate_text(hop,
		                           "%s is no setting, and Dovecot does not start with it: "
		                           "write the value in quotes if it is text",
		                           is_secret ? "a word that begins with '$'"
		                                     : reeve_migrate_text(hop, "$%s", name)));
		return;
	}
}

bool reeve_migrate_dollars(struct migrate_hop *hop)
{
	bool is_old = hop->migrate->version >= 0 && hop->migrate->version < MIGRATE_2_0;

	for (uint32_t i = 0; is_old && i < hop->count; i++)
		is_old = !is_of_2(hop, &hop->sites[i]);
	for (uint32_t i = 0; i < hop->count; i++) {
		struct migrate_site *site = &hop->sites[i];

		if (!is_open(hop, site))
			continue;
		if (!is_old)
			look_up(hop, site);
		else if (would_change(site->value))
			quote(hop, site);
	}
	return false;
}
