/* SPDX-License-Identifier: MIT */
/* A run of reeve-migrate(8): read, migrate in memory, and a plan or an output folder. */
#include "migrate.h"

#include "option.h"
#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(struct reeve_error *err, enum reeve_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct reeve_error *err, enum reeve_code code, const char *fmt, ...)
{
	va_list args;

	*err = (struct reeve_error){.code = code};
	va_start(args, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, args);
	va_end(args);
	return -1;
}

void migrate_diag(struct migrate_tool *tool, const struct reeve_diag *diag)
{
	if (tool->is_json)
		json_append_diag(tool->diags, diag);
	else
		tool_diag(diag);
}

static void take_diag(void *user, const struct reeve_diag *diag)
{
	struct migrate_tool *tool = user;

	tool->has_problems |= diag->severity == REEVE_PROBLEM;
	migrate_diag(tool, diag);
}

static void take_plan_diag(void *user, const struct reeve_diag *diag)
{
	migrate_plan_diag(user, diag);
}

/* Dovecot is installed, and the part of Pigeonhole that knows managesieve is not. */
static bool lacks_sieve(const char *root)
{
	static const char *const names[] = {
		"/usr/lib/dovecot/modules/settings/libmanagesieve_login_settings.so",
		"/usr/lib/dovecot/modules"};
	bool is_there[2];

	for (size_t i = 0; i < 2; i++) {
		char *path;

		if (asprintf(&path, "%s%s", root == NULL ? "" : root, names[i]) < 0)
			return false;
		is_there[i] = access(path, F_OK) == 0;
		free(path);
	}
	return is_there[1] && !is_there[0];
}

/* ---- --output ------------------------------------------------------------------------------ */

static int make_folders(char *path, struct reeve_error *err)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			return fail(err, REEVE_EIO, "cannot make folder '%s': %s", path,
			            strerror(errno));
		*slash = '/';
	}
	return 0;
}

static int write_file(const char *path, const struct reeve_conf_file *file, struct reeve_error *err)
{
	const unsigned char *bytes = file->new_bytes;
	struct stat st;
	mode_t mode = stat(file->path, &st) == 0 ? st.st_mode & 0777 : 0600;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	size_t n = file->new_size;

	if (fd < 0)
		return fail(err, REEVE_EIO, "cannot create '%s': %s", path, strerror(errno));
	while (n > 0) {
		ssize_t wrote = write(fd, bytes, n);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			break;
		bytes += wrote;
		n -= (size_t)wrote;
	}
	if (close(fd) < 0 || n > 0) {
		fail(err, REEVE_EIO, "cannot write '%s': %s", path, strerror(errno));
		(void)unlink(path);
		return -1;
	}
	return 0;
}

/* Where a file goes: as it lies in the folder of the first; others by their whole path. NULL. */
static char *output_path(const struct migrate_tool *tool, size_t i)
{
	const char *main_file = reeve_migrate_file(tool->migrate, 0).path;
	const char *slash = strrchr(main_file, '/'),
		   *name = reeve_migrate_file(tool->migrate, i).path;
	size_t folder = slash == NULL ? 0 : (size_t)(slash - main_file) + 1;
	char *path;

	if (strncmp(name, main_file, folder) == 0)
		name += folder;
	return asprintf(&path, "%s/%s", tool->output, name + (name[0] == '/')) < 0 ? NULL : path;
}

/* All files that were read, or none. */
static int write_output(struct migrate_tool *tool, struct reeve_error *err)
{
	size_t count = reeve_migrate_file_count(tool->migrate), written = 0;
	int r = 0;

	for (; written < count && r == 0; written++) {
		struct reeve_conf_file file = reeve_migrate_file(tool->migrate, written);
		char *path = output_path(tool, written);

		if (path == NULL)
			r = fail(err, REEVE_ENOMEM, "out of memory");
		else if ((r = make_folders(path, err)) == 0)
			r = write_file(path, &file, err);
		free(path);
	}
	for (size_t i = 0; r < 0 && i + 1 < written; i++) {
		char *path = output_path(tool, i);

		if (path != NULL)
			(void)unlink(path);
		free(path);
	}
	return r;
}

/* ---- where --------------------------------------------------------------------------------- */

/* The main file, with the root in front; of a folder its dovecot.conf. NULL with err. */
static char *config_path(const struct migrate_tool *tool, struct reeve_error *err)
{
	char *path = option_in_root(tool->root, tool->config);
	struct stat st;

	if (path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		char *folder = path;

		path = option_in_root(folder, "dovecot.conf");
		free(folder);
	}
	if (path == NULL)
		fail(err, REEVE_ENOMEM, "out of memory");
	return path;
}

/* ---- the plan ------------------------------------------------------------------------------ */

static int make_plan(struct migrate_tool *tool, struct reeve_error *err)
{
	bool is_changed = false;

	for (size_t i = 0; i < reeve_migrate_file_count(tool->migrate); i++) {
		struct reeve_conf_file file = reeve_migrate_file(tool->migrate, i);

		if (file.new_bytes == file.old_bytes)
			continue;
		is_changed = true;
		reeve_plan_replace(tool->plan, file.path, file.old_bytes, file.old_size,
		                   file.new_bytes, file.new_size);
	}
	if (is_changed || tool->is_check)
		reeve_plan_check(tool->plan, REEVE_CHECK_DOVECOT,
		                 reeve_migrate_file(tool->migrate, 0).path);
	return reeve_plan_ok(tool->plan, err);
}

static char **make_diffs(struct migrate_tool *tool, struct reeve_error *err)
{
	size_t count = reeve_plan_count(tool->plan), n;
	char **diffs = calloc(count + 1, sizeof(char *));

	if (diffs == NULL)
		fail(err, REEVE_ENOMEM, "out of memory");
	for (size_t i = 0; diffs != NULL && i < count; i++)
		if (reeve_plan_diff(tool->plan, i, REEVE_DIFF_CHANGE, &diffs[i], &n, err) < 0) {
			while (i > 0)
				free(diffs[--i]);
			free(diffs);
			return NULL;
		}
	return diffs;
}

static int carry_out(struct migrate_tool *tool, char ***diffs_r, struct reeve_error *err)
{
	const struct reeve_talk talk = {.diag = take_diag, .cancel = tool_cancel, .user = tool};
	const struct reeve_talk plan_talk = {
		.diag = take_plan_diag, .cancel = tool_cancel, .user = tool};
	struct reeve_migrate_how how = {.root = tool->root,
	                                .path = tool->path,
	                                .talk = &talk,
	                                .without_sieve = lacks_sieve(tool->root),
	                                .needs_syntax = tool->output == NULL};
	char what[64];
	struct reeve_plan_how plan = {.root = tool->root,
	                              .what = what,
	                              .talk = &plan_talk,
	                              .dry_run = tool->is_dry_run || tool->is_check ||
	                                         tool->output != NULL,
	                              .lock_timeout_ms = tool->lock_timeout_ms};

	if (tool->config != NULL && (how.path = tool->path = config_path(tool, err)) == NULL)
		return -1;
	snprintf(what, sizeof what, "reeve-migrate --to %s", tool->to);
	/* Read under the lock, so that nobody of us changes what was read. */
	tool->plan = reeve_plan_begin(&plan, err);
	if (tool->plan == NULL)
		return -1;
	tool->migrate = reeve_migrate_open(&how, err);
	/* What is included and missing, or includes itself, Dovecot refuses; a file that was not
	 * read is not migrated either. */
	if (tool->migrate != NULL && tool->has_problems && how.needs_syntax && !tool->is_check)
		return fail(err, REEVE_EFORMAT,
		            "the configuration has errors: mend them first; nothing was changed");
	if (tool->migrate == NULL || reeve_migrate_run(tool->migrate, tool->to, err) < 0 ||
	    make_plan(tool, err) < 0)
		return -1;
	if (tool->wants_diff && (*diffs_r = make_diffs(tool, err)) == NULL)
		return -1;
	if (plan.dry_run && migrate_verify(tool, err) < 0)
		return -1;
	if (tool->output != NULL)
		return write_output(tool, err);
	return tool->is_check ? 0 : reeve_plan_apply(tool->plan, &tool->result, err);
}

void migrate_run(struct migrate_tool *tool)
{
	struct reeve_error err = {.code = REEVE_OK};
	char **diffs = NULL;
	bool is_done;

	if (tool->setting != NULL) {
		migrate_explain(tool);
		return;
	}
	if (tool->is_json)
		tool->diags = json_list();
	is_done = carry_out(tool, &diffs, &err) == 0;
	if (!is_done)
		migrate_place_error(tool, &err);
	if (!is_done && tool->is_json)
		tool_worse(tool_status_of(err.code));
	migrate_say(tool, diffs, is_done ? NULL : &err);
	for (size_t i = 0; diffs != NULL && diffs[i] != NULL; i++)
		free(diffs[i]);
	free(diffs);
	free(tool->path);
	reeve_migrate_close(tool->migrate);
	reeve_plan_free(tool->plan);
}
