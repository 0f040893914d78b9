/* SPDX-License-Identifier: MIT */
/* What reeve-limits(8) shows: the table, and with --check what contradicts what. */
#include "limits.h"

#include "tool.h"
#include <stdio.h>
#include <string.h>

#define NO_LIMIT UINT64_MAX

/* ---- the table ------------------------------------------------------------------------------- */

/* "9.8 MiB", "no limit" */
static const char *size_text(uint64_t bytes, const struct reeve_limit *limit, char buf[16])
{
	if (bytes == NO_LIMIT)
		return limits_is_known(limit) ? "no limit" : "unknown";
	if (bytes == 0)
		return "nothing";
	return reeve_size_format(bytes, buf);
}

/* "10240000", "" */
static const char *bytes_text(uint64_t bytes, char buf[32])
{
	buf[0] = '\0';
	if (bytes != NO_LIMIT)
		snprintf(buf, 32, "%ju", (uintmax_t)bytes);
	return buf;
}

/* "/etc/postfix/main.cf:30: message_size_limit" */
static void put_origin(const struct conf_run *run, const struct reeve_limit *limit)
{
	if (limit == NULL) {
		fputs("nothing", stdout);
		return;
	}
	if (limit->file != NULL) {
		conf_put_text(run, limit->file, "");
		printf(":%ju: ", (uintmax_t)limit->line);
	}
	conf_put_text(run, limit->path == NULL ? limit->name : limit->path, "");
	if (limit->file == NULL)
		fputs(" (default)", stdout);
	if (!limit->is_number)
		fputs(" (no number)", stdout);
}

static void put_way(const struct conf_run *run, const struct reeve_limit_way *way)
{
	uint64_t most = way->is_in ? way->message_bytes : way->mailbox_bytes;
	const struct reeve_limit *limit = way->is_in ? way->message : way->mailbox;
	char size[16], bytes[32], attachment[16];

	printf("  %-17.60s %10s %14s %10s  ", way->name, size_text(most, limit, size),
	       bytes_text(most, bytes), size_text(way->attachment, limit, attachment));
	put_origin(run, limit);
	if (way->is_in && limit != NULL && limit->is_refusing && most == 0)
		fputs(" (all mail is refused)", stdout);
	/* A message meets another limit than the mailbox. */
	if (!way->is_in && way->message != NULL && way->message != limit) {
		printf("\n  %-17s %10s %14s %10s  ", "  a message",
		       size_text(way->message_bytes, way->message, size),
		       bytes_text(way->message_bytes, bytes),
		       "");
		put_origin(run, way->message);
	}
	if (!way->is_used)
		fputs(" (not in use)", stdout);
	putchar('\n');
}

static void put_ways(const struct conf_run *run, const struct reeve_limits *limits, bool is_in)
{
	bool is_first = true;

	for (size_t i = 0; i < reeve_limits_way_count(limits); i++) {
		const struct reeve_limit_way *way = reeve_limits_way_at(limits, i);

		if (way->is_in != is_in)
			continue;
		if (is_first)
			printf("%-19s %10s %14s %10s  %s\n",
			       is_in ? "Into the queue" : "Into mailboxes",
			       is_in ? "a message" : "a mailbox", "bytes", "attachment", "by");
		is_first = false;
		put_way(run, way);
	}
}

static void put_all(const struct conf_run *run, const struct reeve_limits *limits)
{
	puts("All limits");
	for (size_t i = 0; i < reeve_limits_count(limits); i++) {
		const struct reeve_limit *limit = reeve_limits_at(limits, i);

		fputs("  ", stdout);
		put_origin(run, limit);
		fputs(" = ", stdout);
		conf_put_text(run, limit->value, "\t");
		printf(" (%s)\n", limit->is_refusing    ? "smtpd(8) refuses all mail"
		                  : limit->is_unlimited ? limit->zero
		                                        : limit->unit);
	}
}

static void put_table(const struct conf_run *run, const struct reeve_limits *limits)
{
	uint64_t free_bytes, message_bytes;
	char free_text[16], message_text[16];

	put_ways(run, limits, true);
	put_ways(run, limits, false);
	if (reeve_limits_disk(limits, &free_bytes, &message_bytes))
		printf("The queue's disk has %s free; with a message_size_limit above %ju (%s), "
		       "all mail is "
		       "refused\n",
		       reeve_size_format(free_bytes, free_text), (uintmax_t)message_bytes,
		       reeve_size_format(message_bytes, message_text));
	if (run->is_verbose)
		put_all(run, limits);
}

/* ---- findings -------------------------------------------------------------------------------- */

void limits_say_finding(const struct conf_run *run, const struct reeve_limit_finding *finding)
{
	if (finding->file != NULL)
		conf_put_text(run, finding->file, "");
	if (finding->file != NULL && finding->line != 0)
		printf(":%ju", (uintmax_t)finding->line);
	if (finding->file != NULL && finding->line != 0 && finding->column != 0)
		printf(":%ju", (uintmax_t)finding->column);
	printf("%s%s: ", finding->file != NULL ? ": " : "", tool_severity_word(finding->severity));
	conf_put_text(run, finding->text, "\t");
	fputs("\n\t", stdout);
	conf_put_text(run, finding->consequence, "\t");
	fputs("\n\tremedy: ", stdout);
	conf_put_text(run, finding->remedy, "\t");
	putchar('\n');
}

static void say_notes(const struct conf_run *run, const struct reeve_limits *limits)
{
	for (size_t i = 0; i < reeve_limits_note_count(limits); i++) {
		const struct reeve_limit_note *note = reeve_limits_note_at(limits, i);

		conf_put_text(run, note->file, "");
		printf(":%ju:%ju: note: ", (uintmax_t)note->line, (uintmax_t)note->column);
		conf_put_text(run, note->text, "\t");
		putchar('\n');
	}
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* The object of a run that failed. */
static void print_error(struct conf_run *run, const struct reeve_error *err)
{
	struct json *map = json_map();

	json_put_error(map, err);
	conf_print_json(run, map);
}

/* ---- the door -------------------------------------------------------------------------------- */

void limits_show(struct limits_run *run)
{
	struct conf_run *conf = &run->conf;
	const struct reeve_limits_how how = {
		.root = conf->root,
		.is_without_boxes = !run->is_check && !conf->is_json, /* no findings are shown */
	};
	struct reeve_error err;
	struct reeve_limits *limits;

	if (conf_open(conf) < 0) {
		if (conf->is_json)
			print_error(conf, &conf->unopened);
		return;
	}
	for (size_t i = 0; i < CONF_SIDES; i++)
		if (conf->sides[i].conf != NULL)
			conf_tell(conf, &conf->sides[i]);
	limits = reeve_limits_new(conf->sides[REEVE_CONF_POSTFIX].conf,
	                          conf->sides[REEVE_CONF_DOVECOT].conf, &how, &err);
	if (limits == NULL) {
		conf_fail(conf, &err);
		if (conf->is_json)
			print_error(conf, &err);
		return;
	}
	if (run->is_check && reeve_limits_finding_count(limits) > 0)
		tool_worse(TOOL_FOUND);
	if (conf->is_json)
		limits_print_json(conf, limits);
	else if (!run->is_check)
		put_table(conf, limits);
	for (size_t i = 0; run->is_check && !conf->is_json && !conf->is_quiet &&
	                   i < reeve_limits_finding_count(limits);
	     i++)
		limits_say_finding(conf, reeve_limits_finding_at(limits, i));
	if (!conf->is_json && !conf->is_quiet)
		say_notes(conf, limits);
	reeve_limits_free(limits);
}
