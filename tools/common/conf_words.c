/* SPDX-License-Identifier: MIT */
/* What reeve-conf set and unset are asked for: PATH=VALUE, and values from files. */
#include "conf_change.h"

#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cut PATH=VALUE in two, at the first '=' outside quotes. The value, or NULL if there is none. */
static char *split(char *word)
{
	bool is_quoted = false;
	char *p = word;

	for (; *p != '\0' && (*p != '=' || is_quoted); p++) {
		if (*p == '"')
			is_quoted = !is_quoted;
		else if (*p == '\\' && is_quoted && p[1] != '\0')
			p++;
	}
	if (*p == '\0')
		return NULL;

	char *value = p + 1;
	/* As list prints it: "PATH = VALUE". */
	if (p > word && (p[-1] == ' ' || p[-1] == '\t')) {
		while (p > word && (p[-1] == ' ' || p[-1] == '\t'))
			p--;
		value += strspn(value, " \t");
	}
	*p = '\0';
	return value;
}

char *conf_value_read(const char *path, struct reeve_error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *value = calloc(1, CONF_VALUE_MAX + 1);
	size_t n = 0;
	ssize_t got = 0;

	if (value == NULL) {
		conf_error(err, REEVE_ENOMEM, "out of memory");
		goto out;
	}
	if (fd >= 0)
		while (n < CONF_VALUE_MAX && (got = read(fd, value + n, CONF_VALUE_MAX - n)) != 0) {
			if (got < 0 && errno != EINTR)
				break;
			n += got > 0 ? (size_t)got : 0;
		}
	if (fd < 0 || got < 0) {
		conf_error(err, REEVE_EIO, "cannot read '%s': %s", path, strerror(errno));
		goto out;
	}
	/* An empty file is an accident of whoever made it; an empty line is an empty value. */
	size_t line = strcspn(value, "\n");
	if (n == 0 || n == CONF_VALUE_MAX || strlen(value) < n || (line < n && line + 1 < n)) {
		conf_error(err, REEVE_EREFUSED, "'%s' does not hold one line", path);
		goto out;
	}
	if (line > 0 && value[line] == '\n' && value[line - 1] == '\r')
		line--;
	value[line] = '\0';
	err->code = REEVE_OK;
out:
	if (fd >= 0 && !is_stdin)
		close(fd);
	if (value != NULL && err->code != REEVE_OK) {
		explicit_bzero(value, CONF_VALUE_MAX);
		free(value);
		value = NULL;
	}
	return value;
}

void conf_words_read(struct conf_change *change)
{
	struct conf_run *run = change->run;

	if (run->value_file != NULL && run->word_count != 1)
		tool_usage("--value-file has the value of one PATH");
	for (size_t i = 0; i < run->word_count; i++) {
		char *word = run->words[i];

		if (!run->is_unset) {
			change->items[i].value = split(word);
			if (change->items[i].value != NULL && run->value_file != NULL)
				tool_usage("--value-file: '%s' has a value already", word);
			if (change->items[i].value == NULL && run->value_file == NULL)
				tool_usage("no value: write '%s=VALUE'", word);
		}
		if (word[0] == '\0')
			tool_usage("a PATH is missing");
		change->items[i].path = word;
		for (size_t k = 0; k < i; k++)
			if (strcmp(run->words[k], word) == 0)
				tool_usage("'%s' is given twice", word);
	}
}

char *conf_words_describe(const struct conf_run *run)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (out == NULL)
		return NULL;
	fprintf(out, "reeve-conf %s", run->is_unset ? "unset" : "set");
	for (size_t i = 0; i < run->word_count; i++) {
		const char *quote = strpbrk(run->words[i], " \t\"$&;|<>*?[]") != NULL ? "'" : "";

		fprintf(out, " %s%s%s", quote, run->words[i], quote);
	}
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
