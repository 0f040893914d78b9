/* SPDX-License-Identifier: MIT */
/* reeve-user(8): mail users of the system and of a passwd-file of Dovecot. */
#include "common/json.h"
#include "common/option.h"
#include "common/tool.h"
#include "common/user.h"
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	{.doc = "Where:", .group = 3},
	{"file", KEY_FILE, "PATH", 0, "Dovecot's passwd-file (the one that its configuration names)",
         0},
	{"root", KEY_ROOT, "DIR", 0, "every file is inside DIR", 0},
	{.doc = "How:", .group = 4},
	{"dry-run", 'n', NULL, 0, "say what would be changed, change nothing, take no lock", 0},
	{"json", KEY_JSON, NULL, 0, "print JSON", 0},
	{"lock-timeout", KEY_LOCK_TIMEOUT, "SECONDS", 0,
         "how long to wait for another run that changes a configuration (60)", 0},
	{"quiet", 'q', NULL, 0, "errors only; verify: the exit status only", 0},
	{"verbose", 'v', NULL, 0, "say what was done, and what was so already", 0},
	{0},
};

struct options {
	struct user_run run;
	const struct command *command;
	const char *file;
	bool has_lock_timeout, has_uid, has_gid;
};

/* The commands; a bit for each, by which the options say where they belong. */
enum {
	ADD = 1,
	PASSWD = 2,
	VERIFY = 4,
	LIST = 8,
	LOCK = 16,
	UNLOCK = 32,
	CHANGE = ADD | PASSWD | LOCK | UNLOCK,
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
	{"lock", user_lock, LOCK, "a NAME", 1, SIZE_MAX},
	{"unlock", user_lock, UNLOCK, "a NAME", 1, SIZE_MAX},
};

/* ---- reading them -------------------------------------------------------------------------- */

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

static error_t parse_wish(int key, char *arg, struct options *o)
{
	struct reeve_user_wish *wish = &o->run.wish;

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
		wish->has_ids = o->has_uid = true;
		return 0;
	case KEY_GID:
		wish->gid = take_number("gid", arg, UINT32_MAX - 1);
		o->has_gid = true;
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
	struct options *o = state->input;
	struct user_run *run = &o->run;

	if (parse_wish(key, arg, o) == 0 || parse_password(key, arg, run) == 0)
		return 0;
	switch (key) {
	case KEY_BATCH:
		run->batch = take_text("batch", arg);
		return 0;
	case KEY_FILE:
		o->file = take_text("file", arg);
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
		o->has_lock_timeout = true;
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

/* ---- what goes together -------------------------------------------------------------------- */

/* The first word is the command; of "alias" two are. */
static void take_command(struct options *o)
{
	struct user_run *run = &o->run;
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
		o->command = &commands[i];
		used = second != NULL ? 2 : 1;
	}
	if (o->command == NULL && run->word_count > 0)
		tool_usage("'%s' is none of add, passwd, verify, list, lock, unlock",
		           run->words[0]);
	if (o->command == NULL)
		tool_usage("say what to do: add, passwd, verify, list, lock or unlock");
	run->command = o->command->name;
	run->word_count -= used;
	memmove(run->words, run->words + used, run->word_count * sizeof run->words[0]);
}

/* Options that not every command takes. */
static void check_options(const struct options *o)
{
	const struct user_run *run = &o->run;
	const struct reeve_user_wish *wish = &run->wish;
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
		{"uid", o->has_uid, ADD},
		{"gid", o->has_gid, ADD},
		{"quota", wish->quota_bytes != 0, ADD},
		{"batch", run->batch != NULL, ADD},
		{"password-file", run->password_file != NULL, ADD | PASSWD | VERIFY},
		{"password-fd", run->password_fd >= 0, ADD | PASSWD | VERIFY},
		{"generate", run->is_generated, ADD | PASSWD},
		{"no-password", run->is_without_password, ADD},
		{"hashed", run->is_hash, ADD | PASSWD},
		{"scheme", wish->scheme != NULL, ADD | PASSWD},
		{"file", o->file != NULL, ANY},
		{"dry-run", run->how.dry_run, CHANGE},
		{"lock-timeout", o->has_lock_timeout, CHANGE},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (rows[i].is_given && (rows[i].taken_by & o->command->bit) == 0)
			tool_usage("--%s is no option of %s", rows[i].name, o->command->name);
}

static void check_passwords(const struct options *o)
{
	const struct user_run *run = &o->run;
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
	if (run->is_generated && run->is_json && run->generate_fd < 0 && !run->how.dry_run)
		tool_usage("what prints JSON may be logged: say where passwords go with "
		           "--generate=N");
	if (run->generate_fd >= 0) {
		int flags = fcntl(run->generate_fd, F_GETFL);

		if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
			tool_usage("--generate: descriptor %d is not open for writing",
			           run->generate_fd);
	}
}

static void check_words(const struct options *o)
{
	const struct user_run *run = &o->run;
	const struct command *command = o->command;
	size_t min = run->batch != NULL ? 0 : command->min;

	if (run->word_count < min)
		tool_usage("%s wants %s", command->name, command->words);
	if (run->word_count > (run->batch != NULL ? 0 : command->max))
		tool_usage("%s takes no '%s'", command->name, run->words[run->batch != NULL ? 0 : command->max]);
	if (o->has_gid && !o->has_uid)
		tool_usage("--gid wants --uid; a user of the system has a --group");
	if (run->is_quiet && run->is_verbose)
		tool_usage("--quiet and --verbose contradict each other");
}

/* Of a path inside the root, with the root in front. To be freed. */
static char *in_root(const char *root, const char *path)
{
	char *whole = NULL;
	int n = root != NULL ? asprintf(&whole, "%s/%s", root, path + strspn(path, "/"))
	                     : asprintf(&whole, "%s", path);

	if (n < 0) {
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
			    "lock NAME...\nunlock NAME...",
		.doc = "Add, list, re-key and lock mail users: those of the system, and "
		       "those of a passwd-file of Dovecot.\v"
		       "What is so already is left as it is, so every command may be said twice. "
		       "See reeve-user(8).",
	};
	struct options o = {.run = {.how.lock_timeout_ms = OPTION_LOCK_TIMEOUT_MS,
	                            .password_fd = -1,
	                            .generate_fd = -1}};
	char *file = NULL;

	tool_begin();
	secret_begin();
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	take_command(&o);
	check_options(&o);
	check_words(&o);
	check_passwords(&o);
	if (o.run.is_quiet)
		tool_talk_less();
	if (o.run.is_verbose)
		tool_talk_more();
	if (o.file != NULL)
		o.run.how.passwd_file = file = in_root(o.run.how.root, o.file);
	if (o.run.is_json)
		o.run.diags = json_list();

	o.command->run(&o.run);
	user_secrets_wipe(&o.run);
	user_close(&o.run);
	free(o.run.words);
	free(file);
	int status = tool_end();
	return o.run.is_usage ? TOOL_USAGE : status;
}
