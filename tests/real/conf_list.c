/* SPDX-License-Identifier: MIT */
/*
 * conf_list: what a Dovecot configuration means to us, for conf_dovecot.py.
 *
 *     conf_list [-e] [-b] [-r ROOT] FILE
 *
 * Each setting is four texts that end in NUL: PATH, value, file, line. -e: effective, -b: blocks without
 * settings too.
 */
#include <mailreeve/conf.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *root;

static struct reeve_conf *open_file(const char *path)
{
	struct reeve_conf_how how = {.path = path, .root = root};
	struct reeve_error err = {0};
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);

	if (conf == NULL) {
		fprintf(stderr, "conf_list: %s\n", err.text);
		exit(1);
	}
	return conf;
}

static void print(const char *path, unsigned int flags)
{
	struct reeve_conf *conf = open_file(path);
	struct reeve_error err = {0};
	struct reeve_conf_list *list = reeve_conf_list(conf, flags, &err);

	if (list == NULL) {
		fprintf(stderr, "conf_list: %s\n", err.text);
		exit(1);
	}
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		printf("%s%c%s%c%s%c%lu%c", row->path, 0, row->value, 0,
		       row->file == NULL ? "" : row->file, 0, (unsigned long)row->line, 0);
	}
	reeve_conf_list_free(list);
	reeve_conf_close(conf);
}

int main(int argc, char **argv)
{
	unsigned int flags = 0;
	int c;

	while ((c = getopt(argc, argv, "ebr:")) != -1) {
		if (c == 'e')
			flags |= REEVE_CONF_EFFECTIVE;
		else if (c == 'b')
			flags |= REEVE_CONF_BLOCKS;
		else if (c == 'r')
			root = optarg;
		else
			return 2;
	}
	if (optind + 1 != argc)
		return 2;
	print(argv[optind], flags);
	return 0;
}
