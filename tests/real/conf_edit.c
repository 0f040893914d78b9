/* SPDX-License-Identifier: MIT */
/*
 * conf_edit: change a Dovecot configuration in place, for conf_edit.py.
 *
 *     conf_edit [-r ROOT] FILE (set PATH VALUE | unset PATH)...
 *
 * Exits with 3 if a change is refused, and then writes nothing.
 */
#include <mailreeve/conf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const char *what, int status)
{
	fprintf(stderr, "conf_edit: %s\n", what);
	exit(status);
}

static void write_file(const struct reeve_conf_file *file)
{
	FILE *out = fopen(file->path, "wb");

	if (out == NULL || fwrite(file->new_bytes, 1, file->new_size, out) != file->new_size ||
	    fclose(out) != 0)
		fail(file->path, 1);
}

int main(int argc, char **argv)
{
	struct reeve_conf_how how = {0};
	struct reeve_error err = {0};
	int i = 1, r = 0;

	if (argc > 3 && strcmp(argv[1], "-r") == 0) {
		how.root = argv[2];
		i = 3;
	}
	if (i >= argc)
		fail("no file", 2);
	how.path = argv[i++];
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);
	if (conf == NULL)
		fail(err.text, 1);
	while (i + 1 < argc && r >= 0) {
		if (strcmp(argv[i], "unset") == 0) {
			r = reeve_conf_unset(conf, argv[i + 1], &err);
			i += 2;
		} else if (strcmp(argv[i], "set") == 0 && i + 2 < argc) {
			r = reeve_conf_set(conf, argv[i + 1], argv[i + 2], &err);
			i += 3;
		} else {
			fail(argv[i], 2);
		}
	}
	if (r < 0)
		fail(err.text, 3);
	for (size_t k = 0; k < reeve_conf_file_count(conf); k++) {
		struct reeve_conf_file file = reeve_conf_file(conf, k);

		if (file.new_bytes != file.old_bytes)
			write_file(&file);
	}
	reeve_conf_close(conf);
	return 0;
}
