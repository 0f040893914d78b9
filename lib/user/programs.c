/* SPDX-License-Identifier: MIT */
/* Running the programs that change accounts, and what their answers mean. */
#include "user/programs.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/open.h"
#include "base/run.h"
#include "plan/lock.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * lckpwdf(3) waits 15 seconds for each of useradd's locks. newaliases reads a large file. What
 * takes longer than this hangs.
 */
#define TIMEOUT_MS 300000
#define SAID_BYTES 600

#define LOCKED "cannot lock "
#define LOCKED_BY "already used by PID"

static const char *find(const struct reeve_users *users, const char *name, char path[PATH_MAX],
                        struct reeve_error *err)
{
	const char *found = reeve_run_find(users->root, name, path, PATH_MAX);

	if (found == NULL)
		reeve_fail(err, REEVE_EREFUSED, "there is no program '%s' in '%s/'", name,
		           users->root);
	return found;
}

int users_program_look(const struct reeve_users *users, const char *name, struct reeve_error *err)
{
	char path[PATH_MAX];
	const char *found = find(users, name, path, err);
	int fd;

	if (found == NULL)
		return -1;
	/* newaliases is a link to sendmail, which may be there without the package that has it. */
	fd = reeve_open_in_root(users->root, path);
	if (fd < 0 && errno == ENOENT)
		return reeve_fail(err, REEVE_EREFUSED, "what '%s' leads to is not in '%s/'", found,
		                  users->root);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* Lines become one; nothing that a terminal would obey. */
static void flatten(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	for (char *p = text; *p != '\0'; p++) {
		if (*p == '\n')
			*p = ';';
		else if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	}
}

/*
 * Of a lock that somebody holds, shadow's programs say who (lib/commonio.c, do_lock_file), or,
 * after lckpwdf(3) waited in vain, nothing but that. Where a lock cannot be made (a full disk, a
 * folder that is read-only) they say why first.
 */
static bool is_locked(const char *said)
{
	const char *newline = strchr(said, '\n');
	bool is_alone = newline == NULL || newline[1] == '\0';

	return strstr(said, LOCKED) != NULL && (is_alone || strstr(said, LOCKED_BY) != NULL);
}

static int judge(const char *name, const struct reeve_run_answer *answer, char *said,
                 struct reeve_error *err)
{
	enum reeve_code code = is_locked(said) ? REEVE_EBUSY : REEVE_EIO;
	size_t front = strlen(name);

	flatten(said);
	/* "useradd: user 'ann' already exists" needs no second "useradd". */
	if (strncmp(said, name, front) == 0 && said[front] == ':')
		said += front + 1 + strspn(said + front + 1, " ");
	switch (answer->end) {
	case REEVE_RUN_EXITED:
		if (said[0] == '\0')
			return reeve_fail(err, code, "%s ended with status %d", name,
			                  answer->status);
		return reeve_fail(err, code, "%s: %s", name, said);
	case REEVE_RUN_KILLED:
		return reeve_fail(err, REEVE_EIO, "%s was killed by signal %d", name,
		                  answer->status);
	case REEVE_RUN_TOO_LONG:
	case REEVE_RUN_STOPPED:
		return reeve_fail(err, REEVE_EIO, "%s does not end", name);
	case REEVE_RUN_NOT:
		break;
	}
	return reeve_fail(err, REEVE_EIO, "cannot run %s: %s", name, strerror(answer->status));
}

/* Where nothing can be written lckpwdf(3) fails without a word, as if another had the lock. */
static int explain(const struct reeve_users *users, struct reeve_error *err)
{
	char etc[PATH_MAX];

	if (err == NULL || err->code != REEVE_EBUSY)
		return -1;
	snprintf(etc, sizeof etc, "%s/etc", users->root);
	if (access(etc, W_OK) < 0) {
		struct reeve_error said = *err;

		reeve_fail_errno(err, "%s", said.text);
	}
	return -1;
}

int users_program_run(struct reeve_users *users, const char *const argv[], const void *input,
                      size_t n, int *status_r, struct reeve_error *err)
{
	const char *words[24];
	char path[PATH_MAX], said[SAID_BYTES + 1];
	struct reeve_run_answer answer;
	struct reeve_buf buf;
	size_t count = 1;

	if (status_r != NULL)
		*status_r = 0;
	while (argv[count] != NULL && count + 1 < sizeof words / sizeof words[0]) {
		words[count] = argv[count];
		count++;
	}
	words[count] = NULL;
	words[0] = find(users, argv[0], path, err);
	if (words[0] == NULL)
		return -1;

	int lock = users->plan == NULL ? -1 : reeve_plan_lock_fd(users->plan);
	reeve_buf_init(&buf, SAID_BYTES);
	struct reeve_run_how how = {.argv = words,
	                            .fds = &lock,
	                            .fd_count = lock >= 0,
	                            .root = users->root[0] == '\0' ? NULL : users->root,
	                            .input = input,
	                            .input_n = n,
	                            .out = &buf,
	                            .err = &buf,
	                            .timeout_ms = TIMEOUT_MS};
	int result = reeve_run(&how, &answer, err);
	strcpy(said, reeve_buf_text(&buf));
	reeve_buf_dispose(&buf);
	if (result < 0)
		return -1;
	if (answer.end == REEVE_RUN_EXITED && answer.status == 0)
		return 0;
	if (status_r != NULL && answer.end == REEVE_RUN_EXITED)
		*status_r = answer.status;
	judge(argv[0], &answer, said, err);
	return explain(users, err);
}
