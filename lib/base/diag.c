/* SPDX-License-Identifier: MIT */
/* Findings about somebody's file, progress and "stop?": all go out through struct reeve_talk. */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

void reeve_diag(const struct reeve_talk *talk, enum reeve_severity severity, const char *file,
                uint64_t line, uint64_t column, const char *fmt, ...)
{
	char text[1000];
	va_list args;

	if (talk == NULL || talk->diag == NULL)
		return;
	va_start(args, fmt);
	if (vsnprintf(text, sizeof text, fmt, args) < 0)
		text[0] = '\0';
	va_end(args);

	struct reeve_diag diag = {
		.severity = severity,
		.file = file,
		.line = line,
		.column = column,
		.text = text,
	};
	talk->diag(talk->user, &diag);
}

void reeve_progress(const struct reeve_talk *talk, const char *phase, uint64_t done,
                    uint64_t total)
{
	if (talk != NULL && talk->progress != NULL)
		talk->progress(talk->user, phase, done, total);
}

bool reeve_canceled(const struct reeve_talk *talk)
{
	return talk != NULL && talk->cancel != NULL && talk->cancel(talk->user);
}
