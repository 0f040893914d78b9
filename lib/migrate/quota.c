/* SPDX-License-Identifier: MIT */
/* Limits that stood inside the quota setting of 1.0: rules of their own, with numbers that are
 * free. */
#include "migrate/hop.h"

#include <string.h>

/* Whether what a setting says holds where a site stands: the same blocks, or fewer of them. */
static bool is_seen_from(const struct migrate_hop *hop, const struct migrate_site *setting,
                         const struct migrate_site *site)
{
	struct migrate_block blocks[MIGRATE_MAX_DEPTH], around[MIGRATE_MAX_DEPTH];
	size_t n = reeve_migrate_around(hop, setting, blocks);
	size_t depth = reeve_migrate_around(hop, site, around);

	if (n == 0 || n > depth || strcmp(blocks[n - 1].type, "plugin") != 0)
		return false;
	for (size_t i = 0; i + 1 < n; i++)
		if (strcmp(blocks[i].type, around[i].type) != 0 ||
		    strcmp(blocks[i].name, around[i].name) != 0)
			return false;
	return true;
}

/* Whether one of two settings holds where the other one stands. */
static bool is_near(const struct migrate_hop *hop, const struct migrate_site *a,
                    const struct migrate_site *b)
{
	return is_seen_from(hop, a, b) || is_seen_from(hop, b, a);
}

/* Whether there is a rule for all folders, which 1.0 did not know: what stands in the quota setting
 * is only a name then. */
static bool has_rule(struct migrate_hop *hop, const struct migrate_site *site)
{
	const char *name = reeve_migrate_text(hop, "quota%s_rule", site->digits);
	size_t n = strlen(name);

	for (uint32_t i = 0; i < hop->count; i++) {
		const struct migrate_site *s = &hop->sites[i];

		if (s->thing.name == NULL && strncmp(s->thing.type, name, n) == 0 &&
		    s->thing.type[n + strspn(s->thing.type + n, "0123456789")] == '\0' &&
		    strncmp(s->value, "*:", 2) == 0 && is_near(hop, s, site))
			return true;
	}
	return false;
}

/* The next name of a rule that nobody has, from *number on: quota_rule, quota_rule2. */
static const char *free_name(struct migrate_hop *hop, const struct migrate_site *site,
                             unsigned int *number)
{
	for (;;) {
		const char *name = reeve_migrate_text(hop, "quota%s_rule", site->digits);
		bool is_taken = false;

		if (++*number > 1)
			name = reeve_migrate_text(hop, "%s%u", name, *number);
		for (uint32_t i = 0; i < hop->count && !hop->has_failed; i++)
			is_taken |= hop->sites[i].thing.name == NULL &&
			            strcmp(hop->sites[i].thing.type, name) == 0 &&
			            is_near(hop, &hop->sites[i], site);
		if (!is_taken)
			return name;
	}
}

/*
 * "maildir:storage=10240:ignore=Trash", or "dict:storage=10240 proxy::quota" with the dictionary
 * behind the limits. *backend_r: the quota setting without them. Returns the limits, each with a
 * ':' in front.
 */
static const char *limits_of(struct migrate_hop *hop, const char *value, const char **backend_r)
{
	size_t n = strcspn(value, ":");
	const char *dict = strncmp(value, "dict:", 5) == 0 ? strrchr(value, ' ') : NULL;

	*backend_r = reeve_migrate_copy(hop, value, n);
	if (dict == NULL)
		return value + n;
	*backend_r = reeve_migrate_text(hop, "dict:user::%s", dict + 1);
	return reeve_migrate_copy(hop, value + n, (size_t)(dict - value) - n);
}

void reeve_migrate_quota(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	const char *limits = "", *text, *told, *indent, *backend;
	const char *old = limits_of(hop, site->value, &backend);
	size_t n;
	unsigned int number = 0;
	uint32_t first, last;

	if (has_rule(hop, site)) {
		reeve_migrate_tell(hop, site, REEVE_MIGRATE_NOTED, site->main, "",
		                   "there is a rule for all folders, so this is only a name");
		return;
	}
	reeve_migrate_lines(hop, site, &first, &last);
	indent = reeve_migrate_indent(hop, page, first);
	told = reeve_migrate_text(hop, "%s = %s", site->thing.type, backend);
	text = reeve_migrate_text(hop, "%s%s%s\n", indent, told, reeve_migrate_note(hop, site));
	for (const char *p = old; *p == ':'; p += n) {
		n = strcspn(++p, ":");
		if (strncmp(p, "ignore=", 7) != 0)
			limits = reeve_migrate_text(hop, "%s:%.*s", limits, (int)n, p);
	}
	if (*limits != '\0') {
		const char *rule =
			reeve_migrate_text(hop, "%s = *%s", free_name(hop, site, &number), limits);

		text = reeve_migrate_text(hop, "%s%s%s\n", text, indent, rule);
		told = reeve_migrate_text(hop, "%s, %s", told, rule);
	}
	for (const char *p = old; *p == ':'; p += n) {
		n = strcspn(++p, ":");
		if (strncmp(p, "ignore=", 7) != 0)
			continue;
		const char *rule = reeve_migrate_text(
			hop, "%s = %.*s:ignore", free_name(hop, site, &number), (int)n - 7, p + 7);

		text = reeve_migrate_text(hop, "%s%s%s\n", text, indent, rule);
		told = reeve_migrate_text(hop, "%s, %s", told, rule);
	}
	reeve_migrate_instead(page, first, last, text);
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, site->main, told,
	                   site->main->row.note);
}
