/* SPDX-License-Identifier: MIT */
/* Differences of files in memory, by diff(1), whose one door this is. Nothing goes to disk. */
#include "base/error.h"
#include "base/io.h"
#include "plan/parts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DIFF_BYTES (4 * PLAN_FILE_BYTES) /* old, new, and signs */
#define DIFF_MS 60000
#define TROUBLE 2 /* its exit status; 1: they differ */

static int in_memory(const void *bytes, size_t n, struct reeve_error *err)
{
	int fd = memfd_create("reeve-diff", MFD_CLOEXEC);

	if (fd < 0)
		return reeve_fail_errno(err, "no memory for a diff");
	if (reeve_write_at(fd, bytes, n, 0, err) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* "a/etc/x": a line end in a name must not become one of the diff's. */
static void make_label(char label[PATH_MAX], char side, const char *path)
{
	snprintf(label, PATH_MAX, "%c%s", side, path);
	for (char *p = label; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
}

static int run_diff(const int fds[2], const char *path, struct reeve_buf *out,
                    struct reeve_error *err)
{
	char a[PATH_MAX], b[PATH_MAX], program[PATH_MAX];
	struct reeve_buf said;
	struct reeve_run_answer answer;
	const char *diff = reeve_run_find(NULL, "diff", program, sizeof program);
	const char *const argv[] = {diff, "-au",       "--label",   a,   "--label",
	                            b,    "/dev/fd/3", "/dev/fd/4", NULL};

	if (diff == NULL)
		return reeve_fail(err, REEVE_EIO, "diff(1) is not installed");
	make_label(a, 'a', path);
	make_label(b, 'b', path);
	reeve_buf_init(&said, 4096);
	struct reeve_run_how how = {.argv = argv,
	                            .fds = fds,
	                            .fd_count = 2,
	                            .out = out,
	                            .err = &said,
	                            .timeout_ms = DIFF_MS};
	int r = reeve_run(&how, &answer, err);
	if (r == 0 && (answer.end != REEVE_RUN_EXITED || answer.status >= TROUBLE))
		r = reeve_fail(err, REEVE_EIO, "diff(1) fails: %s", reeve_buf_text(&said));
	reeve_buf_dispose(&said);
	return r;
}

int reeve_plan_diff(const struct reeve_plan *plan, size_t i, enum reeve_diff which, char **text_r,
                    size_t *n_r, struct reeve_error *err)
{
	const struct plan_file *file = plan_changed(plan, i);
	struct reeve_buf out;
	int fds[2] = {-1, -1}, r = -1;

	*text_r = NULL;
	*n_r = 0;
	if (file == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "the plan has no file %zu", i);
	reeve_buf_init(&out, DIFF_BYTES);
	if (which == REEVE_DIFF_CHANGE) {
		fds[0] = in_memory(file->was, file->was_n, err);
		fds[1] = in_memory(file->sides[file->wants], file->sizes[file->wants], err);
	} else {
		/* Of a change broken off what it would have left; else what it did. */
		enum plan_side left = plan->resumes != NULL ? PLAN_NEW : PLAN_OLD;
		fds[0] = in_memory(file->sides[left], file->sizes[left], err);
		fds[1] = in_memory(file->was, file->was_n, err);
	}
	if (fds[0] >= 0 && fds[1] >= 0)
		r = run_diff(fds, file->path, &out, err);
	if (r == 0) {
		(void)reeve_buf_text(&out);
		if (out.has_failed || out.is_cut)
			r = reeve_fail_nomem(err);
	}
	for (int k = 0; k < 2; k++)
		if (fds[k] >= 0)
			close(fds[k]);
	if (r < 0) {
		reeve_buf_dispose(&out);
		return -1;
	}
	*text_r = (char *)out.bytes;
	*n_r = out.length;
	return 0;
}
