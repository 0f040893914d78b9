/* SPDX-License-Identifier: MIT */
/*
 * Bytes that grow, up to a maximum given at birth.
 *
 *     reeve_buf_init(&buf, max);
 *     reeve_buf_add(&buf, bytes, n);          as often as you like
 *     if (buf.has_failed) ...                 once, at the end
 *     reeve_buf_dispose(&buf);
 *
 * What does not fit below the maximum is dropped, and is_cut says so: of a text that somebody made
 * a gigabyte long the beginning will do. No memory is has_failed: the text is not what it should
 * be, and nobody may decide anything by it.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct reeve_buf {
	unsigned char *bytes; /* NULL while nothing was added; no NUL behind them */
	size_t length;
	size_t size; /* allocated */
	size_t max;  /* of length */
	bool is_cut;
	bool has_failed;
};

void reeve_buf_init(struct reeve_buf *buf, size_t max);
void reeve_buf_dispose(struct reeve_buf *buf);

/* Empty it: the memory stays, is_cut goes, has_failed stays. */
void reeve_buf_clear(struct reeve_buf *buf);

void reeve_buf_add(struct reeve_buf *buf, const void *bytes, size_t n);
void reeve_buf_add_text(struct reeve_buf *buf, const char *text);

/*
 * Room for n bytes at the end, for who writes them there and then adds to buf->length. NULL if
 * there is none (is_cut or has_failed says why). Good until the next call.
 */
unsigned char *reeve_buf_room(struct reeve_buf *buf, size_t n);

/* The bytes with a NUL behind them, owned by buf, good until the next call; "" without memory. */
const char *reeve_buf_text(struct reeve_buf *buf);

static inline void reeve_buf_add_byte(struct reeve_buf *buf, unsigned char byte)
{
	if (buf->length < buf->size && buf->length < buf->max)
		buf->bytes[buf->length++] = byte;
	else
		reeve_buf_add(buf, &byte, 1);
}

#endif
