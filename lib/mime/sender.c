/* SPDX-License-Identifier: MIT */
/* Who sent a message, for people. */
#include "mime/address.h"
#include "mime/utf8.h"
#include "mime/word.h"

#include <string.h>

/* As much as fits and ends where a character ends. */
static void take(struct reeve_buf *text, char *to, size_t size)
{
	size_t n = text->length < size ? text->length : size - 1;

	if (n < text->length)
		n = reeve_utf8_whole(text->bytes, n);
	if (n > 0)
		memcpy(to, text->bytes, n);
	to[n] = '\0';
}

static void lower(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text |= 0x20;
	}
}

struct sender {
	struct reeve_sender *sender;
	struct reeve_charsets *charsets;
	struct reeve_buf text;
};

static int take_address(void *user, const struct reeve_address *address)
{
	struct sender *s = user;

	if (address->domain == NULL || address->domain[0] == '\0' || address->local[0] == '\0')
		return 0;
	if (address->name != NULL)
		reeve_word_decode(s->charsets, address->name, strlen(address->name), &s->text);
	take(&s->text, s->sender->name, sizeof s->sender->name);
	reeve_buf_clear(&s->text);
	reeve_utf8_add((const unsigned char *)address->local, strlen(address->local), &s->text);
	take(&s->text, s->sender->local, sizeof s->sender->local);
	reeve_buf_clear(&s->text);
	reeve_utf8_add((const unsigned char *)address->domain, strlen(address->domain), &s->text);
	take(&s->text, s->sender->domain, sizeof s->sender->domain);
	lower(s->sender->domain);
	return 1;
}

bool reeve_sender_parse(struct reeve_charsets *charsets, const char *value, size_t n,
                        struct reeve_sender *sender)
{
	struct sender s = {.sender = sender, .charsets = charsets};
	int ret;

	*sender = (struct reeve_sender){0};
	/* More than a name of 255 bytes is made of, however it is encoded. */
	reeve_buf_init(&s.text, 4096);
	ret = reeve_address_each(value, n, false, take_address, &s);
	reeve_buf_dispose(&s.text);
	return ret > 0;
}
