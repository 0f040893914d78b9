/* SPDX-License-Identifier: MIT */
/*
 * conf_big: files that nobody writes, of 100 MB or of a million pieces, read, asked, changed and
 * linted as Dovecot's, for conf_big.py. How long it takes must not depend on what they hold:
 * seconds for each; a minute is where it fails, for a machine may be slow.
 *
 *     conf_big [BYTES [NAME]]
 */
#include "conf/dovecot_walk.h"
#include "conf/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS = 60, MANY = 1 << 20 };

static size_t size = 100 << 20;

/* One unit as often as it fits, then `end`. */
static const struct {
	const char *name, *start, *unit, *end;
	size_t most; /* units; 0: all that fit */
} rows[] = {
	{"settings", "", "mail_debug = yes # or no\n", "", MANY},
	{"different settings", "", "\x01 = yes\n", "", MANY},
	{"comments", "", "#mail_debug = yes\n", "", 0},
	{"empty lines", "", "\n", "", MANY},
	{"one line", "a = ", "x", "\n", 0},
	{"one name", "", "x", "\n", 0},
	{"blanks", "a = ", " ", "\n", 0},
	{"quotes", "a = ", "\"'", "\n", 0},
	{"backslashes", "a = \"", "\\\"", "\"\n", 0},
	{"continued", "a = b \\\n", "c \\\n", "d\n", 0},
	{"continued and dropped", "", "c \\\n#\n", "d = e\n", MANY},
	{"NUL", "", "\x02", "", 0},
	{"NUL lines", "", "a\x02\n", "", MANY},
	{"blocks", "", "protocol imap {\n a = b\n}\n", "", MANY},
	{"nested 10000", "", "a b {\n", "c = d\n", 10000},
	{"nested", "", "protocol a {\nb = c\n", "", MANY},
	{"nested on a line", "", "a { ", "\n", MANY},
	{"nested and closed on a line", "", "a { ", "}}}}\n", MANY},
	{"ends", "", "}\n", "", MANY},
	{"ends on a line", "", "}", "", MANY},
	{"here-documents", "", "a = <<E\nb\nE\n", "", MANY},
	{"here-documents without end", "", "a = <<E\n", "", 0},
	{"marks of no kind", "", "\xff\xfe{}=\"\\\x02#$\n", "", MANY},
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* \x01 is a number, \x02 a NUL. */
static void fill(FILE *out, size_t row)
{
	size_t n = strlen(rows[row].unit), most = size / n;

	if (rows[row].most > 0 && rows[row].most < most)
		most = rows[row].most;
	fputs(rows[row].start, out);
	for (size_t i = 0; i < most; i++) {
		for (size_t k = 0; k < n; k++) {
			char byte = rows[row].unit[k];

			if (byte == 1)
				fprintf(out, "n%zu", i);
			else
				fputc(byte == 2 ? 0 : byte, out);
		}
	}
	fputs(rows[row].end, out);
}

static bool try_row(size_t row, const char *path)
{
	struct reeve_conf_how how = {.path = path};
	struct reeve_conf_setting setting;
	struct reeve_error err = {0};
	FILE *out = fopen(path, "wb");
	double start;
	bool is_good;

	if (out == NULL)
		return false;
	fill(out, row);
	fclose(out);
	start = now();
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);
	if (conf == NULL) {
		printf("FAIL: %s: %s\n", rows[row].name, err.text);
		return false;
	}
	double opened = now() - start;
	is_good = reeve_tree_tiles(conf->docs[0]);
	reeve_conf_get(conf, "a", 0, &setting, NULL);
	double asked = now() - start;
	reeve_conf_set(conf, "a", "another", NULL);
	reeve_conf_set(conf, "protocol imap/new", "value", NULL);
	double changed = now() - start;
	reeve_conf_lint(conf, NULL);
	reeve_conf_close(conf);
	double all = now() - start;
	is_good = is_good && all < SECONDS;
	printf("%s%-28s open %5.2f s, get %5.2f, set %5.2f, lint %5.2f\n",
	       is_good ? "" : "FAIL: ", rows[row].name, opened, asked - opened, changed - asked,
	       all - changed);
	return is_good;
}

int main(int argc, char **argv)
{
	char path[64];
	unsigned int passed = 0, failed = 0;
	int fd = memfd_create("conf_big", 0);

	if (argc > 1)
		size = strtoull(argv[1], NULL, 10);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (argc > 2 && strcmp(argv[2], rows[i].name) != 0)
			continue;
		if (try_row(i, path))
			passed++;
		else
			failed++;
		fflush(stdout);
	}
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed > 0;
}
