/* SPDX-License-Identifier: MIT */
/* Where aliases lead. */
#include "user/alias_look.h"

#include "base/diag.h"
#include "base/error.h"
#include <string.h>
#include <strings.h>

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

int users_alias_look(struct reeve_users *users, const struct reeve_doc *doc, const char *alias,
                     const char *target, struct reeve_error *err)
{
	const struct reeve_account *account = reeve_accounts_find(&users->accounts, alias);
	struct way way = {.doc = doc, .to = alias};
	bool is_self = strcasecmp(alias, target) == 0;

	if (is_self && reeve_aliases_find(doc, alias) == 0)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "alias '%s' would lead to itself, and nowhere else", alias);
	if (!is_self && leads_back(&way, target))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "alias '%s' would lead back to itself: '%s' leads to it", alias,
		                  target);
	if (!is_self && account != NULL && reeve_users_is_mail_user(users, account) &&
	    reeve_aliases_find(doc, alias) == 0)
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
