/* SPDX-License-Identifier: MIT */
/* reeve-user(8): mail users of the system and of a passwd-file of Dovecot. */
#include "common/json.h"
#include "common/option.h"
#include "common/tool.h"
#include "common/user.h"
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_VIRTUAL = 0x300,
	KEY_HOME,
	KEY_GROUP,
	KEY_SHELL,
	KEY_ALLOW_SHELL,
	KEY_UID,
	KEY_GID,
	KEY_QUOTA,
	KEY_BATCH,
	KEY_PASSWORD_FILE,
	KEY_PASSWORD_FD,
	KEY_GENERATE,
	KEY_NO_PASSWORD,
	KEY_HASHED,
	KEY_SCHEME,
	KEY_KEEP_MAIL,
	KEY_ARCHIVE,
	KEY_REMOVE_MAIL,
	KEY_REPAIR,
	KEY_FILE,
	KEY_ROOT,
	KEY_JSON,
	KEY_LOCK_TIMEOUT,
};

static const struct argp_option options[] = {
	{.doc = "add:", .group = 1},
	{"virtual", KEY_VIRTUAL, NULL, 0,
         "a line in Dovecot's passwd-file, as for every name with an '@'", 0},
	{"home", KEY_HOME, "DIR", 0, "the folder of homes (/home/mail-users), or the home", 0},
	{"group", KEY_GROUP, "GROUP", 0, "the primary group (mail)", 0},
	{"shell", KEY_SHELL, "PATH", 0, "the login shell (none)", 0},
	{"allow-shell", KEY_ALLOW_SHELL, NULL, 0, "let group mail have a login shell", 0},
	{"uid", KEY_UID, "NUMBER", 0, "the user's number; virtual: whose the mail is", 0},
	{"gid", KEY_GID, "NUMBER", 0, "virtual: the number of the group", 0},
	{"quota", KEY_QUOTA, "SIZE", 0, "how much mail he may have", 0},
	{"batch", KEY_BATCH, "FILE", 0, "users from lines of CSV ('-': stdin); all of them or none",
         0},
	{.doc = "Passwords (otherwise: asked for at the terminal):", .group = 2},
	{"password-file", KEY_PASSWORD_FILE, "FILE", 0, "the password is the line in FILE", 0},
	{"password-fd", KEY_PASSWORD_FD, "N", 0, "the password is the line behind descriptor N", 0},
	{"generate", KEY_GENERATE, "N", OPTION_ARG_OPTIONAL,
         "make passwords, and print them to stdout, or descriptor N", 0},
	{"no-password", KEY_NO_PASSWORD, NULL, 0, "add: none for now, nobody can log in", 0},
	{"hashed", KEY_HASHED, NULL, 0, "what is read is a hash already", 0},
	{"scheme", KEY_SCHEME, "SCHEME", 0, "CRYPT (yescrypt), SHA512-CRYPT or BLF-CRYPT", 0},
	{.doc = "remove (one of them has to be said):", .group = 3},
	{"keep-mail", KEY_KEEP_MAIL, NULL, 0, "leave mailbox and home where they are", 0},
	{"archive", KEY_ARCHIVE, "DIR", 0, "pack mailbox and home into a tar file in DIR", 0},
	{"remove-mail", KEY_REMOVE_MAIL, NULL, 0, "remove mailbox and home", 0},
	{.doc = "check:", .group = 4},
	{"repair", KEY_REPAIR, NULL, 0, "mend modes and owners", 0},
	{.doc = "Where:", .group = 5},
	{"file", KEY_FILE, "PATH", 0, "Dovecot's passwd-file (the one that its configuration names)",
         0},
	{"root", KEY_ROOT, "DIR", 0, "every file is inside DIR", 0},
	{.doc = "How:", .group = 6},
	{"dry-run", 'n', NULL, 0, "say what would be changed, change nothing, take no lock", 0},
	{"json", KEY_JSON, NULL, 0, "print JSON", 0},
	{"lock-timeout", KEY_LOCK_TIMEOUT, "SECONDS", 0,
         "how long to wait for another run that changes a configuration (60)", 0},
	{"quiet", 'q', NULL, 0, "errors only; check, verify: the exit status only", 0},
	{"verbose", 'v', NULL, 0, "say what was done, and what was so already", 0},
	{0},
};

static void add_word(struct user_run *run, char *word)
{
	char **words = realloc(run->words, (run->word_count + 1) * sizeof(char *));

	if (words == NULL) {
		tool_error("out of memory");
		exit(TOOL_FAILED);
	}
	if (word[0] == '\0')
		tool_usage("an empty word is no name");
	words[run->word_count++] = word;
	run->words = words;
}

static uint32_t take_number(const char *option, const char *arg, uint32_t max)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(arg, &end, 10);
	if (arg[0] < '0' || arg[0] > '9' || *end != '\0' || errno != 0 || number > max)
		tool_usage("--%s: '%s' is no such number", option, arg);
	return (uint32_t)number;
}

static int take_fd(const char *option, const char *arg)
{
	return (int)take_number(option, arg, INT32_MAX);
}

static const char *take_text(const char *option, const char *arg)
{
	if (arg[0] == '\0')
		tool_usage("--%s: nothing is named", option);
	return arg;
}

static uint64_t take_quota(const char *arg)
{
	struct reeve_error err;
	uint64_t bytes;

	if (reeve_size_parse(arg, &bytes, &err) != 0)
		tool_usage("--quota: %s", err.text);
	if (bytes == 0)
		tool_usage("--quota: 0 is none: leave it out");
	return bytes;
}

static void take_mail(struct user_run *run, enum reeve_users_mail mail)
{
	if (run->has_mail && run->mail != mail)
		tool_usage("choose one of --keep-mail, --archive and --remove-mail");
	run->has_mail = true;
	run->mail = mail;
}

static error_t parse_wish(int key, char *arg, struct user_run *run)
{
	struct reeve_user_wish *wish = &run->wish;

	switch (key) {
	case KEY_VIRTUAL:
		wish->is_virtual = true;
		return 0;
	case KEY_HOME:
		wish->home = take_text("home", arg);
		return 0;
	case KEY_GROUP:
		wish->group = take_text("group", arg);
		return 0;
	case KEY_SHELL:
		wish->shell = take_text("shell", arg);
		return 0;
	case KEY_ALLOW_SHELL:
		wish->allow_shell = true;
		return 0;
	case KEY_UID:
		wish->uid = take_number("uid", arg, UINT32_MAX - 1);
		wish->has_ids = run->has_uid = true;
		return 0;
	case KEY_GID:
		wish->gid = take_number("gid", arg, UINT32_MAX - 1);
		run->has_gid = true;
		return 0;
	case KEY_QUOTA:
		wish->quota_bytes = take_quota(arg);
		return 0;
	case KEY_SCHEME:
		if (reeve_password_prefix(arg) == NULL)
			tool_usage("--scheme: '%s' is none of CRYPT, SHA512-CRYPT, BLF-CRYPT", arg);
		wish->scheme = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse_password(int key, char *arg, struct user_run *run)
{
	switch (key) {
	case KEY_PASSWORD_FILE:
		run->password_file = take_text("password-file", arg);
		return 0;
	case KEY_PASSWORD_FD:
		run->password_fd = take_fd("password-fd", arg);
		return 0;
	case KEY_GENERATE:
		run->is_generated = true;
		if (arg != NULL)
			run->generate_fd = take_fd("generate", arg);
		return 0;
	case KEY_NO_PASSWORD:
		run->is_without_password = true;
		return 0;
	case KEY_HASHED:
		run->is_hash = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct user_run *run = state->input;

	if (parse_wish(key, arg, run) == 0 || parse_password(key, arg, run) == 0)
		return 0;
	switch (key) {
	case KEY_BATCH:
		run->batch = take_text("batch", arg);
		return 0;
	case KEY_KEEP_MAIL:
		take_mail(run, REEVE_USERS_KEEP_MAIL);
		return 0;
	case KEY_ARCHIVE:
		take_mail(run, REEVE_USERS_ARCHIVE_MAIL);
		run->archive = take_text("archive", arg);
		return 0;
	case KEY_REMOVE_MAIL:
		take_mail(run, REEVE_USERS_REMOVE_MAIL);
		return 0;
	case KEY_REPAIR:
		run->is_repair = true;
		return 0;
	case KEY_FILE:
		run->file = take_text("file", arg);
		return 0;
	case KEY_ROOT:
		run->how.root = option_root(arg);
		return 0;
	case 'n':
		run->how.dry_run = true;
		return 0;
	case KEY_JSON:
		run->is_json = true;
		return 0;
	case KEY_LOCK_TIMEOUT:
		run->how.lock_timeout_ms = option_lock_timeout_ms(arg);
		run->has_lock_timeout = true;
		return 0;
	case 'q':
		run->is_quiet = true;
		return 0;
	case 'v':
		run->is_verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		add_word(run, arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static char *in_root(const char *root, const char *path)
{
	char *whole = option_in_root(root, path);

	if (whole == NULL) {
		tool_error("out of memory");
		exit(TOOL_FAILED);
	}
	return whole;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "add NAME...|--batch=FILE\npasswd NAME...\nverify NAME\nlist [NAME...]\n"
			    "check [--repair]\nlock NAME...\nunlock NAME...\n"
			    "remove NAME... --keep-mail|--archive=DIR|--remove-mail\n"
			    "alias add ALIAS TARGET...\nalias remove ALIAS [TARGET...]\n"
			    "alias list [ALIAS...]",
		.doc = "Add, list, re-key, lock and remove mail users: those of the system, and "
		       "those of a passwd-file of Dovecot.\v"
		       "What is so already is left as it is, so every command may be said twice. "
		       "See reeve-user(8).",
	};
	struct user_run run = {.how.lock_timeout_ms = OPTION_LOCK_TIMEOUT_MS,
	                       .password_fd = -1,
	                       .generate_fd = -1};
	char *file = NULL, *archive = NULL;

	tool_begin(argc, argv);
	secret_begin();
	argp_parse(&argp, argc, argv, 0, NULL, &run);
	user_command(&run);
	if (run.file != NULL)
		run.how.passwd_file = file = in_root(run.how.root, run.file);
	if (run.archive != NULL)
		run.archive = archive = in_root(run.how.root, run.archive);
	if (run.is_json)
		run.diags = json_list();

	run.carry_out(&run);
	if (run.diags != NULL) /* what failed early said so on stderr */
		user_print_failure(&run, NULL);
	user_secrets_wipe(&run);
	user_close(&run);
	user_forget(&run);
	free(run.words);
	free(file);
	free(archive);
	int status = tool_end();
	return run.is_usage ? TOOL_USAGE : status;
}
