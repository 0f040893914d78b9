/* SPDX-License-Identifier: MIT */
/* A mailbox opened for reading: a file opened safely, and a scan of it. */
#include "base/compact.h"
#include "base/error.h"
#include "base/open.h"
#include "mbox/reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct reeve_mbox {
	struct reeve_place place;
	struct reeve_scan scan;
	int fd; /* -1: not open yet */
	bool has_scan;
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

struct reeve_mbox *reeve_mbox_open_root(const char *root, const char *path, unsigned int needs,
                                        struct reeve_error *err)
{
	struct reeve_mbox *mbox = calloc(1, sizeof *mbox);

	if (mbox == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	mbox->fd = -1;
	if (reeve_place_open(&mbox->place, root, path, err) < 0) {
		free(mbox);
		return NULL;
	}
	mbox->fd = reeve_place_file(&mbox->place, O_RDONLY, err);
	if (mbox->fd < 0 || refuse_half_moved(&mbox->place, root, err) < 0)
		goto fail;
	if (reeve_scan_init(&mbox->scan, mbox->fd, needs, err) < 0) {
		reeve_fail_prefix(err, "cannot read '%s'", path);
		goto fail;
	}
	mbox->has_scan = true;
	if (reeve_scan_check(&mbox->scan.src, path, err) < 0)
		goto fail;
	return mbox;
fail:
	reeve_mbox_close(mbox);
	return NULL;
}

struct reeve_mbox *reeve_mbox_open(const char *path, unsigned int needs, struct reeve_error *err)
{
	return reeve_mbox_open_root(NULL, path, needs, err);
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
	return more;
}

void reeve_mbox_close(struct reeve_mbox *mbox)
{
	if (mbox == NULL)
		return;
	if (mbox->has_scan)
		reeve_scan_dispose(&mbox->scan);
	if (mbox->fd >= 0) {
		reeve_place_keep_atime(&mbox->place, mbox->fd);
		close(mbox->fd);
	}
	reeve_place_close(&mbox->place);
	free(mbox);
}
