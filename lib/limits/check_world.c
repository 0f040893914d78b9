/* SPDX-License-Identifier: MIT */
/* Limits of Dovecot against Postfix's, and limits against the room on the disk. */
#include "limits/limits.h"

#include <stdio.h>
#include <string.h>

#define SUBMISSION_HEADERS 1024 /* src/submission/submission-common.h */

/* ---- submission ------------------------------------------------------------------------------ */

static void check_submission(struct reeve_limits *limits)
{
	const struct reeve_limit *own = reeve_limits_find(limits, NULL, "submission_max_mail_size");
	const char *path;
	const struct reeve_limit *relay = reeve_limits_relay(limits, &path);

	if (!reeve_limits_dovecot_has(limits, "", "protocols", "submission") || own == NULL ||
	    relay == NULL || !own->is_number || own->is_unlimited || !relay->is_number ||
	    relay->is_refusing)
		return;
	/* Dovecot announces what is set, not its default. */
	if (own->file != NULL && own->number > reeve_limits_bytes(relay)) {
		reeve_limits_find_fault(
			limits, "dovecot-submission-above-server", REEVE_LIMIT_DISAGREES,
			REEVE_WARNING, reeve_limits_place(own),
			reeve_limits_text(limits, "%s %s is above Postfix's message_size_limit %s",
		                          own->path, own->value, reeve_limits_shown(limits, relay)),
			"mail programs are told the larger size when they connect, and larger "
			"mail than Postfix takes is refused with 552 all the same",
			reeve_limits_text(limits,
		                          "set submission_max_mail_size = %juB, or raise "
		                          "message_size_limit",
		                          (uintmax_t)(relay->number > SUBMISSION_HEADERS
		                                              ? relay->number - SUBMISSION_HEADERS
		                                              : relay->number)));
	} else if (reeve_limits_bytes(relay) == REEVE_NO_LIMIT ||
	           own->number <
	                   relay->number -
	                           (relay->number > SUBMISSION_HEADERS ? SUBMISSION_HEADERS : 0)) {
		reeve_limits_find_fault(
			limits, "dovecot-submission-below-server", REEVE_LIMIT_DISAGREES,
			REEVE_WARNING, reeve_limits_place(own->file != NULL ? own : relay),
			reeve_limits_text(limits,
		                          "submission_max_mail_size %s is below Postfix's "
		                          "message_size_limit %s",
		                          reeve_limits_shown(limits, own),
		                          reeve_limits_shown(limits, relay)),
			"users get mail that they cannot send on",
			"set submission_max_mail_size to message_size_limit less 1024");
	}
}

/* ---- quota ----------------------------------------------------------------------------------- */

static void check_quota_message(struct reeve_limits *limits, const struct reeve_limit *quota,
                                uint64_t bytes, const char *consequence)
{
	const struct reeve_limit *message = reeve_limits_find(limits, NULL, "message_size_limit");
	char most[80] = "";

	if (message == NULL || quota == NULL || !message->is_number || bytes == REEVE_NO_LIMIT ||
	    bytes >= reeve_limits_bytes(message))
		return;
	if (bytes != quota->number)
		snprintf(most, sizeof most, " (with its grace, %ju bytes)", (uintmax_t)bytes);
	reeve_limits_find_fault(
		limits, "message-above-quota", REEVE_LIMIT_DISAGREES, REEVE_PROBLEM,
		reeve_limits_place(quota),
		reeve_limits_text(limits, "Postfix's message_size_limit %s is above %s %s%s",
	                          reeve_limits_shown(limits, message), quota->path, quota->value,
	                          most),
		consequence, "raise Dovecot's limit to message_size_limit, or lower that");
}

/* Each quota that counts INBOX; several may have one setting. */
static void check_roots(struct reeve_limits *limits, const char *consequence)
{
	const struct limit_root *roots = limits->quota.roots;

	for (size_t i = 0; i < limits->quota.root_count; i++) {
		bool is_said = false;

		for (size_t k = 0; k < i; k++)
			is_said = is_said || roots[k].storage == roots[i].storage;
		if (!is_said)
			check_quota_message(limits, roots[i].storage, roots[i].message_bytes,
			                    consequence);
	}
}

/* A file that local(8) or virtual(8) writes is full before the quota is. */
static void check_quota_mailbox(struct reeve_limits *limits, const struct reeve_limit *quota,
                                const char *name, const char *what, bool is_used)
{
	const struct reeve_limit *mailbox = reeve_limits_find(limits, NULL, name);
	uint64_t bytes = limits->quota.storage_bytes;

	if (!is_used || quota == NULL || mailbox == NULL || bytes == REEVE_NO_LIMIT ||
	    bytes <= reeve_limits_bytes(mailbox))
		return;
	reeve_limits_find_fault(
		limits, "quota-above-mailbox", REEVE_LIMIT_DISAGREES, REEVE_WARNING,
		reeve_limits_place(quota),
		reeve_limits_text(limits, "%s %s is above %s %s", quota->path, quota->value, name,
	                          reeve_limits_shown(limits, mailbox)),
		reeve_limits_text(
			limits,
			"%s writes no mailbox file beyond its limit: mail bounces before the "
			"quota is full",
			what),
		reeve_limits_text(limits, "set %s = 0 (no limit), or to the quota or more", name));
}

void reeve_limits_check_dovecot(struct reeve_limits *limits)
{
	const struct limit_quota *quota = &limits->quota;

	if (limits->dovecot == NULL)
		return;
	bool is_lda = strcmp(limits->protocol, "lda") == 0;
	check_submission(limits);
	if (limits->postfix == NULL)
		return;
	for (size_t i = 0; i < limits->way_count; i++) {
		if (strcmp(limits->ways[i].name, limits->protocol) != 0)
			continue;
		/* Only a full quota is a reason to bounce there (lmtp/lmtp-local.c,
		 * MAIL_ERROR_NOQUOTA). */
		check_quota_message(limits, quota->mail, reeve_limits_bytes(quota->mail),
		                    is_lda ? "Postfix takes such a message in, dovecot-lda(1) does "
		                             "not, and it waits in the queue until it bounces"
		                           : "Postfix takes such a message in, Dovecot's LMTP does "
		                             "not (451 4.2.0), and it waits in the queue until it "
		                             "bounces");
		check_roots(limits, is_lda ? "Postfix takes such a message in, dovecot-lda(1) "
		                             "sends it back"
		                           : "Postfix takes such a message in, Dovecot's LMTP "
		                             "refuses it (552 5.2.2), and it bounces");
	}
	check_quota_mailbox(limits, quota->storage, "mailbox_size_limit", "local(8)",
	                    reeve_limits_writes_mbox(limits));
}

/* ---- the disk -------------------------------------------------------------------------------- */

static void check_room(struct reeve_limits *limits, const char *service)
{
	const struct reeve_limit *message =
		reeve_limits_find(limits, service, "message_size_limit");
	const struct reeve_limit *minfree = reeve_limits_find(limits, service, "queue_minfree");
	uint64_t message_bytes = message != NULL && message->is_number ? message->number : 0;
	uint64_t minfree_bytes = minfree != NULL && minfree->is_number ? minfree->number : 0;
	uint64_t room = reeve_limits_room(&limits->disk);
	const struct reeve_limit *at = message;
	char is_free[16], largest[16];
	const char *text;

	if (!reeve_limits_is_full(&limits->disk, message_bytes, minfree_bytes))
		return;
	reeve_size_format(limits->disk.block_size * limits->disk.free_blocks, is_free);
	reeve_size_format(room, largest);
	if (!reeve_limits_is_full(&limits->disk, message_bytes, 0)) {
		text = reeve_limits_text(limits,
		                         "queue_minfree %s is not free on the queue's disk: %s are",
		                         reeve_limits_shown(limits, minfree), is_free);
		at = minfree;
	} else {
		text = reeve_limits_text(
			limits,
			"1.5 times message_size_limit %s is not free on the queue's disk: %s are",
			reeve_limits_shown(limits, message), is_free);
	}
	reeve_limits_find_fault(
		limits, "no-room", REEVE_LIMIT_NO_ROOM, REEVE_PROBLEM, reeve_limits_place(at), text,
		"smtpd(8) answers every MAIL FROM with 452 4.3.1, of the smallest message, too",
		reeve_limits_text(limits,
	                          "make room in %s, or set message_size_limit below %ju (%s)%s",
	                          reeve_limits_param(limits, "queue_directory"), (uintmax_t)room,
	                          largest, at == minfree ? " and lower queue_minfree" : ""));
}

void reeve_limits_check_disk(struct reeve_limits *limits)
{
	bool is_main_checked = false;

	if (limits->postfix == NULL)
		return;
	for (size_t i = 0; limits->disk.block_size > 0 && i < limits->service_count; i++) {
		const struct limit_service *service = &limits->services[i];

		if (strcmp(service->command, "smtpd") != 0)
			continue;
		const struct reeve_limit *own =
			reeve_limits_find(limits, service->path, "message_size_limit");
		bool is_main = own == NULL || own->service == NULL;
		if (!is_main || !is_main_checked)
			check_room(limits, service->path);
		is_main_checked = is_main_checked || is_main;
	}
}
