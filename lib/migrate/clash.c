/* SPDX-License-Identifier: MIT */
/* Several settings that become one: of each name and place the last one counts, and the others are
 * told of. */
#include "migrate/hop.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A setting as it will be, and where it stands. */
struct entry {
	const char *name, *value;
	uint32_t site;
};

static bool is_unwrapped(const struct migrate_site *site)
{
	return site->main != NULL && site->main->action == MIGRATE_UNWRAP;
}

static const struct migrate_site *place(const struct migrate_hop *hop,
                                        const struct migrate_site *site)
{
	do
		site = reeve_migrate_parent(hop, site);
	while (site != NULL && is_unwrapped(site));
	return site;
}

/* Whether two blocks are one to Dovecot: of one type and name, in the same ones. */
static bool is_same(const struct migrate_hop *hop, const struct migrate_site *a,
                    const struct migrate_site *b)
{
	for (; a != b; a = place(hop, a), b = place(hop, b))
		if (a == NULL || b == NULL || strcmp(a->thing.type, b->thing.type) != 0 ||
		    strcmp(a->value, b->value) != 0)
			return false;
	return true;
}

/* Whether settings in `outer` count in `inner`. */
static bool is_inside(const struct migrate_hop *hop, const struct migrate_site *inner,
                      const struct migrate_site *outer)
{
	for (; inner != NULL; inner = place(hop, inner))
		if (is_same(hop, inner, outer))
			return true;
	return outer == NULL;
}

/* ---- ssl_disable --------------------------------------------------------------------------- */

/* 1.1 had ssl_disable alone and 1.2 ssl alone, so both in one file mean what 2.x makes of them: the
 * last one counts, and ssl_disable = no is no more than ssl = yes. */

/* The `ssl = required` that counts where a site stands, but for ssl_disable; NULL. */
static const struct migrate_site *required(const struct migrate_hop *hop,
                                           const struct migrate_site *site)
{
	const struct migrate_site *block = place(hop, site), *last = NULL;

	for (const struct migrate_site *s = hop->sites; s < hop->sites + hop->count; s++) {
		if (s->thing.name != NULL || strcmp(s->thing.type, "ssl") != 0 ||
		    !is_inside(hop, block, place(hop, s)))
			continue;
		/* The last one of the innermost block. */
		if (last == NULL || is_inside(hop, place(hop, s), place(hop, last)))
			last = s;
	}
	return last != NULL && strcasecmp(last->value, "required") == 0 ? last : NULL;
}

static bool is_with_tls(const struct migrate_site *site)
{
	return strcmp(site->thing.type, "ssl_disable") == 0 && strcasecmp(site->value, "no") == 0;
}

bool reeve_migrate_is_idle(const struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_site *other = is_with_tls(site) ? required(hop, site) : NULL;

	return other != NULL && other > site && is_same(hop, place(hop, site), place(hop, other));
}

bool reeve_migrate_is_weaker(const struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_site *other = is_with_tls(site) ? required(hop, site) : NULL;

	return other != NULL && !is_same(hop, place(hop, site), place(hop, other));
}

/* ---- all others ---------------------------------------------------------------------------- */

static struct entry entry_of(struct migrate_hop *hop, uint32_t i)
{
	const struct migrate_site *site = &hop->sites[i];
	const struct migrate_rule *rule = site->main;
	struct entry entry = {site->thing.type, site->value, i};

	if (rule == NULL)
		return entry;
	if (rule->action == MIGRATE_RENAME)
		entry.name = reeve_migrate_fill(hop, site, rule->row.new_path);
	else if (rule->action != MIGRATE_VALUE)
		entry.name = NULL; /* it goes, or goes elsewhere */
	if (*rule->row.new_value != '\0')
		entry.value = reeve_migrate_fill(hop, site, rule->row.new_value);
	return entry;
}

static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = strcmp(x->name, y->name);

	return r != 0 ? r : (x->site > y->site) - (x->site < y->site);
}

static bool is_renamed(const struct migrate_site *site)
{
	return site->main != NULL && site->main->action == MIGRATE_RENAME;
}

/* Two auth sections are told of as a whole; and who writes one name twice knows it. What stands in
 * front of an auth section was its default (auth_settings_new in master-settings.c of 1.2.rc1). */
static bool is_clash(const struct migrate_hop *hop, const struct entry *one,
                     const struct entry *winner)
{
	const struct migrate_site *a = &hop->sites[one->site], *b = &hop->sites[winner->site];
	const struct migrate_site *up = reeve_migrate_parent(hop, a),
				  *other = reeve_migrate_parent(hop, b);

	return (is_renamed(a) || is_renamed(b)) && strcmp(a->thing.type, b->thing.type) != 0 &&
	       strcmp(one->value, winner->value) != 0 &&
	       (up == other || other == NULL || !is_unwrapped(other) ||
	        (up != NULL && !is_unwrapped(up)));
}

/* Entries of one name, in the order of reading. */
static void look_at(struct migrate_hop *hop, const struct entry *entries, size_t n)
{
	for (size_t i = 0; i + 1 < n; i++) {
		struct migrate_site *site = &hop->sites[entries[i].site];
		size_t last = n - 1;

		while (last > i &&
		       !is_same(hop, place(hop, site), place(hop, &hop->sites[entries[last].site])))
			last--;
		if (last == i || !is_clash(hop, &entries[i], &entries[last]))
			continue;
		const struct migrate_site *winner = &hop->sites[entries[last].site];
		const struct migrate_page *page = reeve_migrate_page(hop, winner);
		uint32_t line = reeve_migrate_line_of(page, reeve_migrate_node(hop, winner)->name);

		reeve_migrate_decide(
			hop, site, is_renamed(site) ? site->main : winner->main,
			reeve_migrate_text(hop,
		                           "this is %s, and so is %s in line %u%s%s below, which "
		                           "counts: keep one of them",
		                           entries[i].name, winner->thing.type, page->origins[line],
		                           winner->page == site->page ? "" : " of ",
		                           winner->page == site->page ? "" : page->doc->path));
	}
}

void reeve_migrate_clashes(struct migrate_hop *hop)
{
	struct entry *entries;
	size_t n = 0, end;
	bool any = false;

	for (uint32_t i = 0; i < hop->count && !any; i++)
		any = is_renamed(&hop->sites[i]);
	if (!any)
		return;
	entries = calloc(hop->count, sizeof *entries);
	if (entries == NULL) {
		hop->has_failed = true;
		return;
	}
	for (uint32_t i = 0; i < hop->count; i++) {
		if (hop->sites[i].thing.name == NULL && !reeve_migrate_is_idle(hop, &hop->sites[i]))
			entries[n++] = entry_of(hop, i);
		if (n > 0 && entries[n - 1].name == NULL)
			n--;
	}
	qsort(entries, n, sizeof *entries, compare);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && strcmp(entries[end].name, entries[i].name) == 0;)
			end++;
		look_at(hop, &entries[i], end - i);
	}
	free(entries);
}
