/* SPDX-License-Identifier: MIT */
/*
 * What a file is, by its bytes, in libmagic's words.
 *
 * Loaded with dlopen(3) when somebody asks, and closed again: that is only when a file is refused,
 * or for a report, and libmagic reads megabytes of its own. Where it is not installed there are no
 * words.
 */
#include "mime/type.h"

#include <dlfcn.h>
#include <magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

struct magic {
	__typeof__(magic_open) *open;
	__typeof__(magic_load) *load;
	__typeof__(magic_buffer) *buffer;
	__typeof__(magic_close) *close;
};

static bool find(void *library, struct magic *magic)
{
	magic->open = (__typeof__(magic->open))dlsym(library, "magic_open");
	magic->load = (__typeof__(magic->load))dlsym(library, "magic_load");
	magic->buffer = (__typeof__(magic->buffer))dlsym(library, "magic_buffer");
	magic->close = (__typeof__(magic->close))dlsym(library, "magic_close");
	return magic->open != NULL && magic->load != NULL && magic->buffer != NULL &&
	       magic->close != NULL;
}

/* A database that is open. */
struct reeve_sniffer {
	void *library;
	struct magic magic;
	magic_t cookie;
};

static bool sniffer_open(struct reeve_sniffer *sniffer, int flags)
{
	*sniffer = (struct reeve_sniffer){.library = dlopen("libmagic.so.1", RTLD_NOW | RTLD_LOCAL)};
	if (sniffer->library == NULL || !find(sniffer->library, &sniffer->magic))
		return false;
	sniffer->cookie = sniffer->magic.open(flags);
	return sniffer->cookie != NULL && sniffer->magic.load(sniffer->cookie, NULL) == 0;
}

static void sniffer_close(struct reeve_sniffer *sniffer)
{
	if (sniffer->cookie != NULL)
		sniffer->magic.close(sniffer->cookie);
	if (sniffer->library != NULL)
		dlclose(sniffer->library);
}

void reeve_type_describe(const void *bytes, size_t size, char *buf, size_t n)
{
	struct reeve_sniffer sniffer;
	const char *words = NULL;

	if (n > 0)
		buf[0] = '\0';
	if (sniffer_open(&sniffer, MAGIC_NONE))
		words = sniffer.magic.buffer(sniffer.cookie, bytes, size);
	if (words != NULL)
		snprintf(buf, n, "%s", words);
	sniffer_close(&sniffer);
}

struct reeve_sniffer *reeve_sniffer_new(void)
{
	struct reeve_sniffer *sniffer = malloc(sizeof *sniffer);

	/* What takes long and says little of a few bytes: archives inside, words of languages. */
	if (sniffer != NULL &&
	    !sniffer_open(sniffer, MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TOKENS |
	                                   MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CDF)) {
		sniffer_close(sniffer);
		*sniffer = (struct reeve_sniffer){0};
	}
	return sniffer;
}

const char *reeve_sniffer_type(struct reeve_sniffer *sniffer, const void *bytes, size_t size)
{
	return sniffer->cookie == NULL ? NULL
	                               : sniffer->magic.buffer(sniffer->cookie, bytes, size);
}

void reeve_sniffer_free(struct reeve_sniffer *sniffer)
{
	if (sniffer == NULL)
		return;
	sniffer_close(sniffer);
	free(sniffer);
}
