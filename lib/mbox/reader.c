/* SPDX-License-Identifier: MIT */
/* A mailbox opened for reading: a file opened safely, and a scan of it. */
#include "base/compact.h"
#include "base/error.h"
#include "base/identity.h"
#include "base/open.h"
#include "mbox/reader.h"
#include "mbox/text.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct reeve_mbox {
	struct reeve_place place;
	struct reeve_identity identity; /* the owner's */
	struct reeve_scan scan;
	int fd; /* -1: not open yet */
	bool has_scan;
	struct reeve_message first; /* of the file */
	struct reeve_text *text;
	const struct reeve_query *asked; /* by reeve_mbox_match() the last time */
};

/* A box with a journal is half moved: what it holds twice would be read twice. */
static int refuse_half_moved(const struct reeve_place *place, const char *root,
                             struct reeve_error *err)
{
	struct reeve_identity nobody = {0};
	struct reeve_journals journals;

	if (reeve_journals_open(&journals, root, false, err) < 0)
		return -1;
	int r = reeve_compact_pending(&journals, place->path, &place->st, &nobody, err);
	reeve_journals_close(&journals);
	if (r == REEVE_PENDING)
		return reeve_fail(err, REEVE_EBUSY, "'%s' is half cleaned, a journal waits; "
		                  "'reeve-prune --recover' finishes it", place->path);
	return r < 0 ? -1 : 0;
}

struct reeve_mbox *reeve_mbox_open(const char *root, const char *path, unsigned int needs,
                                        struct reeve_error *err)
{
	struct reeve_mbox *mbox = calloc(1, sizeof *mbox);
	uid_t uid;
	gid_t gid;

	if (mbox == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	mbox->fd = -1;
	if (reeve_place_open(&mbox->place, root, path, err) < 0) {
		free(mbox);
		return NULL;
	}
	if (refuse_half_moved(&mbox->place, root, err) < 0)
		goto fail;
	/* As the owner: he may read what root may not (NFS), and what he wrote is looked at. */
	reeve_identity_for(&mbox->place.st, &mbox->place.dir, &uid, &gid);
	if (reeve_identity_become(&mbox->identity, uid, gid, err) < 0)
		goto fail;
	mbox->fd = reeve_place_file(&mbox->place, O_RDONLY, err);
	if (mbox->fd < 0)
		goto fail;
	if (reeve_scan_init(&mbox->scan, mbox->fd, needs, err) < 0) {
		reeve_fail_prefix(err, "cannot read '%s'", path);
		goto fail;
	}
	mbox->has_scan = true;
	if (reeve_scan_check(&mbox->scan.src, path, err) < 0)
		goto fail;
	reeve_identity_pause(&mbox->identity);
	return mbox;
fail:
	reeve_mbox_close(mbox);
	return NULL;
}

void reeve_mbox_act_as_owner(struct reeve_mbox *mbox)
{
	reeve_identity_resume(&mbox->identity);
}

void reeve_mbox_act_as_before(struct reeve_mbox *mbox)
{
	reeve_identity_pause(&mbox->identity);
}

struct reeve_scan *reeve_mbox_scan(struct reeve_mbox *mbox)
{
	return &mbox->scan;
}

int reeve_mbox_next(struct reeve_mbox *mbox, struct reeve_message *msg, struct reeve_error *err)
{
	int more = reeve_scan_next(&mbox->scan, msg, err);

	if (more < 0)
		reeve_fail_prefix(err, "cannot read '%s'", mbox->place.path);
	else if (more > 0 && msg->whole.offset == 0)
		mbox->first = *msg;
	return more;
}

/* What looks into messages for a query's texts. */
static int open_text(struct reeve_mbox *mbox, const struct reeve_query *query,
                     struct reeve_error *err)
{
	reeve_text_free(mbox->text);
	mbox->text = reeve_text_new(query, mbox->fd, err);
	mbox->asked = mbox->text != NULL ? query : NULL;
	if (mbox->text == NULL)
		return -1;
	reeve_text_begin(mbox->text, &mbox->first);
	return 0;
}

int reeve_mbox_match(struct reeve_mbox *mbox, const struct reeve_query *query,
                     struct reeve_message *msg, const struct reeve_totals *totals,
                     struct reeve_error *err)
{
	if ((reeve_query_needs(query) & (REEVE_NEED_HEADER | REEVE_NEED_BODY)) == 0)
		return reeve_query_match(query, msg, totals);
	if (mbox->asked != query && open_text(mbox, query, err) < 0)
		return -1;
	int r = reeve_text_match(mbox->text, &mbox->scan.src, msg, totals, err);
	if (r < 0)
		reeve_fail_prefix(err, "cannot read '%s'", mbox->place.path);
	return r;
}

void reeve_mbox_close(struct reeve_mbox *mbox)
{
	if (mbox == NULL)
		return;
	reeve_text_free(mbox->text);
	if (mbox->has_scan)
		reeve_scan_dispose(&mbox->scan);
	if (mbox->fd >= 0) {
		reeve_place_keep_atime(&mbox->place, mbox->fd);
		close(mbox->fd);
	}
	reeve_identity_restore(&mbox->identity);
	reeve_place_close(&mbox->place);
	free(mbox);
}
