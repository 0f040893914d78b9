/* SPDX-License-Identifier: MIT */
/* A report as tables on standard output. */
#include "report.h"

#include "table.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

/* Lists of names, in the order in which they are told. */
struct section {
	const char *title, *count;
	const char *none; /* what a message without a name is called */
	const struct reeve_report_names *names;
};

enum { SECTIONS = 4 };

static void fill_sections(struct section sections[SECTIONS], const struct reeve_report_figures *f)
{
	const struct section filled[SECTIONS] = {
		{"Sender", "messages", "(no sender)", &f->senders},
		{"Domain", "messages", "(no domain)", &f->domains},
		{"List", "messages", "(no name)", &f->lists},
		{"Attachments", "parts", "(no type)", &f->attachments},
	};

	memcpy(sections, filled, sizeof filled);
}

/* Text of any length that is clean to print; to be freed. */
static char *clean(const char *text)
{
	size_t n = strlen(text) * 4 + 1;
	char *buf = malloc(n);

	if (buf != NULL)
		text_fit(buf, n, text, SIZE_MAX);
	return buf;
}

/* ---- the rows ------------------------------------------------------------------------------ */

static void put_tally(const char *label, const struct reeve_tally *tally, uint64_t all,
                      uint64_t longest)
{
	struct table_row row = {tally->count, tally->bytes, tally->unread_bytes, all, longest};

	table_row(label, &row);
}

static void put_totals(const struct reeve_report_figures *f)
{
	struct reeve_tally unread = {f->all.unread_count, f->all.unread_bytes, f->all.unread_count,
	                             f->all.unread_bytes};
	struct reeve_tally read = {f->all.count - unread.count, f->all.bytes - unread.bytes, 0, 0};

	table_head("Total", "messages");
	put_tally("read", &read, f->all.bytes, f->all.bytes);
	put_tally("unread", &unread, f->all.bytes, f->all.bytes);
	if (f->flagged.count > 0)
		put_tally("flagged", &f->flagged, f->all.bytes, f->all.bytes);
}

static void put_classes(const char *title, const struct reeve_report_class *classes, size_t n,
                        const char *(*words)(const struct reeve_report_class *, char[40]),
                        uint64_t all)
{
	uint64_t longest = 0;
	char label[40];

	for (size_t i = 0; i < n; i++)
		if (classes[i].tally.bytes > longest)
			longest = classes[i].tally.bytes;
	table_head(title, "messages");
	for (size_t i = 0; i < n; i++)
		put_tally(words(&classes[i], label), &classes[i].tally, all, longest);
}

static void put_names(const struct section *section, uint64_t all)
{
	const struct reeve_report_names *names = section->names;
	uint64_t longest = names->count > 0 ? names->rows[0].tally.bytes : 0;
	char others[40], missed[16];

	if (names->count == 0)
		return;
	table_head(section->title, section->count);
	for (size_t i = 0; i < names->count; i++)
		put_tally(report_name(names->rows[i].name, section->none), &names->rows[i].tally,
		          all, longest);
	if (names->others.count > 0) {
		/* The bar would hide the others', as it is longer than the longest. */
		struct table_row row = {names->others.count, names->others.bytes,
		                        names->others.unread_bytes, all, 0};
		table_row(report_others(names, others), &row);
	}
	if (!names->is_exact)
		printf("%sMore than %d names: each may have up to %s more.%s\n", table_faint(),
		       REEVE_REPORT_NAMES, reeve_size_format(report_missed(names), missed),
		       table_plain());
}

/*    no.       size  received   from                  subject */
static void put_largest(const struct reeve_report_figures *f)
{
	enum { FIXED = 7 + 11 + 2 + 10 + 2 + 2 };
	size_t room = table_width() - FIXED, from = room * 2 / 5;
	char text[4096], size[16], day[40];

	if (f->largest_count == 0)
		return;
	if (from > 32)
		from = 32;
	printf("\n%sLargest messages%s\n", table_strong(), table_plain());
	printf("%s%7s%11s  %-10s  %-*s  %s%s\n", table_faint(), "number", "size", "received",
	       (int)from, "from", "subject", table_plain());
	for (size_t i = 0; i < f->largest_count; i++) {
		const struct reeve_report_message *msg = &f->largest[i];

		printf("%7llu%11s  %s  ", (unsigned long long)msg->seq,
		       reeve_size_format(msg->bytes, size), report_day(msg->received, day));
		size_t columns = text_fit(text, sizeof text, report_name(msg->from, "(no sender)"),
		                          from);
		printf("%s%*s  ", text, (int)(from - columns), "");
		text_fit(text, sizeof text, report_name(msg->subject, "(no subject)"), room - from);
		printf("%s\n", text);
		if (f->boxes > 1) {
			text_fit(text, sizeof text, msg->box, table_width() - FIXED);
			printf("%*s%s%s%s\n", FIXED - 2, "", table_faint(), text, table_plain());
		}
	}
}

/* "frees 312 MiB (812 messages)" */
static void put_freed(const struct reeve_tally *removed)
{
	char size[16];

	printf("frees %s: %llu message%s", reeve_size_format(removed->bytes, size),
	       (unsigned long long)removed->count, removed->count == 1 ? "" : "s");
	if (removed->unread_count > 0)
		printf(", %llu unread", (unsigned long long)removed->unread_count);
	putchar('\n');
}

static void put_commands(const struct report_box *box)
{
	const struct reeve_report_figures *f = box->figures;

	if (f->command_count == 0)
		return;
	printf("\n%sTo make room%s\n", table_strong(), table_plain());
	for (size_t i = f->command_count; i-- > 0;) {
		char *command = report_command(box, &f->commands[i]);
		char *text = command != NULL ? clean(command) : NULL;
		bool is_best = i == f->command_best;

		printf("%s%s%s%s\n      ", is_best ? text_is_utf8() ? "  \xe2\x9e\x94 " : "  > " : "    ",
		       is_best ? table_strong() : "", text != NULL ? text : f->commands[i].options,
		       is_best ? table_plain() : "");
		put_freed(&f->commands[i].removed);
		free(text);
		free(command);
	}
}

/* ---- the report ------------------------------------------------------------------------------ */

static void put_title(const struct report_box *box)
{
	const struct reeve_report_figures *f = box->figures;
	char size[16], oldest[40], newest[40], title[200];
	char *name = box->path != NULL ? clean(box->path) : NULL;

	if (box->path == NULL) {
		snprintf(title, sizeof title, "All %llu mailboxes", (unsigned long long)f->boxes);
		table_title(title);
	} else {
		table_title(name != NULL ? name : "?");
	}
	printf("%llu message%s, %s", (unsigned long long)f->all.count,
	       f->all.count == 1 ? "" : "s", reeve_size_format(f->bytes, size));
	if (f->all.count > 0)
		printf(", received %s to %s", report_day(f->oldest, oldest),
		       report_day(f->newest, newest));
	putchar('\n');
	free(name);
}

static void set_labels(const struct report_box *box, const struct section *sections)
{
	const struct reeve_report_figures *f = box->figures;
	char label[40];

	table_labels(NULL);
	for (size_t i = 0; box->boxes != NULL && i < box->boxes->count; i++)
		table_labels(box->boxes->rows[i].name);
	for (size_t i = 0; i < REEVE_REPORT_AGES; i++)
		table_labels(report_age(&f->ages[i], label));
	for (size_t i = 0; i < REEVE_REPORT_SIZES; i++)
		table_labels(report_size(&f->sizes[i], label));
	for (size_t i = 0; i < SECTIONS; i++)
		for (size_t k = 0; k < sections[i].names->count; k++)
			table_labels(sections[i].names->rows[k].name);
}

void report_tables(const struct report_box *box)
{
	const struct reeve_report_figures *f = box->figures;
	struct section sections[SECTIONS];

	put_title(box);
	if (f->all.count == 0)
		return;
	fill_sections(sections, f);
	set_labels(box, sections);
	put_totals(f);
	if (box->boxes != NULL)
		put_names(&(struct section){"Mailbox", "messages", "?", box->boxes}, f->all.bytes);
	put_classes("Received", f->ages, REEVE_REPORT_AGES, report_age, f->all.bytes);
	put_classes("Size", f->sizes, REEVE_REPORT_SIZES, report_size, f->all.bytes);
	for (size_t i = 0; i < SECTIONS; i++)
		put_names(&sections[i], f->all.bytes);
	table_legend();
	put_largest(f);
	put_commands(box);
}
