/* SPDX-License-Identifier: MIT */
/*
 * The library's answers about configurations of Postfix, many in one process, for conf_postfix.py.
 *
 *     conf_postfix_ask ROOT <commands      one a line, its words split by tabs
 *
 * `list DIR`, `effective DIR`: "PATH<tab>FLAGS<tab>VALUE" of each row (s: shadowed). `get DIR PATH`.
 * `set DIR PATH VALUE`, `unset DIR PATH`: files that change are written. Each answer ends with a line
 * ".R" with the number that was returned; diagnostics begin with "!", errors with "?".
 */
#include <mailreeve/conf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void tell(void *user, const struct reeve_diag *diag)
{
	(void)user;
	printf("!%s:%llu:%llu: %s\n", diag->file, (unsigned long long)diag->line,
	       (unsigned long long)diag->column, diag->text);
}

static long list(struct reeve_conf *conf, unsigned int flags, struct reeve_error *err)
{
	struct reeve_conf_list *rows = reeve_conf_list(conf, flags, err);

	if (rows == NULL)
		return -1;
	for (size_t i = 0; i < reeve_conf_list_count(rows); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(rows, i);

		printf("%s\t%s\t%s\n", row->path, row->is_shadowed ? "s" : "", row->value);
	}
	reeve_conf_list_free(rows);
	return 0;
}

static long get(struct reeve_conf *conf, const char *path, struct reeve_error *err)
{
	struct reeve_conf_setting setting;
	int r = reeve_conf_get(conf, path, REEVE_CONF_EFFECTIVE, &setting, err);

	if (r == 1)
		printf("%s\t%s\t%s\n", setting.path, setting.is_default ? "d" : "", setting.value);
	return r;
}

static void save(struct reeve_conf *conf)
{
	for (size_t i = 0; i < reeve_conf_file_count(conf); i++) {
		struct reeve_conf_file file = reeve_conf_file(conf, i);
		FILE *out;

		if (file.new_bytes == file.old_bytes || (out = fopen(file.path, "w")) == NULL)
			continue;
		fwrite(file.new_bytes, 1, file.new_size, out);
		fclose(out);
	}
}

static long answer(struct reeve_conf *conf, const char **words, struct reeve_error *err)
{
	long r;

	if (strcmp(words[0], "list") == 0)
		return list(conf, 0, err);
	if (strcmp(words[0], "effective") == 0)
		return list(conf, REEVE_CONF_EFFECTIVE, err);
	if (strcmp(words[0], "get") == 0)
		return get(conf, words[2], err);
	if (strcmp(words[0], "lint") == 0)
		return reeve_conf_lint(conf, err);
	r = strcmp(words[0], "set") == 0 ? reeve_conf_set(conf, words[2], words[3], err)
	                                 : reeve_conf_unset(conf, words[2], err);
	if (r == 1)
		save(conf);
	return r;
}

int main(int argc, char **argv)
{
	struct reeve_talk talk = {.diag = tell};
	char *line = NULL;
	size_t room = 0;

	while (argc == 2 && getline(&line, &room, stdin) > 0) {
		const char *words[4] = {"", "", "", ""};
		char *rest = line;
		struct reeve_error err = {0};
		long r = -1;

		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < 4 && rest != NULL; i++)
			words[i] = strsep(&rest, "\t");

		struct reeve_conf_how how = {.root = argv[1], .path = words[1], .talk = &talk};
		struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_POSTFIX, &how, &err);
		if (conf != NULL)
			r = answer(conf, words, &err);
		if (r < 0)
			printf("?%d %s\n", err.code, err.text);
		printf(".%ld\n", r);
		fflush(stdout);
		reeve_conf_close(conf);
	}
	free(line);
	return 0;
}
