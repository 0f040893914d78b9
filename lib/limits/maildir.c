/* SPDX-License-Identifier: MIT */
/* What a maildir takes, as Dovecot's quota counts it. */
#include "base/number.h"
#include "limits/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_DEPTH 20 /* of maildirs in each other */

static bool size_in_name(const char *name, const char *mark, uint64_t *bytes_r)
{
	const char *size = strstr(name, mark);

	return size != NULL &&
	       reeve_digits(size + 3, strspn(size + 3, "0123456789"), INT64_MAX, bytes_r);
}

/* Bytes of a message as Dovecot names its file, or its file's. */
static uint64_t size_of_message(int folder, const char *name, bool is_virtual)
{
	uint64_t bytes;
	struct stat st;

	if ((is_virtual && size_in_name(name, ",W=", &bytes)) || size_in_name(name, ",S=", &bytes))
		return bytes;
	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode)
	               ? (uint64_t)st.st_size
	               : 0;
}

/* Names may lie: what is too much stays so. */
static void add(uint64_t *sum, uint64_t bytes)
{
	if (!reeve_add_size(*sum, bytes, sum))
		*sum = UINT64_MAX;
}

/* Of messages, in "cur" and "new", or of all below. Takes the descriptor. */
static uint64_t bytes_in(int fd, bool is_virtual, bool is_of_messages, unsigned int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	uint64_t bytes = 0;

	if (dir == NULL) {
		close(fd);
		return 0;
	}
	while ((entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		int below;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "tmp") == 0)
			continue;
		if (is_of_messages) {
			if (name[0] != '.')
				add(&bytes, size_of_message(fd, name, is_virtual));
			continue;
		}
		if (depth == FOLDER_DEPTH ||
		    (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
			continue;
		below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			add(&bytes, bytes_in(below, is_virtual,
			                     strcmp(name, "cur") == 0 || strcmp(name, "new") == 0,
			                     depth + 1));
	}
	closedir(dir);
	return bytes;
}

uint64_t reeve_limits_maildir_bytes(int fd, bool is_virtual)
{
	return bytes_in(fd, is_virtual, false, 0);
}
