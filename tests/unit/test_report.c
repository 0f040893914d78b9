/* SPDX-License-Identifier: MIT */
/* Reports: mailboxes in, figures out; and what a command frees is what a dry run says. */
#include "folder.h"
#include "unit.h"

#include <inttypes.h>
#include <mailreeve/mbox.h>
#include <mailreeve/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DAY 86400
#define NOW INT64_C(1764000000) /* 2025-11-24 16:00:00 UTC */

/*
 * A message received so many days before NOW, and a second. `header` ends its lines; without a
 * Received field in it the message is suspect.
 */
static void write_message(FILE *f, int days, const char *header, size_t body_bytes)
{
	time_t t = (time_t)(NOW - (int64_t)days * DAY - 1);
	struct tm tm;
	char date[40];

	gmtime_r(&t, &tm);
	strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	fprintf(f, "From x %s\n%s\n", date, header);
	for (size_t i = 0; i < body_bytes; i++)
		fputc(i % 64 == 63 || i + 1 == body_bytes ? '\n' : 'x', f);
	fputc('\n', f);
}

static struct reeve_report *read_box(const char *path, const struct reeve_report_figures **f)
{
	struct reeve_report_options options = {.root = ".", .now = NOW, .top = 3};
	struct reeve_error err = {0};
	struct reeve_report *report = reeve_report_new(&options, &err);

	ck_assert_ptr_nonnull(report);
	ck_assert_msg(reeve_report_read(report, path, &err) == 0, "%s", err.text);
	*f = reeve_report_figures(report, &err);
	ck_assert_ptr_nonnull(*f);
	return report;
}

/* "name 2/120/1": count, bytes, unread; one line each, others last if there are. */
static const char *names_text(const struct reeve_report_names *names)
{
	static char text[4000];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < names->count; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		                      "%s %" PRIu64 "/%" PRIu64 "/%" PRIu64 "\n", names->rows[i].name,
		                      names->rows[i].tally.count, names->rows[i].tally.bytes,
		                      names->rows[i].tally.unread_count);
	if (names->others.count > 0)
		snprintf(text + n, sizeof text - n, "others %" PRIu64 "/%" PRIu64 "\n",
		         names->others.count, names->others.bytes);
	return text;
}

START_TEST(test_figures)
{
	const struct reeve_report_figures *f;
	FILE *box = fopen("box", "w");

	/* From_ and Received are 44 bytes, the empty lines 2 */
	write_message(box, 1, "Received: y\nFrom: Ann <Ann@Example.ORG>\nStatus: RO\n", 100);
	write_message(box, 8, "Received: y\nFrom: ann@example.org\nSubject: =?utf-8?q?caf=C3=A9?=\n", 200000);
	write_message(box, 40, "Received: y\nFrom: bob@example.org\nList-Id: The list <L.Example.org>\nStatus: R\n"
	                       "X-Status: F\n", 300);
	write_message(box, 400, "Received: y\nFrom: carol@other.example\n", 20000);
	write_message(box, 4000, "Received: y\nSubject: nobody\nStatus: R\n", 10);
	fclose(box);
	struct reeve_report *report = read_box("box", &f);

	ck_assert_uint_eq(f->boxes, 1);
	ck_assert_uint_eq(f->all.count, 5);
	ck_assert_uint_eq(f->bytes, f->all.bytes);
	ck_assert_uint_eq(f->all.unread_count, 2);
	ck_assert_uint_eq(f->flagged.count, 1);
	ck_assert_int_eq(f->oldest, NOW - 4000 * DAY - 1);
	ck_assert_int_eq(f->newest, NOW - DAY - 1);
	ck_assert_str_eq(names_text(&f->senders),
	                 "ann@example.org 2/200284/1\ncarol@other.example 1/20072/1\n"
	                 "bob@example.org 1/424/0\nothers 1/82\n");
	ck_assert_str_eq(names_text(&f->domains),
	                 "example.org 3/200708/1\nother.example 1/20072/1\n 1/82/0\n");
	ck_assert_str_eq(names_text(&f->lists), "l.example.org 1/424/0\n");
	ck_assert_uint_eq(f->attachments.count, 0);

	static const uint64_t ages[] = {1, 1, 1, 0, 1, 1}, sizes[] = {3, 1, 1, 0, 0, 0};
	for (size_t i = 0; i < REEVE_REPORT_AGES; i++)
		ck_assert_uint_eq(f->ages[i].tally.count, ages[i]);
	for (size_t i = 0; i < REEVE_REPORT_SIZES; i++)
		ck_assert_uint_eq(f->sizes[i].tally.count, sizes[i]);
	ck_assert_uint_eq(f->ages[1].from, 7);
	ck_assert_uint_eq(f->ages[1].to, 30);
	ck_assert_uint_eq(f->ages[5].to, 0);

	ck_assert_uint_eq(f->largest_count, 3);
	ck_assert_uint_eq(f->largest[0].seq, 2);
	ck_assert_uint_eq(f->largest[0].bytes, 200099);
	ck_assert_str_eq(f->largest[0].subject, "caf\xc3\xa9");
	ck_assert_str_eq(f->largest[0].from, "ann@example.org");
	ck_assert(!f->largest[0].is_read);
	ck_assert_uint_eq(f->largest[1].seq, 4);
	ck_assert_str_eq(f->largest[1].subject, "");
	reeve_report_free(report);
}
END_TEST

/* What a command frees, in the words of reeve-prune, as a dry run of the library. */
static void check_command(const char *path, const struct reeve_report_command *command)
{
	static const struct {
		const char *option, *query;
	} words[] = {
		{"--read", "SEEN"},
		{"--older-than 365d", "BEFORE 365d"},
		{"--older-than 90d", "BEFORE 90d"},
		{"--older-than 30d", "BEFORE 30d"},
		{"--larger-than 10M", "LARGER 10485760"},
		{"--larger-than 1M", "LARGER 1048576"},
		{"--keep-flagged", ""},
	};
	struct reeve_prune_result result;
	struct reeve_error err = {0};
	char query[200] = "";
	size_t matched = 0;

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strstr(command->options, words[i].option) == NULL)
			continue;
		matched += strlen(words[i].option) + 1;
		snprintf(query + strlen(query), sizeof query - strlen(query), "%s ", words[i].query);
	}
	if (command->name_option != NULL)
		snprintf(query + strlen(query), sizeof query - strlen(query), "%s \"%s\"",
		         strcmp(command->name_option, "--from") == 0 ? "FROM" : "HEADER List-Id",
		         command->name);
	ck_assert_uint_eq(matched, strlen(command->options) + 1);
	struct reeve_prune prune = {
		.root = ".",
		.dry_run = true,
		.query = reeve_query_compile(query, NOW, &err),
		.keep_flagged = strstr(command->options, "--keep-flagged") != NULL,
	};
	ck_assert_msg(prune.query != NULL, "%s: %s", query, err.text);
	ck_assert_msg(reeve_mbox_prune(path, &prune, &result, &err) == 0, "%s", err.text);
	ck_assert_msg(result.bytes_removed == command->removed.bytes &&
	                      result.messages_removed == command->removed.count &&
	                      result.unread_removed == command->removed.unread_count,
	              "%s frees %" PRIu64 " in %" PRIu64 " messages, a dry run says %" PRIu64
	              " in %" PRIu64, command->options, command->removed.bytes,
	              command->removed.count, result.bytes_removed, result.messages_removed);
	reeve_query_free((struct reeve_query *)prune.query);
}

/* "best|other|..." as they come. */
static const char *commands_text(const struct reeve_report_figures *f)
{
	static char text[1000];
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < f->command_count; i++) {
		const struct reeve_report_command *c = &f->commands[i];

		n += (size_t)snprintf(text + n, sizeof text - n, "%s%s%s", i > 0 ? "|" : "",
		                      i == f->command_best ? "*" : "", c->options);
		if (c->name_option != NULL)
			n += (size_t)snprintf(text + n, sizeof text - n, " %s=%s", c->name_option,
			                      c->name);
	}
	return text;
}

/*
 * Messages "DAYS FLAGS BYTES": flags as in Status, and F; s: a suspect piece; p: the pseudo one;
 * b: with X-IMAPbase; a: from Ann; c: from Carol, whose address has Ann's in it; l: by a list.
 */
static const struct {
	const char *name;
	const char *box;
	const char *commands;
} rows[] = {
	{"nothing", "", ""},
	{"only unread and young", "1 O 100,2 O 100", ""},
	{"read", "1 R 100,2 O 100", "*--read"},
	{"the most cautious", "400 R 100,2 O 100", "*--read --older-than 365d"},
	{"a tenth is not worth it", "400 R 9000,40 R 400,1 R 100,2 O 100",
         "*--read --older-than 365d|--read --older-than 30d|--read"},
	{"more is", "400 R 100,40 R 9000,1 R 100", "--read --older-than 365d|*--read --older-than 30d|--read"},
	{"unread only where nothing was read", "400 O 100,100 O 5000,1 O 100",
         "--older-than 365d|*--older-than 90d"},
	{"read first", "400 O 90000,1 R 100", "*--read"},
	{"flagged stays", "400 RF 100,400 R 200,1 O 100", "*--read --older-than 365d --keep-flagged"},
	{"flagged that nobody would remove", "1 OF 100,400 R 200", "*--read --older-than 365d"},
	{"all of it", "400 R 100,400 R 100", "*--read --older-than 365d"},
	{"large", "1 R 1100000,1 R 100,400 R 100",
         "--read --older-than 365d|*--read --larger-than 1M|--read"},
	{"larger as IMAP counts", "1 R 1040000,1 R 100", "*--read --larger-than 1M|--read"},
	{"not larger", "1 R 1000000,1 R 100", "*--read"},
	{"10 M", "1 R 10500000,1 R 2000000,1 R 100",
         "--read --larger-than 10M|*--read --larger-than 1M|--read"},
	{"a suspect piece goes too", "400 R 100,400 Rs 100,1 O 100", "*--read --older-than 365d"},
	{"a suspect piece holds back", "400 R 100,1 Os 100,400 R 50,1 O 100", "*--read --older-than 365d"},
	{"two pieces", "400 R 100,400 Rs 100,40 Rs 100,1 O 100", "*--read --older-than 30d"},
	{"the first is suspect", "400 Rs 100,1 O 100", "*--read --older-than 365d"},
	{"pseudo", "400 Rp 100,400 R 200,1 O 100", "*--read --older-than 365d"},
	{"a piece behind the pseudo one", "400 Rp 100,400 Rs 200,1 O 100", "*--read --older-than 365d"},
	{"X-IMAPbase moves", "400 Rb 300,1 O 100", "*--read --older-than 365d"},
	{"X-IMAPbase goes with all", "400 Rb 300,400 R 100", "*--read --older-than 365d"},
	{"a sender", "1 Ra 800,1 R 300,1 Oa 100", "--read --from=ann@x.example|*--read"},
	{"a sender of nearly all", "1 Ra 9000,1 R 30", "*--read"},
	{"a sender of little", "1 Ra 100,1 R 1000", "*--read"},
	{"a sender whom a query finds in others", "1 Ra 800,1 Rc 300,1 R 500",
         "--read --from=ann@x.example|*--read"},
	{"a sender, flagged", "1 RaF 80,1 Ra 700,1 R 600",
         "--read --keep-flagged --from=ann@x.example|*--read --keep-flagged"},
	{"a list", "1 Rl 800,1 R 300,400 R 100",
         "--read --older-than 365d|--read --list=the.list|*--read"},
	{"a sender by a list", "1 Rla 800,1 Rl 300,1 R 200",
         "--read --from=ann@x.example|--read --list=the.list|*--read"},
	{"a sender held back by a piece", "1 Ra 800,1 Rs 300,1 Ra 500",
         "--read --from=ann@x.example|*--read"},
	{"X-IMAPbase in front of a piece", "400 Rb 300,400 Rs 100,1 O 100", "*--read --older-than 365d"},
};

static void write_box(const char *path, const char *box)
{
	FILE *f = fopen(path, "w");

	for (const char *p = box; *p != '\0';) {
		int days, used;
		char flags[8], header[300];
		unsigned long bytes;

		ck_assert_int_eq(sscanf(p, "%d %7s %lu%n", &days, flags, &bytes, &used), 3);
		snprintf(header, sizeof header, "%s%s%s%s%sStatus: %s\nX-Status: %s\n",
		         strchr(flags, 'a') != NULL   ? "From: Ann <ann@x.example>\n"
		         : strchr(flags, 'c') != NULL ? "From: <carol-ann@x.example>\n" : "",
		         strchr(flags, 'l') != NULL ? "List-Id: <the.list>\n" : "",
		         strchr(flags, 's') == NULL ? "Received: y\n" : "",
		         strchr(flags, 'b') != NULL ? "X-IMAPbase: 1234567890 0000000042\n" : "",
		         strchr(flags, 'p') != NULL
		                 ? "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
		                   "X-IMAP: 1234567890 0000000042\n" : "",
		         strchr(flags, 'R') != NULL ? "RO" : "O",
		         strchr(flags, 'F') != NULL ? "F" : "");
		write_message(f, days, header, bytes);
		p += used + (p[used] == ',');
	}
	fclose(f);
}

START_TEST(test_commands)
{
	const struct reeve_report_figures *f;

	fclose(fopen("box", "w+"));
	write_box("box", rows[_i].box);
	struct reeve_report *report = read_box("box", &f);

	ck_assert_msg(strcmp(commands_text(f), rows[_i].commands) == 0, "%s: %s", rows[_i].name,
	              commands_text(f));
	for (size_t i = 0; i < f->command_count; i++)
		check_command("box", &f->commands[i]);
	reeve_report_free(report);
}
END_TEST

/* The same for boxes of chance. */
START_TEST(test_commands_at_random)
{
	static const int ages[] = {1, 29, 31, 89, 91, 364, 366, 5000};
	static const char *const flags[] = {"R", "R", "R", "O", "RF", "OF", "Rs", "Rs", "Os"};
	const struct reeve_report_figures *f;
	char box[4000];
	size_t n = 0;

	srandom((unsigned int)_i + 1);
	for (int i = (int)(random() % 30); i >= 0; i--)
		n += (size_t)snprintf(box + n, sizeof box - n, "%d %s%s %ld%s",
		                      ages[random() % 8], flags[random() % 9],
		                      n == 0 ? random() % 2 ? "b" : random() % 2 ? "p" : "" : "",
		                      random() % 2000, i > 0 ? "," : "");
	write_box("box", box);
	struct reeve_report *report = read_box("box", &f);
	for (size_t i = 0; i < f->command_count; i++)
		check_command("box", &f->commands[i]);
	reeve_report_free(report);
}
END_TEST

START_TEST(test_total)
{
	struct reeve_report_options options = {.root = ".", .now = NOW, .top = 3};
	const struct reeve_report_figures *f, *g;
	struct reeve_error err = {0};
	struct reeve_report *total = reeve_report_new(&options, &err);

	write_box("a", "400 R 100,1 O 200");
	write_box("b", "40 R 5000,1 O 300,2 RF 10,2 O 400");
	struct reeve_report *a = read_box("a", &f), *b = read_box("b", &g);
	ck_assert_int_eq(reeve_report_add(total, a, &err), 0);
	ck_assert_int_eq(reeve_report_add(total, b, &err), 0);
	uint64_t bytes = f->bytes + g->bytes;
	reeve_report_free(a);
	reeve_report_free(b);

	f = reeve_report_figures(total, &err);
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(f->boxes, 2);
	ck_assert_uint_eq(f->bytes, bytes);
	ck_assert_uint_eq(f->all.count, 6);
	ck_assert_uint_eq(f->all.unread_count, 3);
	ck_assert_uint_eq(f->senders.all.count, 6);
	ck_assert_int_eq(f->oldest, NOW - 400 * DAY - 1);
	ck_assert_str_eq(commands_text(f), "--read --older-than 365d --keep-flagged|"
	                                   "*--read --older-than 30d --keep-flagged");
	ck_assert_uint_eq(f->largest_count, 3);
	ck_assert_str_eq(f->largest[0].box, "b");
	ck_assert_uint_eq(f->largest[0].seq, 1);
	ck_assert_str_eq(f->largest[1].box, "b");
	ck_assert_uint_eq(f->largest[1].seq, 4);
	reeve_report_free(total);
}
END_TEST

START_TEST(test_failures)
{
	struct reeve_report_options options = {.root = "."};
	struct reeve_error err = {0};
	struct reeve_report *report = reeve_report_new(&options, &err);

	ck_assert_int_eq(reeve_report_read(report, "none", &err), -1);
	ck_assert_int_eq(err.code, REEVE_EIO);
	folder_write("letter", "Dear all,\n");
	ck_assert_int_eq(reeve_report_read(report, "letter", &err), -1);
	ck_assert_int_eq(err.code, REEVE_EFORMAT);
	ck_assert_int_eq(mkdir("dir", 0700), 0);
	ck_assert_int_eq(reeve_report_read(report, "dir", &err), -1);
	ck_assert_int_eq(err.code, REEVE_EFORMAT);
	reeve_report_free(report);
	reeve_report_free(NULL);
}
END_TEST

static void shrink_box(void *user, const char *phase, uint64_t done, uint64_t total)
{
	(void)phase;
	(void)done;
	(void)total;
	ck_assert_int_eq(truncate(user, 10 << 20), 0);
}

/* Pruned under our eyes: an error that says try again. */
START_TEST(test_shrinks)
{
	struct reeve_report_options options = {
		.root = ".",
		.talk = {.progress = shrink_box, .user = (char[]){"box"}},
	};
	struct reeve_error err = {0};
	FILE *f = fopen("box", "w");

	for (int i = 0; i < 200; i++)
		write_message(f, 3, "Received: y\n", 64 << 10);
	fclose(f);
	struct reeve_report *report = reeve_report_new(&options, &err);
	ck_assert_int_eq(reeve_report_read(report, "box", &err), -1);
	ck_assert_msg(err.code == REEVE_EBUSY, "%s", err.text);
	reeve_report_free(report);
}
END_TEST

/* Called while messages are counted, and once more at the end. */
static bool note_uid(void *user)
{
	uid_t *first = user;

	if (*first == (uid_t)-1)
		*first = geteuid();
	return false;
}

/* What senders wrote is looked at with the owner's rights, and root is root again afterwards. */
START_TEST(test_owner)
{
	enum { OWNER = 54321 };
	uid_t seen = (uid_t)-1, before = geteuid(), owner = before == 0 ? OWNER : before;
	struct reeve_report_options options = {.root = ".", .now = NOW, .talk = {.cancel = note_uid, .user = &seen}};
	struct reeve_report *report = reeve_report_new(&options, NULL);
	FILE *box = fopen("box", "w");

	write_message(box, 1, "Received: y\n", 10);
	fclose(box);
	ck_assert_int_eq(chown("box", owner, (gid_t)-1), 0);
	ck_assert_int_eq(chmod("box", 0600), 0);
	ck_assert_int_eq(reeve_report_read(report, "box", NULL), 0);
	ck_assert_uint_eq(seen, owner);
	ck_assert_uint_eq(geteuid(), before);
	reeve_report_free(report);
}
END_TEST

Suite *suite_report(void)
{
	Suite *suite = suite_create("report/report");
	TCase *cases = tcase_create("report");

	tcase_add_checked_fixture(cases, folder_enter, folder_leave);
	tcase_add_test(cases, test_figures);
	tcase_add_loop_test(cases, test_commands, 0, sizeof rows / sizeof rows[0]);
	tcase_add_loop_test(cases, test_commands_at_random, 0, 20);
	tcase_add_test(cases, test_total);
	tcase_add_test(cases, test_failures);
	tcase_add_test(cases, test_shrinks);
	tcase_add_test(cases, test_owner);
	suite_add_tcase(suite, cases);
	return suite;
}
