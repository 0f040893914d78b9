/* SPDX-License-Identifier: MIT */
/* All of it or an error: pread(2) and pwrite(2) that go on after short counts and EINTR. */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <mailreeve/base.h>

/* Read n bytes at offset. -1 with err: REEVE_EIO, or REEVE_ECHANGED if the file ends before. */
int reeve_read_at(int fd, void *buf, size_t n, uint64_t offset, struct reeve_error *err);

int reeve_write_at(int fd, const void *buf, size_t n, uint64_t offset, struct reeve_error *err);

/*
 * Let the disk begin with what was written, so that a later flush has less to wait for. A hint:
 * nothing is durable by it, and where it cannot be followed nothing is lost.
 */
void reeve_write_begin(int fd, uint64_t offset, uint64_t n);

#endif
