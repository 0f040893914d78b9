/* SPDX-License-Identifier: MIT */
/* A report as JSON; reeve-report(1) describes it. */
#include "report.h"

#include <stdlib.h>
#include <time.h>

static void put_tally(struct json *map, const struct reeve_tally *tally)
{
	json_put_number(map, "count", tally->count);
	json_put_number(map, "bytes", tally->bytes);
	json_put_number(map, "unread_count", tally->unread_count);
	json_put_number(map, "unread_bytes", tally->unread_bytes);
}

static struct json *tally_map(const struct reeve_tally *tally)
{
	struct json *map = json_map();

	put_tally(map, tally);
	return map;
}

/* RFC 3339, UTC. */
static void put_time(struct json *map, const char *key, int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm tm;
	char text[40];

	if (gmtime_r(&t, &tm) != NULL && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
		json_put_text(map, key, text);
	else
		json_put_text(map, key, NULL);
}

static struct json *class_list(const struct reeve_report_class *classes, size_t n, const char *from,
                               const char *to)
{
	struct json *list = json_list();

	for (size_t i = 0; i < n; i++) {
		struct json *map = json_map();

		json_put_number(map, from, classes[i].from);
		if (classes[i].to > 0)
			json_put_number(map, to, classes[i].to);
		else
			json_put_text(map, to, NULL);
		put_tally(map, &classes[i].tally);
		json_append(list, map);
	}
	return list;
}

static struct json *names_map(const struct reeve_report_names *names)
{
	struct json *map = json_map(), *rows = json_list();

	for (size_t i = 0; i < names->count; i++) {
		struct json *row = json_map();

		json_put_text(row, "name", names->rows[i].name);
		put_tally(row, &names->rows[i].tally);
		json_put_number(row, "missed_bytes", names->rows[i].missed_bytes);
		json_append(rows, row);
	}
	json_put(map, "rows", rows);
	json_put(map, "others", tally_map(&names->others));
	json_put(map, "all", tally_map(&names->all));
	json_put_number(map, "distinct", names->distinct);
	json_put_bool(map, "exact", names->is_exact);
	return map;
}

static struct json *largest_list(const struct reeve_report_figures *f)
{
	struct json *list = json_list();

	for (size_t i = 0; i < f->largest_count; i++) {
		const struct reeve_report_message *msg = &f->largest[i];
		struct json *map = json_map();

		json_put_text(map, "path", msg->box);
		json_put_number(map, "number", msg->seq);
		json_put_number(map, "bytes", msg->bytes);
		put_time(map, "received", msg->received);
		json_put_bool(map, "read", msg->is_read);
		json_put_text(map, "from", msg->from);
		json_put_text(map, "subject", msg->subject);
		json_append(list, map);
	}
	return list;
}

static struct json *command_list(const struct report_box *box)
{
	const struct reeve_report_figures *f = box->figures;
	struct json *list = json_list();

	for (size_t i = 0; i < f->command_count; i++) {
		struct json *map = json_map();
		char *command = report_command(box, &f->commands[i]);

		json_put_text(map, "command", command);
		put_tally(map, &f->commands[i].removed);
		json_put_bool(map, "best", i == f->command_best);
		json_append(list, map);
		free(command);
	}
	return list;
}

void report_json(struct json *map, const struct report_box *box)
{
	const struct reeve_report_figures *f = box->figures;

	json_put_number(map, "bytes", f->bytes);
	json_put(map, "messages", tally_map(&f->all));
	json_put(map, "flagged", tally_map(&f->flagged));
	if (f->all.count > 0) {
		put_time(map, "oldest", f->oldest);
		put_time(map, "newest", f->newest);
	} else {
		json_put_text(map, "oldest", NULL);
		json_put_text(map, "newest", NULL);
	}
	json_put(map, "ages", class_list(f->ages, REEVE_REPORT_AGES, "from_days", "to_days"));
	json_put(map, "sizes", class_list(f->sizes, REEVE_REPORT_SIZES, "from_bytes", "to_bytes"));
	json_put(map, "senders", names_map(&f->senders));
	json_put(map, "domains", names_map(&f->domains));
	json_put(map, "lists", names_map(&f->lists));
	json_put(map, "attachments", names_map(&f->attachments));
	json_put(map, "largest", largest_list(f));
	json_put(map, "commands", command_list(box));
}
