/* SPDX-License-Identifier: MIT */
/* Work in several processes: see jobs.h. */
#include "jobs.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct counts { /* shared by the processes */
	_Atomic unsigned int passed, failed, skipped;
} * counts;

bool jobs_count(bool passed)
{
	if (passed)
		counts->passed++;
	else
		counts->failed++;
	return passed;
}

void jobs_skip(void)
{
	counts->skipped++;
}

static void reap(void)
{
	int status;

	if (wait(&status) > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
		fprintf(stderr, "a job died: wait status %#x\n", (unsigned int)status);
		counts->failed++;
	}
}

int jobs_run(size_t n, int jobs, void (*fn)(size_t i))
{
	int running = 0;

	counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
	              0);
	if (counts == MAP_FAILED) {
		perror("mmap");
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < n; i++) {
		for (; running >= jobs; running--)
			reap();
		fflush(NULL);
		pid_t pid = fork();
		if (pid < 0) {
			perror("fork");
			return EXIT_FAILURE;
		}
		if (pid == 0) {
			fn(i);
			exit(EXIT_SUCCESS);
		}
		running++;
	}
	for (; running > 0; running--)
		reap();
	printf("%u passed, %u failed, %u skipped\n", counts->passed, counts->failed,
	       counts->skipped);
	return counts->failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
