/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a Dovecot configuration of two files (as in fuzz_dovecot_eval.c: what stands between
 * the first two bytes 1 is included there), brought to 2.3. Its comments are all there, in their
 * order; what comes out is not changed again.
 */
#include <mailreeve/migrate.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int files[2] = {-1, -1};

static void must(bool so, const char *what, const void *bytes, size_t n)
{
	if (!so) {
		fprintf(stderr, "%s:\n%.*s\n", what, (int)n, (const char *)bytes);
		abort();
	}
}

static void put(int file, const void *bytes, size_t n)
{
	must(write(file, bytes, n) == (ssize_t)n, "cannot write", "", 0);
}

/* What else is included is not for chance to say. */
static void add(int file, const uint8_t *bytes, size_t n)
{
	char *copy = malloc(n + 1);

	must(copy != NULL, "no memory", "", 0);
	for (size_t i = 0; i < n; i++)
		copy[i] = (char)(bytes[i] == '!' ? '?' : bytes[i]);
	put(file, copy, n);
	free(copy);
}

static void write_files(const uint8_t *data, size_t size)
{
	const uint8_t *first = memchr(data, 1, size), *second = NULL;
	char line[64];

	for (int i = 0; i < 2; i++) {
		if (files[i] < 0)
			files[i] = memfd_create("dovecot.conf", 0);
		must(files[i] >= 0 && ftruncate(files[i], 0) == 0 &&
		             lseek(files[i], 0, SEEK_SET) == 0,
		     "no file", "", 0);
	}
	if (first != NULL)
		second = memchr(first + 1, 1, size - (size_t)(first + 1 - data));
	if (second == NULL) {
		add(files[0], data, size);
		return;
	}
	snprintf(line, sizeof line, "\n!include /proc/self/fd/%d\n", files[1]);
	add(files[0], data, (size_t)(first - data));
	put(files[0], line, strlen(line));
	add(files[1], first + 1, (size_t)(second - first - 1));
	size -= (size_t)(second + 1 - data);
	data = second + 1;
	first = memchr(data, 1, size);
	if (first != NULL) {
		add(files[0], data, (size_t)(first - data));
		put(files[0], line, strlen(line));
		size -= (size_t)(first + 1 - data);
		data = first + 1;
	}
	add(files[0], data, size);
}

static struct reeve_migrate *migrate_files(void)
{
	struct reeve_migrate_how how = {0};
	struct reeve_migrate *migrate;
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", files[0]);
	how.path = path;
	migrate = reeve_migrate_open(&how, NULL);
	must(migrate != NULL && reeve_migrate_run(migrate, "2.3", NULL) >= 0, "not migrated", "",
	     0);
	return migrate;
}

/* The next comment line at or behind *at: from its '#' on. */
static bool next_comment(const char *bytes, size_t size, size_t *at, const char **text_r,
                         size_t *n_r)
{
	while (*at < size) {
		const char *line = bytes + *at, *end = memchr(line, '\n', size - *at);
		size_t n = end == NULL ? size - *at : (size_t)(end - line);

		*at += n + (end != NULL);
		while (n > 0 && (*line == ' ' || *line == '\t'))
			line++, n--;
		n -= n > 0 && line[n - 1] == '\r';
		if (n > 0 && *line == '#') {
			*text_r = line;
			*n_r = n;
			return true;
		}
	}
	return false;
}

static bool is_in(const struct reeve_conf_file *file, const char *text, size_t n)
{
	const char *there;
	size_t at = 0, there_n;

	while (next_comment(file->new_bytes, file->new_size, &at, &there, &there_n))
		if (there_n == n && memcmp(text, there, n) == 0)
			return true;
	return false;
}

static void check_comments(struct reeve_migrate *migrate)
{
	struct reeve_conf_file files_now[2] = {reeve_migrate_file(migrate, 0)};
	size_t count = reeve_migrate_file_count(migrate), at, n;
	const char *text;

	if (count == 2)
		files_now[1] = reeve_migrate_file(migrate, 1);
	for (size_t i = 0; i < count; i++) {
		at = 0;
		while (next_comment(files_now[i].old_bytes, files_now[i].old_size, &at, &text, &n))
			must(is_in(&files_now[0], text, n) ||
			             (count == 2 && is_in(&files_now[1], text, n)),
			     "a comment is gone", text, n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_migrate *migrate, *again;
	size_t count;

	write_files(data, size);
	migrate = migrate_files();
	count = reeve_migrate_file_count(migrate);
	must(count <= 2, "too many files", "", 0);
	check_comments(migrate);
	for (size_t i = 0; i < count; i++) {
		struct reeve_conf_file file = reeve_migrate_file(migrate, i);

		must(ftruncate(files[i], 0) == 0 && lseek(files[i], 0, SEEK_SET) == 0, "no file",
		     "", 0);
		put(files[i], file.new_bytes, file.new_size);
	}
	again = migrate_files();
	must(reeve_migrate_file_count(again) == count, "another number of files", "", 0);
	for (size_t i = 0; i < count; i++) {
		struct reeve_conf_file file = reeve_migrate_file(again, i);

		must(file.new_size == file.old_size &&
		             memcmp(file.new_bytes, file.old_bytes, file.old_size) == 0,
		     "changed again", file.new_bytes, file.new_size);
	}
	reeve_migrate_close(again);
	reeve_migrate_close(migrate);
	return 0;
}
