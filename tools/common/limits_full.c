/* SPDX-License-Identifier: MIT */
/* reeve-limits --mailbox: mailboxes that are larger already. */
#include "limits.h"

#include "conf_change.h"
#include <stdio.h>
#include <string.h>

static bool is_full(const struct reeve_limit_finding *finding)
{
	return strcmp(finding->rule, "mailbox-full") == 0;
}

static bool was_full(const struct reeve_limits *before, const char *file)
{
	for (size_t i = 0; i < reeve_limits_finding_count(before); i++) {
		const struct reeve_limit_finding *finding = reeve_limits_finding_at(before, i);

		if (is_full(finding) && strcmp(finding->file, file) == 0)
			return true;
	}
	return false;
}

/* Held back with what else is found while it is changed. */
static void tell(struct conf_change *change, const struct reeve_limit_finding *finding, bool was)
{
	struct reeve_diag diag = {.severity = REEVE_WARNING, .file = finding->file};
	char text[600];

	snprintf(text, sizeof text, "%s: %s",
	         was ? "mail for it bounces, as it did" : "with this goal, mail for it bounces",
	         finding->text);
	diag.text = text;
	change->said.talk.diag(change->said.talk.user, &diag);
}

int limits_refuse_full(struct conf_change *change, const struct reeve_limits *before,
                       const struct reeve_limits *after, struct reeve_error *err)
{
	static const char *const remedy =
		"nothing is changed (name a larger size, make it smaller, or say --force)";
	const struct reeve_limit_finding *first = NULL;
	size_t count = 0;
	bool is_refused;

	for (size_t i = 0; i < reeve_limits_finding_count(after); i++) {
		const struct reeve_limit_finding *finding = reeve_limits_finding_at(after, i);

		if (!is_full(finding) || was_full(before, finding->file))
			continue;
		first = first == NULL ? finding : first;
		count++;
	}
	is_refused = count > 0 && !change->run->is_forced;
	for (size_t i = 0; i < reeve_limits_finding_count(after); i++) {
		const struct reeve_limit_finding *finding = reeve_limits_finding_at(after, i);

		/* Of one alone the error says it all. */
		if (is_full(finding) && !(is_refused && count == 1 && finding == first))
			tell(change, finding, was_full(before, finding->file));
	}
	if (!is_refused)
		return 0;
	if (count == 1)
		return conf_error(err, REEVE_EREFUSED,
		                  "'%s': with this goal, mail for it would bounce: %s; %s",
		                  first->file, first->text, remedy);
	return conf_error(err, REEVE_EREFUSED,
	                  "%zu mailboxes ('%s' is one) are larger already: mail for them would bounce; %s",
	                  count, first->file, remedy);
}
