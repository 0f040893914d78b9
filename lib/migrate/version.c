/* SPDX-License-Identifier: MIT */
/* Which version a configuration is written for, and which rules are about its settings. */
#include "migrate/hop.h"

#include <string.h>

static bool comes_on_top(const struct migrate_rule *rule)
{
	return rule->action == MIGRATE_WORD || rule->action == MIGRATE_MANUAL ||
	       rule->action == MIGRATE_NOTE;
}

static bool match(const struct migrate_hop *hop, struct migrate_site *site,
                  const struct migrate_rule *rule, const struct migrate_block *around, size_t depth)
{
	const char *digits, *star;
	size_t n;

	if (!reeve_migrate_match_old(rule, &site->thing, &digits) ||
	    !reeve_migrate_match_context(rule->row.context, around, depth) ||
	    !reeve_migrate_match_value(rule->row.old_value, site->value, &star, &n))
		return false;
	if (site->main == NULL || site->main == rule) {
		site->digits = digits;
		site->star = reeve_migrate_copy((struct migrate_hop *)hop, star, n);
	}
	return true;
}

static bool is_line_start(const struct migrate_page *page, uint32_t at)
{
	return at == page->doc->size || page->starts[reeve_migrate_line_of(page, at)] == at;
}

bool reeve_migrate_is_on_lines(const struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = &hop->pages[site->page];
	const struct reeve_node *node = &page->doc->nodes[site->node];

	return !page->has_nul && is_line_start(page, node->start) &&
	       is_line_start(page, node->end) &&
	       (node->kind != REEVE_NODE_BLOCK ||
	        (is_line_start(page, node->body) && is_line_start(page, node->body_end)));
}

/* Whether a block holds a setting of the name that `line` begins with. */
static bool has_setting(const struct migrate_hop *hop, uint32_t block, const char *line)
{
	size_t n = strcspn(line, " ");

	for (uint32_t i = block; i < hop->count; i++)
		if (hop->sites[i].up == block && strlen(hop->sites[i].thing.type) == n &&
		    memcmp(hop->sites[i].thing.type, line, n) == 0)
			return true;
	return false;
}

static bool is_ours(const struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = &hop->pages[site->page];
	uint64_t line =
		page->origins[reeve_migrate_line_of(page, page->doc->nodes[site->node].name)];

	for (size_t i = 0; i < hop->migrate->change_count; i++) {
		const struct reeve_migrate_change *change = &hop->migrate->changes[i];

		if (change->kind == REEVE_MIGRATE_CHANGED && change->line == line &&
		    change->file == page->doc->path)
			return true;
	}
	return false;
}

/* Whether the last step of a path is set anywhere, but in a line that we wrote. */
static bool is_set(const struct migrate_hop *hop, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;

	for (uint32_t i = 0; i < hop->count; i++) {
		const char *type = hop->sites[i].thing.type;

		slash = strrchr(type, '/');
		if (strcmp(slash == NULL ? type : slash + 1, name) == 0 &&
		    !is_ours(hop, &hop->sites[i]))
			return true;
	}
	return false;
}

/*
 * What a rule of an era would add is there already: this is its second run, over a file in which
 * something else is old still. What a late one would write is set by somebody else.
 */
static bool is_done(const struct migrate_hop *hop, const struct migrate_site *site,
                    const struct migrate_rule *rule)
{
	const char *second = strstr(rule->row.new_value, " ;; ");

	if (rule->is_late)
		return is_set(hop, rule->row.new_path);
	if (!rule->is_era)
		return false;
	if (rule->action == MIGRATE_RENAME)
		return has_setting(hop, site->up, rule->row.new_path);
	if (rule->action == MIGRATE_SPLIT)
		return second != NULL && has_setting(hop, site->up, second + 4);
	return rule->action == MIGRATE_BLOCK && *rule->row.new_value != '\0' &&
	       has_setting(hop, (uint32_t)(site - hop->sites) + 1, rule->row.new_value);
}

void reeve_migrate_match(struct migrate_hop *hop, int from)
{
	const struct migrate_rules *rules = &hop->migrate->rules;
	int version = hop->migrate->version;

	for (uint32_t i = 0; i < hop->count; i++) {
		struct migrate_site *site = &hop->sites[i];
		struct migrate_block around[MIGRATE_MAX_DEPTH];
		size_t depth = reeve_migrate_around(hop, site, around);

		if (!reeve_migrate_is_on_lines(hop, site))
			continue;
		for (size_t r = 0; r < rules->count; r++) {
			const struct migrate_rule *rule = &rules->rows[r];

			if (rule->from != from || rule->is_late != hop->migrate->is_late ||
			    rule->action == MIGRATE_NEW ||
			    rule->action == MIGRATE_ADVICE ||
			    (rule->is_era && (version < 0 || version > rule->from)) ||
			    (comes_on_top(rule) ? site->more_count == MIGRATE_MAX_RULES
			                        : site->main != NULL) ||
			    !match(hop, site, rule, around, depth) || is_done(hop, site, rule))
				continue;
			if (comes_on_top(rule))
				site->more[site->more_count++] = rule;
			else
				site->main = rule;
		}
	}
}

/* ---- the version --------------------------------------------------------------------------- */

/* A site that tells. */
struct sign {
	const struct migrate_site *site;
	const struct migrate_rule *rule;
	int version;
};

/* The newest version that something in it needs, and the oldest that something in it is from. */
static void look(struct migrate_hop *hop, struct sign *newest, struct sign *oldest)
{
	const struct migrate_rules *rules = &hop->migrate->rules;

	for (uint32_t i = 0; i < hop->count; i++) {
		struct migrate_site *site = &hop->sites[i];
		struct migrate_block around[MIGRATE_MAX_DEPTH];
		size_t depth = reeve_migrate_around(hop, site, around);

		for (size_t r = 0; r < rules->count; r++) {
			const struct migrate_rule *rule = &rules->rows[r];
			bool is_new = rule->action == MIGRATE_NEW;

			/* A plain number of seconds is in files of all ages. */
			if (rule->is_era || rule->is_late || rule->action == MIGRATE_ADVICE ||
			    (!is_new && rule->action == MIGRATE_VALUE) ||
			    (is_new ? rule->to <= newest->version
			            : rule->from >= oldest->version) ||
			    !match(hop, site, rule, around, depth))
				continue;
			*(is_new ? newest : oldest) =
				(struct sign){site, rule, is_new ? rule->to : rule->from};
		}
	}
}

static const char *block_of(struct migrate_hop *hop, const struct migrate_site *site)
{
	return reeve_migrate_text(hop, "%s%s%s { }", site->thing.type,
	                          *site->value == '\0' ? "" : " ", site->value);
}

/* With its value, if that is what tells. */
static const char *setting_of(struct migrate_hop *hop, const struct sign *sign)
{
	if (*sign->rule->row.old_value == '\0')
		return sign->site->thing.type;
	return reeve_migrate_text(hop, "%s = %s", sign->site->thing.type,
	                          reeve_migrate_shown(hop, sign->site, NULL));
}

void reeve_migrate_detect(struct migrate_hop *hop)
{
	struct sign newest = {.version = -1}, oldest = {.version = MIGRATE_VERSIONS}, *sign = NULL;
	struct reeve_migrate *migrate = hop->migrate;

	look(hop, &newest, &oldest);
	/* Old things are left over in new files; new things are not in old files. */
	if (newest.version >= 0)
		sign = &newest;
	else if (oldest.version < MIGRATE_VERSIONS)
		sign = &oldest;
	migrate->version = sign == NULL ? -1 : sign->version;
	if (sign == NULL)
		return;

	const struct migrate_page *page = &hop->pages[sign->site->page];
	const struct reeve_node *node = &page->doc->nodes[sign->site->node];
	bool is_block = sign->rule->is_block;
	migrate->told = (struct reeve_migrate_version){
		.name = reeve_migrate_versions[sign->version],
		.why = reeve_migrate_text(hop, "%s %s %s",
	                                  is_block ? block_of(hop, sign->site)
	                                           : setting_of(hop, sign),
	                                  sign == &newest ? "is new in" : "is as it was until",
	                                  reeve_migrate_versions[sign->version]),
		.file = page->doc->path,
		.line = page->origins[reeve_migrate_line_of(page, node->name)],
	};
	char *kept =
		reeve_arena_strndup(migrate->arena, migrate->told.why, strlen(migrate->told.why));
	migrate->told.why = kept == NULL ? "" : kept;
}
