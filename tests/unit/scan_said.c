/* SPDX-License-Identifier: MIT */
/* Mailboxes in memory, and what the scanner says of them. */
#include "scan_said.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

char scan_said[20000];

int scan_file(const void *bytes, size_t n)
{
	int fd = memfd_create("box", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, bytes, n, 0), (ssize_t)n);
	return fd;
}

void scan_forget(void)
{
	scan_said[0] = '\0';
}

void scan_say(const char *fmt, ...)
{
	size_t used = strlen(scan_said);
	va_list args;

	va_start(args, fmt);
	vsnprintf(scan_said + used, sizeof scan_said - used, fmt, args);
	va_end(args);
}

static void say_message(const struct reeve_message *msg)
{
	static const char letters[] = "ROAFTD";

	scan_say("%llu+%llu %llu ", (unsigned long long)msg->whole.offset,
	         (unsigned long long)msg->whole.length, (unsigned long long)msg->header.length);
	for (int i = 0; letters[i] != '\0'; i++) {
		if (msg->flags & (1u << i))
			scan_say("%c", letters[i]);
	}
	scan_say("%s %u %llu%s%s", msg->flags == 0 ? "-" : "", msg->uid,
	         (unsigned long long)msg->size_virtual, msg->is_suspect ? " s" : "",
	         msg->is_pseudo ? " p" : "");
	if (msg->imapbase.length > 0)
		scan_say(" base=%llu+%llu", (unsigned long long)msg->imapbase.offset,
		         (unsigned long long)msg->imapbase.length);
	scan_say("\n");
}

void scan_all(struct reeve_scan *scan)
{
	struct reeve_message msg;
	struct reeve_error err = {0};
	int more;

	scan_forget();
	while ((more = reeve_scan_next(scan, &msg, &err)) > 0)
		say_message(&msg);
	ck_assert_msg(more == 0, "%s", err.text);
}
