/* SPDX-License-Identifier: MIT */
/* UTF-8 that may be broken. */
#include "mime/utf8.h"

#include <string.h>

/* How many bytes a character has that begins with this one; 1 also if none does. */
static size_t length_of(unsigned char first)
{
	if (first < 0xc2)
		return 1;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 1;
}

size_t reeve_utf8_get(const unsigned char *p, size_t n, uint32_t *character_r)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = length_of(p[0]);
	uint32_t c = p[0];

	if (c < 0x80) {
		*character_r = c;
		return 1;
	}
	if (length == 1 || length > n)
		return 0;
	c &= 0x7fu >> length;
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*character_r = c;
	return length;
}

size_t reeve_utf8_whole(const unsigned char *text, size_t n)
{
	size_t most = n < 3 ? n : 3;

	for (size_t i = 1; i <= most; i++) {
		unsigned char byte = text[n - i];

		if (byte < 0x80)
			break;
		if (byte >= 0xc0)
			return length_of(byte) > i ? n - i : n;
	}
	return n;
}

size_t reeve_utf8_ascii(const unsigned char *text, size_t n)
{
	size_t i = 0;

	for (; n - i >= 32; i += 32) {
		uint64_t words[4];

		memcpy(words, text + i, sizeof words);
		if (((words[0] | words[1] | words[2] | words[3]) & UINT64_C(0x8080808080808080)) !=
		    0)
			break;
	}
	while (i < n && text[i] < 0x80)
		i++;
	return i;
}

void reeve_utf8_add_broken(struct reeve_buf *out)
{
	static const unsigned char broken[] = {0xef, 0xbf, 0xbd};

	if (out->length < sizeof broken ||
	    memcmp(out->bytes + out->length - sizeof broken, broken, sizeof broken) != 0)
		reeve_buf_add(out, broken, sizeof broken);
}

void reeve_utf8_add(const unsigned char *text, size_t n, struct reeve_buf *out)
{
	size_t start = 0, i = 0;

	while (i < n) {
		uint32_t character;
		size_t length;

		i += reeve_utf8_ascii(text + i, n - i);
		if (i == n)
			break;
		length = reeve_utf8_get(text + i, n - i, &character);
		if (length > 0) {
			i += length;
			continue;
		}
		reeve_buf_add(out, text + start, i - start);
		reeve_utf8_add_broken(out);
		start = ++i;
	}
	reeve_buf_add(out, text + start, n - start);
}
