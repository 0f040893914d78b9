/* SPDX-License-Identifier: MIT */
/* Asking the real programs about what would be, for whoever only wants to know. */
#include "base/error.h"
#include "base/folder.h"
#include "plan/parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A folder for what is looked at, which nobody else can see into. *fd_r, and its path to be freed.
 */
static char *make_folder(int *fd_r, struct reeve_error *err)
{
	const char *temp = getenv("TMPDIR");
	char *path = NULL;

	*fd_r = -1;
	if (temp == NULL || temp[0] != '/')
		temp = "/tmp";
	if (asprintf(&path, "%s/mailreeve.XXXXXX", temp) < 0) {
		reeve_fail_nomem(err);
		return NULL;
	}
	if (mkdtemp(path) == NULL) {
		reeve_fail_errno(err, "cannot make a folder in '%s'", temp);
		free(path);
		return NULL;
	}
	*fd_r = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd_r >= 0)
		return path;
	reeve_fail_errno(err, "cannot open '%s'", path);
	(void)rmdir(path);
	free(path);
	return NULL;
}

/* A dry run has no folder of its own to put anything into. */
static int verify_dry(struct reeve_plan *plan, bool *is_broken_r, struct reeve_error *err)
{
	struct plan_state own = plan->state;
	int fd, r;
	char *path = make_folder(&fd, err);

	if (path == NULL)
		return -1;
	plan->state = (struct plan_state){.path = path, .fd = fd, .undo = -1, .lock = -1};
	r = plan_verify_stage(plan, is_broken_r, err);
	plan->state = own;
	close(fd);
	(void)rmdir(path);
	free(path);
	return r;
}

int reeve_plan_verify(struct reeve_plan *plan, bool *is_refused_r, struct reeve_error *err)
{
	bool is_broken;
	int r;

	*is_refused_r = false;
	if (reeve_plan_ok(plan, err) < 0)
		return -1;
	r = plan->how.dry_run ? verify_dry(plan, &is_broken, err)
	                      : plan_verify_stage(plan, &is_broken, err);
	*is_refused_r = plan->is_refused;
	return r;
}
