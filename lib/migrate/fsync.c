/* SPDX-License-Identifier: MIT */
/* mail_fsync beside mail_nfs_index: since 2.0 it has to be "always" then, or Dovecot does not
 * start. 1.x had only fsync_disable. */
#include "migrate/hop.h"

#include <string.h>
#include <strings.h>

static bool is_set(const struct migrate_hop *hop, const char *name)
{
	for (uint32_t i = 0; i < hop->count; i++)
		if (hop->sites[i].thing.name == NULL && strcmp(hop->sites[i].thing.type, name) == 0)
			return true;
	return false;
}

static bool has_nfs(const struct migrate_hop *hop)
{
	for (uint32_t i = 0; i < hop->count; i++)
		if (hop->sites[i].thing.name == NULL &&
		    strcmp(hop->sites[i].thing.type, "mail_nfs_index") == 0 &&
		    strcasecmp(hop->sites[i].value, "yes") == 0)
			return true;
	return false;
}

/* mail_nfs_index = yes: a line for mail_fsync, unless there is one. */
static void add_line(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_page *page = reeve_migrate_page(hop, site);
	uint32_t first, last;

	if (is_set(hop, "mail_fsync") || is_set(hop, "fsync_disable"))
		return;
	reeve_migrate_lines(hop, site, &first, &last);
	reeve_migrate_after(hop, &page->lines[last],
	                    reeve_migrate_text(hop, "%smail_fsync = always\n",
	                                       reeve_migrate_indent(hop, page, first)));
	reeve_migrate_tell(
		hop, site, REEVE_MIGRATE_CHANGED, site->main,
		reeve_migrate_text(hop, "mail_nfs_index = %s, mail_fsync = always", site->value),
		site->main->row.note);
}

void reeve_migrate_fsync(struct migrate_hop *hop, struct migrate_site *site)
{
	const char *value;

	if (strcmp(site->thing.type, "fsync_disable") != 0) {
		add_line(hop, site);
		return;
	}
	value = has_nfs(hop) ? "always" : "optimized";
	reeve_migrate_rewrite(hop, site, "mail_fsync", value);
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, site->main,
	                   reeve_migrate_text(hop, "mail_fsync = %s", value), site->main->row.note);
}
