/* SPDX-License-Identifier: MIT */
/*
 * Keeping what leaves a mailbox in another one.
 *
 * Bytes are copied as they are, From_ line and all, where the same bytes mean the same message.
 * They do not always: a message means something by what stands behind it, and by whether it is
 * the first of its file. So
 *
 * - a message that does not end with an empty line gets one (RFC 4155), and before it a line end
 *   if that is missing too. Not where a Content-Length says that it ends without: that length
 *   may hide a From_ line in the body, and one byte more would make it wrong. And not before a
 *   suspect piece: that was most likely one message, and the line would come into its midst.
 * - such a From_ line is not quoted with ">": Dovecot and mutt believe the length, and ours, and
 *   what Dovecot shows of a ">From " is ">From ". Quoted is only an unfinished From_ line at the
 *   end of the box, which the line end that it gets would make a separator.
 * - Content-Length is left out where it leads behind the message. In the box it led nowhere, here
 *   it could lead to a separator, and Dovecot would see all in between as one message.
 * - X-IMAPbase and X-IMAP are left out. In the first message of an archive Dovecot would believe
 *   them: UIDVALIDITY of the box again for each new archive of the same name, with other UIDs, or
 *   whatever a sender made up, or that the message is c-client's own. Without them it takes the
 *   archive for a new mailbox, gives new UIDs (no X-UID is believed then), and keeps the flags.
 */
#include "mbox/archive_parts.h"

#include "base/error.h"
#include <string.h>

/* The file that the message goes to; a suspect piece goes where the message before it went. */
static int choose_file(struct reeve_archive *archive, struct reeve_source *src, int64_t received,
                       bool is_piece, struct reeve_error *err)
{
	struct archive_file *file = archive->file;

	if (file == NULL || (archive->has_date && !is_piece)) {
		if (archive_make_name(archive, received, err) < 0)
			return -1;
		if (file == NULL || strcmp(file->path, archive->name) != 0) {
			if (archive_copy_run(archive, src, err) < 0)
				return -1;
			file = archive_find_file(archive, err);
		}
		archive->file = file;
	}
	if (file == NULL)
		return -1;
	file->used = ++archive->messages;
	return 0;
}

static int add_all(struct reeve_archive *archive, struct reeve_scan *scan,
                   const struct reeve_index *index, struct reeve_error *err)
{
	struct archive_letter letter = {0};
	int r = 0;

	for (size_t i = 0; i < index->count && r == 0; i++) {
		if (!reeve_index_has(index, i, REEVE_MARK_CHOSEN))
			continue;
		bool is_piece = i > 0 && reeve_index_has(index, i, REEVE_MARK_SUSPECT) &&
		                reeve_index_has(index, i - 1, REEVE_MARK_CHOSEN);
		letter.start = reeve_index_offset(index, i);
		letter.end = reeve_index_offset(index, i + 1);
		letter.is_joined =
			i + 1 < index->count &&
			reeve_index_has(index, i + 1, REEVE_MARK_CHOSEN | REEVE_MARK_SUSPECT);
		r = archive_read_letter(&letter, scan, err);
		if (r == 0)
			r = choose_file(archive, &scan->src, letter.received, is_piece, err);
		if (r == 0)
			r = archive_add_letter(archive, &letter, &scan->src, err);
	}
	if (r == 0)
		r = archive_copy_run(archive, &scan->src, err);
	reeve_edits_free(letter.left_out);
	return r;
}

int reeve_archive_add(struct reeve_archive *archive, struct reeve_scan *scan,
                      const struct reeve_index *index, struct reeve_error *err)
{
	int r;

	archive->file = NULL;
	archive->run = (struct reeve_span){0};
	archive->copied = archive->told = archive->total = 0;
	archive->touched = time(NULL);
	for (size_t i = 0; i < index->count; i++)
		if (reeve_index_has(index, i, REEVE_MARK_CHOSEN))
			archive->total +=
				reeve_index_offset(index, i + 1) - reeve_index_offset(index, i);
	scan->src.most = REEVE_WINDOW_BYTES;
	scan->has_from = false;

	reeve_identity_pause(archive->plan->identity);
	r = add_all(archive, scan, index, err);
	if (r == 0)
		r = archive_flush(archive, err);
	reeve_identity_resume(archive->plan->identity);
	if (r < 0)
		reeve_archive_undo(archive);
	if (r < 0 && err != NULL && err->code != REEVE_ECANCELED)
		reeve_fail_prefix(err, "nothing is removed, since it cannot be archived");
	return r;
}
