/* SPDX-License-Identifier: MIT */
/*
 * Which program of Postfix looks at a limit, so that an option of another is in vain; unless
 * something that does count refers to it as $name.
 */
#include "conf/postfix.h"
#include "limits/limits.h"

#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

/* Postfix's programs for services. Of any other one it is not known what it looks at. */
static const char *const programs[] = {
	"anvil",    "bounce", "cleanup",  "discard",         "dnsblog", "error",    "flush",
	"lmtp",     "local",  "oqmgr",    "pickup",          "pipe",    "postlogd", "postscreen",
	"proxymap", "qmgr",   "qmqpd",    "scache",          "showq",   "smtp",     "smtpd",
	"spawn",    "tlsmgr", "tlsproxy", "trivial-rewrite", "verify",  "virtual",
};

/*
 * A limit, and a program that looks at it: those whose sources have its variable (3.7 to 3.10),
 * with what they call of the libraries: header_size_limit of global/mime_state.c, which cleanup(8)
 * has, and smtp/smtp_proto.c for smtp_header_checks and conversions.
 */
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
	{"header_size_limit", "smtp"},
	{"header_size_limit", "lmtp"},
	{"bounce_size_limit", "bounce"},
};

/* The same in words: "only ... at it". */
static const struct {
	const char *name, *who;
} readers[] = {
	{"message_size_limit",
	 "smtpd(8), postscreen(8), qmqpd(8), cleanup(8), local(8) and virtual(8) look"},
	{"mailbox_size_limit", "local(8) looks"},
	{"virtual_mailbox_limit", "virtual(8) looks"},
	{"queue_minfree", "smtpd(8) looks"},
	{"header_size_limit", "cleanup(8), smtp(8) and lmtp(8) look"},
	{"bounce_size_limit", "bounce(8) looks"},
};

const char *reeve_limits_program(const char *command)
{
	const char *slash = strrchr(command, '/');

	return slash == NULL ? command : slash + 1;
}

static bool is_postfix(const char *command)
{
	for (size_t i = 0; i < ROWS(programs); i++)
		if (strcmp(programs[i], command) == 0)
			return true;
	return false;
}

const char *reeve_limits_in_vain(const char *command, const char *name)
{
	if (!is_postfix(command))
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

/* ---- what refers to an option ---------------------------------------------------------------- */

/* Each step is another limit in vain; a longer chain leads back to itself. */
#define DEPTH_MAX ROWS(readers)

struct wanted {
	const char *name;
	bool is_found;
};

static const char *compare_name(void *user, const char *name, size_t n)
{
	struct wanted *wanted = user;

	if (strlen(wanted->name) == n && memcmp(wanted->name, name, n) == 0)
		wanted->is_found = true;
	return NULL;
}

/* Whether a value refers to a name, in any way that Postfix knows; so it may if it cannot be read.
 */
static bool refers(const struct postfix *own, const char *value, const char *name)
{
	struct wanted wanted = {.name = name};
	struct pf_expand expand = {.lookup = compare_name,
	                           .user = &wanted,
	                           .is_scan = true,
	                           .work = reeve_pf_work(own)};

	return strchr(value, '$') != NULL &&
	       (!reeve_pf_expand(&expand, value, strlen(value), NULL) || wanted.is_found);
}

static const char *idle(const struct postfix *own, const struct pf_service *service,
                        const struct pf_setting *option, size_t depth);

/* Whether something that counts for the service refers to its option. */
static bool is_referred(const struct postfix *own, const struct pf_service *service,
                        const struct pf_setting *option, size_t depth)
{
	const struct pf_settings *options = &service->options, *main = &own->index->settings;
	const char *command = reeve_limits_program(service->words[PF_COMMAND].text);

	for (size_t i = 0; i < options->sorted_count; i++) {
		const struct pf_setting *other = options->sorted[i];

		if (other == option || !refers(own, other->value, option->name))
			continue;
		/* In words together ("-vo name=value") it stays. */
		if (depth == DEPTH_MAX ||
		    own->master->nodes[other->node].kind != REEVE_NODE_SETTING ||
		    idle(own, service, other, depth + 1) == NULL)
			return true;
	}
	for (size_t i = 0; i < main->sorted_count; i++)
		if (refers(own, main->sorted[i]->value, option->name) &&
		    reeve_limits_in_vain(command, main->sorted[i]->name) == NULL)
			return true;
	return false;
}

static const char *idle(const struct postfix *own, const struct pf_service *service,
                        const struct pf_setting *option, size_t depth)
{
	const char *command = reeve_limits_program(service->words[PF_COMMAND].text);
	const char *who = reeve_limits_in_vain(command, option->name);

	return who == NULL || is_referred(own, service, option, depth) ? NULL : who;
}

const char *reeve_limits_idle(const struct postfix *own, const struct pf_service *service,
                              const struct pf_setting *option)
{
	return idle(own, service, option, 0);
}

const char *reeve_limits_idle_row(struct reeve_limits *limits, const struct reeve_limit *row)
{
	const struct pf_index *index = reeve_pf_index(limits->postfix, NULL);
	const struct pf_service *service;
	const struct pf_setting *option;
	struct pf_path path;

	if (row->service == NULL || index == NULL ||
	    reeve_pf_path(limits->postfix, row->path, &path, NULL) < 0)
		return NULL;
	service = reeve_pf_service(index, &path);
	option = service == NULL ? NULL
	                         : reeve_pf_find(&service->options, row->name, strlen(row->name));
	return option == NULL ? NULL : reeve_limits_idle(limits->postfix->own, service, option);
}
