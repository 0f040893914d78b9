/* SPDX-License-Identifier: MIT */
/* What reeve-conf(8) prints, in words and in JSON. */
#include "conf.h"

#include "tool.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int conf_error(struct reeve_error *err, enum reeve_code code, const char *fmt, ...)
{
	va_list ap;

	*err = (struct reeve_error){.code = code};
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	return -1;
}

void conf_fail(struct conf_run *run, const struct reeve_error *err)
{
	if (err->code == REEVE_EUSAGE) {
		tool_error("%s", err->text);
		run->is_usage = true;
	} else {
		tool_fail(err);
	}
}

void conf_put(const struct conf_run *run, const char *text, size_t n, const char *indent)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_line_end = c == '\n' || (c == '\r' && i + 1 < n && text[i + 1] == '\n');

		if (run->is_terminal && (c < ' ' || c == 0x7f) && c != '\t' && !is_line_end)
			c = '?';
		putchar(c);
		if (c == '\n')
			fputs(indent, stdout);
	}
}

void conf_put_text(const struct conf_run *run, const char *text, const char *indent)
{
	conf_put(run, text, strlen(text), indent);
}

static void fail_json(void)
{
	struct reeve_error err;

	conf_error(&err, REEVE_ENOMEM, "out of memory");
	tool_fail(&err);
}

void conf_end_json(struct conf_run *run)
{
	if (json_end("diagnostics", run->diags) != 0)
		fail_json();
	run->diags = NULL;
}

void conf_print_json(struct conf_run *run, struct json *results)
{
	json_put(results, "diagnostics", run->diags);
	run->diags = NULL;
	if (json_print(results) != 0)
		fail_json();
}
