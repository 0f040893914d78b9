/* SPDX-License-Identifier: MIT */
/* All unit tests: each file has one suite, declared in unit.h. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

static int skipped;

void unit_skip(int count, const char *why)
{
	skipped += count;
	printf("skipped %d: %s\n", count, why);
}

int main(void)
{
	/* Check's 4 seconds catch a loop, but also a busy machine. */
	setenv("CK_DEFAULT_TIMEOUT", "30", 0);
	SRunner *runner = srunner_create(suite_create("mailreeve"));

	for (size_t i = 0; i < sizeof unit_suites / sizeof unit_suites[0]; i++)
		srunner_add_suite(runner, unit_suites[i]());

	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	int passed = srunner_ntests_run(runner) - failed;
	srunner_free(runner);

	/* tests/run adds these up. */
	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
