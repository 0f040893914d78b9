/* SPDX-License-Identifier: MIT */
/* A file that only grows: the door by which what leaves a mailbox gets into an archive. */
#include "base/append.h"
#include "base/error.h"
#include "base/io.h"
#include "base/lock.h"
#include "base/open.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct reeve_append {
	struct reeve_place place;
	int fd;
	struct reeve_lock *lock;
	bool is_new;       /* made by us */
	uint64_t old_size; /* when it was locked */
	uint64_t size;     /* with what was added */
	uint64_t reach;    /* and with what was tried: no more of the file is ours */
};

/* Find the file, and see that it is one to be added to. */
static int find(struct reeve_place *place, const struct reeve_append_how *how, bool make,
                bool *is_new, struct reeve_error *err)
{
	const struct stat *st = &place->st, *other = how->other;

	if (reeve_place_add(place, how->root, how->path, make, is_new, err) < 0)
		return -1;
	if (*is_new && !make)
		return 0;
	if (other != NULL && st->st_dev == other->st_dev && st->st_ino == other->st_ino)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' is the mailbox itself", how->path);
	if (st->st_uid != geteuid() && st->st_uid != how->owner)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' belongs to somebody else (uid %ju)",
		                  how->path, (uintmax_t)st->st_uid);
	return 0;
}

int reeve_append_look(const struct reeve_append_how *how, int *fd_r, struct reeve_error *err)
{
	struct reeve_place place;
	bool is_new;
	int r = find(&place, how, false, &is_new, err);

	*fd_r = -1;
	if (r == 0 && !is_new) {
		*fd_r = reeve_place_file(&place, O_RDONLY, err);
		r = *fd_r < 0 ? -1 : 0;
	}
	reeve_place_close(&place);
	return r;
}

/* Nothing was added: take back even that the file was made. Only with the lock. */
static void forget_new(struct reeve_append *a)
{
	struct stat st;

	if (a->is_new && a->place.path != NULL &&
	    fstatat(a->place.dirfd, a->place.name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    st.st_dev == a->place.st.st_dev && st.st_ino == a->place.st.st_ino && st.st_size == 0)
		(void)unlinkat(a->place.dirfd, a->place.name, 0);
	a->is_new = false;
}

struct reeve_append *reeve_append_open(const struct reeve_append_how *how, struct reeve_error *err)
{
	struct reeve_append *a = calloc(1, sizeof *a);
	struct stat st;

	if (a == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	a->fd = -1;
	if (find(&a->place, how, true, &a->is_new, err) < 0)
		goto fail;
	a->fd = reeve_place_file(&a->place, O_RDWR, err);
	if (a->fd < 0)
		goto fail;
	a->lock = reeve_lock_take(how->path, a->place.dirfd, a->fd, how->lock_timeout_ms, how->talk,
	                          err);
	if (a->lock == NULL)
		goto fail;
	if (!reeve_place_still(&a->place, a->fd)) {
		reeve_fail(err, REEVE_ECHANGED,
		           "'%s' was replaced by another file while we waited for the lock",
		           how->path);
		goto fail;
	}
	if (fstat(a->fd, &st) < 0) {
		reeve_fail_errno(err, "cannot look at '%s'", how->path);
		goto fail;
	}
	a->old_size = a->size = a->reach = (uint64_t)st.st_size;
	return a;
fail:
	/* Who has the lock, or waits for it, may add to the file that we made. */
	if (a->lock != NULL)
		forget_new(a);
	reeve_append_close(a);
	return NULL;
}

int reeve_append_fd(const struct reeve_append *a)
{
	return a->fd;
}

uint64_t reeve_append_size(const struct reeve_append *a)
{
	return a->size;
}

int reeve_append_write(struct reeve_append *a, const void *bytes, size_t n, struct reeve_error *err)
{
	a->reach = a->size + n;
	if (reeve_write_at(a->fd, bytes, n, a->size, err) < 0)
		return reeve_fail_prefix(err, "'%s'", a->place.path);
	a->size += n;
	return 0;
}

/*
 * The name of a new file is as good as its bytes only when its folder is flushed. Who made the file
 * need not be the first to add to it: he may have waited for the lock longer than we did.
 */
static int flush_name(struct reeve_append *a, struct reeve_error *err)
{
	int fd = openat(a->place.dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -1 : fsync(fd);

	if (r < 0)
		reeve_fail_errno(err, "cannot flush the folder of '%s'", a->place.path);
	if (fd >= 0)
		close(fd);
	return r;
}

int reeve_append_flush(struct reeve_append *a, struct reeve_error *err)
{
	struct stat st;

	if (fsync(a->fd) < 0 || fstat(a->fd, &st) < 0)
		return reeve_fail_errno(err, "cannot flush '%s'", a->place.path);
	if (st.st_nlink == 0)
		return reeve_fail(err, REEVE_ECHANGED, "'%s' was removed although it was locked",
		                  a->place.path);
	if ((uint64_t)st.st_size != a->size)
		return reeve_fail(err, REEVE_ECHANGED,
		                  "another program wrote to '%s' although it was locked",
		                  a->place.path);
	return a->is_new || a->old_size == 0 ? flush_name(a, err) : 0;
}

void reeve_append_rewind(struct reeve_append *a)
{
	struct stat st;

	/*
	 * What lies behind our reach is another program's, which does not know our locks. If this
	 * fails there is nothing more to be done: copies stay, which do no harm.
	 */
	if (a->reach != a->old_size && fstat(a->fd, &st) == 0 && (uint64_t)st.st_size <= a->reach &&
	    ftruncate(a->fd, (off_t)a->old_size) == 0)
		a->size = a->reach = a->old_size;
}

void reeve_append_undo(struct reeve_append *a)
{
	reeve_append_rewind(a);
	forget_new(a);
}

struct reeve_append_memory reeve_append_remember(const struct reeve_append *a)
{
	return (struct reeve_append_memory){
		.dev = a->place.st.st_dev,
		.ino = a->place.st.st_ino,
		.is_new = a->is_new,
		.old_size = a->old_size,
		.size = a->size,
	};
}

void reeve_append_recall(struct reeve_append *a, const struct reeve_append_memory *memory)
{
	if (memory->dev != a->place.st.st_dev || memory->ino != a->place.st.st_ino ||
	    memory->size != a->size)
		return;
	a->old_size = memory->old_size;
	a->is_new = memory->is_new;
}

void reeve_append_touch(struct reeve_append *a)
{
	reeve_lock_touch(a->lock);
}

void reeve_append_close(struct reeve_append *a)
{
	if (a == NULL)
		return;
	reeve_lock_release(a->lock);
	if (a->fd >= 0)
		close(a->fd);
	reeve_place_close(&a->place);
	free(a);
}
