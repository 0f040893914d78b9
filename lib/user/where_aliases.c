/* SPDX-License-Identifier: MIT */
/* The file of aliases that Postfix names. */
#include "user/where.h"

#include <string.h>

/* Whether a table is one that postalias(1) makes of a text file, or the text file itself. */
static bool is_text_table(const char *table, size_t n, const char **path_r)
{
	static const char *const types[] = {"hash:", "btree:", "lmdb:", "cdb:", "dbm:", "texthash:"};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		size_t length = strlen(types[i]);

		if (n > length && strncmp(table, types[i], length) == 0 && table[length] == '/') {
			*path_r = table + length;
			return true;
		}
	}
	return false;
}

/* Whether a list of tables has this one. */
static bool has_table(const char *list, const char *table, size_t n)
{
	while (list != NULL && *list != '\0') {
		size_t length = strcspn(list, ", \t");

		if (length == n && strncmp(list, table, n) == 0)
			return true;
		list += length;
		list += strspn(list, ", \t");
	}
	return false;
}

void users_where_aliases(struct reeve_users *users, struct users_where *where)
{
	const char *maps = reeve_users_setting(users, REEVE_CONF_POSTFIX, "alias_maps");
	const char *made = reeve_users_setting(users, REEVE_CONF_POSTFIX, "alias_database");
	const char *path;

	/* Without Postfix: the file of most, as sendmail(8) of any kind has it. */
	if (reeve_users_conf(users, REEVE_CONF_POSTFIX) == NULL) {
		where->aliases = reeve_users_text(users, "%s/etc/aliases", users->root);
		where->alias_type = "";
		where->is_for_newaliases = true;
		return;
	}
	for (const char *at = maps == NULL ? "" : maps; *at != '\0' && where->aliases == NULL;) {
		size_t n = strcspn(at, ", \t");
		const char *table = at;

		at += n;
		at += strspn(at, ", \t");
		if (strncmp(table, "proxy:", 6) == 0) {
			table += 6;
			n -= 6;
		}
		if (!is_text_table(table, n, &path))
			continue;
		where->aliases = reeve_users_text(users, "%s%.*s", users->root,
		                                  (int)(n - (size_t)(path - table)), path);
		where->alias_type = reeve_users_text(users, "%.*s", (int)(path - table) - 1, table);
		where->is_for_newaliases = has_table(made, table, n);
	}
	if (where->aliases == NULL)
		where->aliases_why = "alias_maps of Postfix names no file of aliases";
}
