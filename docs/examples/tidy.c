#include <mailreeve/mbox.h>
#include <stdio.h>

static void warn(void *user, const struct reeve_diag *diag)
{
	fprintf(user, "%s:%ju: %s\n", diag->file, (uintmax_t)diag->line, diag->text);
}

int main(void)
{
	struct reeve_error err;
	struct reeve_query *query = reeve_query_compile("SEEN BEFORE 30d", 0, &err);
	struct reeve_prune prune = {
		.query = query,
		.keep_flagged = true,
		.archive = "old-%Y",
		.lock_timeout_ms = 10000,
		.talk = {.diag = warn, .user = stderr},
	};
	struct reeve_prune_result result;
	char size[16];
	int r = -1;

	if (query != NULL)
		r = reeve_mbox_prune("inbox", &prune, &result, &err);
	if (r == 0)
		printf("%ju of %ju messages went to the archive, %s\n",
		       (uintmax_t)result.messages_removed, (uintmax_t)result.messages_before,
		       reeve_size_format(result.bytes_removed, size));
	else
		fprintf(stderr, "%s\n", err.text);
	reeve_query_free(query);
	return r == 0 ? 0 : 1;
}
