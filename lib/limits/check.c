/* SPDX-License-Identifier: MIT */
/* Limits of Postfix that contradict each other, and values that it cannot read. */
#include "limits/limits.h"

#include <stdlib.h>
#include <string.h>

/* ---- a message and a mailbox ----------------------------------------------------------------- */

/* Programs that end at start if a message may be larger than a mailbox (pre_init() of both). */
static const struct pair {
	const char *command, *limit, *what;
	const char *above, *unlimited; /* rules */
	bool (*is_used)(struct reeve_limits *limits);
	const char *whose;
} pairs[] = {
	{"local", "mailbox_size_limit", "local(8)", "message-above-mailbox",
         "message-unlimited-mailbox-not", reeve_limits_uses_local, "local users"},
	{"virtual", "virtual_mailbox_limit", "virtual(8)", "message-above-virtual-mailbox",
         "message-unlimited-virtual-mailbox-not", reeve_limits_uses_virtual, "virtual mailboxes"},
};

static void say_pair(struct reeve_limits *limits, const struct pair *pair,
                     const struct reeve_limit *message, const struct reeve_limit *mailbox,
                     bool is_used)
{
	bool is_unlimited = message->is_unlimited;
	const struct reeve_limit *at = message->file != NULL ? message : mailbox;
	const char *text, *consequence, *remedy;

	if (is_unlimited)
		text = reeve_limits_text(limits,
		                         "message_size_limit is %s, no limit to %s, and %s is %s",
		                         reeve_limits_shown(limits, message), pair->what,
		                         pair->limit, reeve_limits_shown(limits, mailbox));
	else
		text = reeve_limits_text(limits, "message_size_limit %s is above %s %s",
		                         reeve_limits_shown(limits, message), pair->limit,
		                         reeve_limits_shown(limits, mailbox));
	consequence = reeve_limits_text(
		limits,
		is_used ? "%s ends at start (%s): mail for %s is taken in and waits in the queue"
			: "%s would end at start (%s) if mail came to it, which main.cf does not "
			  "say: mail for %s would be taken in and wait in the queue",
		pair->what,
		is_unlimited ? "\"is limited but message_size_limit is unlimited\""
			     : "\"is smaller than message_size_limit\"",
		pair->whose);
	remedy = is_unlimited
	                 ? reeve_limits_text(limits,
	                                     "set %s = 0 (no limit), or a message_size_limit",
	                                     pair->limit)
	                 : reeve_limits_text(limits, "set %s = 0 (no limit), or to %ju or more",
	                                     pair->limit, (uintmax_t)message->number);
	reeve_limits_find_fault(limits, is_unlimited ? pair->unlimited : pair->above,
	                        REEVE_LIMIT_DISAGREES, is_used ? REEVE_PROBLEM : REEVE_WARNING,
	                        reeve_limits_place(at), text, consequence, remedy);
}

/*
 * With a message_size_limit of its own (-o), the program starts: it compares with that, and knows
 * nothing of what the others take in.
 */
static void check_own(struct reeve_limits *limits, const struct pair *pair,
                      const struct reeve_limit *mailbox, bool is_used)
{
	const struct reeve_limit *message =
		reeve_limits_find(limits, "cleanup/unix", "message_size_limit");

	if (!message->is_number || reeve_limits_bytes(message) <= mailbox->number)
		return;
	reeve_limits_find_fault(
		limits, pair->above, REEVE_LIMIT_DISAGREES, is_used ? REEVE_PROBLEM : REEVE_WARNING,
		reeve_limits_place(mailbox),
		reeve_limits_text(limits, "message_size_limit %s of cleanup(8) is above %s %s",
	                          reeve_limits_shown(limits, message), pair->limit,
	                          reeve_limits_shown(limits, mailbox)),
		reeve_limits_text(
			limits,
			is_used ? "%s starts, but larger mail that is taken in ends it (\"file size "
				  "limit ... < message size\"), again and again, with the mailbox "
				  "locked"
				: "%s would start, but if larger mail came to it, which main.cf does "
				  "not say, that would end it, again and again, with the mailbox locked",
			pair->what),
		reeve_limits_text(limits, "set %s = 0 (no limit), or to %ju or more", pair->limit,
	                          (uintmax_t)message->number));
}

static void check_pair(struct reeve_limits *limits, const struct pair *pair, const char *service)
{
	const struct reeve_limit *message =
		reeve_limits_find(limits, service, "message_size_limit");
	const struct reeve_limit *mailbox = reeve_limits_find(limits, service, pair->limit);
	bool is_used = service == NULL ? pair->is_used(limits)
	                               : reeve_limits_is_routed(limits, service);

	if (message == NULL || mailbox == NULL || !message->is_number || !mailbox->is_number ||
	    mailbox->is_unlimited)
		return;
	if (message->is_unlimited || message->number > mailbox->number)
		say_pair(limits, pair, message, mailbox, is_used);
	else if (message->service != NULL)
		check_own(limits, pair, mailbox, is_used);
}

/* ---- smtpd(8) -------------------------------------------------------------------------------- */

static void check_minfree(struct reeve_limits *limits, const char *service)
{
	const struct reeve_limit *message =
		reeve_limits_find(limits, service, "message_size_limit");
	const struct reeve_limit *minfree = reeve_limits_find(limits, service, "queue_minfree");
	uint64_t wanted;

	if (message == NULL || minfree == NULL || !message->is_number || !minfree->is_number ||
	    message->is_unlimited || minfree->number == 0)
		return;
	wanted = reeve_limits_and_half(message->number);
	if (minfree->number >= wanted)
		return;
	reeve_limits_find_fault(
		limits, "queue-minfree-too-small", REEVE_LIMIT_DISAGREES, REEVE_WARNING,
		reeve_limits_place(minfree),
		reeve_limits_text(
			limits, "queue_minfree %s is below 1.5 times message_size_limit %s",
			reeve_limits_shown(limits, minfree), reeve_limits_shown(limits, message)),
		"it has no effect, since so much must be free in any case, and smtpd(8) warns of "
		"it in the log each time that it starts",
		reeve_limits_text(limits, "set queue_minfree to %ju or more, or to 0",
	                          (uintmax_t)wanted));
}

static void check_unlimited(struct reeve_limits *limits)
{
	const struct reeve_limit *message = reeve_limits_find(limits, NULL, "message_size_limit");
	const struct reeve_limit *minfree = reeve_limits_find(limits, NULL, "queue_minfree");

	/* Of a negative one, reeve_limits_check_values() tells. */
	if (message == NULL || !message->is_number || !message->is_unlimited ||
	    message->is_refusing)
		return;
	reeve_limits_find_fault(
		limits, "message-unlimited", REEVE_LIMIT_DISAGREES, REEVE_WARNING,
		reeve_limits_place(message),
		reeve_limits_text(limits, "message_size_limit is %s: no limit",
	                          reeve_limits_shown(limits, message)),
		minfree == NULL || minfree->number == 0
			? "one message can fill the queue's disk: no free space is asked for either"
			: "one message can fill the queue's disk: free space is asked for before "
			  "it comes, not while it does",
		"set message_size_limit to what the largest message may take");
}

/* The service's name, without "/inet". */
static bool is_submission(const char *path)
{
	static const char *const names[] = {"submission/", "submissions/", "smtps/", "587/",
	                                    "465/"};
	const char *colon = strrchr(path, ':');

	if (colon != NULL)
		path = colon + 1;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strncmp(path, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* A limit of its own that a service has in master.cf, against cleanup(8)'s and the server's. */
static void check_service(struct reeve_limits *limits, const struct limit_service *service)
{
	const struct reeve_limit *own =
		reeve_limits_find(limits, service->path, "message_size_limit");
	const char *path;
	const struct reeve_limit *server = reeve_limits_at_port(limits, "25", &path);
	const struct reeve_limit *cleanup =
		reeve_limits_find(limits, "cleanup/unix", "message_size_limit");
	struct reeve_conf_setting setting;

	/* With a cleanup service of its own, both may be larger: nothing is known to be wrong. */
	if (reeve_conf_get(limits->postfix,
	                   reeve_limits_text(limits, "%s/-o cleanup_service_name", service->path),
	                   0, &setting, NULL) > 0)
		return;
	if (own == NULL || cleanup == NULL || !own->is_number || !cleanup->is_number ||
	    own->is_refusing)
		return;
	if (reeve_limits_bytes(own) > reeve_limits_bytes(cleanup)) {
		const struct reeve_limit *at = own->service != NULL ? own : cleanup;

		reeve_limits_find_fault(
			limits, "service-above-cleanup", REEVE_LIMIT_DISAGREES, REEVE_PROBLEM,
			reeve_limits_place(at),
			reeve_limits_text(
				limits, "%s takes messages up to %s, and cleanup(8) up to %s",
				service->path,
				own->is_unlimited ? "any size" : reeve_limits_shown(limits, own),
				reeve_limits_shown(limits, cleanup)),
			"clients are told the larger size, send the whole message, and get 552 at "
			"its end",
			"give both the same: set message_size_limit in main.cf to what the "
			"largest may be");
		return;
	}
	if (server == NULL || !server->is_number || !is_submission(service->path) ||
	    reeve_limits_bytes(own) >= reeve_limits_bytes(server))
		return;
	reeve_limits_find_fault(
		limits, "submission-below-server", REEVE_LIMIT_DISAGREES, REEVE_WARNING,
		reeve_limits_place(own->service != NULL ? own : server),
		reeve_limits_text(limits, "%s takes messages up to %s, and %s up to %s",
	                          service->path, reeve_limits_shown(limits, own), path,
	                          server->is_unlimited ? "any size"
	                                               : reeve_limits_shown(limits, server)),
		"users get mail that they cannot send on",
		reeve_limits_text(limits,
	                          "remove -o message_size_limit from %s, or set it to what the "
	                          "server takes",
	                          service->path));
}

/* Options in master.cf of a program that does not look at them. */
static void check_options(struct reeve_limits *limits, const struct limit_service *service)
{
	for (size_t i = 0; i < limits->row_count; i++) {
		const struct reeve_limit *own = &limits->rows[i];
		const char *who = own->service != NULL && strcmp(own->service, service->path) == 0
		                          ? reeve_limits_idle_row(limits, own)
		                          : NULL;

		if (who == NULL)
			continue;
		reeve_limits_find_fault(
			limits, "wrong-place", REEVE_LIMIT_DISAGREES, REEVE_WARNING,
			reeve_limits_place(own),
			reeve_limits_text(limits, "%s is given to %s, which is %s(8)", own->name,
		                          service->path, service->command),
			reeve_limits_text(limits, "it has no effect: only %s at it", who),
			"set it in main.cf, or for the service that it is meant for");
	}
}

void reeve_limits_check_pairs(struct reeve_limits *limits)
{
	bool has_master = limits->service_count > 0;

	if (limits->postfix == NULL)
		return;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		if (!has_master)
			check_pair(limits, &pairs[i], NULL);
	if (!has_master)
		check_minfree(limits, NULL);
	check_unlimited(limits);

	bool is_minfree_checked = false;
	for (size_t k = 0; k < limits->service_count; k++) {
		const struct limit_service *service = &limits->services[k];

		for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
			if (strcmp(service->command, pairs[i].command) == 0)
				check_pair(limits, &pairs[i], service->path);
		check_options(limits, service);
		if (strcmp(service->command, "smtpd") != 0)
			continue;
		check_service(limits, service);
		/* Once for main.cf, and once for each service with its own. */
		const struct reeve_limit *message =
			reeve_limits_find(limits, service->path, "message_size_limit");
		const struct reeve_limit *minfree =
			reeve_limits_find(limits, service->path, "queue_minfree");
		bool is_own = (message != NULL && message->service != NULL) ||
		              (minfree != NULL && minfree->service != NULL);
		if (is_own || !is_minfree_checked)
			check_minfree(limits, service->path);
		is_minfree_checked = is_minfree_checked || !is_own;
	}
}
