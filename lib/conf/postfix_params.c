/* SPDX-License-Identifier: MIT */
/* The parameters of main.cf that Postfix has, by name, and those that transports make. */
#include "conf/postfix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct pf_param reeve_pf_params[] = {
#include "conf/postfix_params.inc"
};

const size_t reeve_pf_param_count = sizeof reeve_pf_params / sizeof *reeve_pf_params;

#define STATUS_MAX_BYTES ((size_t)64 << 20)

/* What each program of a transport makes (src/postconf/postconf_service.c). */
enum { PIPE = 1, DELIVER = 2, SPAWN = 4 };

static const struct {
	const char *program;
	unsigned int group;
} programs[] = {
	{"local", DELIVER}, {"error", DELIVER}, {"virtual", DELIVER}, {"smtp", DELIVER},
	{"lmtp", DELIVER},  {"pipe", PIPE},     {"spawn", SPAWN},
};

static const struct {
	const char *suffix, *value;
	unsigned int groups;
} suffixes[] = {
	{"_time_limit", "$command_time_limit", PIPE | SPAWN},
	{"_recipient_limit", "$default_recipient_limit", PIPE | DELIVER},
	{"_extra_recipient_limit", "$default_extra_recipient_limit", PIPE | DELIVER},
	{"_recipient_refill_limit", "$default_recipient_refill_limit", PIPE | DELIVER},
	{"_recipient_refill_delay", "$default_recipient_refill_delay", PIPE | DELIVER},
	{"_delivery_slot_cost", "$default_delivery_slot_cost", PIPE | DELIVER},
	{"_delivery_slot_loan", "$default_delivery_slot_loan", PIPE | DELIVER},
	{"_delivery_slot_discount", "$default_delivery_slot_discount", PIPE | DELIVER},
	{"_minimum_delivery_slots", "$default_minimum_delivery_slots", PIPE | DELIVER},
	{"_initial_destination_concurrency", "$initial_destination_concurrency", PIPE | DELIVER},
	{"_destination_concurrency_limit", "$default_destination_concurrency_limit",
	 PIPE | DELIVER},
	{"_destination_recipient_limit", "$default_destination_recipient_limit", PIPE | DELIVER},
	{"_destination_concurrency_positive_feedback",
	 "$default_destination_concurrency_positive_feedback", PIPE | DELIVER},
	{"_destination_concurrency_negative_feedback",
	 "$default_destination_concurrency_negative_feedback", PIPE | DELIVER},
	{"_destination_concurrency_failed_cohort_limit",
	 "$default_destination_concurrency_failed_cohort_limit", PIPE | DELIVER},
	{"_destination_rate_delay", "$default_destination_rate_delay", PIPE | DELIVER},
	{"_transport_rate_delay", "$default_transport_rate_delay", PIPE | DELIVER},
};

/* Text against name[0..n), in the order of strcmp(). */
static int compare(const char *text, const char *name, size_t n)
{
	int order = strncmp(text, name, n);

	return order != 0 ? order : text[n] == '\0' ? 0 : 1;
}

const struct pf_param *reeve_pf_param(const char *name, size_t n)
{
	size_t low = 0, high = reeve_pf_param_count;

	if (memchr(name, '\0', n) != NULL)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(reeve_pf_params[middle].name, name, n);

		if (order == 0)
			return &reeve_pf_params[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const char *reeve_pf_default(const struct pf_param *param, enum pf_version version)
{
	const char *text = version == PF_37 ? param->default_37 : param->default_310;

	return strcmp(text, "-") == 0 ? NULL : text;
}

static unsigned int group_of(const char *program)
{
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		if (strcmp(programs[i].program, program) == 0)
			return programs[i].group;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct pf_transport *)a)->name, ((const struct pf_transport *)b)->name);
}

bool reeve_pf_transports(struct pf_index *index)
{
	struct pf_transport *list;
	size_t count = 0, kept = 0;

	list = reeve_arena_alloc(index->arena, (index->service_count + 1) * sizeof *list);
	if (list == NULL)
		return false;
	for (size_t i = 0; i < index->service_count; i++) {
		const struct pf_word *words = index->services[i].words;
		unsigned int group = group_of(words[PF_COMMAND].text);

		if (group != 0)
			list[count++] = (struct pf_transport){words[0].text, group};
	}
	qsort(list, count, sizeof *list, by_name);
	for (size_t i = 0; i < count; i++) {
		if (kept > 0 && strcmp(list[kept - 1].name, list[i].name) == 0)
			list[kept - 1].groups |= list[i].groups;
		else
			list[kept++] = list[i];
	}
	index->transports = list;
	index->transport_count = kept;
	return true;
}

/* Whether a service of that name runs a program of those groups. */
static bool has_transport(const struct pf_index *index, const char *name, size_t n,
                          unsigned int groups)
{
	size_t low = 0, high = index->transport_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare(index->transports[middle].name, name, n);

		if (order == 0)
			return (index->transports[middle].groups & groups) != 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

const char *reeve_pf_service_param(const struct pf_index *index, const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		size_t length = strlen(suffixes[i].suffix);

		if (n > length && memcmp(name + n - length, suffixes[i].suffix, length) == 0 &&
		    has_transport(index, name, n - length, suffixes[i].groups))
			return suffixes[i].value;
	}
	return NULL;
}

/* The version in the stanza of `postfix` in dpkg's list of packages, or NULL. */
static char *installed(char *status)
{
	char *at = status;

	while ((at = strstr(at, "Package: postfix\n")) != NULL) {
		char *end = strstr(at, "\n\n"), *version;

		if (end != NULL)
			*end = '\0';
		version = strstr(at, "\nVersion: ");
		if ((at == status || at[-1] == '\n') && version != NULL &&
		    strstr(at, "\nStatus: install ok installed") != NULL)
			return version + strlen("\nVersion: ");
		if (end == NULL)
			return NULL;
		at = end + 1;
	}
	return NULL;
}

enum pf_version reeve_pf_version(struct reeve_conf *conf)
{
	struct postfix *own = conf->own;
	struct reeve_buf path;
	struct reeve_whole status = {0};
	char *text, *version = NULL;
	unsigned int major, minor;

	if (own->version != PF_UNKNOWN)
		return own->version;
	own->version = PF_310;
	reeve_buf_init(&path, SIZE_MAX);
	reeve_buf_add_text(&path, conf->how.root);
	reeve_buf_add_text(&path, "/var/lib/dpkg/status");
	if (reeve_whole_read(&status, reeve_buf_text(&path), STATUS_MAX_BYTES, NULL) < 0)
		goto out;
	text = realloc(status.bytes, status.size + 1);
	if (text == NULL)
		goto out;
	status.bytes = (unsigned char *)text;
	text[status.size] = '\0';
	version = installed(text);
	/* "3.7.11-0+deb12u1"; an epoch is not in use. */
	if (version == NULL || sscanf(version, "%u.%u", &major, &minor) != 2)
		goto out;
	if (major < 3 || (major == 3 && minor < 9))
		own->version = PF_37;
	size_t n = strspn(version, "0123456789.");
	if (n < sizeof own->release)
		memcpy(own->release, version, n);
out:
	reeve_whole_dispose(&status);
	reeve_buf_dispose(&path);
	return own->version;
}
