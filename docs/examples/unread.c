#include <mailreeve/mbox.h>
#include <stdio.h>

int main(void)
{
	struct reeve_error err;
	struct reeve_query *unread = reeve_query_compile("UNSEEN", 0, &err);
	struct reeve_mbox *mbox = NULL;
	struct reeve_message msg;
	long n = 0;
	int more = -1;

	if (unread != NULL)
		mbox = reeve_mbox_open(NULL, "inbox", reeve_query_needs(unread), &err);
	if (mbox != NULL)
		while ((more = reeve_mbox_next(mbox, &msg, &err)) > 0)
			n += reeve_query_match(unread, &msg, NULL);
	if (more == 0)
		printf("%ld\n", n);
	else
		fprintf(stderr, "%s\n", err.text);
	reeve_mbox_close(mbox);
	reeve_query_free(unread);
	return more == 0 ? 0 : 1;
}
