/* SPDX-License-Identifier: MIT */
/* UTF-8, a character at a time. */
#include "utf8.h"

size_t utf8_decode(const char *text, uint32_t *c_r)
{
	static const struct {
		unsigned char first, last, second_first, second_last;
		size_t length;
	} rows[] = {
		{0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	static const unsigned char bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07}; /* of the first byte */
	const unsigned char *p = (const unsigned char *)text;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (p[0] < rows[i].first || p[0] > rows[i].last)
			continue;
		if (rows[i].length > 1 &&
		    (p[1] < rows[i].second_first || p[1] > rows[i].second_last))
			return 0;
		uint32_t c = p[0] & bits[rows[i].length];
		for (size_t k = 1; k < rows[i].length; k++) {
			if (p[k] < 0x80 || p[k] > 0xbf)
				return 0;
			c = c << 6 | (p[k] & 0x3f);
		}
		if (c_r != NULL)
			*c_r = c;
		return rows[i].length;
	}
	return 0;
}
