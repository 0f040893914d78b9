#include <mailreeve/limits.h>
#include <stdio.h>

int main(void)
{
	struct reeve_conf_how how = {.root = "."};
	struct reeve_limits_how where = {.root = "."};
	struct reeve_error err;
	struct reeve_conf *postfix = reeve_conf_open(REEVE_CONF_POSTFIX, &how, &err);
	struct reeve_limits *limits = NULL;

	if (postfix != NULL)
		limits = reeve_limits_new(postfix, NULL, &where, &err);
	if (limits == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < reeve_limits_way_count(limits); i++) {
		const struct reeve_limit_way *way = reeve_limits_way_at(limits, i);

		if (way->is_in)
			printf("%s: %ju\n", way->name, (uintmax_t)way->attachment);
	}
	for (size_t i = 0; i < reeve_limits_finding_count(limits); i++)
		puts(reeve_limits_finding_at(limits, i)->text);
	reeve_limits_free(limits);
	reeve_conf_close(postfix);
}
