/* SPDX-License-Identifier: MIT */
/* Aliases: wishes for them, and those that there are. */
#include "base/error.h"
#include "conf/aliases.h"
#include "user/alias_look.h"
#include "user/alias_table.h"
#include "user/docs.h"
#include "user/files.h"
#include "user/steps.h"
#include "user/where.h"
#include <stdio.h>
#include <string.h>

/* ---- wishes --------------------------------------------------------------------------------- */

static struct reeve_doc *open_aliases(struct reeve_users *users, const struct users_where **where_r,
                                      struct reeve_error *err)
{
	const struct users_where *where = users_where(users, err);

	*where_r = where;
	if (where == NULL)
		return NULL;
	if (where->aliases == NULL) {
		reeve_fail(err, REEVE_EREFUSED, "%s", where->aliases_why);
		return NULL;
	}
	return users_doc(users, REEVE_SYNTAX_ALIASES, where->aliases, err);
}

#define NAME_BYTES 64 /* RFC 5321 section 4.5.3.1.1 */

/*
 * A name that mail can be sent to: what is a file, a command or :include: as a target is none, and a slip.
 * One with an '@' is told of by reeve_aliases_add().
 */
static int check_name(const char *name, struct reeve_error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                              "+-._=&'~";
	const char *why = NULL;

	if (strlen(name) > NAME_BYTES)
		why = "it has more than 64 characters";
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x80 && *p != '@' && strchr(letters, *p) == NULL)
			why = "letters, digits and + - . _ = & ' ~ may be in it";
	if (name[0] == '-')
		why = "it begins with a '-', which Postfix takes for no user";
	if (name[0] == '.' || (name[0] != '\0' && name[strlen(name) - 1] == '.') ||
	    strstr(name, "..") != NULL)
		why = "a '.' stands between two other characters";
	if (why == NULL)
		return 0;
	return reeve_fail(err, REEVE_EUSAGE, "'%s' is no name for an alias: %s", name, why);
}

/* What was done, or was so: "let alias 'sales' lead to 'ann'". */
static const char *say(struct reeve_users *users, const char *alias, const char *target,
                       bool is_there, bool is_change)
{
	if (target == NULL)
		return reeve_users_text(users, is_change ? "remove alias '%s'" : "there is no alias '%s'",
		                        alias);
	if (is_there)
		return reeve_users_text(users,
		                        is_change ? "let alias '%s' lead to '%s'"
		                                  : "alias '%s' leads to '%s' already",
		                        alias, target);
	return reeve_users_text(users,
	                        is_change ? "let alias '%s' no longer lead to '%s'"
	                                  : "alias '%s' does not lead to '%s'",
	                        alias, target);
}

void users_alias(struct reeve_users *users, const char *alias, const char *target, bool is_there,
                 const char *file, uint64_t line)
{
	const struct users_where *where;
	struct reeve_error err = {0};
	struct reeve_doc *doc = open_aliases(users, &where, &err);
	int r = -1;

	if (doc == NULL)
		; /* err says why */
	else if (!is_there)
		r = reeve_aliases_remove(doc, alias, target, &err);
	else if (target == NULL)
		reeve_fail(&err, REEVE_EUSAGE, "alias '%s' has to lead somewhere", alias);
	else if ((reeve_aliases_find(doc, alias) != 0 || check_name(alias, &err) == 0) &&
	         users_alias_look(users, doc, alias, target, &err) == 0)
		r = reeve_aliases_add(doc, alias, target, &err);
	if (r > 0 && !is_there)
		users_alias_warn_gone(users, doc, alias);
	if (r < 0) {
		users_wish_fail(users, file, line, &err);
		return;
	}
	users_step_add(users, &(struct users_step){
				      .order = USERS_FILES,
				      .user = alias,
				      .text = say(users, alias, target, is_there, r > 0),
				      .is_change = r > 0,
			      });
	if (r > 0)
		users_files_step(users);
	users_table_wish(users, where, r > 0);
}

void reeve_users_alias(struct reeve_users *users, const char *alias, const char *target,
                       bool is_there)
{
	users_alias(users, alias, target, is_there, NULL, 0);
}

/* ---- those that there are ------------------------------------------------------------------- */

int reeve_users_next_alias(struct reeve_users *users, struct reeve_user_alias *alias_r,
                           struct reeve_error *err)
{
	const struct users_where *where;
	struct reeve_doc *doc = open_aliases(users, &where, err);
	struct reeve_buf buf;
	uint32_t n, count = 0;

	if (doc == NULL)
		return -1;
	for (n = doc->nodes[0].first; n != 0; n = doc->nodes[n].next) {
		if (doc->nodes[n].kind == REEVE_NODE_SETTING && count++ == users->next_alias)
			break;
	}
	if (n == 0)
		return 0;
	users->next_alias++;
	*alias_r = (struct reeve_user_alias){.file = doc->path};
	reeve_buf_init(&buf, REEVE_CONF_MAX_BYTES);
	reeve_aliases_name(doc, n, &buf);
	alias_r->name = reeve_users_keep(users, reeve_buf_text(&buf));
	reeve_buf_clear(&buf);
	reeve_aliases_value(doc, n, &buf);
	alias_r->value = reeve_users_keep(users, reeve_buf_text(&buf));
	if (buf.has_failed)
		users->has_failed = true;
	reeve_buf_dispose(&buf);
	uint64_t column;
	reeve_doc_where(doc, doc->nodes[n].start, &alias_r->line, &column);
	return users->has_failed ? reeve_fail_nomem(err) : 1;
}
