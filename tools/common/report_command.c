/* SPDX-License-Identifier: MIT */
/* Commands that can be copied into a shell: how mailboxes are named there. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

/* Whether a shell takes the text as it is. */
static bool is_plain(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_./@%+=:,-";

	return text[0] != '\0' && text[strspn(text, plain)] == '\0';
}

static void put_word(FILE *out, bool *is_first, const char *option, const char *text)
{
	bool plain = is_plain(text);

	fprintf(out, "%s%s%s", *is_first ? "" : " ", option, plain ? "" : "'");
	*is_first = false;
	/* A file of that name must not be an option. */
	if (option[0] == '\0' && text[0] == '-')
		fputs("./", out);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	}
	if (!plain)
		fputc('\'', out);
}

static void put_all(FILE *out, bool *is_first, const struct boxes *boxes)
{
	if (boxes->all_users) {
		fprintf(out, "%s--all-users%s", *is_first ? "" : " ",
		        boxes->orphans ? " --orphans" : "");
		*is_first = false;
	}
	for (size_t i = 0; i < boxes->user_count; i++)
		put_word(out, is_first, "--user=", boxes->users[i]);
	for (size_t i = 0; i < boxes->file_count; i++)
		put_word(out, is_first, "", boxes->files[i]);
}

char *report_arguments(const struct boxes *boxes, const struct boxes_box *box)
{
	size_t root = boxes->root != NULL ? strlen(boxes->root) : 0;
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	bool is_first = true;

	if (out == NULL)
		return NULL;
	if (boxes->root != NULL)
		put_word(out, &is_first, "--root=", boxes->root);
	if (box == NULL)
		put_all(out, &is_first, boxes);
	else if (box->user != NULL)
		put_word(out, &is_first, "--user=", box->user);
	else
		put_word(out, &is_first, "", box->path + root);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

char *report_command(const struct report_box *box, const struct reeve_report_command *command)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	bool is_first = false;

	if (out == NULL)
		return NULL;
	fprintf(out, "reeve-prune %s", command->options);
	if (command->name_option != NULL) {
		char option[32];

		snprintf(option, sizeof option, "%s=", command->name_option);
		put_word(out, &is_first, option, command->name);
	}
	fprintf(out, " %s", box->arguments);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
