/* SPDX-License-Identifier: MIT */
/*
 * measure: runs a command and says what it cost.
 *
 *     measure [--sync FILE] OUT COMMAND [ARGUMENT]...
 *
 * OUT gets one line: wall time in nanoseconds, CPU time in microseconds, peak memory in KiB.
 * --sync: FILE is flushed to disk within the time, as somebody who copies a mailbox would wish.
 * The exit status is the command's (128 and the signal, if it was killed).
 *
 * Why not from Python: a child's peak memory begins with that of the process which forked it, and
 * an interpreter is larger than what we have to show. Memory of children that the command waited
 * for counts too (wait4(2) takes the largest).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int fail(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	return 127;
}

int main(int argc, char **argv)
{
	const char *sync_path = NULL;
	struct rusage used;
	int status;

	if (argc > 2 && strcmp(argv[1], "--sync") == 0) {
		sync_path = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 3) {
		fputs("usage: measure [--sync FILE] OUT COMMAND [ARGUMENT]...\n", stderr);
		return 127;
	}
	FILE *out = fopen(argv[1], "we");
	if (out == NULL)
		return fail(argv[1]);

	int64_t start = now_ns();
	pid_t pid = fork();
	if (pid < 0)
		return fail("fork");
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(fail(argv[2]));
	}
	if (wait4(pid, &status, 0, &used) < 0)
		return fail("wait4");
	if (sync_path != NULL) {
		int fd = open(sync_path, O_RDONLY | O_CLOEXEC);

		if (fd < 0 || fsync(fd) < 0)
			return fail(sync_path);
		close(fd);
	}
	int64_t wall = now_ns() - start;

	int64_t cpu = (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
		      used.ru_utime.tv_usec + used.ru_stime.tv_usec;
	fprintf(out, "%lld %lld %ld\n", (long long)wall, (long long)cpu, used.ru_maxrss);
	if (fclose(out) != 0)
		return fail(argv[1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
