/* SPDX-License-Identifier: MIT */
/* The shapes of hashes that crypt(3) does not make. */
#include "user/shape.h"

#include "mime/encoding.h"
#include <string.h>
#include <strings.h>

#define DIGITS "0123456789"
#define ALPHABET DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/"

/* ---- bytes as text -------------------------------------------------------------------------- */

static bool decode_hex(const char *text, struct reeve_buf *out)
{
	size_t n = strlen(text);

	if (n % 2 != 0)
		return false;
	for (size_t i = 0; i < n; i += 2) {
		int high = reeve_hex_value((unsigned char)text[i]);
		int low = reeve_hex_value((unsigned char)text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		reeve_buf_add_byte(out, (unsigned char)(high << 4 | low));
	}
	return true;
}

/* The decoder stops at what is no base64, and says nothing; so it is looked at before. */
static bool is_base64(const char *text, size_t n)
{
	size_t letters = strspn(text, ALPHABET), padding = strspn(text + letters, "=");

	return n % 4 == 0 && padding <= 2 && letters + padding == n;
}

bool reeve_shape_decode(const char *text, enum reeve_writing writing, struct reeve_buf *out)
{
	struct reeve_decoder decoder;
	size_t n = strlen(text);

	if (writing == REEVE_WRITING_HEX)
		return decode_hex(text, out) && !out->has_failed && !out->is_cut;
	if (!is_base64(text, n))
		return false;
	reeve_decoder_init(&decoder, REEVE_ENCODING_BASE64);
	reeve_decoder_add(&decoder, (const unsigned char *)text, n, out);
	return !out->has_failed && !out->is_cut;
}

/* ---- hashes that we do not compute ---------------------------------------------------------- */

/* Step over a word; NULL: it is not there. */
static const char *word(const char *at, const char *text)
{
	size_t n = strlen(text);

	return at != NULL && strncmp(at, text, n) == 0 ? at + n : NULL;
}

static const char *number(const char *at)
{
	size_t n = at == NULL ? 0 : strspn(at, DIGITS);

	return n == 0 || n > 9 ? NULL : at + n;
}

/* At least so many bytes in base64 without '='. */
static const char *bytes(const char *at, size_t least)
{
	size_t n = at == NULL ? 0 : strspn(at, ALPHABET);

	return n % 4 == 1 || n * 3 / 4 < least || at == NULL ? NULL : at + n;
}

bool reeve_shape_argon2(const char *scheme, const char *hash)
{
	const char *at = NULL;

	if (strcmp(scheme, "ARGON2I") != 0)
		at = word(hash, "$argon2id$v=");
	if (at == NULL && strcmp(scheme, "ARGON2ID") != 0)
		at = word(hash, "$argon2i$v=");
	at = word(number(at), "$m=");
	at = word(number(at), ",t=");
	at = word(number(at), ",p=");
	/* RFC 9106 section 3.1: 8 bytes of salt at least; libsodium makes 16, and 32 of hash. */
	at = word(bytes(word(number(at), "$"), 8), "$");
	at = bytes(at, 16);
	return at != NULL && *at == '\0';
}

/* So many bytes in base64, with its '=', up to a ',' or the end; 0: any number but none. */
static const char *padded(const char *at, size_t wanted)
{
	size_t n = at == NULL ? 0 : strspn(at, ALPHABET);
	size_t padding = at == NULL ? 0 : strspn(at + n, "=");

	if (n == 0 || padding > 2 || (n + padding) % 4 != 0 || at == NULL)
		return NULL;
	return wanted == 0 || n * 3 / 4 == wanted ? at + n + padding : NULL;
}

bool reeve_shape_scram(const char *hash, size_t bytes)
{
	const char *at = padded(word(number(hash), ","), 0);

	at = padded(word(at, ","), bytes);
	at = padded(word(at, ","), bytes);
	return at != NULL && *at == '\0';
}
