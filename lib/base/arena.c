/* SPDX-License-Identifier: MIT */
/*
 * Many allocations, one free: blocks in a chain, each filled from its front.
 *
 * Blocks double up to a maximum, so a small query costs one small block and a big document few.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK_BYTES 1024
#define MAX_BLOCK_BYTES   65536

struct block {
	struct block *next; /* older */
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

struct reeve_arena {
	struct block *newest;
	size_t next_size;
};

/* calloc(3), so that what is handed out is zero without our help. */
static struct block *add_block(struct reeve_arena *arena, size_t least)
{
	size_t size = least > arena->next_size ? least : arena->next_size;
	struct block *block;

	if (size > SIZE_MAX - sizeof *block)
		return NULL;
	block = calloc(1, sizeof *block + size);
	if (block == NULL)
		return NULL;
	block->size = size;
	block->next = arena->newest;
	arena->newest = block;
	if (arena->next_size < MAX_BLOCK_BYTES)
		arena->next_size *= 2;
	return block;
}

struct reeve_arena *reeve_arena_new(void)
{
	struct reeve_arena *arena = calloc(1, sizeof *arena);

	if (arena != NULL)
		arena->next_size = FIRST_BLOCK_BYTES;
	return arena;
}

void *reeve_arena_alloc(struct reeve_arena *arena, size_t n)
{
	const size_t align = alignof(max_align_t);
	struct block *block = arena->newest;

	if (n > SIZE_MAX - align)
		return NULL;
	n = n == 0 ? align : (n + align - 1) / align * align;
	if (block == NULL || block->size - block->used < n)
		block = add_block(arena, n);
	if (block == NULL)
		return NULL;
	void *p = block->bytes + block->used;
	block->used += n;
	return p;
}

char *reeve_arena_strndup(struct reeve_arena *arena, const char *text, size_t n)
{
	if (n == SIZE_MAX)
		return NULL;
	char *copy = reeve_arena_alloc(arena, n + 1);

	if (copy != NULL && n > 0)
		memcpy(copy, text, n);
	return copy;
}

char *reeve_arena_vformat(struct reeve_arena *arena, const char *fmt, va_list ap)
{
	char *text = NULL, *copy = NULL;
	int n = vasprintf(&text, fmt, ap);

	if (n >= 0) {
		copy = reeve_arena_strndup(arena, text, (size_t)n);
		free(text);
	}
	return copy;
}

char *reeve_arena_format(struct reeve_arena *arena, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	text = reeve_arena_vformat(arena, fmt, ap);
	va_end(ap);
	return text;
}

void reeve_arena_wipe(struct reeve_arena *arena)
{
	for (struct block *block = arena == NULL ? NULL : arena->newest; block != NULL;
	     block = block->next)
		explicit_bzero(block->bytes, block->used);
}

void reeve_arena_free(struct reeve_arena *arena)
{
	if (arena == NULL)
		return;
	while (arena->newest != NULL) {
		struct block *block = arena->newest;

		arena->newest = block->next;
		free(block);
	}
	free(arena);
}
