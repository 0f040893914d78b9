/* SPDX-License-Identifier: MIT */
/*
 * Passwords between people and the library: typed at a terminal, read from a file or a descriptor,
 * written once when they are new. They are in no argument, no message, no buffer of stdio, no core
 * file, and wiped when they have been used.
 *
 *     secret_begin();
 *     if (secret_ask(&secret, "ann", true))
 *             ... secret.text ...
 *     secret_wipe(&secret);
 *
 * What fails says so on stderr, is remembered for the exit status, and returns false.
 */
#ifndef COMMON_SECRET_H
#define COMMON_SECRET_H

#include <mailreeve/user.h>
#include <stdbool.h>
#include <stddef.h>

struct secret {
	char text[REEVE_PASSWORD_MAX + 1];
};

void secret_begin(void);

/* Ask at the terminal, without echo; twice for a new one. */
bool secret_ask(struct secret *secret, const char *user, bool is_new);

/* The only line of a file. */
bool secret_read_file(struct secret *secret, const char *path);

/* The only line behind a descriptor, to its end. No program that we start gets the descriptor. */
bool secret_read_fd(struct secret *secret, int fd);

void secret_wipe(struct secret *secret);

/* A whole file that may hold passwords; "-" is standard input. `max` bytes at most. */
struct secret_bytes {
	unsigned char *bytes;
	size_t n;
	size_t size;      /* allocated */
	bool is_for_all; /* a file that everybody may read */
};
bool secret_read_all(struct secret_bytes *all, const char *path, size_t max);
void secret_bytes_wipe(struct secret_bytes *all);

/* Warn of a file that holds a password, and that everybody may read. */
void secret_warn(const char *path);

/* Write "USER<tab>PASSWORD" and a line end to a descriptor. */
bool secret_write(int fd, const char *user, const char *password);

/* After the last: onto the disk, if it is a file. */
bool secret_flush(int fd);

#endif
