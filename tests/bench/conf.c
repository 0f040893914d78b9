/* SPDX-License-Identifier: MIT */
/*
 * conf: how long it takes to open Dovecot configurations and list what they mean.
 *
 *     conf ROUNDS FILE...      prints nanoseconds: opening all of them, and listing all; the least of ROUNDS
 */
#include <mailreeve/conf.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv)
{
	long long opened = -1, listed = -1;

	for (long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0; rounds > 0; rounds--) {
		long long opening = 0, listing = 0;

		for (int i = 2; i < argc; i++) {
			struct reeve_conf_how how = {.path = argv[i]};
			long long start = now(), middle;
			struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, NULL);

			if (conf == NULL)
				return 1;
			middle = now();
			reeve_conf_list_free(reeve_conf_list(conf, REEVE_CONF_EFFECTIVE, NULL));
			opening += middle - start;
			listing += now() - middle;
			reeve_conf_close(conf);
		}
		opened = opened < 0 || opening < opened ? opening : opened;
		listed = listed < 0 || listing < listed ? listing : listed;
	}
	printf("%lld %lld\n", opened, listed);
	return 0;
}
