/* SPDX-License-Identifier: MIT */
/*
 * A file that is there whole or not at all: written beside its place, renamed at the end.
 *
 *     FILE *out = outfile_open(&file, "report.html", "<!doctype html>");
 *     ...
 *     outfile_commit(&file) or outfile_drop(&file)
 */
#ifndef COMMON_OUTFILE_H
#define COMMON_OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

struct outfile {
	const char *path;
	char *beside; /* name while it is written */
	FILE *out;
};

/*
 * A file is for its owner's eyes (0600); one that takes the place of an older one of ours gets the
 * mode of that. Only a file that begins with `begins` (or is empty) is replaced: a mailbox where
 * the page's name should stand is not. "-" is standard output.
 *
 * Returns NULL, after saying why on stderr.
 */
FILE *outfile_open(struct outfile *file, const char *path, const char *begins);

/* Put it in its place. False after saying why not; then there is nothing new. */
bool outfile_commit(struct outfile *file);
void outfile_drop(struct outfile *file);

#endif
