/* SPDX-License-Identifier: MIT */
/* Filling a struct reeve_error: the one place where an error's text is put together. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A file name may hold a line end; an error is one line, and a terminal wants no escapes. */
static void make_one_line(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

__attribute__((format(printf, 4, 0)))
static void fill(struct reeve_error *err, enum reeve_code code, int sys_errno, const char *fmt,
                 va_list args)
{
	err->code = code;
	err->sys_errno = sys_errno;
	if (vsnprintf(err->text, sizeof err->text, fmt, args) < 0)
		err->text[0] = '\0';
	make_one_line(err->text);
}

/* Add ": more"; what does not fit is cut off. */
static void append(struct reeve_error *err, const char *more)
{
	size_t used = strlen(err->text), room = sizeof err->text - used - 1;
	size_t n = strlen(more);

	if (room < 2)
		return;
	memcpy(err->text + used, ": ", 2);
	if (n > room - 2)
		n = room - 2;
	memcpy(err->text + used + 2, more, n);
	err->text[used + 2 + n] = '\0';
}

int reeve_fail(struct reeve_error *err, enum reeve_code code, const char *fmt, ...)
{
	va_list args;

	if (err == NULL)
		return -1;
	va_start(args, fmt);
	fill(err, code, 0, fmt, args);
	va_end(args);
	return -1;
}

int reeve_fail_errno(struct reeve_error *err, const char *fmt, ...)
{
	int saved = errno;
	va_list args;

	if (err == NULL)
		return -1;
	va_start(args, fmt);
	fill(err, saved == ENOMEM ? REEVE_ENOMEM : REEVE_EIO, saved, fmt, args);
	va_end(args);

	/* The GNU call returns the text, and is safe with threads where strerror(3) is not. */
	char buf[128];
	const char *reason = strerror_r(saved, buf, sizeof buf);
	append(err, reason);
	errno = saved;
	return -1;
}

int reeve_fail_nomem(struct reeve_error *err)
{
	return reeve_fail(err, REEVE_ENOMEM, "out of memory");
}

int reeve_fail_prefix(struct reeve_error *err, const char *fmt, ...)
{
	struct reeve_error cause;
	va_list args;

	if (err == NULL)
		return -1;
	cause = *err;
	va_start(args, fmt);
	fill(err, cause.code, cause.sys_errno, fmt, args);
	va_end(args);
	append(err, cause.text);
	return -1;
}
