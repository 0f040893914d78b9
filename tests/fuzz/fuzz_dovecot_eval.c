/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a Dovecot configuration of two files: what stands between the first two bytes 1 is included
 * there, and may close and open blocks. Each row that is listed can be asked for by the PATH that it has.
 */
#include <mailreeve/conf.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ASKED = 12 }; /* rows of a list */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int files[2] = {-1, -1};

static void must(bool so, const char *what, const char *path)
{
	if (!so) {
		fprintf(stderr, "%s: '%s'\n", what, path);
		abort();
	}
}

/* What else is included is not for chance to say. */
static void add(int file, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char byte = (char)(bytes[i] == '!' ? '?' : bytes[i]);

		must(write(file, &byte, 1) == 1, "cannot write", "");
	}
}

static void write_files(const uint8_t *data, size_t size)
{
	const uint8_t *first = memchr(data, 1, size), *second = NULL;
	char line[64];

	for (int i = 0; i < 2; i++) {
		if (files[i] < 0)
			files[i] = memfd_create("dovecot.conf", 0);
		must(files[i] >= 0 && ftruncate(files[i], 0) == 0 && lseek(files[i], 0, SEEK_SET) == 0,
		     "no file", "");
	}
	if (first != NULL)
		second = memchr(first + 1, 1, size - (size_t)(first + 1 - data));
	if (second == NULL) {
		add(files[0], data, size);
		return;
	}
	add(files[0], data, (size_t)(first - data));
	snprintf(line, sizeof line, "\n!include /proc/self/fd/%d\n", files[1]);
	must(write(files[0], line, strlen(line)) == (ssize_t)strlen(line), "cannot write", "");
	add(files[1], first + 1, (size_t)(second - first - 1));
	add(files[0], second + 1, size - (size_t)(second + 1 - data));
}

/* Names with slashes can give two settings one PATH. */
static bool is_listed(const struct reeve_conf_list *list, const char *path, const char *value)
{
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		if (strcmp(row->path, path) == 0 && strcmp(row->value, value) == 0)
			return true;
	}
	return false;
}

static void check(struct reeve_conf *conf, unsigned int flags)
{
	struct reeve_conf_list *list = reeve_conf_list(conf, flags, NULL);
	struct reeve_conf_setting setting;
	size_t count, step;

	must(list != NULL, "no list", "");
	count = reeve_conf_list_count(list);
	step = count / ASKED + 1;
	for (size_t i = 0; i < count; i += step) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		must(reeve_conf_get(conf, row->path, flags, &setting, NULL) == 1, "not found", row->path);
		must(is_listed(list, row->path, setting.value), "another value", row->path);
	}
	reeve_conf_list_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_conf_how how = {0};
	char path[64];

	write_files(data, size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", files[0]);
	how.path = path;
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, NULL);
	must(conf != NULL, "not opened", path);
	check(conf, 0);
	check(conf, REEVE_CONF_EFFECTIVE);
	reeve_conf_close(conf);
	return 0;
}
