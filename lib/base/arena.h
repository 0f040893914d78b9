/* SPDX-License-Identifier: MIT */
/* Many allocations that live and die together; one free. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct reeve_arena;

struct reeve_arena *reeve_arena_new(void);                  /* NULL: no memory */
void *reeve_arena_alloc(struct reeve_arena *arena, size_t n); /* zeroed, aligned; NULL: no memory */
char *reeve_arena_strndup(struct reeve_arena *arena, const char *text, size_t n);
char *reeve_arena_format(struct reeve_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
char *reeve_arena_vformat(struct reeve_arena *arena, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Zeros instead of all that it holds, which stays as long as the arena: hashes, say. */
void reeve_arena_wipe(struct reeve_arena *arena); /* NULL is fine */
void reeve_arena_free(struct reeve_arena *arena);

#endif
