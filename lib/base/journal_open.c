/* SPDX-License-Identifier: MIT */
/* Finding a journal that a crash left. */
#include "base/journal_file.h"
#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file that bears this name in the folder, opened. NULL without err if it is gone. */
static struct reeve_journal *open_named(const struct reeve_journals *j, const char *name,
                                        struct reeve_identity *identity, bool *is_whole_r,
                                        struct reeve_error *err)
{
	struct reeve_journal *journal = reeve_journal_alloc(NULL, err);
	struct stat st;
	int r = -1;

	if (journal == NULL)
		return NULL;
	snprintf(journal->name, sizeof journal->name, "%s", name);
	reeve_identity_pause(identity);
	journal->fd = openat(j->dirfd, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	reeve_identity_resume(identity);
	if (journal->fd < 0 || fstat(journal->fd, &st) < 0) {
		if (errno != ENOENT)
			reeve_fail_errno(err, "cannot open journal '%s'", name);
	} else if (!S_ISREG(st.st_mode)) {
		reeve_fail(err, REEVE_EREFUSED, "journal '%s' is not a regular file", name);
	} else {
		journal->owner = st.st_uid;
		r = reeve_journal_read(journal, (uint64_t)st.st_size, err);
	}
	if (r < 0) {
		reeve_journal_close(journal);
		return NULL;
	}
	*is_whole_r = r > 0;
	return journal;
}

/*
 * Whether the journal of this name is about the file. The device's number may have changed since
 * (another order of disks after a reboot); then the inode's number and the path tell.
 */
static bool is_about(const struct reeve_journals *j, const char *name, const char *path,
                     const struct stat *st, struct reeve_identity *identity)
{
	uint64_t device, inode;
	bool whole, same;

	if (sscanf(name, "%" SCNu64 "-%" SCNu64, &device, &inode) != 2 ||
	    inode != (uint64_t)st->st_ino)
		return false;
	if (device == (uint64_t)st->st_dev)
		return true;

	struct reeve_journal *journal = open_named(j, name, identity, &whole, NULL);
	char *real = realpath(path, NULL);
	same = journal != NULL && real != NULL && whole && strcmp(journal->path, real) == 0;
	free(real);
	reeve_journal_close(journal);
	return same;
}

/* The name of the journal about the file, or "". */
static int find_name(const struct reeve_journals *j, const char *path, const struct stat *st,
                     struct reeve_identity *identity, char *name, size_t n,
                     struct reeve_error *err)
{
	struct reeve_names names;

	name[0] = '\0';
	if (reeve_journals_names(j, identity, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count && name[0] == '\0'; i++) {
		if (is_about(j, names.name[i], path, st, identity))
			snprintf(name, n, "%s", names.name[i]);
	}
	free(names.name);
	return 0;
}

int reeve_journal_open(const struct reeve_journals *j, const char *path, const struct stat *st,
                       struct reeve_identity *identity, struct reeve_journal **journal_r,
                       bool *is_whole_r, struct reeve_error *err)
{
	char name[REEVE_JOURNAL_NAME];
	struct reeve_error mine = {0};

	*journal_r = NULL;
	if (j->dirfd < 0)
		return 0;
	if (find_name(j, path, st, identity, name, sizeof name, err) < 0)
		return -1;
	if (name[0] == '\0')
		return 0;

	struct reeve_journal *journal = open_named(j, name, identity, is_whole_r, &mine);
	if (journal == NULL) {
		if (mine.code == REEVE_OK)
			return 0; /* gone meanwhile */
		if (err != NULL)
			*err = mine;
		return -1;
	}
	if (journal->owner != 0 && journal->owner != st->st_uid) {
		reeve_fail(err, REEVE_EREFUSED, "journal '%s' of '%s' belongs to uid %u, neither root "
		           "nor the owner", name, path, (unsigned int)journal->owner);
		reeve_journal_close(journal);
		return -1;
	}
	*journal_r = journal;
	return 0;
}

int reeve_journals_each(const struct reeve_journals *j, int (*fn)(void *user, const char *path),
                        void *user, struct reeve_error *err)
{
	struct reeve_identity nobody = {0};
	struct reeve_error first = {0};
	struct reeve_names names;
	int r = 0;

	if (j->dirfd < 0)
		return 0;
	if (reeve_journals_names(j, &nobody, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.count && r == 0; i++) {
		struct reeve_error mine = {0};
		bool whole;
		struct reeve_journal *journal = open_named(j, names.name[i], &nobody, &whole, &mine);
		if (journal == NULL && first.code == REEVE_OK)
			first = mine; /* the others have their turn all the same */
		if (journal == NULL)
			continue;
		/* One that is not whole has no path; nothing was moved, and a later run of the
		 * box itself drops it. */
		if (whole)
			r = fn(user, journal->path);
		reeve_journal_close(journal);
	}
	free(names.name);
	if (r == 0 && first.code != REEVE_OK) {
		if (err != NULL)
			*err = first;
		return -1;
	}
	return r;
}
