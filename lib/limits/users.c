/* SPDX-License-Identifier: MIT */
/*
 * Quotas of users: their own, which a passwd-file of Dovecot's userdb may hold, and maildirs that
 * are full already. Who they are is userdbs.c's.
 */
#include "limits/users.h"
#include "base/open.h"
#include "conf/dovecot_space.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is written -------------------------------------------------------------------------- */

/* What is set outside of all blocks; "" */
static const char *top_value(const struct reeve_limits *limits, const char *path)
{
	for (size_t i = 0; i < reeve_conf_list_count(limits->of_dovecot); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(limits->of_dovecot, i);

		if (strcmp(row->path, path) == 0)
			return row->value;
	}
	return "";
}

static const char *text_of(struct reeve_limits *limits, const struct reeve_doc *doc,
                           struct reeve_span span)
{
	return reeve_limits_text(limits, "%.*s", (int)span.length,
	                         (const char *)doc->bytes + span.offset);
}

/* The value of an extra field, kept, and in *line_r whose line; NULL. */
static const char *extra(struct reeve_limits *limits, const struct limit_user *user, const char *key,
                         const struct limit_line **line_r)
{
	const struct limit_line *const lines[] = {&user->line, &user->more};
	struct reeve_span value;

	for (size_t i = user->is_bare ? 1 : 0; i < 2; i++) {
		if (lines[i]->doc == NULL ||
		    !reeve_passwd_file_extra(lines[i]->doc, lines[i]->node, key, &value))
			continue;
		*line_r = lines[i];
		return text_of(limits, lines[i]->doc, value);
	}
	return NULL;
}

/* The folder of a user's maildir, without the root; NULL if the mail is elsewhere, or we cannot tell. */
static const char *maildir_of(struct reeve_limits *limits, const struct limit_user *user)
{
	struct reeve_location location = {
		.is_24 = limits->is_24,
		.location = top_value(limits, "mail_location"),
		.driver = top_value(limits, "mail_driver"),
		.path = top_value(limits, "mail_path"),
	};
	struct reeve_whom whom = {.name = user->login};
	const char *home = top_value(limits, "mail_home"), *kept;
	const struct limit_line *line = user->is_bare ? &user->more : &user->line;
	struct reeve_space space;
	char *folder, *made = NULL;

	if (limits->is_24 && extra(limits, user, "userdb_mail", &line) != NULL)
		return NULL;
	reeve_space_find(limits->of_dovecot, limits->is_24, &space);
	if (reeve_space_settle(&space, line->doc, line->node, limits->arena, &location) < 0)
		limits->has_failed = true;
	if (user->home[0] != '\0')
		whom.home = user->home;
	else if (home[0] != '\0')
		whom.home = made = reeve_dovecot_expand(home, limits->is_24, &whom);
	folder = reeve_location_maildir(&location, &whom);
	kept = reeve_limits_keep(limits, folder);
	free(folder);
	free(made);
	return kept;
}

/* ---- one user -------------------------------------------------------------------------------- */

/* In 2.4, what the quota's block sets itself comes before what the userdb says. */
static const struct reeve_limit *of_block(const struct reeve_limits *limits)
{
	const struct reeve_limit *storage = reeve_limits_find(limits, NULL, "quota_storage_size");

	return limits->is_24 && storage != NULL && storage->file != NULL &&
	                       (strncmp(storage->path, "quota ", 6) == 0 ||
	                        strstr(storage->path, "/quota ") != NULL)
	               ? storage
	               : NULL;
}

static void say_ignored(struct reeve_limits *limits, const struct limit_user *user, const char *own,
                        const struct reeve_limit *block)
{
	reeve_limits_find_fault(
		limits, "user-quota-ignored", REEVE_LIMIT_DISAGREES, REEVE_WARNING, user->place,
		reeve_limits_text(limits, "%s: userdb_quota_storage_size=%s has no effect",
	                          user->login, own),
		reeve_limits_text(limits,
	                          "%s %s (%s:%ju) counts: what the quota's block sets comes "
	                          "before the userdb",
	                          block->path, block->value, block->file, (uintmax_t)block->line),
		"set quota_storage_size outside of the block, or remove the user's");
}

/* The user's own quota, or what all have. False if there is none, or it cannot be read. */
static bool read_user_quota(struct reeve_limits *limits, struct limit_user *user)
{
	const struct limit_quota *quota = &limits->quota;
	const char *key = limits->is_24 ? "quota_storage_size" : "quota_rule";
	const struct limit_line *line = &user->line;
	const char *own = extra(limits, user, reeve_limits_text(limits, "userdb_%s", key), &line);
	const struct reeve_limit *block = of_block(limits);
	size_t start, end;

	/* Of another line it is said there. */
	bool is_said = line != &user->line;
	if (own != NULL && block != NULL) {
		if (!is_said)
			say_ignored(limits, user, own, block);
		own = NULL;
	}
	user->name = key;
	user->is_own = own != NULL && !is_said;
	if (own == NULL) {
		user->value = quota->storage == NULL ? "" : quota->storage->value;
		user->bytes = quota->storage_bytes;
		return quota->storage != NULL;
	}
	user->value = own;
	if (strchr(own, '%') != NULL) {
		const struct reeve_conf_setting at = {.file = user->place.file,
		                                      .line = user->place.line,
		                                      .column = user->place.column};

		reeve_limits_note(limits, &at,
		                  reeve_limits_text(limits,
		                                    "%s: userdb_%s=%s has variables: the user's quota is "
		                                    "not known",
		                                    user->login, key, own));
		return false;
	}
	if (!limits->is_24 && own[0] != '*' && own[0] != '?')
		return false; /* of a folder */
	if (limits->is_24 ? reeve_limits_dovecot_size(own, &user->bytes)
	                  : reeve_limits_quota_rule(own, &user->bytes, &start, &end)) {
		if (user->bytes == 0)
			user->bytes = REEVE_NO_LIMIT;
		reeve_limits_quota_bytes(limits, &user->bytes, &user->message_bytes);
		return user->bytes != REEVE_NO_LIMIT;
	}
	if (is_said)
		return false;
	reeve_limits_find_fault(
		limits, "bad-value", REEVE_LIMIT_BAD_VALUE, REEVE_PROBLEM, user->place,
		reeve_limits_text(limits, "%s: userdb_%s=%s: it is no size", user->login, key, own),
		"Dovecot opens none of the user's mailboxes: its LMTP answers 451 "
		"4.3.0, and mail waits in the queue",
		"write a number with B, k, M, G or T");
	return false;
}

static void check_message(struct reeve_limits *limits, const struct limit_user *user)
{
	const struct reeve_limit *message = reeve_limits_find(limits, NULL, "message_size_limit");

	if (!user->is_own || message == NULL || !message->is_number ||
	    user->message_bytes >= reeve_limits_bytes(message))
		return;
	reeve_limits_find_fault(
		limits, "message-above-quota", REEVE_LIMIT_DISAGREES, REEVE_PROBLEM, user->place,
		reeve_limits_text(
			limits,
			"Postfix's message_size_limit %s is above %s %s of %s (with its grace, "
			"%ju bytes)",
			reeve_limits_shown(limits, message), user->name, user->value, user->login,
			(uintmax_t)user->message_bytes),
		"Postfix takes such a message in, Dovecot's LMTP refuses it (552 5.2.2), and it "
		"bounces",
		"raise Dovecot's limit to message_size_limit, or lower that");
}

static bool leaves_out(struct reeve_limits *limits, const struct limit_line *line)
{
	struct reeve_span span;

	return line->doc != NULL &&
	       reeve_passwd_file_field(line->doc, line->node, REEVE_PWF_EXTRA, &span) &&
	       strstr(text_of(limits, line->doc, span), ":ignore") != NULL;
}

/* Whether folders are left out of the quota, whose names we do not look for. */
static bool is_partial(struct reeve_limits *limits, const struct limit_user *user)
{
	for (size_t i = 0; i < reeve_conf_list_count(limits->of_dovecot); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(limits->of_dovecot, i);

		if (strstr(row->path, "quota_ignore") != NULL ||
		    (strstr(row->path, "quota_rule") != NULL &&
		     strstr(row->value, ":ignore") != NULL))
			return true;
	}
	return (!user->is_bare && leaves_out(limits, &user->line)) || leaves_out(limits, &user->more);
}

static void check_maildir(struct reeve_limits *limits, const struct limit_user *user)
{
	const char *path = maildir_of(limits, user), *full;
	char size[16], most[16];
	uint64_t bytes;
	int fd;

	if (path == NULL || is_partial(limits, user))
		return;
	full = reeve_limits_text(limits, "%s%s", limits->root, path);
	fd = reeve_open_in_root(limits->root, full);
	if (fd < 0)
		return;
	bytes = reeve_limits_maildir_bytes(fd, limits->quota.is_virtual);
	if (bytes < user->bytes)
		return;
	struct limit_place place = {.file = full};
	reeve_size_format(bytes, size);
	reeve_size_format(user->bytes, most);
	reeve_limits_find_fault(
		limits, "mailbox-full", REEVE_LIMIT_DISAGREES, REEVE_PROBLEM, place,
		reeve_limits_text(limits,
	                          "the mailbox of %s has %ju bytes (%s), and %s %s is %ju (%s)",
	                          user->login, (uintmax_t)bytes, size, user->name, user->value,
	                          (uintmax_t)user->bytes, most),
		"Dovecot adds nothing to it: its LMTP answers 552 5.2.2, and mail for it bounces",
		"delete mail, or raise the quota");
}

/* ---- the door -------------------------------------------------------------------------------- */

void reeve_limits_check_user(struct reeve_limits *limits, struct limit_user *user)
{
	user->message_bytes = REEVE_NO_LIMIT;
	if (!read_user_quota(limits, user))
		return;
	check_message(limits, user);
	if (!user->is_part)
		check_maildir(limits, user);
}
