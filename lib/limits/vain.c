/* SPDX-License-Identifier: MIT */
/* Which program of Postfix looks at a limit, so that an option of another is in vain. */
#include "limits/limits.h"

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* A limit, and a program that looks at it. */
static const struct {
	const char *name, *command;
} reads[] = {
	{"message_size_limit", "smtpd"},
	{"message_size_limit", "cleanup"},
	{"message_size_limit", "qmqpd"},
	{"message_size_limit", "local"},
	{"message_size_limit", "virtual"},
	{"message_size_limit", "postscreen"},
	{"mailbox_size_limit", "local"},
	{"virtual_mailbox_limit", "virtual"},
	{"queue_minfree", "smtpd"},
	{"header_size_limit", "cleanup"},
	{"bounce_size_limit", "bounce"},
};

/* The same in words: "only ... at it". */
static const struct {
	const char *name, *who;
} readers[] = {
	{"message_size_limit", "smtpd(8), qmqpd(8), cleanup(8), local(8) and virtual(8) look"},
	{"mailbox_size_limit", "local(8) looks"},
	{"virtual_mailbox_limit", "virtual(8) looks"},
	{"queue_minfree", "smtpd(8) looks"},
	{"header_size_limit", "cleanup(8) looks"},
	{"bounce_size_limit", "bounce(8) looks"},
};

const char *reeve_limits_in_vain(const char *command, const char *name)
{
	if (command[0] == '\0')
		return NULL;
	for (size_t i = 0; i < ROWS(reads); i++)
		if (strcmp(reads[i].name, name) == 0 && strcmp(reads[i].command, command) == 0)
			return NULL;
	for (size_t i = 0; i < ROWS(readers); i++)
		if (strcmp(readers[i].name, name) == 0)
			return readers[i].who;
	return NULL;
}

bool reeve_limits_is_in_vain(const struct reeve_limits *limits, const struct reeve_limit *row)
{
	for (size_t i = 0; row->service != NULL && i < limits->service_count; i++)
		if (strcmp(limits->services[i].path, row->service) == 0)
			return reeve_limits_in_vain(limits->services[i].command, row->name) != NULL;
	return false;
}
