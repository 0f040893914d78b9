/* SPDX-License-Identifier: MIT */
/* The public door to limits, and what its rooms share. */
#include "limits/limits.h"
#include "base/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

/* ---- memory ---------------------------------------------------------------------------------- */

const char *reeve_limits_keep(struct reeve_limits *limits, const char *text)
{
	const char *copy;

	if (text == NULL)
		return NULL;
	copy = reeve_arena_strndup(limits->arena, text, strlen(text));
	if (copy == NULL) {
		limits->has_failed = true;
		return "";
	}
	return copy;
}

const char *reeve_limits_text(struct reeve_limits *limits, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = reeve_arena_vformat(limits->arena, fmt, ap);
	va_end(ap);
	if (text != NULL)
		return text;
	limits->has_failed = true;
	return "";
}

void *reeve_limits_add(struct reeve_limits *limits, void *list, size_t *count, size_t *room,
                       size_t size)
{
	void **rows = list;

	if (*count == *room) {
		size_t more = *room * 2 + 32;
		void *grown = reeve_arena_alloc(limits->arena, more * size);

		if (grown == NULL) {
			limits->has_failed = true;
			return NULL;
		}
		if (*count > 0)
			memcpy(grown, *rows, *count * size);
		*rows = grown;
		*room = more;
	}
	return (char *)*rows + (*count)++ * size;
}

/* ---- a parameter, a place, a number ---------------------------------------------------------- */

const char *reeve_limits_param(struct reeve_limits *limits, const char *name)
{
	struct reeve_conf_setting setting;

	if (limits->postfix == NULL ||
	    reeve_conf_get(limits->postfix, name, REEVE_CONF_EFFECTIVE, &setting, NULL) <= 0)
		return "";
	return reeve_limits_keep(limits, setting.value);
}

bool reeve_limits_uses_local(struct reeve_limits *limits)
{
	return strncmp(reeve_limits_param(limits, "local_transport"), "local", 5) == 0 &&
	       reeve_limits_param(limits, "mydestination")[0] != '\0';
}

bool reeve_limits_uses_virtual(struct reeve_limits *limits)
{
	const char *transport = reeve_limits_param(limits, "virtual_transport");

	return strncmp(transport, "virtual", 7) == 0 &&
	       (transport[7] == '\0' || transport[7] == ':') &&
	       reeve_limits_param(limits, "virtual_mailbox_domains")[0] != '\0';
}

bool reeve_limits_is_routed(struct reeve_limits *limits, const char *service)
{
	static const struct {
		const char *name, *domains; /* NULL: of whoever is left */
	} transports[] = {
		{"local_transport", "mydestination"}, {"virtual_transport", "virtual_mailbox_domains"},
		{"relay_transport", "relay_domains"}, {"mailbox_transport", "mydestination"},
		{"fallback_transport", "mydestination"}, {"default_transport", NULL},
	};
	size_t n = strcspn(service, "/");

	for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++) {
		const char *value = reeve_limits_param(limits, transports[i].name);

		if (strncmp(value, service, n) == 0 && (value[n] == '\0' || value[n] == ':') &&
		    (transports[i].domains == NULL ||
		     reeve_limits_param(limits, transports[i].domains)[0] != '\0'))
			return true;
	}
	return false;
}

bool reeve_limits_writes_mbox(struct reeve_limits *limits)
{
	const char *home = reeve_limits_param(limits, "home_mailbox");

	return reeve_limits_uses_local(limits) &&
	       reeve_limits_param(limits, "mailbox_transport")[0] == '\0' &&
	       reeve_limits_param(limits, "mailbox_transport_maps")[0] == '\0' &&
	       reeve_limits_param(limits, "mailbox_command")[0] == '\0' &&
	       reeve_limits_param(limits, "mailbox_command_maps")[0] == '\0' &&
	       (home[0] == '\0' || home[strlen(home) - 1] != '/');
}

const struct reeve_limit *reeve_limits_at_port(struct reeve_limits *limits, const char *port,
                                               const char **path_r)
{
	static const char *const names[][2] = {{"25", "smtp/inet"},
	                                       {"587", "submission/inet"},
	                                       {"465", "submissions/inet"},
	                                       {"465", "smtps/inet"}};
	const char *number = reeve_limits_text(limits, "%s/inet", port);

	*path_r = "main.cf";
	for (size_t i = 0; i < limits->service_count; i++) {
		const struct limit_service *service = &limits->services[i];
		const char *colon = strrchr(service->path, ':');
		const char *name = colon == NULL ? service->path : colon + 1;
		bool is_it = strcmp(name, number) == 0;

		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			is_it = is_it ||
			        (strcmp(names[k][0], port) == 0 && strcmp(names[k][1], name) == 0);
		*path_r = service->path;
		/* postscreen(8) hands clients to a service of that name (var_smtpd_service). */
		if (is_it && strcmp(service->command, "postscreen") == 0)
			*path_r = reeve_limits_text(limits, "%s/pass",
			                            reeve_limits_param(limits, "smtpd_service_name"));
		if (is_it && (strcmp(service->command, "smtpd") == 0 || *path_r != service->path))
			return reeve_limits_find(limits, *path_r, "message_size_limit");
	}
	return limits->service_count > 0 ? NULL
	                                 : reeve_limits_find(limits, NULL, "message_size_limit");
}

const struct reeve_limit *reeve_limits_relay(struct reeve_limits *limits, const char **path_r)
{
	struct reeve_conf_setting setting;
	const char *port = "25";
	bool is_ours;

	*path_r = "main.cf";
	if (limits->postfix == NULL || limits->dovecot == NULL ||
	    reeve_conf_get(limits->dovecot, "submission_relay_host", REEVE_CONF_EFFECTIVE, &setting,
	                   NULL) <= 0)
		return NULL;
	is_ours = strcmp(setting.value, "localhost") == 0 ||
	          strncmp(setting.value, "127.", 4) == 0 || strcmp(setting.value, "::1") == 0;
	if (reeve_conf_get(limits->dovecot, "submission_relay_port", REEVE_CONF_EFFECTIVE, &setting,
	                   NULL) > 0)
		port = reeve_limits_keep(limits, setting.value);
	return is_ours ? reeve_limits_at_port(limits, port, path_r) : NULL;
}

uint64_t reeve_limits_bytes(const struct reeve_limit *limit)
{
	return limit == NULL || !limit->is_number || limit->is_unlimited ? REEVE_NO_LIMIT
	                                                                 : limit->number;
}

struct limit_place reeve_limits_place(const struct reeve_limit *limit)
{
	if (limit == NULL)
		return (struct limit_place){0};
	return (struct limit_place){limit->file, limit->line, limit->column};
}

const char *reeve_limits_shown(struct reeve_limits *limits, const struct reeve_limit *limit)
{
	return limit->file == NULL ? reeve_limits_text(limits, "%s (default)", limit->value)
	                           : limit->value;
}

void reeve_limits_find_fault(struct reeve_limits *limits, const char *rule,
                             enum reeve_limit_kind kind, enum reeve_severity severity,
                             struct limit_place place, const char *text, const char *consequence,
                             const char *remedy)
{
	struct reeve_limit_finding *finding =
		reeve_limits_add(limits, &limits->findings, &limits->finding_count,
	                         &limits->finding_room, sizeof *finding);

	if (finding == NULL)
		return;
	*finding = (struct reeve_limit_finding){
		.rule = rule,
		.kind = kind,
		.severity = severity,
		.file = reeve_limits_keep(limits, place.file),
		.line = place.line,
		.column = place.column,
		.text = reeve_limits_keep(limits, text),
		.consequence = reeve_limits_keep(limits, consequence),
		.remedy = reeve_limits_keep(limits, remedy),
	};
}

const struct reeve_limit *reeve_limits_find(const struct reeve_limits *limits, const char *service,
                                            const char *name)
{
	const struct reeve_limit *of_main = NULL;

	for (size_t i = 0; i < limits->row_count; i++) {
		const struct reeve_limit *row = &limits->rows[i];

		if (strcmp(row->name, name) != 0)
			continue;
		if (row->service == NULL)
			of_main = row;
		else if (service != NULL && strcmp(row->service, service) == 0)
			return row;
	}
	return of_main;
}

/* ---- made and freed -------------------------------------------------------------------------- */

static void look_at_disk(struct reeve_limits *limits)
{
	const char *queue;
	struct statvfs st;

	if (limits->postfix == NULL)
		return;
	queue = reeve_limits_text(limits, "%s%s", limits->root,
	                          reeve_limits_param(limits, "queue_directory"));
	if (statvfs(queue, &st) != 0)
		limits->is_queue_unseen = true;
	else if (st.f_frsize > 0)
		limits->disk = (struct reeve_limits_disk){st.f_frsize, st.f_bavail};
}

/* Findings in the order of files and lines; what is about no file comes last. */
static int compare(const void *left, const void *right)
{
	const struct reeve_limit_finding *a = left, *b = right;
	int order;

	if (a->file == NULL || b->file == NULL)
		return (a->file == NULL) - (b->file == NULL);
	order = strcmp(a->file, b->file);
	if (order != 0)
		return order;
	return a->line != b->line ? (a->line < b->line ? -1 : 1) : strcmp(a->rule, b->rule);
}

struct reeve_limits *reeve_limits_new(struct reeve_conf *postfix, struct reeve_conf *dovecot,
                                      const struct reeve_limits_how *how, struct reeve_error *err)
{
	static const struct reeve_limits_how usual = {0};
	struct reeve_limits *limits = calloc(1, sizeof *limits);

	if (limits == NULL || (limits->arena = reeve_arena_new()) == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (how == NULL)
		how = &usual;
	limits->postfix = postfix;
	limits->dovecot = dovecot;
	limits->root = how->root == NULL ? "" : reeve_limits_keep(limits, how->root);
	if (reeve_limits_read(limits, err) < 0)
		goto fail;
	if (how->disk != NULL)
		limits->disk = *how->disk;
	else
		look_at_disk(limits);
	reeve_limits_read_quota(limits);
	reeve_limits_read_ways(limits);
	reeve_limits_check_values(limits);
	reeve_limits_check_pairs(limits);
	reeve_limits_check_dovecot(limits);
	reeve_limits_check_disk(limits);
	if (!how->is_without_boxes) {
		reeve_limits_check_boxes(limits);
		reeve_limits_check_users(limits);
	}
	reeve_limits_read_notes(limits);
	if (reeve_limits_check_files(limits, err) < 0)
		goto fail;
	if (limits->has_failed) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (limits->finding_count > 1)
		qsort(limits->findings, limits->finding_count, sizeof *limits->findings, compare);
	return limits;
fail:
	reeve_limits_free(limits);
	return NULL;
}

void reeve_limits_free(struct reeve_limits *limits)
{
	if (limits == NULL)
		return;
	reeve_conf_list_free(limits->of_dovecot);
	reeve_arena_free(limits->arena);
	free(limits);
}

/* ---- asking ---------------------------------------------------------------------------------- */

size_t reeve_limits_count(const struct reeve_limits *limits)
{
	return limits->row_count;
}

const struct reeve_limit *reeve_limits_at(const struct reeve_limits *limits, size_t i)
{
	return &limits->rows[i];
}

size_t reeve_limits_way_count(const struct reeve_limits *limits)
{
	return limits->way_count;
}

const struct reeve_limit_way *reeve_limits_way_at(const struct reeve_limits *limits, size_t i)
{
	return &limits->ways[i];
}

size_t reeve_limits_finding_count(const struct reeve_limits *limits)
{
	return limits->finding_count;
}

const struct reeve_limit_finding *reeve_limits_finding_at(const struct reeve_limits *limits,
                                                          size_t i)
{
	return &limits->findings[i];
}

size_t reeve_limits_note_count(const struct reeve_limits *limits)
{
	return limits->note_count;
}

const struct reeve_limit_note *reeve_limits_note_at(const struct reeve_limits *limits, size_t i)
{
	return &limits->notes[i];
}

bool reeve_limits_disk(const struct reeve_limits *limits, uint64_t *free_bytes_r,
                       uint64_t *message_bytes_r)
{
	if (limits->disk.block_size == 0)
		return false;
	*free_bytes_r = limits->disk.block_size * limits->disk.free_blocks;
	*message_bytes_r = reeve_limits_room(&limits->disk);
	return true;
}
