/* SPDX-License-Identifier: MIT */
/*
 * Opening a file in a folder where others can write.
 *
 * The accidents: a symbolic link to /etc/shadow, a hard link to somebody's file, a FIFO that
 * blocks, a device that rewinds; and all of these put in place between our look and our open
 * (Postfix, util/safe_open.c). So: the folder is opened once, the name is looked at in it without
 * following links, and what was opened must be what was looked at.
 *
 *     reeve_place_open(&place, root, path, err);    folder open, file looked at: place.st
 *     (become place.st.st_uid: base/identity.h)
 *     fd = reeve_place_file(&place, O_RDWR, err);   the same file, opened
 *     reeve_place_still(&place, fd)                  after a lock: is it still that file?
 *     reeve_place_close(&place);
 *
 * Folders count only where reeve_place_any() was asked for them.
 */
#ifndef BASE_OPEN_H
#define BASE_OPEN_H

#include <mailreeve/base.h>
#include <sys/stat.h>

struct reeve_place {
	int dirfd;
	char *path;        /* as given, copied, without slashes at the end */
	const char *name;  /* its last part, inside path */
	struct stat dir;   /* the folder */
	struct stat st;    /* the file, as looked at; after reeve_place_file() as it was opened */
	bool takes_folder; /* it may be one */
};

/*
 * Whether a folder (its path with the root in front) is inside the root: an absolute symbolic link
 * in an image, such as var/mail -> /var/spool/mail, leads to the host's mail. A folder that does
 * not exist is inside. Returns 0, or -1 with err: REEVE_EREFUSED, REEVE_EIO.
 */
int reeve_path_inside(const char *root, const char *folder, struct reeve_error *err);

/*
 * Open a file for reading, as a program in the root would find it: a symbolic link, also an
 * absolute one, leads to a place in the root, and ".." not out of it (openat2(2), RESOLVE_IN_ROOT).
 * `path` has the root (NULL or "": "/") in front; one that has not is opened as it is. On a kernel
 * before 5.6 a link that leads out of the root is refused instead (EXDEV).
 *
 * Returns the descriptor (close-on-exec; neither a FIFO nor a terminal holds us up), or -1 with
 * errno.
 */
int reeve_open_in_root(const char *root, const char *path);

/*
 * `path` has the root (NULL: "/") in front. Returns 0, or -1 with err: REEVE_EIO, REEVE_EREFUSED
 * for a symbolic link, a second hard link, a FIFO, socket or device, or a folder that is not inside
 * the root; REEVE_EFORMAT for a folder (a Maildir is called one).
 */
int reeve_place_open(struct reeve_place *place, const char *root, const char *path,
                     struct reeve_error *err);

/*
 * The same for a file to which we add. If there is none *is_new_r is set, and with `make` it is
 * made: empty, 0600, ours; else place->st stays {0}. The folder is opened by base/way.h, so
 * REEVE_EREFUSED is also for somebody else's symbolic link on the way.
 */
int reeve_place_add(struct reeve_place *place, const char *root, const char *path, bool make,
                    bool *is_new_r, struct reeve_error *err);

/*
 * The same for something whose owner or mode is to change, which may be a folder (O_RDONLY only)
 * and must be there. Again the folder that it is in is opened by base/way.h.
 */
int reeve_place_any(struct reeve_place *place, const char *root, const char *path,
                    struct reeve_error *err);

/*
 * Open the file: flags O_RDONLY or O_RDWR; O_NOATIME is added where it is allowed.
 * Returns the descriptor (close-on-exec), or -1 with err as above, or REEVE_ECHANGED.
 */
int reeve_place_file(struct reeve_place *place, int flags, struct reeve_error *err);

/* Whether the name in the folder is still the open file, with one link. */
bool reeve_place_still(const struct reeve_place *place, int fd);

/*
 * After reading: put the access time back to place->st's where O_NOATIME was not had. This changes
 * ctime. Where it was had, nothing is done: if atime moved, somebody else read his mail.
 * Returns false if reading may have moved atime for good (neither owner nor root can we be).
 */
bool reeve_place_keep_atime(const struct reeve_place *place, int fd);

void reeve_place_close(struct reeve_place *place); /* NULL and {0} are fine */

#endif
