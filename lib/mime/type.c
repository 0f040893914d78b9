/* SPDX-License-Identifier: MIT */
/*
 * What a file is, by its bytes, in libmagic's words.
 *
 * Loaded with dlopen(3) when somebody asks, and closed again: that is only when a file is refused,
 * and libmagic reads megabytes of its own. Where it is not installed there are no words.
 */
#include "mime/type.h"

#include <dlfcn.h>
#include <magic.h>
#include <stdbool.h>
#include <stdio.h>

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

void reeve_type_describe(const void *bytes, size_t size, char *buf, size_t n)
{
	void *library = dlopen("libmagic.so.1", RTLD_NOW | RTLD_LOCAL);
	const char *words = NULL;
	magic_t cookie = NULL;
	struct magic magic;

	if (n > 0)
		buf[0] = '\0';
	if (library == NULL)
		return;
	if (find(library, &magic))
		cookie = magic.open(MAGIC_NONE);
	if (cookie != NULL && magic.load(cookie, NULL) == 0)
		words = magic.buffer(cookie, bytes, size);
	if (words != NULL)
		snprintf(buf, n, "%s", words);
	if (cookie != NULL)
		magic.close(cookie);
	dlclose(library);
}
