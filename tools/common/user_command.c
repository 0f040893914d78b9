/* SPDX-License-Identifier: MIT */
/* reeve-user: the commands, and which words and options go with each. */
#include "tool.h"
#include "user.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The commands; a bit for each, by which the options say where they belong. */
enum {
	ADD = 1,
	PASSWD = 2,
	VERIFY = 4,
	LIST = 8,
	CHECK = 16,
	LOCK = 32,
	UNLOCK = 64,
	REMOVE = 128,
	ALIAS_ADD = 256,
	ALIAS_REMOVE = 512,
	ALIAS_LIST = 1024,
	ALIAS = ALIAS_ADD | ALIAS_REMOVE | ALIAS_LIST,
	CHANGE = ADD | PASSWD | LOCK | UNLOCK | REMOVE | ALIAS_ADD | ALIAS_REMOVE,
	ANY = -1,
};

static const struct command {
	const char *name;
	void (*run)(struct user_run *run);
	int bit;
	const char *words; /* what it wants */
	size_t min, max;   /* how many of them */
} commands[] = {
	{"add", user_add, ADD, "a NAME, or --batch", 1, SIZE_MAX},
	{"passwd", user_passwd, PASSWD, "a NAME", 1, SIZE_MAX},
	{"verify", user_verify, VERIFY, "one NAME", 1, 1},
	{"list", user_list, LIST, "", 0, SIZE_MAX},
	{"check", user_check, CHECK, "", 0, 0},
	{"lock", user_lock, LOCK, "a NAME", 1, SIZE_MAX},
	{"unlock", user_lock, UNLOCK, "a NAME", 1, SIZE_MAX},
	{"remove", user_remove, REMOVE, "a NAME", 1, SIZE_MAX},
	{"alias add", user_alias, ALIAS_ADD, "an ALIAS and a TARGET", 2, SIZE_MAX},
	{"alias remove", user_alias, ALIAS_REMOVE, "an ALIAS", 1, SIZE_MAX},
	{"alias list", user_alias_list, ALIAS_LIST, "", 0, SIZE_MAX},
};

/* ---- what goes together -------------------------------------------------------------------- */

/* The first word is the command; of "alias" two are. */
static const struct command *take_command(struct user_run *run)
{
	const struct command *command = NULL;
	size_t used = 0;

	for (size_t i = 0; i < sizeof commands / sizeof commands[0] && used == 0; i++) {
		const char *name = commands[i].name, *second = strchr(name, ' ');
		size_t n = second != NULL ? (size_t)(second - name) : strlen(name);

		if (run->word_count == 0 || strlen(run->words[0]) != n ||
		    strncmp(run->words[0], name, n) != 0)
			continue;
		if (second != NULL &&
		    (run->word_count < 2 || strcmp(run->words[1], second + 1) != 0))
			continue;
		command = &commands[i];
		used = second != NULL ? 2 : 1;
	}
	if (command == NULL && run->word_count > 0 && strcmp(run->words[0], "alias") == 0)
		tool_usage("alias what: add, remove or list?");
	if (command == NULL && run->word_count > 0)
		tool_usage("'%s' is none of add, passwd, verify, list, check, lock, unlock, remove, "
		           "alias",
		           run->words[0]);
	if (command == NULL)
		tool_usage("say what to do: add, passwd, verify, list, check, lock, unlock, remove or "
		           "alias");
	run->command = command->name;
	run->word_count -= used;
	memmove(run->words, run->words + used, run->word_count * sizeof run->words[0]);
	return command;
}

/* Options that not every command takes. */
static void check_options(const struct user_run *run, const struct command *command)
{
	const struct reeve_user_wish *wish = &run->wish;
	const int change = CHANGE | (run->is_repair ? CHECK : 0);
	const struct {
		const char *name;
		bool is_given;
		int taken_by;
	} rows[] = {
		{"virtual", wish->is_virtual, ADD},
		{"home", wish->home != NULL, ADD},
		{"group", wish->group != NULL, ADD},
		{"shell", wish->shell != NULL, ADD},
		{"allow-shell", wish->allow_shell, ADD},
		{"uid", run->has_uid, ADD},
		{"gid", run->has_gid, ADD},
		{"quota", wish->quota_bytes != 0, ADD},
		{"batch", run->batch != NULL, ADD},
		{"password-file", run->password_file != NULL, ADD | PASSWD | VERIFY},
		{"password-fd", run->password_fd >= 0, ADD | PASSWD | VERIFY},
		{"generate", run->is_generated, ADD | PASSWD},
		{"no-password", run->is_without_password, ADD},
		{"hashed", run->is_hash, ADD | PASSWD},
		{"scheme", wish->scheme != NULL, ADD | PASSWD},
		{"keep-mail", run->has_mail && run->mail == REEVE_USERS_KEEP_MAIL, REMOVE},
		{"archive", run->archive != NULL, REMOVE},
		{"remove-mail", run->has_mail && run->mail == REEVE_USERS_REMOVE_MAIL, REMOVE},
		{"repair", run->is_repair, CHECK},
		{"file", run->file != NULL, ANY & ~ALIAS},
		{"dry-run", run->how.dry_run, change},
		{"lock-timeout", run->has_lock_timeout, change},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].is_given && (rows[i].taken_by & command->bit) == 0)
			tool_usage("--%s is no option of %s", rows[i].name, command->name);
}

static void check_passwords(const struct user_run *run)
{
	int sources = (run->password_file != NULL) + (run->password_fd >= 0) + run->is_generated +
	              run->is_without_password;
	bool is_read = run->password_file != NULL || run->password_fd >= 0;

	if (sources > 1)
		tool_usage("choose one of --password-file, --password-fd, --generate and "
		           "--no-password");
	if (is_read && run->batch != NULL)
		tool_usage("a batch has a column for passwords: none is read besides");
	if (is_read && run->word_count > 1)
		tool_usage("one password is for one user, not for %zu: see --batch",
		           run->word_count);
	if (run->is_hash && !is_read)
		tool_usage("--hashed wants --password-file or --password-fd");
	if (run->is_hash && run->wish.scheme != NULL)
		tool_usage("a hash has its scheme already: leave --scheme out");
	if (run->is_generated && run->is_json && !run->how.dry_run &&
	    (run->generate_fd < 0 || run->generate_fd == STDOUT_FILENO))
		tool_usage("what prints JSON may be logged: say where passwords go with "
		           "--generate=N, another descriptor than that of standard output");
	if (run->is_generated && (run->generate_fd >= 0 || !run->how.dry_run)) {
		int fd = run->generate_fd >= 0 ? run->generate_fd : STDOUT_FILENO;
		int flags = fcntl(fd, F_GETFL);

		if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
			tool_usage("--generate: descriptor %d is not open for writing", fd);
	}
}

static void check_words(const struct user_run *run, const struct command *command)
{
	size_t min = run->batch != NULL ? 0 : command->min;

	if (run->word_count < min)
		tool_usage("%s wants %s", command->name, command->words);
	if (run->word_count > (run->batch != NULL ? 0 : command->max))
		tool_usage("%s takes no '%s'", command->name, run->words[run->batch != NULL ? 0 : command->max]);
	if (command->bit == REMOVE && !run->has_mail)
		tool_usage("what becomes of the mail? Say --keep-mail, --archive=DIR or "
		           "--remove-mail");
	if (run->has_gid && !run->has_uid)
		tool_usage("--gid wants --uid; a user of the system has a --group");
	tool_talk(run->is_quiet, run->is_verbose);
}

void user_command(struct user_run *run)
{
	const struct command *command = take_command(run);

	check_options(run, command);
	check_words(run, command);
	check_passwords(run);
	run->carry_out = command->run;
}
