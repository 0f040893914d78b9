/* SPDX-License-Identifier: MIT */
/*
 * Rows of label, count, size, share and a bar:
 *
 *     ann@example.org            812   99.1 MiB   7%  ██████▒▒▒
 */
#include "table.h"

#include "text.h"
#include <mailreeve/base.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	WIDTH_DEFAULT = 80,
	WIDTH_MIN = 40,
	WIDTH_MAX = 1000,
	LABEL_MIN = 14,
	LABEL_MAX = 44,
	NUMBERS_WIDTH = 9 + 12 + 6, /* count, size, share, with the blanks before them */
	BAR_MIN = 6,
	BAR_MAX = 60,
};

static struct {
	size_t width;
	size_t label; /* width of the first column */
	bool has_colour;
} table;

static size_t terminal_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	unsigned long width = 0;

	if (!isatty(STDOUT_FILENO))
		return WIDTH_DEFAULT;
	if (columns != NULL)
		width = strtoul(columns, NULL, 10);
	if (width == 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (width == 0)
		return WIDTH_DEFAULT;
	return width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
}

/* https://no-color.org: set and not empty means none. */
static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

void table_begin(void)
{
	table.width = terminal_width();
	table.has_colour = wants_colour();
	table_labels(NULL);
}

size_t table_width(void)
{
	return table.width;
}

const char *table_strong(void)
{
	return table.has_colour ? "\033[1m" : "";
}

const char *table_faint(void)
{
	return table.has_colour ? "\033[2m" : "";
}

const char *table_plain(void)
{
	return table.has_colour ? "\033[0m" : "";
}

void table_labels(const char *label)
{
	size_t most = (table.width - NUMBERS_WIDTH) * 3 / 5;

	if (most > LABEL_MAX)
		most = LABEL_MAX;
	if (label == NULL)
		table.label = LABEL_MIN;
	else if (text_width(label) > table.label)
		table.label = text_width(label);
	if (table.label > most)
		table.label = most;
}

static void put_label(const char *label)
{
	char text[LABEL_MAX * 4 * 4];
	size_t columns = text_fit(text, sizeof text, label, table.label);

	printf("%s%*s", text, (int)(table.label - columns), "");
}

void table_title(const char *text)
{
	printf("%s%s%s\n", table_strong(), text, table_plain());
}

void table_head(const char *title, const char *count)
{
	printf("\n%s", table_strong());
	put_label(title);
	printf("%s%s%9s%12s%6s%s\n", table_plain(), table_faint(), count, "size", "share",
	       table_plain());
}

/* ---- bars ---------------------------------------------------------------------------------- */

static void repeat(const char *cell, size_t n)
{
	while (n-- > 0)
		fputs(cell, stdout);
}

/*
 * What was read in full cells, what was not in light ones. A bar without an unread part ends with an
 * eighth of a cell where there is UTF-8. What is there is seen, however small.
 */
static void put_bar(const struct table_row *row, size_t room)
{
	static const char *const eighths[] = {
		"", "\xe2\x96\x8f", "\xe2\x96\x8e", "\xe2\x96\x8d",
		"\xe2\x96\x8c", "\xe2\x96\x8b", "\xe2\x96\x8a", "\xe2\x96\x89",
	};
	double scale = (double)room / (double)row->max_bytes;
	double all = scale * (double)row->bytes;
	size_t read = (size_t)(scale * (double)(row->bytes - row->unread_bytes) + 0.5);
	size_t cells = (size_t)(all + 0.5);
	size_t part = 0;

	if (row->unread_bytes == 0 && text_is_utf8()) {
		size_t n = (size_t)(all * 8 + 0.5);

		cells = n / 8;
		part = n > 0 ? n % 8 : 1;
		read = cells;
	} else if (cells == 0) {
		cells = 1;
	}
	if (row->unread_bytes > 0 && read >= cells)
		read = cells - 1;
	if (row->unread_bytes == 0)
		read = cells;
	if (row->unread_bytes < row->bytes && read == 0 && cells > 1)
		read = 1;

	if (table.has_colour)
		fputs(read + part > 0 ? "\033[32m" : "", stdout);
	repeat(text_is_utf8() ? "\xe2\x96\x88" : "#", read);
	fputs(eighths[part], stdout);
	if (table.has_colour)
		fputs(cells > read ? "\033[33m" : "", stdout);
	repeat(text_is_utf8() ? "\xe2\x96\x92" : "=", cells - read);
	fputs(table_plain(), stdout);
}

void table_legend(void)
{
	bool is_utf8 = text_is_utf8();

	printf("\n%s%s read   %s unread%s\n", table_faint(), is_utf8 ? "\xe2\x96\x88" : "#",
	       is_utf8 ? "\xe2\x96\x92" : "=", table_plain());
}

void table_row(const char *label, const struct table_row *row)
{
	size_t used = table.label + NUMBERS_WIDTH + 2;
	char size[16];

	put_label(label);
	printf("%9llu%12s", (unsigned long long)row->count, reeve_size_format(row->bytes, size));
	if (row->all_bytes > 0)
		printf("%5.0f%%", 100.0 * (double)row->bytes / (double)row->all_bytes);
	if (row->bytes > 0 && row->max_bytes > 0 && used + BAR_MIN <= table.width) {
		size_t room = table.width - used;

		fputs("  ", stdout);
		put_bar(row, room < BAR_MAX ? room : BAR_MAX);
	}
	putchar('\n');
}
