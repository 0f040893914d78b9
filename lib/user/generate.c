/* SPDX-License-Identifier: MIT */
/* New passwords. */
#include "base/error.h"
#include <mailreeve/user.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* 56 letters and digits, without 0 O, 1 l I, o: read to somebody, or typed from paper. */
static const char alphabet[] = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";
#define LETTERS (sizeof alphabet - 1)
#define LENGTH 23 /* 56^22 < 2^128 < 56^23 */

/* Random bytes below the largest multiple of LETTERS are as likely as each other. */
#define FAIR (256 / LETTERS * LETTERS)

char *reeve_password_generate(struct reeve_error *err)
{
	unsigned char bytes[64];
	char *password = calloc(1, LENGTH + 1);
	size_t n = 0;

	if (password == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	while (n < LENGTH) {
		/* Up to 256 bytes come at once and are not interrupted (getrandom(2)). */
		if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
			reeve_fail_errno(err, "cannot get random bytes");
			explicit_bzero(password, LENGTH);
			free(password);
			password = NULL;
			break;
		}
		for (size_t i = 0; i < sizeof bytes && n < LENGTH; i++)
			if (bytes[i] < FAIR)
				password[n++] = alphabet[bytes[i] % LETTERS];
	}
	explicit_bzero(bytes, sizeof bytes);
	return password;
}
