/* SPDX-License-Identifier: MIT */
/*
 * The shim: a library put in front of libc with LD_PRELOAD, through which a program's changes to
 * the disk go. It numbers them, breaks one, or writes them down.
 *
 *     CRASH_UNDER=DIR    only files and folders below DIR count (an absolute path without links)
 *     CRASH_STATE=FILE   a file of sizeof(struct crash_state), shared with forked children
 *     CRASH_AT=N         the call, from 1, at which something happens
 *     CRASH_DO=WHAT      what happens then: a name of CRASH_DEEDS
 *     CRASH_TO=WHOM      to whom a signal goes: all (every process seen), main, or self
 *     CRASH_LOG=FILE     every change is written here, as struct crash_record
 *
 * A call counts if it changes bytes, sizes, names, times or attributes, or asks for them to be made durable.
 *
 * The tests have the shim and the tool linked in, for on some machines starting a program costs
 * ten times what a fork does; there the shim sleeps until a child calls crash_start().
 */
#ifndef CRASH_SHIM_H
#define CRASH_SHIM_H

#include <stdatomic.h>
#include <stdint.h>

#define CRASH_PIDS 32

struct crash_state {
	_Atomic uint32_t calls; /* numbers given so far */
	_Atomic uint32_t log_lock;
	_Atomic uint32_t pid_count;
	_Atomic int32_t pids[CRASH_PIDS]; /* the first is the program's own */
	_Atomic uint32_t is_done;         /* what was to happen has happened */
};

/* X(name, word) */
#define CRASH_DEEDS(X)                                                                             \
	X(NOTHING, "nothing")                                                                      \
	X(KILL_BEFORE, "kill-before") /* SIGKILL, the call is not made */                          \
	X(KILL_AFTER, "kill-after")                                                                \
	X(INT, "int") /* SIGINT before the call */                                                 \
	X(TERM, "term")                                                                            \
	X(SHORT, "short")           /* half of the bytes are written, and the call says so */      \
	X(SHORT_KILL, "short-kill") /* half of the bytes are written, then SIGKILL */              \
	X(ENOSPC_ONCE, "enospc")                                                                   \
	X(ENOSPC_EVER, "enospc-ever") /* this call and all later ones that could need space */     \
	X(EIO_ONCE, "eio")                                                                         \
	X(EIO_EVER, "eio-ever") /* this call and all later ones but unlink */                      \
	X(FULL, "full")         /* from here on the disk is full: nothing grows */

enum crash_deed {
#define CRASH_DEED(name, word) CRASH_##name,
	CRASH_DEEDS(CRASH_DEED)
#undef CRASH_DEED
};

/* X(name, word) */
#define CRASH_OPS(X)                                                                               \
	X(CREATE, "create")     /* path is new and is inode `ino` */                               \
	X(WRITE, "write")       /* length bytes at offset; they follow the record */               \
	X(TRUNCATE, "truncate") /* to `offset` bytes */                                            \
	X(ALLOCATE, "allocate") /* fallocate(2): offset, length, mode */                           \
	X(SYNC, "fsync")        /* of a file or a folder */                                        \
	X(DATASYNC, "fdatasync")                                                                   \
	X(LINK, "link") /* path2 is new and is the inode of path */                                \
	X(RENAME, "rename")                                                                        \
	X(UNLINK, "unlink")                                                                        \
	X(MKDIR, "mkdir")                                                                          \
	X(RIGHTS, "rights") /* owner and mode are: offset (uid), length (gid), mode */             \
	X(TOUCH, "touch")   /* times, attributes */

enum crash_op {
#define CRASH_OP(name, word) CRASH_OP_##name,
	CRASH_OPS(CRASH_OP)
#undef CRASH_OP
};

struct crash_record {
	uint32_t op;     /* enum crash_op */
	uint32_t number; /* of the call */
	int32_t pid;
	int32_t mode; /* of fallocate; of what is made or given, chmod(2)'s */
	uint64_t ino;
	uint64_t offset; /* of what is made or given: uid, gid */
	uint64_t length;
	uint32_t path_bytes, path2_bytes; /* with their NULs; they follow, then the data */
};

void crash_start(void); /* reads the environment; a preloaded shim does it by itself */

#endif
