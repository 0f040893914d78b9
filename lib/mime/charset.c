/* SPDX-License-Identifier: MIT */
/*
 * Text in any charset to UTF-8, in pieces, by iconv(3).
 *
 * iconv says where it stopped: at a broken byte, which is passed over; at an unfinished character,
 * which is kept; or because its output was full.
 */
#include "mime/charset.h"
#include "mime/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* No charset that iconv knows has a longer name. */
enum { NAME_BYTES = 64 }; /* with the NUL */

/* More than a character and the escape sequences before it have in any charset. */
enum { UNFINISHED_BYTES = 32 };

#define NO_ICONV ((iconv_t)-1)

/* A message may name a thousand charsets, and each that is open takes memory. */
#define OPEN_MAX_COUNT 32

struct reeve_charset {
	struct reeve_charset *next;
	char name[NAME_BYTES];
	iconv_t iconv; /* NO_ICONV: UTF-8 */
	unsigned char unfinished[UNFINISHED_BYTES];
	size_t unfinished_count;
};

struct reeve_charsets {
	struct reeve_charset *first; /* the last that was asked for */
	size_t count;
	struct reeve_charset utf8;
};

struct reeve_charsets *reeve_charsets_new(void)
{
	struct reeve_charsets *charsets = calloc(1, sizeof *charsets);

	if (charsets != NULL)
		charsets->utf8.iconv = NO_ICONV;
	return charsets;
}

void reeve_charsets_free(struct reeve_charsets *charsets)
{
	while (charsets != NULL && charsets->first != NULL) {
		struct reeve_charset *charset = charsets->first;

		charsets->first = charset->next;
		iconv_close(charset->iconv);
		free(charset);
	}
	free(charsets);
}

/*
 * Leave out what is behind a slash, which is not part of a name but tells iconv what to do with
 * what it cannot convert; else a charset would have names without end.
 */
static bool take_name(const char *name, char to[NAME_BYTES])
{
	size_t n = strcspn(name, "/");

	if (n == 0 || n >= NAME_BYTES)
		return false;
	memcpy(to, name, n);
	to[n] = '\0';
	return strcasecmp(to, "utf-8") != 0 && strcasecmp(to, "us-ascii") != 0 &&
	       strcasecmp(to, "utf8") != 0 && strcasecmp(to, "ascii") != 0;
}

/* The one that is open, first in the list now; or NULL. */
static struct reeve_charset *find(struct reeve_charsets *charsets, const char *name)
{
	for (struct reeve_charset **p = &charsets->first; *p != NULL; p = &(*p)->next) {
		struct reeve_charset *charset = *p;

		if (strcasecmp(charset->name, name) != 0)
			continue;
		*p = charset->next;
		charset->next = charsets->first;
		charsets->first = charset;
		return charset;
	}
	return NULL;
}

/* The one that was not asked for longest. */
static void close_last(struct reeve_charsets *charsets)
{
	struct reeve_charset **p = &charsets->first;

	while (*p != NULL && (*p)->next != NULL)
		p = &(*p)->next;
	if (*p == NULL)
		return;
	iconv_close((*p)->iconv);
	free(*p);
	*p = NULL;
	charsets->count--;
}

struct reeve_charset *reeve_charsets_get(struct reeve_charsets *charsets, const char *name)
{
	struct reeve_charset *charset = &charsets->utf8;
	char wanted[NAME_BYTES];
	iconv_t converter;

	charset->unfinished_count = 0;
	if (name == NULL || !take_name(name, wanted))
		return charset;
	charset = find(charsets, wanted);
	if (charset != NULL) {
		iconv(charset->iconv, NULL, NULL, NULL, NULL);
		charset->unfinished_count = 0;
		return charset;
	}

	converter = iconv_open("UTF-8", wanted);
	if (converter == NO_ICONV)
		return errno == EINVAL ? &charsets->utf8 : NULL;
	charset = calloc(1, sizeof *charset);
	if (charset == NULL) {
		iconv_close(converter);
		return NULL;
	}
	memcpy(charset->name, wanted, sizeof wanted);
	charset->iconv = converter;
	if (charsets->count == OPEN_MAX_COUNT)
		close_last(charsets);
	charset->next = charsets->first;
	charsets->first = charset;
	charsets->count++;
	return charset;
}

bool reeve_charset_is_utf8(const struct reeve_charset *charset)
{
	return charset->iconv == NO_ICONV;
}

/* Convert what can be; returns how many bytes are left that are the beginning of a character. */
static size_t convert(struct reeve_charset *charset, const unsigned char *bytes, size_t n,
                      struct reeve_buf *out)
{
	char *from = (char *)bytes; /* which iconv does not write to */
	size_t broken_at = SIZE_MAX;
	char block[8192];

	for (;;) {
		char *to = block;
		size_t room = sizeof block;
		size_t ret = iconv(charset->iconv, &from, &n, &to, &room);
		int error = errno;

		reeve_utf8_add((unsigned char *)block, sizeof block - room, out);
		if (ret != (size_t)-1)
			return 0;
		if (error == E2BIG && room < sizeof block)
			continue;
		if (error == EINVAL && n <= UNFINISHED_BYTES / 2)
			return n;
		if (broken_at != out->length)
			reeve_buf_add_text(out, "\xef\xbf\xbd");
		broken_at = out->length;
		if (n == 0)
			return 0;
		from++;
		n--;
	}
}

static size_t take(struct reeve_charset *charset, const unsigned char *bytes, size_t n,
                   struct reeve_buf *out)
{
	size_t whole;

	if (charset->iconv != NO_ICONV)
		return convert(charset, bytes, n, out);
	whole = reeve_utf8_whole(bytes, n);
	reeve_utf8_add(bytes, whole, out);
	return n - whole;
}

/* The unfinished character and the bytes that may finish it. Returns how many of these it took. */
static size_t finish(struct reeve_charset *charset, const unsigned char *bytes, size_t n,
                     struct reeve_buf *out)
{
	size_t before = charset->unfinished_count, left;
	size_t more = sizeof charset->unfinished - before;

	if (more > n)
		more = n;
	memcpy(charset->unfinished + before, bytes, more);
	left = take(charset, charset->unfinished, before + more, out);
	if (left <= more) {
		charset->unfinished_count = 0;
		return more - left;
	}
	/* It took none of them: all there were, or there would be room for what it waits for. */
	memmove(charset->unfinished, charset->unfinished + before + more - left, left);
	charset->unfinished_count = left;
	return more;
}

void reeve_charset_add(struct reeve_charset *charset, const unsigned char *bytes, size_t n,
                       struct reeve_buf *out)
{
	size_t left;

	while (charset->unfinished_count > 0 && n > 0) {
		size_t taken = finish(charset, bytes, n, out);

		bytes += taken;
		n -= taken;
	}
	if (n == 0)
		return;
	left = take(charset, bytes, n, out);
	memcpy(charset->unfinished, bytes + n - left, left);
	charset->unfinished_count = left;
}
