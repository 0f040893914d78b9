#include <mailreeve/migrate.h>
#include <stdio.h>

/* What a person has to decide before Dovecot 2.3. */
int main(int argc, char **argv)
{
	struct reeve_migrate_how how = {.path = argc > 1 ? argv[1] : "dovecot.conf"};
	struct reeve_error err;
	struct reeve_migrate *migrate = reeve_migrate_open(&how, &err);

	if (migrate == NULL || reeve_migrate_run(migrate, "2.3", &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	for (size_t i = 0; i < reeve_migrate_change_count(migrate); i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, i);

		if (change->kind == REEVE_MIGRATE_DECIDE)
			printf("%s:%llu: %s\n", change->file, (unsigned long long)change->line,
			       change->text);
	}
	reeve_migrate_close(migrate);
	return 0;
}
