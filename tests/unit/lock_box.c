/* SPDX-License-Identifier: MIT */
/* A mailbox and other processes that lock it. */
#include "lock_box.h"

#include "folder.h"
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

void lock_enter(void)
{
	folder_enter();
	folder_write("ann", "From a\n");
}

int lock_open_box(void)
{
	int fd = open("ann", O_RDWR | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

int lock_posix(int fd, short type)
{
	struct flock whole = {.l_type = type, .l_whence = SEEK_SET};

	return fcntl(fd, F_SETLK, &whole);
}

bool lock_fcntl_is_free(void)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(lock_posix(open("ann", O_RDWR), F_WRLCK) < 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status == 0;
}

pid_t lock_holder;

void lock_holder_start(short type)
{
	int ready[2];
	char byte;

	ck_assert_int_eq(pipe(ready), 0);
	lock_holder = fork();
	if (lock_holder == 0) {
		if (lock_posix(open("ann", O_RDWR), type) == 0 && write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
}

void lock_holder_stop(void)
{
	kill(lock_holder, SIGKILL);
	waitpid(lock_holder, NULL, 0);
}

pid_t lock_dead_pid(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
	return child;
}
