/* SPDX-License-Identifier: MIT */
/* The table that Postfix makes of a file of aliases, and reads instead. */
#include "user/alias_table.h"

#include "base/diag.h"
#include "base/error.h"
#include "base/open.h"
#include "user/programs.h"
#include "user/steps.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What makes it: newaliases(1) for those of alias_database in the usual folder, else postalias(1). */
static void command(struct reeve_users *users, const struct users_where *where,
                    const char *argv[5])
{
	size_t n = 0, root = strlen(users->root);

	if (where->is_for_newaliases && users->how.postfix == NULL) {
		argv[n++] = "newaliases";
	} else {
		argv[n++] = "postalias";
		if (users->how.postfix != NULL) {
			argv[n++] = "-c";
			argv[n++] = strncmp(users->how.postfix, users->root, root) == 0
			                    ? users->how.postfix + root
			                    : users->how.postfix;
		}
		argv[n++] = reeve_users_text(users, "%s:%s", where->alias_type,
		                             where->aliases + root);
	}
	argv[n] = NULL;
}

static int make_table(struct reeve_users *users, void *what, struct reeve_error *err)
{
	const char *argv[5];
	int result;

	(void)what;
	if (users->how.postfix == NULL) {
		result = reeve_plan_run_after(users->plan, err);
	} else {
		/* With the folder of main.cf, which no record says. */
		command(users, users->where, argv);
		result = users_program_run(users, argv, NULL, 0, NULL, err);
	}
	return result < 0 ? reeve_fail_prefix(err, "the table of aliases is not made anew") : 0;
}

static int stat_in_root(const struct reeve_users *users, const char *path, struct stat *st)
{
	int fd = reeve_open_in_root(users->root, path), r;

	if (fd < 0)
		return -1;
	r = fstat(fd, st);
	close(fd);
	return r;
}

enum users_table users_table_look(struct reeve_users *users)
{
	static const struct {
		const char *type, *suffix;
	} tables[] = {
		{"hash", ".db"}, {"btree", ".db"}, {"lmdb", ".lmdb"}, {"cdb", ".cdb"}, {"dbm", ".pag"}};
	const struct users_where *where = users_where(users, NULL);
	struct stat file, table;

	if (where == NULL || where->aliases == NULL)
		return USERS_TABLE_UNKNOWN;
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		if (strcmp(where->alias_type, tables[i].type) != 0)
			continue;
		if (stat_in_root(users, where->aliases, &file) < 0)
			return USERS_TABLE_UNKNOWN;
		if (stat_in_root(users,
		                 reeve_users_text(users, "%s%s", where->aliases, tables[i].suffix),
		                 &table) < 0)
			return errno == ENOENT ? USERS_TABLE_MISSING : USERS_TABLE_UNKNOWN;
		return table.st_mtim.tv_sec < file.st_mtim.tv_sec ||
		                       (table.st_mtim.tv_sec == file.st_mtim.tv_sec &&
		                        table.st_mtim.tv_nsec < file.st_mtim.tv_nsec)
		               ? USERS_TABLE_OLD
		               : USERS_TABLE_WELL;
	}
	return USERS_TABLE_UNKNOWN;
}

static bool is_wished(const struct users_steps *steps)
{
	for (size_t i = 0; steps != NULL && i < steps->count; i++)
		if (steps->rows[i].carry_out == make_table)
			return true;
	return false;
}

int users_table_again(struct reeve_users *users, struct reeve_error *err)
{
	return is_wished(users->steps) ? make_table(users, NULL, err) : 0;
}

void users_table_wish(struct reeve_users *users, const struct users_where *where, bool is_changed)
{
	struct users_steps *steps = users_steps(users);
	enum users_table table = is_changed ? USERS_TABLE_OLD : users_table_look(users);
	struct reeve_error err = {0};
	const char *argv[5];

	if (steps == NULL || strcmp(where->alias_type, "texthash") == 0 ||
	    (table != USERS_TABLE_OLD && table != USERS_TABLE_MISSING) || is_wished(steps))
		return;
	command(users, where, argv);
	if (users_program_look(users, argv[0], &err) < 0) {
		reeve_diag(&users->talk, REEVE_NOTE, where->aliases, 0, 0,
		           "no table is made of the aliases: %s", err.text);
		return;
	}
	if (users->plan != NULL && users->how.postfix == NULL)
		reeve_plan_after(users->plan,
		                 argv[1] == NULL ? REEVE_AFTER_NEWALIASES : REEVE_AFTER_POSTALIAS,
		                 argv[1]);
	users_step_add(users, &(struct users_step){
				      .order = USERS_ALIASES,
				      .user = "",
				      .text = reeve_users_text(users, "make the table of aliases anew (%s)",
	                                                       argv[0]),
				      .is_change = true,
				      .carry_out = make_table,
			      });
}
