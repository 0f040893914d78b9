/* SPDX-License-Identifier: MIT */
/* From a goal to settings: what each program has to be told so that all say the same. */
#include "base/error.h"
#include "base/number.h"
#include "limits/limits.h"

#include <stdlib.h>
#include <string.h>

#define SUBMISSION_HEADERS                                                                         \
	1024 /* that Dovecot keeps for itself (src/submission/submission-common.h) */

/* What mailbox limits follow a message limit, where only that is named: Postfix's own five times.
 */
#define MAILBOX_TIMES 5

/* Each setting is written to once or twice, and then holds a number. */
#define PASSES 5

struct wanted {
	uint64_t message, mailbox; /* REEVE_NO_LIMIT: none */
	bool has_mailbox;
};

/* ---- the goal -------------------------------------------------------------------------------- */

static int read_goal(const struct reeve_limits *limits, const struct reeve_limits_goal *goal,
                     struct wanted *wanted, struct reeve_error *err)
{
	const struct reeve_limit *message = reeve_limits_find(limits, NULL, "message_size_limit");

	if (goal->has_attachment && goal->has_message)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "a message and an attachment are two goals: name one");
	if (!goal->has_attachment && !goal->has_message && !goal->has_mailbox)
		return reeve_fail(err, REEVE_EUSAGE, "no size is named");
	if ((goal->has_attachment && goal->attachment == 0) ||
	    (goal->has_message && goal->message == 0) || (goal->has_mailbox && goal->mailbox == 0))
		return reeve_fail(err, REEVE_EUSAGE,
		                  "a size of 0 means 'no limit' to Postfix: name a size");
	wanted->message = goal->message;
	if (goal->has_attachment && !reeve_limits_message(goal->attachment, &wanted->message))
		wanted->message = UINT64_MAX;
	if (!goal->has_attachment && !goal->has_message && message == NULL) {
		wanted->message = 0; /* no Postfix: nothing that a mailbox could be too small for */
	} else if (!goal->has_attachment && !goal->has_message) {
		if (!message->is_number)
			return reeve_fail(
				err, REEVE_EFORMAT,
				"%s:%ju:%ju: message_size_limit = %s is no number: say what "
				"it shall be",
				message->file, (uintmax_t)message->line, (uintmax_t)message->column,
				message->value);
		wanted->message = reeve_limits_bytes(message);
	} else if (wanted->message > INT64_MAX / 2) {
		return reeve_fail(err, REEVE_EUSAGE,
		                  "the message would be larger than Postfix can count");
	}
	wanted->has_mailbox = goal->has_mailbox;
	wanted->mailbox = goal->mailbox;
	if (goal->has_mailbox && goal->mailbox != REEVE_NO_LIMIT && goal->mailbox > INT64_MAX)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "the mailbox would be larger than Postfix can count");
	if (goal->has_mailbox && goal->mailbox < wanted->message) {
		if (wanted->message == REEVE_NO_LIMIT)
			return reeve_fail(
				err, REEVE_EUSAGE,
				"messages have no limit, so mailboxes cannot have one: name an "
				"attachment or a message, too");
		return reeve_fail(err, REEVE_EUSAGE,
		                  "a mailbox of %ju bytes is smaller than a message of %ju",
		                  (uintmax_t)goal->mailbox, (uintmax_t)wanted->message);
	}
	return 0;
}

/* ---- one setting ----------------------------------------------------------------------------- */

/* The row of a setting: each has one, however often it is looked at. NULL without memory. */
static struct reeve_limits_change *row_of(struct reeve_limits_changes *changes,
                                          enum reeve_conf_kind program, const char *path)
{
	struct reeve_limits_change *row;

	for (size_t i = 0; i < changes->count; i++) {
		row = &changes->rows[i];
		if (row->path != NULL && row->program == program && strcmp(row->path, path) == 0)
			return row;
	}
	row = reeve_limits_add(changes->limits, &changes->rows, &changes->count, &changes->room,
	                       sizeof *row);
	if (row != NULL)
		*row = (struct reeve_limits_change){
			.program = program, .path = reeve_limits_keep(changes->limits, path)};
	return row;
}

static int change(struct reeve_limits_changes *changes, enum reeve_conf_kind program,
                  const char *path, const char *value, struct reeve_error *err)
{
	struct reeve_limits *limits = changes->limits;
	struct reeve_conf *conf = program == REEVE_CONF_POSTFIX ? limits->postfix : limits->dovecot;
	struct reeve_limits_change *row = row_of(changes, program, path);
	struct reeve_conf_setting setting;
	int r;

	if (row == NULL)
		return reeve_fail_nomem(err);
	r = reeve_conf_get(conf, path, 0, &setting, err);
	if (r < 0)
		return -1;
	if (r > 0 && row->new_value == NULL)
		row->old_value = reeve_limits_keep(limits, setting.value);
	row->new_value = reeve_limits_keep(limits, value);
	r = reeve_conf_set(conf, path, value, err);
	if (r < 0)
		return -1;
	row->is_changed = row->is_changed || r > 0;
	changes->is_moving = changes->is_moving || r > 0;
	return 0;
}

/*
 * A limit of Postfix, and every service's own, to `bytes` (REEVE_NO_LIMIT is 0): what differs, or,
 * with `least`, what is below that. What is as it should be stays, also if it says it with $name.
 */
static int change_limit(struct reeve_limits_changes *changes, const char *name, uint64_t bytes,
                        const uint64_t *least, struct reeve_error *err)
{
	const struct reeve_limits *now = changes->now;
	const char *value = reeve_limits_text(changes->limits, "%ju",
	                                      (uintmax_t)(bytes == REEVE_NO_LIMIT ? 0 : bytes));

	for (size_t i = 0; i < now->row_count; i++) {
		const struct reeve_limit *row = &now->rows[i];

		if (row->program != REEVE_CONF_POSTFIX || strcmp(row->name, name) != 0 ||
		    reeve_limits_is_in_vain(now, row)) /* reeve_limits_tidy() sees to these */
			continue;
		bool is_negative = row->is_number && row->value[strspn(row->value, " \t")] == '-';
		bool is_enough =
			row->is_number && (least != NULL ? reeve_limits_bytes(row) >= *least
		                                         : reeve_limits_bytes(row) == bytes &&
		                                                   strcmp(row->value, value) == 0);
		if (is_enough && !is_negative)
			continue;
		/* What is negative counts like 0. */
		if (change(changes, REEVE_CONF_POSTFIX, row->path, is_enough ? "0" : value, err) <
		    0)
			return -1;
	}
	return 0;
}

/* ---- Postfix --------------------------------------------------------------------------------- */

/* A mailbox limit where no mailbox was named: raised if it is too small for a message. */
static int follow(struct reeve_limits_changes *changes, const char *name,
                  const struct wanted *wanted, struct reeve_error *err)
{
	uint64_t bytes;

	if (wanted->has_mailbox)
		return change_limit(changes, name, wanted->mailbox, NULL, err);
	if (wanted->message == REEVE_NO_LIMIT ||
	    !reeve_mul_size(wanted->message, MAILBOX_TIMES, &bytes) || bytes > INT64_MAX)
		bytes = REEVE_NO_LIMIT;
	return change_limit(changes, name, bytes, &wanted->message, err);
}

static int set_postfix(struct reeve_limits_changes *changes, const struct wanted *wanted,
                       struct reeve_error *err)
{
	uint64_t half =
		wanted->message == REEVE_NO_LIMIT ? 0 : reeve_limits_and_half(wanted->message);

	/* First, while lines are where the reader finds them. */
	if (reeve_limits_tidy(changes, err) < 0 ||
	    follow(changes, "mailbox_size_limit", wanted, err) < 0 ||
	    follow(changes, "virtual_mailbox_limit", wanted, err) < 0 ||
	    change_limit(changes, "message_size_limit", wanted->message, NULL, err) < 0 ||
	    change_limit(changes, "queue_minfree", half, &half, err) < 0)
		return -1;
	return 0;
}

/* ---- Dovecot --------------------------------------------------------------------------------- */

static int set_submission(struct reeve_limits_changes *changes, uint64_t message,
                          struct reeve_error *err)
{
	struct reeve_limits *limits = changes->now;
	const struct reeve_limit *own = reeve_limits_find(limits, NULL, "submission_max_mail_size");
	uint64_t bytes = message == REEVE_NO_LIMIT ? 0 : message - SUBMISSION_HEADERS;

	if (own == NULL ||
	    (own->file == NULL && !reeve_limits_dovecot_has(limits, "", "protocols", "submission")))
		return 0;
	if (message != REEVE_NO_LIMIT && message <= SUBMISSION_HEADERS)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "Dovecot wants %d bytes of a message for its headers",
		                  SUBMISSION_HEADERS);
	if (own->is_number && own->number == bytes)
		return 0;
	return change(changes, REEVE_CONF_DOVECOT, own->path == NULL ? own->name : own->path,
	              reeve_limits_text(limits, "%juB", (uintmax_t)bytes), err);
}

/* Only a limit that is there follows: who has none wants none. */
static int set_quota_mail(struct reeve_limits_changes *changes, uint64_t message,
                          struct reeve_error *err)
{
	struct reeve_limits *limits = changes->now;
	const char *name = limits->is_24 ? "quota_mail_size" : "quota_max_mail_size";
	const struct reeve_limit *own = reeve_limits_find(limits, NULL, name);
	uint64_t bytes = reeve_limits_bytes(own);

	if (own == NULL || own->file == NULL || (own->is_number && bytes == message))
		return 0;
	if (own->is_number && own->is_unlimited)
		return 0;
	return change(changes, REEVE_CONF_DOVECOT, own->path,
	              message == REEVE_NO_LIMIT
	                      ? (limits->is_24 ? "unlimited" : "0")
	                      : reeve_limits_text(limits, "%juB", (uintmax_t)message),
	              err);
}

static int set_quota_row(struct reeve_limits_changes *changes, const struct reeve_limit *own,
                         uint64_t mailbox, struct reeve_error *err)
{
	struct reeve_limits *limits = changes->now;
	const char *value;
	uint64_t bytes;
	size_t start, end;

	if (own->file == NULL || reeve_limits_bytes(own) == mailbox || own->is_unlimited)
		return 0;
	if (limits->is_24) {
		value = mailbox == REEVE_NO_LIMIT
		                ? "unlimited"
		                : reeve_limits_text(limits, "%juB", (uintmax_t)mailbox);
	} else {
		/* "*:storage=1G:messages=5000": the rest of the rule stays. */
		if (!reeve_limits_quota_rule(own->value, &bytes, &start, &end) || start == end)
			return 0;
		value = reeve_limits_text(limits, "%.*sbytes=%ju%s", (int)start, own->value,
		                          (uintmax_t)(mailbox == REEVE_NO_LIMIT ? 0 : mailbox),
		                          own->value + end);
	}
	return change(changes, REEVE_CONF_DOVECOT, own->path, value, err);
}

/* Of several quotas the smallest is the mailbox's; others, of a domain perhaps, are raised if they are
 * below. */
static int set_quota_storage(struct reeve_limits_changes *changes, uint64_t mailbox,
                             struct reeve_error *err)
{
	const struct reeve_limits *now = changes->now;
	const char *name = now->is_24 ? "quota_storage_size" : "quota_rule";
	uint64_t least = REEVE_NO_LIMIT;

	for (size_t i = 0; i < now->row_count; i++)
		if (strcmp(now->rows[i].name, name) == 0 && reeve_limits_bytes(&now->rows[i]) < least)
			least = reeve_limits_bytes(&now->rows[i]);
	for (size_t i = 0; i < now->row_count; i++) {
		const struct reeve_limit *row = &now->rows[i];

		if (strcmp(row->name, name) != 0 ||
		    (row->is_number && reeve_limits_bytes(row) > least &&
		     reeve_limits_bytes(row) >= mailbox))
			continue;
		if (set_quota_row(changes, row, mailbox, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- the door -------------------------------------------------------------------------------- */

static int set_all(struct reeve_limits_changes *changes, const struct reeve_limits_goal *goal,
                   const struct wanted *wanted, struct reeve_error *err)
{
	bool has_message = goal->has_attachment || goal->has_message;

	if (changes->limits->postfix != NULL && set_postfix(changes, wanted, err) < 0)
		return -1;
	if (changes->limits->dovecot == NULL)
		return 0;
	if (has_message && (set_submission(changes, wanted->message, err) < 0 ||
	                    set_quota_mail(changes, wanted->message, err) < 0))
		return -1;
	return wanted->has_mailbox ? set_quota_storage(changes, wanted->mailbox, err) : 0;
}

long reeve_limits_set(struct reeve_conf *postfix, struct reeve_conf *dovecot,
                      const struct reeve_limits_goal *goal, struct reeve_limits_changes **changes_r,
                      struct reeve_error *err)
{
	/* Disk and mailboxes do not count here. */
	static const struct reeve_limits_disk none = {0};
	static const struct reeve_limits_how how = {.disk = &none, .is_without_boxes = true};
	struct reeve_limits_changes *changes = calloc(1, sizeof *changes);
	struct wanted wanted = {0};
	long count = 0;

	*changes_r = changes;
	if (changes == NULL)
		return reeve_fail_nomem(err);
	changes->limits = reeve_limits_new(postfix, dovecot, &how, err);
	if (changes->limits == NULL || read_goal(changes->limits, goal, &wanted, err) < 0)
		return -1;
	/* Values that others refer to ($message_size_limit) change those: until all is as it should
	 * be. */
	for (int i = 0; i < PASSES; i++) {
		changes->now = reeve_limits_new(postfix, dovecot, &how, err);
		changes->is_moving = false;
		int r = changes->now == NULL ? -1 : set_all(changes, goal, &wanted, err);
		bool has_failed = r == 0 && changes->now->has_failed;
		reeve_limits_free(changes->now);
		changes->now = NULL;
		if (r < 0)
			return -1;
		if (has_failed || changes->limits->has_failed)
			return reeve_fail_nomem(err);
		if (!changes->is_moving)
			break;
	}
	for (size_t i = 0; i < changes->count; i++)
		count += changes->rows[i].is_changed;
	return count;
}

size_t reeve_limits_change_count(const struct reeve_limits_changes *changes)
{
	return changes->count;
}

const struct reeve_limits_change *reeve_limits_change_at(const struct reeve_limits_changes *changes,
                                                         size_t i)
{
	return &changes->rows[i];
}

void reeve_limits_changes_free(struct reeve_limits_changes *changes)
{
	if (changes == NULL)
		return;
	reeve_limits_free(changes->limits);
	free(changes);
}
