/* SPDX-License-Identifier: MIT */
/* Differences of files in memory, by diff(1), whose one door this is. Nothing goes to disk. */
#include "base/error.h"
#include "base/io.h"
#include "plan/parts.h"

#include <inttypes.h>
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

/* A line end in a name must not become one of the diff's. */
static char *clean(char *text)
{
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return text;
}

/* "a/etc/x" */
static void make_label(char label[PATH_MAX], char side, const char *path,
                       const struct plan_shape *shape)
{
	if (shape->is_there)
		snprintf(label, PATH_MAX, "%c%s", side, path);
	else
		snprintf(label, PATH_MAX, "/dev/null");
	clean(label);
}

/* "# /var/mail/ann: 0:8 0660 -> 1001:8 0600" */
static void add_rights(struct reeve_buf *out, const char *path, const struct plan_shape *shapes[2])
{
	char text[2][60], line[PATH_MAX + 160];

	for (int i = 0; i < 2; i++) {
		const struct reeve_rights *rights = &shapes[i]->rights;
		snprintf(text[i], sizeof text[i], "%" PRIu32 ":%" PRIu32 " %04" PRIo32, rights->uid,
		         rights->gid, rights->mode);
		if (!shapes[i]->is_there)
			snprintf(text[i], sizeof text[i], "nothing");
	}
	snprintf(line, sizeof line, "# %s: %s -> %s", path, text[0], text[1]);
	reeve_buf_add_text(out, clean(line));
	reeve_buf_add_byte(out, '\n');
}

static int run_diff(const int fds[2], const char *path, const struct plan_shape *shapes[2],
                    struct reeve_buf *out, struct reeve_error *err)
{
	char a[PATH_MAX], b[PATH_MAX], program[PATH_MAX];
	struct reeve_buf said;
	struct reeve_run_answer answer;
	const char *diff = reeve_run_find(NULL, "diff", program, sizeof program);
	const char *const argv[] = {diff, "-au",       "--label",   a,   "--label",
	                            b,    "/dev/fd/3", "/dev/fd/4", NULL};

	if (diff == NULL)
		return reeve_fail(err, REEVE_EIO, "diff(1) is not installed");
	make_label(a, 'a', path, shapes[0]);
	make_label(b, 'b', path, shapes[1]);
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

static int diff_bytes(const char *path, const struct plan_shape *shapes[2], struct reeve_buf *out,
                      struct reeve_error *err)
{
	int fds[2], r = -1;

	for (int i = 0; i < 2; i++)
		fds[i] = in_memory(shapes[i]->bytes, shapes[i]->size, err);
	if (fds[0] >= 0 && fds[1] >= 0)
		r = run_diff(fds, path, shapes, out, err);
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return r;
}

int reeve_plan_diff(const struct reeve_plan *plan, size_t i, enum reeve_diff which, char **text_r,
                    size_t *n_r, struct reeve_error *err)
{
	const struct plan_file *file = plan_changed(plan, i);
	const struct plan_shape *shapes[2];
	struct reeve_buf out;
	int r = 0;

	*text_r = NULL;
	*n_r = 0;
	if (file == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "the plan has no file %zu", i);
	reeve_buf_init(&out, DIFF_BYTES);
	if (which == REEVE_DIFF_CHANGE) {
		shapes[0] = &file->was;
		shapes[1] = &file->sides[file->wants];
	} else {
		/* Of a change broken off what it would have left; else what it did. */
		enum plan_side left = plan->resumes != NULL ? PLAN_NEW : PLAN_OLD;
		shapes[0] = &file->sides[left];
		shapes[1] = &file->was;
	}
	if (file->kind == REEVE_PLAN_GIVE || shapes[0]->is_there != shapes[1]->is_there)
		add_rights(&out, file->path, shapes);
	if (file->kind != REEVE_PLAN_GIVE)
		r = diff_bytes(file->path, shapes, &out, err);
	if (r == 0) {
		(void)reeve_buf_text(&out);
		if (out.has_failed || out.is_cut)
			r = reeve_fail_nomem(err);
	}
	if (r < 0) {
		reeve_buf_dispose(&out);
		return -1;
	}
	*text_r = (char *)out.bytes;
	*n_r = out.length;
	return 0;
}
