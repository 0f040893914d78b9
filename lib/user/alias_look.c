/* SPDX-License-Identifier: MIT */
/* Where aliases lead. */
#include "user/alias_look.h"

#include "base/diag.h"
#include "base/error.h"
#include "base/open.h"
#include "user/alias_table.h"
#include "user/docs.h"
#include "user/fresh.h"
#include "user/line.h"
#include "user/system.h"
#include "user/where.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MOST_LOOKS 1000 /* at entries; who has more is not told of a loop */

struct way {
	const struct reeve_doc *doc;
	const char *to;
	unsigned int looks;
	const char *seen[20]; /* the way down to here */
	size_t depth;
};

/* Whether the name leads to way->to. Addresses, commands, files and lists are not followed. */
static bool leads_back(struct way *way, const char *name)
{
	uint32_t node = way->looks++ > MOST_LOOKS ? 0 : reeve_aliases_find(way->doc, name), at = 0;
	struct reeve_span span;
	bool is_back = false;

	for (size_t i = 0; i < way->depth; i++)
		if (strcasecmp(way->seen[i], name) == 0)
			return false;
	if (node == 0 || way->depth == sizeof way->seen / sizeof way->seen[0])
		return false;
	way->seen[way->depth++] = name;
	while (!is_back && reeve_aliases_target(way->doc, node, &at, &span)) {
		struct reeve_buf plain;

		reeve_buf_init(&plain, REEVE_CONF_MAX_BYTES);
		reeve_aliases_plain(way->doc, (uint32_t)span.offset,
		                    (uint32_t)(span.offset + span.length), &plain);
		const char *text = reeve_buf_text(&plain);
		if (text[0] != '\0' && strchr("|/:\\", text[0]) == NULL)
			is_back = strcasecmp(text, way->to) == 0 || leads_back(way, text);
		reeve_buf_dispose(&plain);
	}
	way->depth--;
	return is_back;
}

/* The next target as plain text, cut where it is longer than any name; false: there is none. */
static bool next_target(const struct reeve_doc *doc, uint32_t node, uint32_t *at, char text[300])
{
	struct reeve_span span;
	struct reeve_buf plain;

	if (!reeve_aliases_target(doc, node, at, &span))
		return false;
	reeve_buf_init(&plain, REEVE_CONF_MAX_BYTES);
	reeve_aliases_plain(doc, (uint32_t)span.offset, (uint32_t)(span.offset + span.length),
	                    &plain);
	snprintf(text, 300, "%s", reeve_buf_text(&plain));
	reeve_buf_dispose(&plain);
	return true;
}

static bool leads_to(const struct reeve_doc *doc, uint32_t node, const char *name)
{
	uint32_t at = 0;
	char text[300];

	while (next_target(doc, node, &at, text))
		if (strcasecmp(text[0] == '\\' ? text + 1 : text, name) == 0)
			return true;
	return false;
}

int users_alias_look(struct reeve_users *users, const struct reeve_doc *doc, const char *alias,
                     const char *target, struct reeve_error *err)
{
	const struct reeve_account *account = reeve_accounts_find(&users->accounts, alias);
	struct way way = {.doc = doc, .to = alias};
	bool is_self = strcasecmp(alias, target) == 0;
	struct users_line line;

	if (is_self && reeve_aliases_find(doc, alias) == 0)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "alias '%s' would lead to itself, and nowhere else", alias);
	if (is_self && account == NULL && !users_is_wished(users, alias) &&
	    users_line_find(users, alias, &line, NULL) == 0 &&
	    !users_system_is_elsewhere(users, alias) && !leads_to(doc, reeve_aliases_find(doc, alias), alias))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "alias '%s' would lead to itself, and there is no user '%s'", alias,
		                  alias);
	if (!is_self && leads_back(&way, target))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "alias '%s' would lead back to itself: '%s' leads to it", alias,
		                  target);
	if (!is_self && reeve_aliases_find(doc, alias) == 0 &&
	    (account == NULL ? users_is_wished(users, alias)
	                     : reeve_users_is_mail_user(users, account)))
		reeve_diag(&users->talk, REEVE_WARNING, doc->path, 0, 0,
		           "all mail for the user '%s' goes to '%s', and none into his mailbox, "
		           "unless the alias leads to '%s', too",
		           alias, target, alias);
	return 0;
}

void users_alias_warn_gone(struct reeve_users *users, const struct reeve_doc *doc,
                           const char *alias)
{
	static const char *const needed[] = {"postmaster", "root", "abuse", "mailer-daemon"};

	if (reeve_aliases_find(doc, alias) != 0)
		return;
	for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
		if (strcasecmp(needed[i], alias) == 0)
			reeve_diag(&users->talk, REEVE_WARNING, doc->path, 0, 0,
			           "nobody reads the mail for '%s' any more", alias);
}

/* ---- all of them ----------------------------------------------------------------------------- */

/* NULL: there are none, or none that can be read. */
static struct reeve_doc *aliases_of(struct reeve_users *users)
{
	const struct users_where *where = users_where(users, NULL);

	return where == NULL || where->aliases == NULL
	               ? NULL
	               : users_doc(users, REEVE_SYNTAX_ALIASES, where->aliases, NULL);
}

static const char *name_of(struct reeve_users *users, const struct reeve_doc *doc, uint32_t node)
{
	struct reeve_buf buf;
	const char *name;

	reeve_buf_init(&buf, REEVE_CONF_MAX_BYTES);
	reeve_aliases_name(doc, node, &buf);
	name = reeve_users_keep(users, reeve_buf_text(&buf));
	reeve_buf_dispose(&buf);
	return name;
}

void users_alias_warn_left(struct reeve_users *users, const char *name)
{
	struct reeve_doc *doc = aliases_of(users);
	uint64_t line, column;

	for (uint32_t n = doc == NULL ? 0 : doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		if (doc->nodes[n].kind != REEVE_NODE_SETTING || !leads_to(doc, n, name))
			continue;
		reeve_doc_where(doc, doc->nodes[n].start, &line, &column);
		reeve_diag(&users->talk, REEVE_WARNING, doc->path, line, 0,
		           "alias '%s' still leads to '%s', who goes", name_of(users, doc, n), name);
	}
}

void users_alias_warn_taken(struct reeve_users *users, const char *name)
{
	struct reeve_doc *doc = aliases_of(users);
	uint32_t node = doc == NULL ? 0 : reeve_aliases_find(doc, name);
	uint64_t line, column;

	if (node == 0 || leads_to(doc, node, name))
		return;
	reeve_doc_where(doc, doc->nodes[node].start, &line, &column);
	reeve_diag(&users->talk, REEVE_WARNING, doc->path, line, 0,
	           "an alias takes all mail for the user '%s': none comes into his mailbox, unless "
	           "it leads to '%s', too",
	           name, name);
}

/* Whether local mail for the name has somewhere to go, as far as can be told. */
static bool is_somebody(struct reeve_users *users, const struct reeve_doc *doc, const char *text)
{
	char name[300];
	struct users_line line;
	size_t n = 0;

	if (text[0] == '\0' || strchr("|/:", text[0]) != NULL || strpbrk(text, "@%!+") != NULL)
		return true;
	for (text += text[0] == '\\'; *text != '\0'; text++)
		name[n++] = (char)tolower((unsigned char)*text);
	name[n] = '\0';
	return reeve_aliases_find(doc, name) != 0 ||
	       reeve_accounts_find(&users->accounts, name) != NULL ||
	       users_line_find(users, name, &line, NULL) != 0 ||
	       users_system_is_elsewhere(users, name);
}

/*
 * The file that ":include:/file" names and that is not there (local(8), :include:). NULL:
 * it is there, or may be, where we may not look; or the target is something else.
 */
static const char *missing_list(struct reeve_users *users, const char *text)
{
	static const char include[] = ":include:";
	const char *path;
	int fd;

	if (strncasecmp(text, include, sizeof include - 1) != 0)
		return NULL;
	text += sizeof include - 1;
	if (text[0] != '/')
		return NULL;
	path = reeve_users_text(users, "%s%s", users->root, text);
	fd = reeve_open_in_root(users->root, path);
	if (fd >= 0)
		close(fd);
	return fd < 0 && (errno == ENOENT || errno == ENOTDIR) ? path : NULL;
}

/* What Postfix reads instead of the file. */
static long check_table(struct reeve_users *users, const struct reeve_doc *doc)
{
	enum users_table table = users_table_look(users);

	if (table == USERS_TABLE_MISSING)
		reeve_diag(&users->talk, REEVE_PROBLEM, doc->path, 0, 0,
		           "Postfix has no table of these aliases, and mail waits until newaliases(1) is "
		           "run");
	else if (table == USERS_TABLE_OLD)
		reeve_diag(&users->talk, REEVE_WARNING, doc->path, 0, 0,
		           "the table of aliases is older than this file, and mail follows it, until "
		           "newaliases(1) is run");
	return table == USERS_TABLE_MISSING || table == USERS_TABLE_OLD;
}

long users_alias_check(struct reeve_users *users)
{
	struct reeve_doc *doc = aliases_of(users);
	long found = doc == NULL ? 0 : check_table(users, doc);

	for (uint32_t n = doc == NULL ? 0 : doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		const struct reeve_account *account;
		uint64_t line, column;
		uint32_t at = 0;
		char text[300];

		if (doc->nodes[n].kind != REEVE_NODE_SETTING)
			continue;
		const char *name = name_of(users, doc, n);
		reeve_doc_where(doc, doc->nodes[n].start, &line, &column);
		while (next_target(doc, n, &at, text)) {
			const char *list = missing_list(users, text);

			if (list != NULL) {
				reeve_diag(&users->talk, REEVE_PROBLEM, doc->path, line, 0,
				           "alias '%s' leads to the list '%s', which is not there: "
				           "nobody gets its mail",
				           name, list);
				found++;
			}
			if (is_somebody(users, doc, text))
				continue;
			reeve_diag(&users->talk, REEVE_WARNING, doc->path, line, 0,
			           "alias '%s' leads to '%s', and there is no such user or alias",
			           name, text);
			found++;
		}
		account = reeve_accounts_find(&users->accounts, name);
		if (account == NULL || !reeve_users_is_mail_user(users, account) ||
		    leads_to(doc, n, name))
			continue;
		reeve_diag(&users->talk, REEVE_WARNING, doc->path, line, 0,
		           "an alias takes all mail for the user '%s': none comes into his mailbox",
		           name);
		found++;
	}
	return found;
}
