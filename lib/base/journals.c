/* SPDX-License-Identifier: MIT */
/* The folder of journals: root's, or a user's own. */
#include "base/error.h"
#include "base/folder.h"
#include "base/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ROOT/var/lib/mailreeve/journal for root, else $XDG_STATE_HOME/mailreeve/journal. */
static int folder_path(const char *root, char *buf, size_t n, struct reeve_error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int len;

	if (geteuid() == 0)
		len = snprintf(buf, n, "%s/var/lib/mailreeve/journal", root == NULL ? "" : root);
	else if (state != NULL && state[0] == '/') /* XDG: relative paths are to be ignored */
		len = snprintf(buf, n, "%s/mailreeve/journal", state);
	else if (home != NULL && home[0] == '/')
		len = snprintf(buf, n, "%s/.local/state/mailreeve/journal", home);
	else
		return reeve_fail(err, REEVE_EUSAGE,
		                  "no folder for journals: neither XDG_STATE_HOME nor HOME is set");
	if (len < 0 || (size_t)len >= n)
		return reeve_fail(err, REEVE_EUSAGE, "path of the folder of journals is too long");
	return 0;
}

int reeve_journals_open_at(struct reeve_journals *j, const char *path, uid_t owner,
                           struct reeve_error *err)
{
	j->owner = owner;
	return reeve_folder_open(path, owner, &j->dirfd, err);
}

int reeve_journals_open(struct reeve_journals *j, const char *root, bool create,
                        struct reeve_error *err)
{
	char path[4096];

	j->dirfd = -1;
	if (folder_path(root, path, sizeof path, create ? err : NULL) < 0)
		return create ? -1 : 0; /* no place for journals, so none waits */
	if (create && reeve_folder_make(path, err) < 0)
		return -1;
	return reeve_journals_open_at(j, path, geteuid(), err);
}

void reeve_journals_close(struct reeve_journals *j)
{
	if (j->dirfd >= 0)
		close(j->dirfd);
	j->dirfd = -1;
}

/* DEVICE-INODE, as we write it, or "". */
static void journal_name(const char *found, char name[REEVE_JOURNAL_NAME])
{
	uint64_t device, inode;

	if (sscanf(found, "%" SCNu64 "-%" SCNu64, &device, &inode) == 2) {
		snprintf(name, REEVE_JOURNAL_NAME, "%" PRIu64 "-%" PRIu64, device, inode);
		if (strcmp(name, found) == 0)
			return;
	}
	name[0] = '\0';
}

int reeve_journals_names(const struct reeve_journals *j, struct reeve_identity *identity,
                         struct reeve_names *names_r, struct reeve_error *err)
{
	struct reeve_names names = {0};
	struct dirent *entry;
	DIR *dir = NULL;

	reeve_identity_pause(identity);
	int fd = openat(j->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	reeve_identity_resume(identity);
	if (fd >= 0)
		dir = fdopendir(fd);
	if (dir == NULL) {
		if (fd >= 0)
			close(fd);
		return reeve_fail_errno(err, "cannot read the folder of journals");
	}
	while ((entry = readdir(dir)) != NULL) {
		char name[REEVE_JOURNAL_NAME];
		journal_name(entry->d_name, name);
		if (name[0] == '\0')
			continue;
		void *more = realloc(names.name, (names.count + 1) * sizeof *names.name);
		if (more == NULL) {
			free(names.name);
			closedir(dir);
			return reeve_fail_nomem(err);
		}
		names.name = more;
		memcpy(names.name[names.count++], name, sizeof name);
	}
	closedir(dir);
	*names_r = names;
	return 0;
}
