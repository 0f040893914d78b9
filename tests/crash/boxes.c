/* SPDX-License-Identifier: MIT */
/* The boxes. What shall be left is put together from the same pieces, by no code of ours. */
#include "boxes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * how: 'b' X-IMAPbase in the first message, 'i' all messages have the same bytes (where one was
 * moved cannot be seen), 'c' CR LF, 'n' NULs and 8-bit, 'e' no line end at the end,
 * 'p' c-client's pseudo message in front, 'f' the box is another user's if we are root, 'a' what
 * goes is archived.
 *
 * The steps are 8 KB, through the journal 2 KB, and a gap is wide from 1 KB on (see the Makefile).
 */
const struct crash_box crash_boxes[] = {
	{"direct", "r9000 k3000 k700 r400 k6000 k2000 r100 k5000", "", 0, false},
	{"chunks", "r500 k900 k1500 k300 k2500 k700 k1800", "", 0, false},
	{"first", "r3000 k5000", "b", 2, false},
	{"imapbase", "r500 k700 k600 r900 k3000 k500", "b", 0, false},
	{"last", "k5000 k900 k2000 r3000", "b", 0, false},
	{"all", "r5000 r900 r400", "b", 0, false},
	{"none", "k3000 k500", "", 0, false},
	{"long", "r900 k20000 r1500 k9000 k300", "", 0, false},
	{"same", "k600 r600 k600 k600 k600", "i", 4, false},
	{"same-read-first", "r400 r400 k400 k400 k400 k400 r400", "i", 2, false},
	{"odd", "r700 k1500 k900 r300 k2500", "ncbe", 0, false},
	{"pseudo", "r700 k800 r2000 k1500 k900", "p", 0, false},
	{"foreign", "r500 k700 r3000 k9000", "bf", 0, false},
	{"archive", "r900 k700 r3000 k9000 r400", "ab", 0, false},
	{"archive-last", "k5000 k900 r3000", "a", 0, false},
	{"archive-foreign", "r500 k700 r3000 k9000", "abf", 0, false},
	{"widening", "r300 k2500 r500 k2500 r900 k2500 r3000 k9000", "b", 0, false},
	{"big-first", "r2000 k30000 k3000 k10000000 k900 k1400000 k60000", "b", 0, true},
	{"big-mixed", "r900000 k300000 r3000 k5000 r1400000 k90000", "", 4, true},
};

const size_t crash_box_count = sizeof crash_boxes / sizeof crash_boxes[0];

static const char imapbase[] = "X-IMAPbase: 1712345678 0000000077 $Label\n";

static const char pseudo[] = "From MAILER-DAEMON Mon Nov  3 10:00:00 2025\n"
			     "Date: 03 Nov 2025 10:00:00 +0000\n"
			     "From: Mail System Internal Data <MAILER-DAEMON@example.org>\n"
			     "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
			     "Message-ID: <1762164000@example.org>\n"
			     "X-IMAP: 1712345678 0000000077\n"
			     "Status: RO\n"
			     "\n"
			     "This text is part of the internal format of your mail folder.\n"
			     "\n";

void bytes_add(struct bytes *b, const char *at, size_t n)
{
	b->at = realloc(b->at, b->n + n + 1);
	if (b->at == NULL)
		abort();
	memcpy(b->at + b->n, at, n);
	b->n += n;
	b->at[b->n] = '\0';
}

void bytes_free(struct bytes *b)
{
	free(b->at);
	*b = (struct bytes){0};
}

bool bytes_equal(const struct bytes *a, const struct bytes *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->at, b->at, a->n) == 0);
}

static void add_text(struct bytes *b, const char *text)
{
	bytes_add(b, text, strlen(text));
}

/* LF becomes CR LF. */
static void widen_lines(struct bytes *b)
{
	struct bytes wide = {0};

	for (size_t i = 0; i < b->n; i++) {
		if (b->at[i] == '\n')
			bytes_add(&wide, "\r", 1);
		bytes_add(&wide, b->at + i, 1);
	}
	bytes_free(b);
	*b = wide;
}

static struct bytes one_mail(int number, size_t n, bool is_read, const char *how, bool has_base)
{
	struct bytes mail = {0};
	int shown = strchr(how, 'i') != NULL ? 1 : number;
	char line[200];

	snprintf(line, sizeof line, "From joe%d@example.org  Mon Nov  3 10:%02d:%02d 2025\n", shown,
	         shown / 60 % 60, shown % 60);
	add_text(&mail, line);
	snprintf(line, sizeof line,
	         "Return-Path: <joe%d@example.org>\nMessage-ID: <%d.crash@example.org>\n"
	         "Subject: number %d\n",
	         shown, shown, shown);
	add_text(&mail, line);
	size_t base =
		has_base ? strlen(imapbase) : 0; /* comes on top: the rest is the same without */
	bytes_add(&mail, imapbase, base);
	add_text(&mail, is_read ? "Status: RO\n\n" : "Status: O\n\n");
	if (strchr(how, 'n') != NULL)
		bytes_add(&mail, "\0\xff\xfe>From \0\n", 10);
	for (int i = 0; mail.n + 60 < n + base; i++) {
		snprintf(line, sizeof line, "line %d of message %d: %.*s\n", i, shown, 10 + i % 20,
		         "bread and butter and jam and tea");
		add_text(&mail, line);
	}
	add_text(&mail, "\n");
	if (strchr(how, 'c') != NULL)
		widen_lines(&mail);
	return mail;
}

/* The whole box; or what shall be left of it; or what shall not. */
enum part { WHOLE, LEFT, GONE };

static struct bytes make_box(const struct crash_box *box, enum part part)
{
	struct bytes all = {0};
	bool base = strchr(box->how, 'b') != NULL, is_first = true;
	int number = 0;

	bytes_add(&all, "", 0);
	if (strchr(box->how, 'p') != NULL)
		add_text(&all, pseudo);
	for (int round = 0; round == 0 || round < box->repeat; round++) {
		for (const char *p = box->mails; *p != '\0';) {
			bool is_read = *p == 'r';
			char *end;
			size_t n = strtoul(p + 1, &end, 10);
			p = *end == ' ' ? end + 1 : end;
			number++;
			if ((part == LEFT && is_read) || (part == GONE && !is_read))
				continue;
			struct bytes mail = one_mail(number, n, is_read, box->how,
			                             base && is_first && part != GONE);
			bytes_add(&all, mail.at, mail.n);
			bytes_free(&mail);
			is_first = false;
		}
	}
	if (strchr(box->how, 'e') != NULL && all.n > 0)
		all.at[--all.n] = '\0';
	return all;
}

struct bytes crash_box_old(const struct crash_box *box)
{
	return make_box(box, WHOLE);
}

struct bytes crash_box_new(const struct crash_box *box)
{
	return make_box(box, LEFT);
}

struct bytes crash_box_gone(const struct crash_box *box)
{
	struct bytes nothing = {0};

	return strchr(box->how, 'a') != NULL ? make_box(box, GONE) : nothing;
}

struct bytes crash_delivery(size_t n)
{
	return one_mail(9999, n, false, "", false);
}
