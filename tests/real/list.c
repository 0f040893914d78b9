/* SPDX-License-Identifier: MIT */
/*
 * Prints what the scanner finds in mailboxes, for corpus.py to compare with Dovecot. One line per
 * message: file, seq, uid, flags, suspect, pseudo, from, length, header from, length, imapbase
 * from, length, received, sent, zone, virtual size. A mailbox that is none: file, "error", text.
 */
#include <inttypes.h>
#include <mailreeve/mbox.h>
#include <stdio.h>

static void print_message(const char *path, const struct reeve_message *msg)
{
	static const char letters[] = "ROAFTD"; /* in the order of enum reeve_flag */
	char flags[sizeof letters];
	int n = 0;

	for (int i = 0; letters[i] != '\0'; i++) {
		if (msg->flags & (1u << i))
			flags[n++] = letters[i];
	}
	flags[n] = '\0';
	printf("%s\t%" PRIu32 "\t%" PRIu32 "\t%s\t%d\t%d", path, msg->seq, msg->uid, flags,
	       msg->is_suspect, msg->is_pseudo);
	printf("\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64,
	       msg->whole.offset, msg->whole.length, msg->header.offset, msg->header.length,
	       msg->imapbase.offset, msg->imapbase.length);
	printf("\t%" PRId64 "\t%" PRId64 "\t%d\t%" PRIu64 "\n", msg->received, msg->sent,
	       msg->sent_zone_minutes, msg->size_virtual);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct reeve_error err = {0};
		struct reeve_message msg;
		struct reeve_mbox *mbox = reeve_mbox_open(NULL, argv[i],
			REEVE_NEED_RECEIVED | REEVE_NEED_SENT | REEVE_NEED_SIZE | REEVE_NEED_UID, &err);
		int more = -1;

		while (mbox != NULL && (more = reeve_mbox_next(mbox, &msg, &err)) > 0)
			print_message(argv[i], &msg);
		if (more < 0)
			printf("%s\terror\t%s\n", argv[i], err.text);
		reeve_mbox_close(mbox);
	}
	return 0;
}
