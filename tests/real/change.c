/* SPDX-License-Identifier: MIT */
/*
 * change: put files in the place of others by a plan, for tests against real programs.
 *
 *     change [-r ROOT] [-d MAIN] [-p FOLDER] [-t TIMEOUT_MS] [-c UID:GID:MODE] FILE NEW...
 *     change [-r ROOT] [-t TIMEOUT_MS] -g UID:GID:MODE FILE...
 *
 * Each FILE gets the bytes of NEW; with -c it is made, with -g given away. -d and -p have Dovecot
 * and Postfix verify it. Prints the ID, or "nothing"; diagnostics and errors go to stderr. Exit
 * status 75 if another plan is under way.
 */
#include "base/whole.h"
#include <mailreeve/plan.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)64 << 20)

static void hear(void *user, const struct reeve_diag *diag)
{
	(void)user;
	fprintf(stderr, "%s: %s: %s\n", diag->file,
	        diag->severity == REEVE_NOTE ? "note" : "warning", diag->text);
}

/* A file to be made has rights. */
static int add(struct reeve_plan *plan, const char *path, const char *from,
               const struct reeve_rights *rights, struct reeve_error *err)
{
	struct reeve_whole old = {0}, new = {0};
	int r = rights != NULL ? 0 : reeve_whole_read(&old, path, FILE_MAX, err);

	if (r == 0)
		r = reeve_whole_read(&new, from, FILE_MAX, err);
	if (r == 0 && rights != NULL)
		reeve_plan_create(plan, path, new.bytes, new.size, rights);
	else if (r == 0)
		reeve_plan_replace(plan, path, old.bytes, old.size, new.bytes, new.size);
	reeve_whole_dispose(&old);
	reeve_whole_dispose(&new);
	return r;
}

static int give(struct reeve_plan *plan, const char *path, const struct reeve_rights *rights)
{
	struct stat st;

	if (lstat(path, &st) < 0) {
		perror(path);
		return 1;
	}
	struct reeve_rights old = {st.st_uid, st.st_gid, st.st_mode & 07777};
	reeve_plan_give(plan, path, &old, rights);
	return 0;
}

int main(int argc, char **argv)
{
	const struct reeve_talk talk = {.diag = hear};
	struct reeve_plan_how how = {.what = "a test", .talk = &talk};
	const char *dovecot = NULL, *postfix = NULL;
	struct reeve_rights rights;
	bool makes = false, gives = false;
	struct reeve_plan_result result;
	struct reeve_error err = {0};

	for (int c; (c = getopt(argc, argv, "r:d:p:t:c:g:")) != -1;) {
		if (c == 'r')
			how.root = optarg;
		else if (c == 'd')
			dovecot = optarg;
		else if (c == 'p')
			postfix = optarg;
		else if (c == 't')
			how.lock_timeout_ms = strtol(optarg, NULL, 10);
		else if (c == '?' ||
		         sscanf(optarg, "%u:%u:%o", &rights.uid, &rights.gid, &rights.mode) != 3)
			return 2;
		else
			*(c == 'c' ? &makes : &gives) = true;
	}
	struct reeve_plan *plan = reeve_plan_begin(&how, &err);
	int r = plan == NULL ? -1 : 0;
	for (int i = optind; r == 0 && gives && i < argc; i++)
		if (give(plan, argv[i], &rights) != 0)
			return 1;
	for (int i = optind; r == 0 && !gives && i + 1 < argc; i += 2)
		r = add(plan, argv[i], argv[i + 1], makes ? &rights : NULL, &err);
	if (r == 0 && dovecot != NULL)
		reeve_plan_check(plan, REEVE_CHECK_DOVECOT, dovecot);
	if (r == 0 && postfix != NULL)
		reeve_plan_check(plan, REEVE_CHECK_POSTFIX, postfix);
	if (r == 0)
		r = reeve_plan_apply(plan, &result, &err);
	reeve_plan_free(plan);
	if (r < 0) {
		fprintf(stderr, "%s\n", err.text);
		return err.code == REEVE_EBUSY ? 75 : 1;
	}
	puts(result.is_changed ? result.id : "nothing");
	return 0;
}
