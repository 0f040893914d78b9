/* SPDX-License-Identifier: MIT */
/*
 * A file that only grows: opened safely, locked, added to, flushed; or cut back to what it was.
 *
 *     a = reeve_append_open(&how, err);           both locks are held from here on
 *     reeve_append_write(a, bytes, n, err) ...
 *     reeve_append_flush(a, err)                  file and, if it is new, its name are durable
 *     reeve_append_undo(a)                        or: as if nothing had happened
 *     reeve_append_close(a);
 *
 * It is the third door to the disk (docs/design.md): what a plan and compact cannot do is to keep
 * bytes of one file in another. What was there before is never touched, so there is nothing to
 * restore but a length. If the process dies in between, a piece stays behind; who opens the file
 * next must be able to read over it.
 */
#ifndef BASE_APPEND_H
#define BASE_APPEND_H

#include <mailreeve/base.h>
#include <sys/stat.h>

struct reeve_append;

struct reeve_append_how {
	const char *path;
	const char *root; /* in which it must be (base/open.h), or NULL */
	/*
	 * Whose file it may be besides the caller's (euid). Of anybody else's nothing is
	 * believed: he could have put it there so that we write other people's bytes for him to read.
	 */
	uid_t owner;
	const struct stat *other; /* a file that it must not be, under whichever name; or NULL */
	int64_t lock_timeout_ms;
	const struct reeve_talk *talk;
};

/*
 * Open the file, made where there is none (0600, the caller's), and lock it (base/lock.h).
 *
 * Returns NULL with err: REEVE_EREFUSED for what base/open.h refuses, for a file of a third
 * person, and for `other`; REEVE_EBUSY, REEVE_EIO, REEVE_ECANCELED, REEVE_ECHANGED.
 */
struct reeve_append *reeve_append_open(const struct reeve_append_how *how, struct reeve_error *err);

/*
 * Whether it could be opened, as far as can be seen: nothing is made, nothing locked. *fd_r (to
 * be closed) is the file, open for reading, or -1 if there is none yet.
 */
int reeve_append_look(const struct reeve_append_how *how, int *fd_r, struct reeve_error *err);

int reeve_append_fd(const struct reeve_append *a);       /* for reading */
uint64_t reeve_append_size(const struct reeve_append *a); /* with what was added */

/* Add bytes at the end. On failure the file may hold a part of them: undo. */
int reeve_append_write(struct reeve_append *a, const void *bytes, size_t n,
                       struct reeve_error *err);

/*
 * Make what was added durable. REEVE_ECHANGED if another program wrote to it in spite of the locks,
 * or removed it.
 */
int reeve_append_flush(struct reeve_append *a, struct reeve_error *err);

/* Cut the file back to what it was when it was opened. More may be added. */
void reeve_append_rewind(struct reeve_append *a);

/* The same for good: a new one is removed. */
void reeve_append_undo(struct reeve_append *a);

/* What is known of a file that has to be closed before it is clear whether what was added stays. */
struct reeve_append_memory {
	dev_t dev;
	ino_t ino;
	bool is_new;
	uint64_t old_size, size;
};
struct reeve_append_memory reeve_append_remember(const struct reeve_append *a);

/* Opened again: if nobody wrote to it meanwhile, undo goes back to what it was the first time. */
void reeve_append_recall(struct reeve_append *a, const struct reeve_append_memory *memory);

/* To be called at least every 30 s. */
void reeve_append_touch(struct reeve_append *a);

void reeve_append_close(struct reeve_append *a); /* NULL is fine */

#endif
