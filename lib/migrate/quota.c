/* SPDX-License-Identifier: MIT */
/* Limits that stood inside the quota setting of 1.0: rules of their own. */
#include "migrate/hop.h"

#include <string.h>

/* Rules came with 1.1: who has one, or whatever is newer, has a name in the quota setting,
 * where 1.0 had limits. */
static bool is_name(const struct migrate_hop *hop)
{
	if (hop->migrate->version > MIGRATE_1_2)
		return true;
	for (uint32_t i = 0; i < hop->count; i++) {
		const char *name = hop->sites[i].thing.type;
		size_t n;

		if (hop->sites[i].thing.name != NULL || strncmp(name, "quota", 5) != 0)
			continue;
		n = 5 + strspn(name + 5, "0123456789");
		if (strncmp(name + n, "_rule", 5) == 0 &&
		    name[n + 5 + strspn(name + n + 5, "0123456789")] == '\0')
			return true;
	}
	return false;
}

/* The next name of a rule: quota_rule, quota_rule2. */
static const char *next_name(struct migrate_hop *hop, const struct migrate_site *site,
                             unsigned int *number)
{
	const char *name = reeve_migrate_text(hop, "quota%s_rule", site->digits);

	return ++*number > 1 ? reeve_migrate_text(hop, "%s%u", name, *number) : name;
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

	if (is_name(hop)) {
		reeve_migrate_tell(
			hop, site, REEVE_MIGRATE_NOTED, site->main, "",
			"this is a name since 1.1, and no limit: limits are in quota_rule");
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
			reeve_migrate_text(hop, "%s = *%s", next_name(hop, site, &number), limits);

		text = reeve_migrate_text(hop, "%s%s%s\n", text, indent, rule);
		told = reeve_migrate_text(hop, "%s, %s", told, rule);
	}
	for (const char *p = old; *p == ':'; p += n) {
		n = strcspn(++p, ":");
		if (strncmp(p, "ignore=", 7) != 0)
			continue;
		const char *rule = reeve_migrate_text(
			hop, "%s = %.*s:ignore", next_name(hop, site, &number), (int)n - 7, p + 7);

		text = reeve_migrate_text(hop, "%s%s%s\n", text, indent, rule);
		told = reeve_migrate_text(hop, "%s, %s", told, rule);
	}
	reeve_migrate_instead(page, first, last, text);
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, site->main, told,
	                   site->main->row.note);
}
