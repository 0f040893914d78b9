/* SPDX-License-Identifier: MIT */
/*
 * Which messages of a mailbox queries choose, for query_oracle.py to compare with doveadm.
 *
 * A query per line of stdin; a line each comes back: sequence numbers with blanks between, or
 * "error: " and the text.
 */
#include <inttypes.h>
#include <mailreeve/mbox.h>
#include <stdio.h>
#include <string.h>

/* Call each() for all messages, until it returns less than 0. 0, or -1 with err. */
static int walk(const char *path, unsigned int needs,
                int (*each)(void *user, struct reeve_mbox *mbox, struct reeve_message *msg,
                            struct reeve_error *err),
                void *user, struct reeve_error *err)
{
	struct reeve_mbox *mbox = reeve_mbox_open(NULL, path, needs, err);
	struct reeve_message msg;
	int more = -1;

	while (mbox != NULL && (more = reeve_mbox_next(mbox, &msg, err)) > 0) {
		if (!msg.is_pseudo && (more = each(user, mbox, &msg, err)) < 0)
			break;
	}
	reeve_mbox_close(mbox);
	return more;
}

static int count(void *user, struct reeve_mbox *mbox, struct reeve_message *msg,
                 struct reeve_error *err)
{
	struct reeve_totals *totals = user;

	(void)mbox;
	(void)err;
	totals->messages = msg->seq;
	totals->last_uid = msg->uid;
	return 0;
}

struct chooser {
	const struct reeve_query *query;
	struct reeve_totals totals;
};

static int choose(void *user, struct reeve_mbox *mbox, struct reeve_message *msg,
                  struct reeve_error *err)
{
	const struct chooser *chooser = user;
	int chosen = reeve_mbox_match(mbox, chooser->query, msg, &chooser->totals, err);

	if (chosen > 0)
		printf("%" PRIu32 " ", msg->seq);
	return chosen;
}

int main(int argc, char **argv)
{
	struct chooser chooser = {0};
	struct reeve_error err = {0};
	char line[4096];

	if (argc != 2 || walk(argv[1], REEVE_NEED_UID, count, &chooser.totals, &err) < 0) {
		fprintf(stderr, "usage: query_list MAILBOX <QUERIES: %s\n", err.text);
		return 2;
	}
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		struct reeve_query *query = reeve_query_compile(line, 0, &err);
		chooser.query = query;
		if (query == NULL ||
		    walk(argv[1], reeve_query_needs(query), choose, &chooser, &err) < 0)
			printf("error: %s", err.text);
		printf("\n");
		reeve_query_free(query);
	}
	return 0;
}
