/* SPDX-License-Identifier: MIT */
/* A walk over the parts of a message in memory. */
#include "parts_walk.h"

#include <check.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void parts_open(struct reeve_source *src, const void *bytes, size_t n)
{
	int fd = memfd_create("message", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, n), (ssize_t)n);
	ck_assert_int_eq(reeve_source_init(src, fd, NULL), 0);
}

void parts_close(struct reeve_source *src)
{
	close(src->fd);
	reeve_source_dispose(src);
}

/* Where a header ends: after its empty line. */
static size_t header_length(const struct reeve_buf *message)
{
	const char *text = (const char *)message->bytes, *p = text, *end;

	if (message->length == 0) /* then there are no bytes to point at */
		return 0;
	end = text + message->length;
	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		bool is_empty = *p == '\n' || (*p == '\r' && lf == p + 1);

		if (lf == NULL)
			break;
		p = lf + 1;
		if (is_empty)
			return (size_t)(p - text);
	}
	return message->length;
}

int parts_walk(const struct reeve_buf *message, size_t most,
               const struct reeve_parts_handler *handler, void *user)
{
	struct reeve_source src;
	int ret;

	parts_open(&src, message->bytes, message->length);
	src.most = most;
	ret = reeve_parts_walk(&src, (struct reeve_span){0, header_length(message)},
	                       (struct reeve_span){0, message->length}, handler, user, NULL);
	parts_close(&src);
	return ret;
}

void parts_add_lines(struct reeve_buf *buf, const char *text, bool with_cr)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n' && with_cr)
			reeve_buf_add_byte(buf, '\r');
		reeve_buf_add_byte(buf, (unsigned char)*text);
	}
}
