/* SPDX-License-Identifier: MIT */
/* A mailbox "ann" in a folder of its own, and other processes that lock it. */
#ifndef LOCK_BOX_H
#define LOCK_BOX_H

#include <stdbool.h>
#include <sys/types.h>

/* A fixture. To leave: folder_leave(). */
void lock_enter(void);

/* The box, for reading and writing. */
int lock_open_box(void);

/* The fcntl lock of a file, or F_UNLCK; -1 if another process has it. */
int lock_posix(int fd, short type);

/* Whether another process gets the fcntl lock. */
bool lock_fcntl_is_free(void);

/* A process that holds the fcntl lock until it is told to stop. */
extern pid_t lock_holder;
void lock_holder_start(short type);
void lock_holder_stop(void);

/* The pid of a process that is no more. */
pid_t lock_dead_pid(void);

#endif
