/* SPDX-License-Identifier: MIT */
/* What reeve-limits(8) shows and finds, as JSON. */
#include "limits.h"

#include "tool.h"

#define NO_LIMIT UINT64_MAX

/* ---- limits and ways ------------------------------------------------------------------------- */

bool limits_is_known(const struct reeve_limit *limit)
{
	return limit == NULL || limit->is_number || (limit->file == NULL && limit->value[0] == '\0');
}

/* null: no limit */
static void put_bytes(struct json *map, const char *key, uint64_t bytes)
{
	if (bytes == NO_LIMIT)
		json_put_text(map, key, NULL);
	else
		json_put_number(map, key, bytes);
}

static void put_place(struct json *map, const struct reeve_limit *limit)
{
	json_put_text(map, "file", limit->file);
	if (limit->file != NULL) {
		json_put_number(map, "line", limit->line);
		json_put_number(map, "column", limit->column);
	}
	json_put_bool(map, "default", limit->file == NULL);
}

static struct json *json_limits(const struct reeve_limits *limits)
{
	struct json *list = json_list();

	for (size_t i = 0; i < reeve_limits_count(limits); i++) {
		const struct reeve_limit *limit = reeve_limits_at(limits, i);
		struct json *map = json_map();

		json_put_text(map, "program", conf_program_key(limit->program));
		json_put_text(map, "name", limit->name);
		json_put_text(map, "service", limit->service);
		json_put_text(map, "path", limit->path);
		json_put_text(map, "value", limit->value);
		if (limit->is_number && !limit->is_refusing &&
		    !(limit->is_unlimited && limit->number == NO_LIMIT))
			json_put_number(map, "number", limit->number);
		else
			json_put_text(map, "number", NULL);
		json_put_bool(map, "unlimited", limit->is_unlimited && !limit->is_refusing);
		json_put_bool(map, "refuses", limit->is_refusing);
		json_put_text(map, "unit", limit->unit);
		put_place(map, limit);
		json_put_text(map, "zero", limit->zero);
		json_put_text(map, "enforced_by", limit->enforced_by);
		json_put_text(map, "agrees_with", limit->agrees_with);
		json_append(list, map);
	}
	return list;
}

static void put_bound(struct json *map, const char *key, const struct reeve_limit *limit,
                      uint64_t bytes)
{
	struct json *bound = json_map();

	put_bytes(bound, "bytes", bytes);
	json_put_bool(bound, "known", limits_is_known(limit));
	json_put_text(bound, "by",
	              limit == NULL         ? NULL
	              : limit->path == NULL ? limit->name
	                                    : limit->path);
	if (limit != NULL)
		put_place(bound, limit);
	json_put(map, key, bound);
}

static struct json *json_ways(const struct reeve_limits *limits)
{
	struct json *list = json_list();

	for (size_t i = 0; i < reeve_limits_way_count(limits); i++) {
		const struct reeve_limit_way *way = reeve_limits_way_at(limits, i);
		struct json *map = json_map();

		json_put_text(map, "name", way->name);
		json_put_text(map, "program", way->what);
		json_put_text(map, "into", way->is_in ? "queue" : "mailbox");
		json_put_bool(map, "used", way->is_used);
		put_bound(map, "message", way->message, way->message_bytes);
		if (!way->is_in)
			put_bound(map, "mailbox", way->mailbox, way->mailbox_bytes);
		put_bytes(map, "attachment_bytes", way->attachment);
		json_append(list, map);
	}
	return list;
}

/* ---- findings and notes ---------------------------------------------------------------------- */

static const char *kind_word(enum reeve_limit_kind kind)
{
	switch (kind) {
	case REEVE_LIMIT_DISAGREES:
		return "disagrees";
	case REEVE_LIMIT_BAD_VALUE:
		return "bad-value";
	case REEVE_LIMIT_NO_ROOM:
		return "no-room";
	case REEVE_LIMIT_UNTIDY:
		return "untidy";
	}
	return "";
}

struct json *limits_json_findings(const struct reeve_limits *limits)
{
	struct json *list = json_list();

	for (size_t i = 0; i < reeve_limits_finding_count(limits); i++) {
		const struct reeve_limit_finding *finding = reeve_limits_finding_at(limits, i);
		struct json *map = json_map();

		json_put_text(map, "rule", finding->rule);
		json_put_text(map, "kind", kind_word(finding->kind));
		json_put_text(map, "severity", tool_severity_word(finding->severity));
		json_put_text(map, "file", finding->file);
		if (finding->file != NULL && finding->line != 0) {
			json_put_number(map, "line", finding->line);
			json_put_number(map, "column", finding->column);
		}
		json_put_text(map, "text", finding->text);
		json_put_text(map, "consequence", finding->consequence);
		json_put_text(map, "remedy", finding->remedy);
		json_append(list, map);
	}
	return list;
}

static struct json *json_notes(const struct reeve_limits *limits)
{
	struct json *list = json_list();

	for (size_t i = 0; i < reeve_limits_note_count(limits); i++) {
		const struct reeve_limit_note *note = reeve_limits_note_at(limits, i);
		struct json *map = json_map();

		json_put_text(map, "file", note->file);
		json_put_number(map, "line", note->line);
		json_put_number(map, "column", note->column);
		json_put_text(map, "text", note->text);
		json_append(list, map);
	}
	return list;
}

/* ---- all of it -------------------------------------------------------------------------------- */

void limits_print_json(struct conf_run *run, const struct reeve_limits *limits)
{
	struct json *map = json_map(), *disk = NULL;
	uint64_t free_bytes, message_bytes;

	json_put(map, "ways", json_ways(limits));
	json_put(map, "limits", json_limits(limits));
	if (reeve_limits_disk(limits, &free_bytes, &message_bytes)) {
		disk = json_map();
		json_put_number(disk, "free_bytes", free_bytes);
		json_put_number(disk, "message_bytes", message_bytes);
		json_put(map, "disk", disk);
	} else {
		json_put_text(map, "disk", NULL);
	}
	json_put(map, "findings", limits_json_findings(limits));
	json_put(map, "notes", json_notes(limits));
	conf_print_json(run, map);
}
