/* SPDX-License-Identifier: MIT */
/* A report as a page that is looked at in a browser. */
#include "report.h"

#include "page.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double percent(uint64_t part, uint64_t all)
{
	return all > 0 ? 100.0 * (double)part / (double)all : 0;
}

static void put_size(FILE *out, uint64_t bytes)
{
	char size[16];

	fputs(reeve_size_format(bytes, size), out);
}

/* ---- parts of a section ---------------------------------------------------------------------- */

static void put_tile(FILE *out, const char *value, const char *words)
{
	fprintf(out, "<div class=\"card tile\"><b>%s</b><span>%s</span></div>\n", value, words);
}

static void put_tiles(FILE *out, const struct reeve_report_figures *f)
{
	char text[64], words[64];

	fputs("<div class=\"tiles\">\n", out);
	put_tile(out, reeve_size_format(f->bytes, text), "in the file");
	snprintf(text, sizeof text, "%llu", (unsigned long long)f->all.count);
	put_tile(out, text, f->all.count == 1 ? "message" : "messages");
	snprintf(text, sizeof text, "%llu", (unsigned long long)f->all.unread_count);
	snprintf(words, sizeof words, "unread, %.0f%% of the size",
	         percent(f->all.unread_bytes, f->all.bytes));
	put_tile(out, text, words);
	if (f->all.count > 0) {
		char newest[40];

		report_day(f->oldest, text);
		snprintf(words, sizeof words, "oldest, newest %s", report_day(f->newest, newest));
		put_tile(out, text, words);
	}
	fputs("</div>\n", out);
}

static void put_key(FILE *out, const struct reeve_report_figures *f)
{
	fprintf(out, "<div class=\"card wide\"><h2>Read and unread</h2>\n"
	             "<div class=\"bar tall\"><i class=\"r\" style=\"width:%.2f%%\"></i>"
	             "<i class=\"u\" style=\"width:%.2f%%\"></i></div>\n<div class=\"key\">",
	        percent(f->all.bytes - f->all.unread_bytes, f->all.bytes),
	        percent(f->all.unread_bytes, f->all.bytes));
	fprintf(out, "<span><i class=\"r\"></i>read: %llu messages, ",
	        (unsigned long long)(f->all.count - f->all.unread_count));
	put_size(out, f->all.bytes - f->all.unread_bytes);
	fprintf(out, "</span><span><i class=\"u\"></i>unread: %llu messages, ",
	        (unsigned long long)f->all.unread_count);
	put_size(out, f->all.unread_bytes);
	if (f->flagged.count > 0) {
		fprintf(out, "</span><span>flagged: %llu, ", (unsigned long long)f->flagged.count);
		put_size(out, f->flagged.bytes);
	}
	fputs("</span></div></div>\n", out);
}

static void put_commands(FILE *out, const struct report_box *box)
{
	const struct reeve_report_figures *f = box->figures;

	if (f->command_count == 0)
		return;
	fputs("<div class=\"card wide hint\"><h2>To make room</h2>\n", out);
	for (size_t i = f->command_count; i-- > 0;) {
		const struct reeve_tally *removed = &f->commands[i].removed;
		char *command = report_command(box, &f->commands[i]);
		bool is_best = i == f->command_best;

		fprintf(out, "<div class=\"order%s\"><code>", is_best ? " best" : "");
		page_text(out, command != NULL ? command : f->commands[i].options);
		fprintf(out, "</code>%s<br><span class=\"faint\">frees ",
		        is_best ? "<span class=\"badge\">suggested</span>" : "");
		put_size(out, removed->bytes);
		fprintf(out, ": %llu message%s", (unsigned long long)removed->count,
		        removed->count == 1 ? "" : "s");
		if (removed->unread_count > 0)
			fprintf(out, ", %llu unread", (unsigned long long)removed->unread_count);
		fputs("</span></div>\n", out);
		free(command);
	}
	fputs("</div>\n", out);
}

static void put_classes(FILE *out, const char *title, const struct reeve_report_class *classes,
                        size_t n,
                        const char *(*words)(const struct reeve_report_class *, char[40]))
{
	struct page_column columns[REEVE_REPORT_AGES > REEVE_REPORT_SIZES ? REEVE_REPORT_AGES
	                                                                  : REEVE_REPORT_SIZES];

	for (size_t i = 0; i < n; i++) {
		char size[16];

		columns[i] = (struct page_column){.bytes = classes[i].tally.bytes,
		                                  .unread_bytes = classes[i].tally.unread_bytes};
		words(&classes[i], columns[i].below);
		if (classes[i].tally.count > 0)
			snprintf(columns[i].above, sizeof columns[i].above, "%s",
			         reeve_size_format(classes[i].tally.bytes, size));
	}
	fprintf(out, "<div class=\"card\"><h2>%s</h2>\n", title);
	page_columns(out, title, columns, n);
	fputs("</div>\n", out);
}

static void put_row(FILE *out, const char *name, const char *count, const struct reeve_tally *tally,
                    uint64_t all, uint64_t longest)
{
	struct page_bar bar = {tally->bytes, tally->unread_bytes, longest};

	fputs("<div class=\"row\"><div class=\"words\"><span class=\"name\" title=\"", out);
	page_text(out, name);
	fputs("\">", out);
	page_text(out, name);
	fputs("</span><span class=\"figures\"><b>", out);
	put_size(out, tally->bytes);
	fprintf(out, "</b> \xc2\xb7 %.0f%% \xc2\xb7 %llu<span class=\"unit\"> %s%s</span></span></div>",
	        percent(tally->bytes, all), (unsigned long long)tally->count, count,
	        tally->count == 1 ? "" : "s");
	if (longest > 0)
		page_bar(out, &bar);
	fputs("</div>\n", out);
}

static void put_names(FILE *out, const char *title, const char *count, const char *none,
                      const struct reeve_report_names *names, uint64_t all, bool is_wide)
{
	uint64_t longest = names->count > 0 ? names->rows[0].tally.bytes : 0;
	char others[40];

	if (names->count == 0)
		return;
	fprintf(out, "<div class=\"card%s\"><h2>%s</h2>\n", is_wide ? " wide" : "", title);
	for (size_t i = 0; i < names->count; i++)
		put_row(out, report_name(names->rows[i].name, none), count, &names->rows[i].tally,
		        all, longest);
	if (names->others.count > 0)
		put_row(out, report_others(names, others), count, &names->others, all, 0);
	if (!names->is_exact) {
		fprintf(out, "<p class=\"faint\">More than %d names: each may have up to ",
		        REEVE_REPORT_NAMES);
		put_size(out, report_missed(names));
		fputs(" more.</p>\n", out);
	}
	fputs("</div>\n", out);
}

static void put_largest(FILE *out, const struct reeve_report_figures *f)
{
	char day[40];

	if (f->largest_count == 0)
		return;
	fputs("<div class=\"card wide\"><h2>Largest messages <span class=\"faint\">"
	      "(bold: unread)</span></h2>\n<table><thead><tr>"
	      "<th class=\"n\">number</th><th class=\"s\">size</th><th class=\"d\">received</th>"
	      "<th class=\"f\">from</th><th class=\"t\">subject</th></tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; i < f->largest_count; i++) {
		const struct reeve_report_message *msg = &f->largest[i];

		fprintf(out, "<tr%s><td class=\"n\">%llu</td><td class=\"s\">",
		        msg->is_read ? "" : " class=\"new\"", (unsigned long long)msg->seq);
		put_size(out, msg->bytes);
		fprintf(out, "</td><td class=\"d\">%s</td><td class=\"f\">",
		        report_day(msg->received, day));
		page_text(out, report_name(msg->from, "(no sender)"));
		fputs("</td><td class=\"t\" title=\"", out);
		page_text(out, msg->subject);
		fputs("\">", out);
		page_text(out, report_name(msg->subject, "(no subject)"));
		if (f->boxes > 1) {
			fputs("<br><span class=\"faint\">", out);
			page_text(out, msg->box);
			fputs("</span>", out);
		}
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

/* ---- sections -------------------------------------------------------------------------------- */

static void put_section(FILE *out, const struct report_box *box, const char *title)
{
	const struct reeve_report_figures *f = box->figures;
	uint64_t all = f->all.bytes;

	fputs("<section class=\"box\">\n<h1>", out);
	page_text(out, title);
	fputs("</h1>\n", out);
	if (box->user != NULL) {
		fputs("<p class=\"faint\">mailbox of ", out);
		page_text(out, box->user);
		fputs("</p>\n", out);
	}
	put_tiles(out, f);
	if (f->all.count > 0) {
		fputs("<div class=\"cards\">\n", out);
		put_commands(out, box);
		put_key(out, f);
		if (box->boxes != NULL)
			put_names(out, "Mailboxes", "message", "?", box->boxes, all, true);
		put_classes(out, "Received", f->ages, REEVE_REPORT_AGES, report_age);
		put_classes(out, "Size of messages", f->sizes, REEVE_REPORT_SIZES, report_size);
		put_names(out, "Senders", "message", "(no sender)", &f->senders, all, false);
		put_names(out, "Domains", "message", "(no domain)", &f->domains, all, false);
		put_names(out, "Attachments", "part", "(no type)", &f->attachments, all, false);
		put_names(out, "Lists", "message", "(no name)", &f->lists, all, false);
		put_largest(out, f);
		fputs("</div>\n", out);
	}
	fputs("</section>\n", out);
}

void report_page_begin(FILE *out, const struct report_box *total)
{
	char title[60];

	page_begin(out, REPORT_PAGE_BEGINS, "What fills the mail");
	if (total != NULL) {
		snprintf(title, sizeof title, "All %llu mailboxes",
		         (unsigned long long)total->figures->boxes);
		put_section(out, total, title);
	}
}

void report_page_box(FILE *out, const struct report_box *box)
{
	put_section(out, box, box->path);
}

void report_page_failed(FILE *out, const struct reeve_error *err)
{
	fputs("<section class=\"box\"><div class=\"card\">", out);
	page_text(out, err->text);
	fputs("</div></section>\n", out);
}

void report_page_end(FILE *out)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[40] = "";

	if (localtime_r(&now, &tm) != NULL)
		strftime(text, sizeof text, "%Y-%m-%d %H:%M", &tm);
	fprintf(out, "<footer>mailreeve %s, %s</footer>\n", reeve_version(), text);
	page_end(out);
}
