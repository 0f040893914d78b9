/* SPDX-License-Identifier: MIT */
/*
 * The ways that mail takes. Into the queue: each smtpd(8) of master.cf, sendmail(1), Dovecot's
 * submission service. Out of it into mailboxes: local(8), virtual(8), Dovecot's LMTP and its sieve.
 */
#include "limits/limits.h"

#include <string.h>

/* Bytes that Dovecot keeps for its headers (src/submission/submission-common.h). */
#define SUBMISSION_HEADERS 1024

static struct reeve_limit_way *add_way(struct reeve_limits *limits, const char *name,
                                       const char *what, bool is_in)
{
	struct reeve_limit_way *way = reeve_limits_add(limits, &limits->ways, &limits->way_count,
	                                               &limits->way_room, sizeof *way);
	if (way == NULL)
		return NULL;
	*way = (struct reeve_limit_way){
		.name = name,
		.what = what,
		.is_in = is_in,
		.is_used = true,
		.message_bytes = REEVE_NO_LIMIT,
		.mailbox_bytes = REEVE_NO_LIMIT,
	};
	return way;
}

/* What limits a message, if it is less than what does already. */
static void bound(struct reeve_limit_way *way, const struct reeve_limit *limit, uint64_t bytes)
{
	if (limit != NULL && bytes < way->message_bytes) {
		way->message = limit;
		way->message_bytes = bytes;
	}
}

/* With a limit that it cannot read, a program ends: what others would take does not count. */
static void bound_unreadable(struct reeve_limit_way *way, const struct reeve_limit *limit)
{
	if (limit == NULL || limit->is_number || limit->file == NULL)
		return;
	way->message = limit;
	way->message_bytes = REEVE_NO_LIMIT;
}

/* What a negative number keeps out is all. */
static void bound_refusing(struct reeve_limit_way *way, const struct reeve_limit *limit)
{
	if (limit == NULL || !limit->is_refusing)
		return;
	way->message = limit;
	way->message_bytes = 0;
}

static void bound_mailbox(struct reeve_limit_way *way, const struct reeve_limit *limit)
{
	way->mailbox = limit;
	way->mailbox_bytes = reeve_limits_bytes(limit);
	bound(way, limit, way->mailbox_bytes);
}

/* The service that smtpd(8) and pickup(8) hand mail to: their -o cleanup_service_name, or
 * main.cf's. */
static const char *cleanup_of(struct reeve_limits *limits, const char *service)
{
	const char *path = reeve_limits_text(limits, "%s/-o cleanup_service_name", service), *name;
	struct reeve_conf_setting setting;

	if (reeve_conf_get(limits->postfix, path, REEVE_CONF_EFFECTIVE, &setting, NULL) > 0)
		name = setting.value;
	else
		name = reeve_limits_param(limits, "cleanup_service_name");
	return reeve_limits_text(limits, "%s/unix", name[0] == '\0' ? "cleanup" : name);
}

static void into_queue(struct reeve_limits *limits, const char *service, const char *name,
                       const char *what)
{
	struct reeve_limit_way *way = add_way(limits, name, what, true);
	const struct reeve_limit *own, *cleanup;

	if (way == NULL)
		return;
	/* postdrop(1) and sendmail(1) know main.cf only; pickup(8) does not ask. */
	own = reeve_limits_find(limits, strcmp(what, "sendmail(1)") == 0 ? NULL : service,
	                        "message_size_limit");
	cleanup = reeve_limits_find(limits, cleanup_of(limits, service), "message_size_limit");
	bound(way, own, reeve_limits_bytes(own));
	bound(way, cleanup, reeve_limits_bytes(cleanup));
	if (strcmp(what, "smtpd(8)") == 0) {
		const struct reeve_limit *minfree =
			reeve_limits_find(limits, service, "queue_minfree");

		bound_refusing(way, minfree);
		bound_refusing(way, own);
		bound_unreadable(way, minfree);
	}
	bound_unreadable(way, cleanup);
	bound_unreadable(way, own);
	/* To show where "no limit" comes from. */
	if (way->message == NULL)
		way->message = own;
	way->attachment = reeve_limits_attachment(way->message_bytes);
}

static void into_mailbox(struct reeve_limits *limits, const char *service, const char *what,
                         const char *name, bool is_used)
{
	struct reeve_limit_way *way = add_way(limits, service, what, false);

	if (way == NULL)
		return;
	way->is_used = is_used;
	bound_mailbox(way, reeve_limits_find(limits, service, name));
	way->attachment = reeve_limits_attachment(way->message_bytes);
}

static void postfix_ways(struct reeve_limits *limits)
{
	for (size_t i = 0; i < limits->service_count; i++) {
		const struct limit_service *service = &limits->services[i];

		if (strcmp(service->command, "smtpd") == 0)
			into_queue(limits, service->path, service->path, "smtpd(8)");
		else if (strcmp(service->command, "qmqpd") == 0)
			into_queue(limits, service->path, service->path, "qmqpd(8)");
	}
	into_queue(limits, "pickup/unix", "sendmail", "sendmail(1)");
	for (size_t i = 0; i < limits->service_count; i++) {
		const struct limit_service *service = &limits->services[i];

		if (strcmp(service->command, "local") == 0)
			into_mailbox(limits, service->path, "local(8)", "mailbox_size_limit",
			             reeve_limits_is_routed(limits, service->path));
		else if (strcmp(service->command, "virtual") == 0)
			into_mailbox(limits, service->path, "virtual(8)", "virtual_mailbox_limit",
			             reeve_limits_is_routed(limits, service->path));
	}
}

/* Dovecot's submission service hands mail to the relay, which is asked what it takes if it is ours.
 */
static void submission(struct reeve_limits *limits)
{
	const struct reeve_limit *own = reeve_limits_find(limits, NULL, "submission_max_mail_size");
	const char *path;
	const struct reeve_limit *relay = reeve_limits_relay(limits, &path);
	struct reeve_limit_way *way = add_way(limits, "submission", "Dovecot", true);
	uint64_t bytes = reeve_limits_bytes(relay);

	if (way == NULL)
		return;
	if (bytes != REEVE_NO_LIMIT && bytes > SUBMISSION_HEADERS)
		bytes -= SUBMISSION_HEADERS;
	bound(way, relay, bytes);
	bound(way, own, reeve_limits_bytes(own));
	if (relay != NULL) {
		bound_refusing(way, reeve_limits_find(limits, path, "queue_minfree"));
		bound_refusing(way, relay);
	}
	bound_unreadable(way, relay);
	if (way->message == NULL)
		way->message = own;
	way->attachment = reeve_limits_attachment(way->message_bytes);
}

static void quota(struct reeve_limits *limits, struct reeve_limit_way *way)
{
	const struct limit_quota *quota = &limits->quota;

	way->mailbox = quota->storage;
	way->mailbox_bytes = quota->storage_bytes;
	bound(way, quota->storage, quota->message_bytes);
	bound(way, quota->mail, reeve_limits_bytes(quota->mail));
}

static void dovecot_ways(struct reeve_limits *limits)
{
	struct reeve_limit_way *way;

	if (reeve_limits_dovecot_has(limits, "", "protocols", "submission"))
		submission(limits);
	if (strcmp(limits->protocol, "lda") == 0 ||
	    reeve_limits_dovecot_has(limits, "", "protocols", "lmtp")) {
		way = add_way(limits, limits->protocol, "Dovecot", false);
		if (way != NULL) {
			quota(limits, way);
			way->attachment = reeve_limits_attachment(way->message_bytes);
		}
	}
	if (reeve_limits_dovecot_has(limits, "lmtp", "mail_plugins", "sieve") ||
	    reeve_limits_dovecot_has(limits, "lda", "mail_plugins", "sieve")) {
		const struct reeve_limit *redirect =
			reeve_limits_find(limits, NULL, "message_size_limit");

		way = add_way(limits, "sieve", "Dovecot", false);
		if (way != NULL) {
			quota(limits, way);
			/* What a script redirects goes through sendmail(1), unless submission_host
			 * is set. */
			bound(way, redirect, reeve_limits_bytes(redirect));
			way->attachment = reeve_limits_attachment(way->message_bytes);
		}
	}
}

void reeve_limits_read_ways(struct reeve_limits *limits)
{
	if (limits->postfix != NULL)
		postfix_ways(limits);
	if (limits->dovecot != NULL)
		dovecot_ways(limits);
}
