/* SPDX-License-Identifier: MIT */
/* Bytes that grow, up to a maximum given at birth. */
#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void reeve_buf_init(struct reeve_buf *buf, size_t max)
{
	*buf = (struct reeve_buf){.max = max};
}

void reeve_buf_dispose(struct reeve_buf *buf)
{
	if (buf == NULL)
		return;
	free(buf->bytes);
	reeve_buf_init(buf, buf->max);
}

void reeve_buf_clear(struct reeve_buf *buf)
{
	buf->length = 0;
	buf->is_cut = false;
}

/* Make `size` at least n; twice what it was, so that many small additions are cheap. */
static bool grow(struct reeve_buf *buf, size_t n)
{
	size_t size = 2 * buf->size;
	unsigned char *bytes;

	if (size < n)
		size = n;
	if (size < 64)
		size = 64;
	bytes = size <= PTRDIFF_MAX ? realloc(buf->bytes, size) : NULL; /* no object is larger */
	if (bytes == NULL) {
		buf->has_failed = true;
		return false;
	}
	buf->bytes = bytes;
	buf->size = size;
	return true;
}

unsigned char *reeve_buf_room(struct reeve_buf *buf, size_t n)
{
	if (n > buf->max - buf->length) {
		buf->is_cut = true;
		return NULL;
	}
	if (n > buf->size - buf->length && !grow(buf, buf->length + n))
		return NULL;
	return buf->bytes + buf->length;
}

void reeve_buf_add(struct reeve_buf *buf, const void *bytes, size_t n)
{
	unsigned char *room;

	if (n > buf->max - buf->length) {
		n = buf->max - buf->length;
		buf->is_cut = true;
	}
	if (n == 0)
		return;
	room = reeve_buf_room(buf, n);
	if (room == NULL)
		return;
	memcpy(room, bytes, n);
	buf->length += n;
}

void reeve_buf_add_text(struct reeve_buf *buf, const char *text)
{
	reeve_buf_add(buf, text, strlen(text));
}

const char *reeve_buf_text(struct reeve_buf *buf)
{
	if (buf->length == buf->size && !grow(buf, buf->length + 1))
		return "";
	buf->bytes[buf->length] = '\0';
	return (const char *)buf->bytes;
}
