/* SPDX-License-Identifier: MIT */
/* Wishes about system users, carried out in a root: whole, or not at all, or by saying it again. */
#include "user/places.h"
#include "user/secrets.h"
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HASH                                                                                       \
	"$6$abcdefgh$sKwXUYx1Bx22wVaH3Hs5HMB9vULCuGfDNn6BPXFhlTvRfpE3zPJ3eo9."                     \
	"3VUbPTcs6Kl1RgCxPtNh6Gih8ceNM1"

static const char *root;
static int cancel_at;  /* the how manieth question "stop?" is the last; 0: none */
static bool is_killed; /* by SIGKILL, then; else by "yes" */
static char told[2000];

static void set_up(void)
{
	folder_enter();
	root = user_root_make();
	cancel_at = 0;
	is_killed = false;
	told[0] = '\0';
}

static bool cancel(void *user)
{
	(void)user;
	if (cancel_at == 0 || --cancel_at > 0)
		return false;
	if (is_killed)
		raise(SIGKILL);
	return true;
}

static void hear(void *user, const struct reeve_diag *diag)
{
	size_t n = strlen(told);

	(void)user;
	snprintf(told + n, sizeof told - n, "%s:%d %s\n", diag->file == NULL ? "" : diag->file,
	         (int)diag->line, diag->text);
}

static struct reeve_users *begin(void)
{
	static const struct reeve_talk talk = {.cancel = cancel, .diag = hear};
	struct reeve_users_how how = {.root = root,
	                              .is_for_changes = true,
	                              .what = "test",
	                              .lock_timeout_ms = 20000,
	                              .talk = &talk};
	struct reeve_error err = {0};
	struct reeve_users *users = reeve_users_open(&how, &err);

	ck_assert_msg(users != NULL, "%s", err.text);
	return users;
}

/* Carries it out. How many steps it took; -1 with the error. */
static int end(struct reeve_users *users, struct reeve_error *err)
{
	struct reeve_users_result result;
	int got = reeve_users_apply(users, &result, err);

	reeve_users_close(users);
	return got < 0 ? -1 : (int)result.steps;
}

static int add(const char *name, const char *hash, struct reeve_error *err)
{
	struct reeve_users *users = begin();

	reeve_users_add(users, &(struct reeve_user_wish){.name = name, .hash = hash});
	return end(users, err);
}

/* A file of the root, and how it is: "0600 1001 8"; "none". */
static const char *look(const char *path)
{
	static char text[40];
	char full[200];
	struct stat st;

	snprintf(full, sizeof full, "root/%s", path);
	if (lstat(full, &st) < 0)
		return "none";
	snprintf(text, sizeof text, "%04o %u %u", st.st_mode & 07777, st.st_uid, st.st_gid);
	return text;
}

static const char *ran(void)
{
	return folder_read("root/ran");
}

/* Nothing of ann is there. */
static void check_gone(void)
{
	ck_assert_ptr_null(strstr(folder_read("root/etc/passwd"), "ann"));
	ck_assert_ptr_null(strstr(folder_read("root/etc/shadow"), "ann"));
	ck_assert_str_eq(look("home/mail-users"), "none");
	ck_assert_str_eq(look("var/mail/ann"), "none");
}

/* All of her is, once. */
static void check_there(void)
{
	const char *line = strstr(folder_read("root/etc/passwd"), "\nann:");

	ck_assert_ptr_nonnull(line);
	ck_assert_str_eq(line, "\nann:x:1001:8::/home/mail-users/ann:/usr/sbin/nologin\n");
	ck_assert_ptr_nonnull(strstr(folder_read("root/etc/shadow"), "\nann:" HASH ":"));
	ck_assert_str_eq(look("home/mail-users"), "0755 0 0");
	ck_assert_str_eq(look("home/mail-users/ann"), "0700 1001 8");
	ck_assert_str_eq(look("var/mail/ann"), "0600 1001 8");
}

START_TEST(test_add)
{
	struct reeve_error err = {0};

	ck_assert_msg(add("ann", HASH, &err) == 4, "%s", err.text);
	check_there();
	ck_assert_str_eq(ran(),
	                 "useradd -M -d /home/mail-users/ann -g mail -s /usr/sbin/nologin -K "
	                 "SUB_UID_COUNT=0 -K SUB_GID_COUNT=0 ann\nchpasswd -e\n");
	/* So it is already. */
	ck_assert_int_eq(unlink("root/ran"), 0);
	ck_assert_int_eq(
		add("ann", "$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C", &err), 0);
	ck_assert_str_eq(ran(), "(none)");
	check_there();
}
END_TEST

/* Stopped before each step: nothing stays. Killed there, and said again: all is there, once. */
START_TEST(test_broken_off)
{
	struct reeve_error err = {0};
	int status;

	cancel_at = _i / 2 + 1;
	is_killed = _i % 2 == 1;
	if (!is_killed) {
		ck_assert_int_eq(add("ann", HASH, &err), -1);
		ck_assert_int_eq(err.code, REEVE_ECANCELED);
		ck_assert_str_eq(err.text, "nothing was changed: stopped");
		check_gone();
		return;
	}
	pid_t pid = fork();
	if (pid == 0)
		_exit(add("ann", HASH, NULL) < 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFSIGNALED(status));
	cancel_at = 0;
	ck_assert_msg(add("ann", HASH, &err) == 4 - _i / 2, "%s", err.text);
	check_there();
}
END_TEST

/* What a run leaves that is killed inside a step. */
static const struct begun {
	const char *name, *command;
} begun[] = {
	{"home is root's",
         "mkdir -p -m 755 root/home/mail-users; mkdir -m 700 root/home/mail-users/ann"},
	{"mailbox is root's", "umask 077; : >root/var/mail/ann"},
	{"no line in shadow",
         "echo ann:x:1001:8::/home/mail-users/ann:/usr/sbin/nologin >>root/etc/passwd"},
};

START_TEST(test_begun)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(system(begun[_i].command), 0);
	/* The stand-in for chpasswd makes no line, the real one does (tests/real). */
	if (_i == 2)
		ck_assert_int_eq(
			system("sed -i 's/^rewrite/echo ann:x:1:::::: >>\\/etc\\/shadow; rewrite/' "
		               "root/usr/sbin/chpasswd"),
			0);
	ck_assert_msg(add("ann", HASH, &err) > 0, "%s: %s", begun[_i].name, err.text);
	check_there();
}
END_TEST

/* What makes a step fail, and what is said. */
static const struct failing {
	const char *name, *command, *text;
} failing[] = {
	{"useradd", "printf '4\\nUID 1001 is not unique\\n' >root/etc/fail-useradd",
         "nothing was changed: useradd: UID 1001 is not unique"},
	{"chpasswd", "printf '1\\nline 1: no\\n' >root/etc/fail-chpasswd",
         "nothing was changed: chpasswd: line 1: no"},
	{"somebody is quicker with the mailbox",
         "echo ': >/var/mail/ann; chmod 600 /var/mail/ann; echo mail >>/var/mail/ann' "
         ">>root/usr/sbin/useradd; cp -L /bin/chmod root/bin/chmod; mkdir root/moved",
         "nothing was changed: '/var/mail/ann' is there already, and belongs to uid 0 ('root')"},
	{"cannot be taken back",
         "printf '1\\nno\\n' >root/etc/fail-chpasswd; printf '8\\nbusy\\n' >root/etc/fail-userdel",
         "chpasswd: no; and not taken back: add system user 'ann' (home "
         "'/home/mail-users/ann', group mail): userdel: busy"},
};

START_TEST(test_failing)
{
	const struct failing *row = &failing[_i];
	struct reeve_error err = {0};

	ck_assert_int_eq(system(row->command), 0);
	ck_assert_int_eq(add("ann", HASH, &err), -1);
	ck_assert_msg(strcmp(err.text, row->text) == 0, "%s: '%s'", row->name, err.text);
	if (_i == 2)
		ck_assert_int_eq(unlink("root/var/mail/ann"), 0); /* not ours */
	if (_i < 3)
		check_gone();
}
END_TEST

/* Of the way to a home only a part could be made. */
START_TEST(test_half_made)
{
	struct reeve_users *users = begin();
	struct reeve_error err = {0};
	char home[320] = "/srv/new/";

	memset(home + strlen(home), 'x', 300);
	reeve_users_add(users, &(struct reeve_user_wish){.name = "ann", .home = home});
	ck_assert_int_eq(end(users, &err), -1);
	ck_assert_msg(strstr(err.text, "File name too long") != NULL &&
	                      strstr(err.text, "not taken back") == NULL,
	              "%s", err.text);
	ck_assert_str_eq(look("srv"), "none");
	check_gone();
}
END_TEST

/* After it was looked at, something of root's came under the name. */
START_TEST(test_exchanged)
{
	static const struct {
		const char *command, *look;
	} rows[] = {
		{"mkdir -m 700 root/home/ann; : >root/home/ann/secret", "0700 0 0"},
		{"mkdir -m 755 root/home/ann", "0755 0 0"},
	};
	struct reeve_users *users = begin();
	struct users_place place = {.kind = USERS_PLACE_HOME,
	                            .path = "/home/ann",
	                            .knows_owner = true,
	                            .uid = 1001,
	                            .gid = 8};
	struct reeve_error err = {0};

	ck_assert_int_eq(system(rows[_i].command), 0);
	ck_assert_int_eq(users_place_make(users, &place, &err), -1);
	ck_assert_str_eq(err.text, "'/home/ann' was replaced while it was made");
	ck_assert_str_eq(look("home/ann"), rows[_i].look);
	reeve_users_close(users);
}
END_TEST

/* Homes as others write them into passwd(5). */
START_TEST(test_homes)
{
	static const char *const homes[] = {"/home/ann/", "/home//ann", "/nonexistent"};
	struct reeve_error err = {0};

	ck_assert_int_eq(system("cd root; echo 'nobody:x:65534:65534::/nonexistent:/bin/false' "
	                        ">>etc/passwd; echo 'ann:!:20000:0:99999:7:::' >>etc/shadow"),
	                 0);
	for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++) {
		char command[200];

		snprintf(command, sizeof command,
		         "cd root; sed -i /^ann/d etc/passwd; rm -rf home/ann var/mail/ann; "
		         "echo ann:x:1001:8::%s:/usr/sbin/nologin >>etc/passwd",
		         homes[i]);
		ck_assert_int_eq(system(command), 0);
		int got = add("ann", NULL, &err);
		ck_assert_msg(got == (i < 2 ? 2 : 1), "%s: %d %s", homes[i], got, err.text);
		ck_assert_str_eq(look("home/ann"), i < 2 ? "0700 1001 8" : "none");
		ck_assert_str_eq(look("var/mail/ann"), "0600 1001 8");
	}
}
END_TEST

/* A hash that somebody brings along is taken, but not in silence. */
static const struct weak {
	const char *hash, *told;
} weaks[] = {
	{"$1$abcdefgh$irWbblnpmw.5z7wgBnprh0",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT md5crypt, which is weak\n"},
	{"JuXD4WLNH.kOs",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT descrypt, which is weak\n"},
	{"$2b$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT bcrypt, of a cost below 10\n"},
	{"{BLF-CRYPT}$2y$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", ""},
	{"$6$rounds=1000$salt$hitX40AsX91LfrgfyWiA7hqXb.iu7KxcYOMpo2DsJPdpzpQkHPzdjo.YBVr9cxVFSBHMa8eK"
         "gPyXSLuNyUPZo1",
         ":0 the hash that 'ann' shall have is of the scheme CRYPT sha512crypt, of less than 5000 "
         "rounds\n"},
	{HASH, ""},
};

START_TEST(test_weak)
{
	const struct weak *row = &weaks[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_msg(add("ann", row->hash, &err) > 0, "%s", err.text);
	ck_assert_str_eq(told, row->told);
	told[0] = '\0';
	users = begin();
	reeve_users_password(users, "ann", NULL, row->hash, NULL);
	ck_assert_msg(end(users, &err) >= 0, "%s", err.text);
	ck_assert_str_eq(told, row->told);
}
END_TEST

/* What is looked at before anything is done. */
static const struct refused {
	const char *name, *command;
	struct reeve_user_wish wish;
	enum reeve_code code;
	const char *text;
} refused[] = {
	{"group", ":", {.name = "ann", .group = "post"}, REEVE_EUSAGE, "there is no group 'post'"},
	{"shell",
         ":",
         {.name = "ann", .shell = "/bin/sh"},
         REEVE_EREFUSED,
         "'ann' in group mail with the login shell '/bin/sh' could remove other users' mailboxes: "
         "it has to be allowed"},
	{"group root",
         ":",
         {.name = "ann", .group = "root", .allow_shell = true},
         REEVE_EREFUSED,
         "'ann' in group 'root' has what root's group may read and change: no group for mail users"},
	{"group root by number",
         ":",
         {.name = "ann", .group = "0"},
         REEVE_EREFUSED,
         "'ann' in group '0' has what root's group may read and change: no group for mail users"},
	{"group shadow by another name",
         "printf 'shadow:x:42:\\nhidden:x:42:\\n' >>root/etc/group",
         {.name = "ann", .group = "hidden"},
         REEVE_EREFUSED,
         "'ann' in group 'hidden' may read all hashes of passwords: no group for mail users"},
	{"group disk",
         "echo disk:x:6: >>root/etc/group",
         {.name = "ann", .group = "disk"},
         REEVE_EREFUSED,
         "'ann' in group 'disk' may read and change every disk: no group for mail users"},
	{"group sudo with a shell",
         "echo sudo:x:27: >>root/etc/group",
         {.name = "ann", .group = "27", .shell = "/bin/sh"},
         REEVE_EREFUSED,
         "'ann' in group '27' may become root by his login shell: it has to be allowed"},
	{"uid",
         ":",
         {.name = "ann", .has_ids = true, .uid = 8},
         REEVE_EUSAGE,
         "uid 8 is not for users (100 to 65533)"},
	{"uid is taken",
         "echo bob:x:1005:100::/home/bob:/bin/sh >>root/etc/passwd",
         {.name = "ann", .has_ids = true, .uid = 1005},
         REEVE_EREFUSED,
         "uid 1005 is taken by 'bob'"},
	{"home of another",
         "echo bob:x:1005:100::/srv/ann/bob:/bin/sh >>root/etc/passwd",
         {.name = "ann", .home = "/srv"},
         REEVE_EREFUSED,
         "the home '/srv/ann' is that of 'bob', or has it inside"},
	{"home is there",
         "echo bob:x:1007:100::/home/bob:/bin/sh >>root/etc/passwd; "
         "mkdir -m 700 root/home/ann; chown 1007 root/home/ann",
         {.name = "ann", .home = "/home"},
         REEVE_EREFUSED,
         "'/home/ann' is there already, and belongs to uid 1007 ('bob')"},
	/* /opt, say. */
	{"home is a folder of root's",
         "mkdir -m 755 root/home/ann",
         {.name = "ann", .home = "/home"},
         REEVE_EREFUSED,
         "'/home/ann' is there already, and belongs to uid 0 ('root')"},
	{"home is a link",
         "ln -s /etc root/home/ann",
         {.name = "ann", .home = "/home//ann/"},
         REEVE_EREFUSED,
         "'/home/ann' is there already, and is a symbolic link"},
	{"home leads out",
         "ln -s /tmp root/home/x",
         {.name = "ann", .home = "/home/x"},
         REEVE_EREFUSED,
         NULL},
	{"home in one of another",
         "mkdir -m 755 root/home/kim; chown 1007 root/home/kim",
         {.name = "ann", .home = "/home/kim/new"},
         REEVE_EREFUSED,
         "'/home/kim/new/ann' would be in a folder of somebody else's (uid 1007)"},
	{"home among mailboxes",
         ":",
         {.name = "ann", .home = "/var/mail"},
         REEVE_EREFUSED,
         "the home '/var/mail/ann' would be in '/var/mail', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home among mailboxes, by another name",
         "mkdir root/var/spool; ln -s ../mail root/var/spool/mail",
         {.name = "ann", .home = "/var/spool/mail"},
         REEVE_EREFUSED,
         "the home '/var/spool/mail/ann' would be in '/var/mail', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home among mailboxes of login.defs",
         "echo MAIL_DIR /srv/boxes >root/etc/login.defs; mkdir -p root/srv/boxes",
         {.name = "ann", .home = "/srv/boxes/deep"},
         REEVE_EREFUSED,
         "the home '/srv/boxes/deep/ann' would be in '/srv/boxes', the folder of mailboxes, or has "
         "it inside: no mail could be put into a mailbox there"},
	{"home among mailboxes of Dovecot's",
         "mkdir root/etc/dovecot; echo 'mail_location = mbox:~/mail:INBOX=/srv/inbox/%u' "
         ">root/etc/dovecot/dovecot.conf",
         {.name = "ann", .home = "/srv/inbox"},
         REEVE_EREFUSED,
         "the home '/srv/inbox/ann' would be in '/srv/inbox', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home with the mailboxes in it",
         "echo MAIL_DIR /srv/ann/boxes >root/etc/login.defs; mkdir -p root/srv/ann/boxes",
         {.name = "ann", .home = "/srv"},
         REEVE_EREFUSED,
         "the home '/srv/ann' would be in '/srv/ann/boxes', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home of the system's",
         ":",
         {.name = "ann", .home = "/usr/lib/x"},
         REEVE_EREFUSED,
         "the home '/usr/lib/x/ann' would be in '/usr', which is the system's"},
	{"home in the root",
         ":",
         {.name = "ann", .home = "/"},
         REEVE_EREFUSED,
         "the home '/ann' would be in '/', which is the system's"},
	{"home is the system's",
         ":",
         {.name = "opt", .home = "/opt"},
         REEVE_EREFUSED,
         "the home '/opt' would be '/opt', which is the system's"},
	{"home with dots",
         ":",
         {.name = "ann", .home = "/home/../etc"},
         REEVE_EUSAGE,
         "the home '/home/../etc/ann' has '.' or '..' in it"},
	{"home with a colon",
         ":",
         {.name = "ann", .home = "/home:x"},
         REEVE_EUSAGE,
         "the home has a character that passwd(5) cannot hold"},
	{"mailbox of another",
         "echo mail >root/var/mail/ann; chown 1007:8 root/var/mail/ann; "
         "echo mail >root/var/mail/kim; chown 1007:8 root/var/mail/kim",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'/var/mail/ann' is there already, and belongs to uid 1007 (nobody's)"},
	{"uid of mail that was left",
         "echo mail >root/var/mail/kim; chown 1007:8 root/var/mail/kim",
         {.name = "ann", .has_ids = true, .uid = 1007},
         REEVE_EREFUSED,
         "who gets uid 1007 gets '/var/mail/kim', too, which a user who is gone left"},
	{"mailbox is a link",
         "ln -s /etc/shadow root/var/mail/ann",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'/var/mail/ann' is there already, and is a symbolic link"},
	{"mailbox is a hard link",
         "umask 077; : >root/x; ln root/x root/var/mail/ann",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'/var/mail/ann' is there already, and has a second hard link"},
	{"no spool", "rmdir root/var/mail", {.name = "ann"}, REEVE_EIO, NULL},
	{"in another group",
         "echo ann:x:1005:100::/home/ann:/bin/sh >>root/etc/passwd",
         {.name = "ann"},
         REEVE_EREFUSED,
         "'ann' is there already, in the group with gid 100, not in 'mail'"},
	{"the system's",
         ":",
         {.name = "mail"},
         REEVE_EREFUSED,
         "'mail' is a user of the system's (uid 8)"},
	{"name", ":", {.name = "Ann"}, REEVE_EUSAGE, NULL},
	{"hash", ":", {.name = "ann", .hash = "garbage!!"}, REEVE_EUSAGE, NULL},
};

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_users *users;
	struct reeve_error err = {0};
	char before[4096];

	ck_assert_int_eq(system(row->command), 0);
	strcpy(before, folder_read("root/etc/passwd"));
	users = begin();
	reeve_users_add(users, &(struct reeve_user_wish){.name = "carl"});
	reeve_users_add(users, &row->wish);
	ck_assert_int_eq(end(users, &err), -1);
	ck_assert_msg(err.code == row->code &&
	                      (row->text == NULL || strcmp(err.text, row->text) == 0),
	              "%s: %d '%s'", row->name, err.code, err.text);
	ck_assert_str_eq(folder_read("root/etc/passwd"), before);
	ck_assert_str_eq(ran(), "(none)");
	ck_assert_str_eq(look("home/mail-users"), "none");
}
END_TEST

/* Kim is gone and her mail is there: only she gets her uid. */
static const struct left {
	const char *name, *command;
	struct reeve_user_wish wishes[3];
	const char *lines[3]; /* of passwd(5), up to the gid */
} left[] = {
	{"her box",
         "echo mail >root/var/mail/kim; chown 1001:8 root/var/mail/kim",
         {{.name = "ann"}, {.name = "bob"}, {.name = "carl", .has_ids = true, .uid = 1003}},
         {"\nann:x:1002:8", "\nbob:x:1004:8", "\ncarl:x:1003:8"}},
	{"her home",
         "mkdir -p -m 755 root/home/mail-users; mkdir -m 700 root/home/mail-users/kim; "
         "chown 1001:8 root/home/mail-users/kim",
         {{.name = "ann"}},
         {"\nann:x:1002:8"}},
	{"not hers, but at the end of the range",
         "echo mail >root/var/mail/kim; chown 1003:8 root/var/mail/kim; "
         "printf 'UID_MIN 1001\nUID_MAX 1003\n' >root/etc/login.defs",
         {{.name = "ann"}, {.name = "bob"}},
         {"\nann:x:1001:8", "\nbob:x:1002:8"}},
	{"she comes back",
         "echo mail >root/var/mail/kim; chown 1005:8 root/var/mail/kim; chmod 600 "
         "root/var/mail/kim",
         {{.name = "ann"}, {.name = "kim"}},
         {"\nann:x:1006:8", "\nkim:x:1005:8"}},
};

START_TEST(test_left)
{
	const struct left *row = &left[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_int_eq(system(row->command), 0);
	users = begin();
	for (size_t i = 0; i < 3 && row->wishes[i].name != NULL; i++)
		reeve_users_add(users, &row->wishes[i]);
	ck_assert_msg(end(users, &err) > 0, "%s: %s", row->name, err.text);
	for (size_t i = 0; i < 3 && row->lines[i] != NULL; i++)
		ck_assert_msg(strstr(folder_read("root/etc/passwd"), row->lines[i]) != NULL,
		              "%s: no %s in %s", row->name, row->lines[i] + 1,
		              folder_read("root/etc/passwd"));
}
END_TEST

/* Everything that is wrong with a batch is said, and nothing of it done. */
START_TEST(test_batch)
{
	static const struct reeve_user_wish wishes[] = {
		{.name = "ann", .has_ids = true, .uid = 1005, .file = "list", .line = 2},
		{.name = "bob", .has_ids = true, .uid = 1005, .file = "list", .line = 3},
		{.name = "carl", .file = "list", .line = 4},
		{.name = "carl", .file = "list", .line = 5},
		{.name = "dora", .home = "/home/mail-users/ann/dora", .file = "list", .line = 6},
	};
	struct reeve_users *users = begin();
	struct reeve_error err = {0};

	for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++)
		reeve_users_add(users, &wishes[i]);
	ck_assert_int_eq(end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: 2 of the wishes cannot be");
	ck_assert_str_eq(told,
	                 "list:3 'ann' shall have uid 1005, too\nlist:5 'carl' is named twice\n");
	ck_assert_str_eq(ran(), "(none)");
}
END_TEST

/* Two at once want the same, and something of their own. */
START_TEST(test_at_once)
{
	pid_t pids[2];
	int status;

	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct reeve_users *users = begin();
			reeve_users_add(users,
			                &(struct reeve_user_wish){.name = "ann", .hash = HASH});
			reeve_users_add(users,
			                &(struct reeve_user_wish){.name = i == 0 ? "bob" : "carl"});
			_exit(end(users, NULL) < 0);
		}
	}
	for (int i = 0; i < 2; i++)
		ck_assert(waitpid(pids[i], &status, 0) == pids[i] && status == 0);
	ck_assert_int_eq(
		system("[ $(grep -c '^ann:' root/etc/passwd) = 1 ] && "
	               "[ $(cut -d: -f3 root/etc/passwd | sort | uniq -d | wc -l) = 0 ] && "
	               "[ $(wc -l <root/etc/passwd) = 5 ] && [ $(ls root/var/mail | wc -l) = 3 ]"),
		0);
}
END_TEST

/* A run is killed, its useradd(8) is not: the next run waits for that. */
START_TEST(test_goes_on)
{
	struct reeve_users_how how = {.root = root, .is_for_changes = true, .what = "test"};
	struct reeve_error err = {0};
	int status;
	pid_t pid;

	ck_assert_int_eq(
		system("mkfifo root/wait && sed -i '1a read -r x </wait' root/usr/sbin/useradd"),
		0);
	pid = fork();
	if (pid == 0)
		_exit(add("ann", HASH, NULL) < 0);
	int fd = open("root/wait", O_WRONLY | O_CLOEXEC); /* when it reads */
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(kill(pid, SIGKILL), 0);
	ck_assert(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	ck_assert_ptr_null(reeve_users_open(&how, &err));
	ck_assert_msg(err.code == REEVE_EBUSY, "%s", err.text);
	ck_assert_int_eq(write(fd, "go\n", 3), 3);
	ck_assert_msg(add("ann", HASH, &err) == 3, "%s", err.text);
	close(fd);
	check_there();
}
END_TEST

/* Whether a password is so already; a scheme that is named has to be the one. */
#define SHA512 /* openssl passwd -6 */ \
	"$6$saltstring$hitX40AsX91LfrgfyWiA7hqXb.iu7KxcYOMp" \
	"o2DsJPdpzpQkHPzdjo.YBVr9cxVFSBHMa8eKgPyXSLuNyUPZo1"
#define BCRYPT_5 "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" /* crypt_blowfish */
#define BCRYPT "$2b$10$CCCCCCCCCCCCCCCCCCCCC.KgQljzbljH4iwhlg3oTf8buusOTZRX6"

static const struct fits {
	const char *field, *scheme;
	bool fits;
} fits[] = {
	{SHA512, NULL, true},
	{"!" SHA512, NULL, true},
	{SHA512, "SHA512-CRYPT", true},
	{"{SHA512-CRYPT}" SHA512, "sha512-crypt", true},
	{SHA512, "CRYPT", false},
	{SHA512, "BLF-CRYPT", false},
	{BCRYPT, "BLF-CRYPT", true},
	{"{BLF-CRYPT}" BCRYPT, "BLF-CRYPT", true},
	{BCRYPT, "SHA512-CRYPT", false},
	{"!", NULL, false},
	/* What is soon guessed is hashed anew. */
	{BCRYPT_5, NULL, false},
	{"{PLAIN}U*U", NULL, false},
	{"{SHA1}d7S/rU7dd40hb+nf3dzK+2KcKp8=", NULL, false},
};

START_TEST(test_fits)
{
	const struct fits *row = &fits[_i];

	ck_assert_msg(users_secret_fits(row->field, "U*U", row->scheme) == row->fits, "%s %s",
	              row->field, row->scheme);
	ck_assert(!users_secret_fits(row->field, "U*V", NULL));
}
END_TEST

/* Who is there keeps his password; that another one was given is said. */
START_TEST(test_stays)
{
	static const struct {
		const char *password, *hash, *file, *told;
	} rows[] = {
		{NULL, HASH, NULL, ""},
		{NULL, "{CRYPT}" HASH, NULL, ""},
		{NULL, BCRYPT, NULL,
	         ":0 'ann' has another password already, which stays: passwd changes it\n"},
		{"U*V", NULL, NULL,
	         ":0 'ann' has another password already, which stays: passwd changes it\n"},
		{NULL, HASH, "list", ""},
		{NULL, BCRYPT, "list",
	         "list:0 users who have another hash already, which stays: 1, the first is 'ann'; passwd "
	         "changes it\n"},
		{"U*V", NULL, "list",
	         "list:0 users who have a password already, which stays: 1; those given were not "
	         "compared, and passwd changes one\n"},
	};
	struct reeve_error err = {0};

	ck_assert_msg(add("ann", HASH, &err) > 0, "%s", err.text);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_user_wish wish = {.name = "ann",
		                               .password = rows[i].password,
		                               .hash = rows[i].hash,
		                               .file = rows[i].file,
		                               .line = 2};
		struct reeve_users *users = begin();

		told[0] = '\0';
		reeve_users_add(users, &wish);
		users_secret_tell_stays(users, rows[i].file);
		ck_assert_msg(end(users, &err) == 0, "%zu: %s", i, err.text);
		ck_assert_msg(strcmp(told, rows[i].told) == 0, "%zu: %s", i, told);
	}
}
END_TEST

/* Locks, and passwords beside them. */
START_TEST(test_lock)
{
	static const struct {
		const char *what, *field, *day, *ran;
	} rows[] = {
		{"lock", "!" HASH, "1", "usermod -L -e 1 -- ann\n"},
		{"lock", "!" HASH, "1", "(none)"},
		{"passwd", "!$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C", "1",
	         "chpasswd -e\n"},
		{"unlock", "$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C", "",
	         "usermod -U -e  -- ann\n"},
		{"unlock", "$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C", "", "(none)"},
		{"passwd", "$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C", "", "(none)"},
	};
	struct reeve_error err = {0};
	char line[300];

	ck_assert_int_eq(add("ann", HASH, &err), 4);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct reeve_users *users = begin();

		unlink("root/ran");
		if (strcmp(rows[i].what, "passwd") == 0)
			reeve_users_password(users, "ann", NULL, rows[2].field + 1, NULL);
		else
			reeve_users_lock(users, "ann", strcmp(rows[i].what, "lock") == 0);
		ck_assert_msg(end(users, &err) >= 0, "%zu: %s", i, err.text);
		ck_assert_str_eq(ran(), rows[i].ran);
		snprintf(line, sizeof line, "\nann:%s:20000:0:99999:7::%s:\n", rows[i].field,
		         rows[i].day);
		ck_assert_msg(strstr(folder_read("root/etc/shadow"), line) != NULL, "%zu: %s", i,
		              folder_read("root/etc/shadow"));
	}
}
END_TEST

START_TEST(test_unlock_refused)
{
	struct reeve_users *users;
	struct reeve_error err = {0};

	ck_assert_int_eq(add("ann", NULL, &err), 3);
	users = begin();
	reeve_users_lock(users, "ann", false);
	ck_assert_int_eq(end(users, &err), -1);
	ck_assert_str_eq(err.text, "'ann' has no password to unlock: give him one first");
	users = begin();
	reeve_users_lock(users, "root", true);
	ck_assert_int_eq(end(users, &err), -1);
	ck_assert_str_eq(err.text, "'root' has uid 0: he is no mail user");
}
END_TEST

/* A later step fails: the lock and the old password come back. */
START_TEST(test_lock_back)
{
	struct reeve_users *users;
	struct reeve_error err = {0};

	ck_assert_int_eq(add("ann", HASH, &err), 4);
	ck_assert_int_eq(system("printf '1\\nno\\n' >root/etc/fail-chpasswd"), 0);
	users = begin();
	reeve_users_lock(users, "ann", true);
	reeve_users_password(users, "ann", NULL,
	                     "$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C", NULL);
	ck_assert_int_eq(end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: chpasswd: no");
	ck_assert_ptr_nonnull(
		strstr(folder_read("root/etc/shadow"), "\nann:" HASH ":20000:0:99999:7:::\n"));
}
END_TEST

/* So does what is no password. */
START_TEST(test_lock_back_none)
{
	struct reeve_users *users;
	struct reeve_error err = {0};

	ck_assert_int_eq(add("ann", NULL, &err), 3);
	ck_assert_int_eq(system("sed -i '/^ann/s/:!:/:*:/' root/etc/shadow; "
	                        "printf '1\\nno\\n' >root/etc/fail-chpasswd"),
	                 0);
	users = begin();
	reeve_users_lock(users, "ann", true);
	reeve_users_add(users, &(struct reeve_user_wish){.name = "bob", .hash = HASH});
	ck_assert_int_eq(end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: chpasswd: no");
	ck_assert_msg(strstr(folder_read("root/etc/shadow"), "\nann:*:20000:0:99999:7:::\n") !=
	                      NULL,
	              "%s", folder_read("root/etc/shadow"));
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))
#define STEPS 4 /* of an add, with a password */

Suite *suite_user_change(void)
{
	Suite *suite = suite_create("user/change");
	TCase *tcase = tcase_create("change");

	if (!user_root_can()) {
		unit_skip(12 + COUNT(fits) + 2 * STEPS + COUNT(begun) + COUNT(failing) +
		                  COUNT(refused) + COUNT(weaks),
		          "users are made in a root only by who may chroot");
		return suite;
	}
	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	tcase_add_test(tcase, test_add);
	tcase_add_loop_test(tcase, test_broken_off, 0, 2 * STEPS);
	tcase_add_loop_test(tcase, test_begun, 0, COUNT(begun));
	tcase_add_loop_test(tcase, test_failing, 0, COUNT(failing));
	tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
	tcase_add_loop_test(tcase, test_weak, 0, COUNT(weaks));
	tcase_add_loop_test(tcase, test_left, 0, COUNT(left));
	tcase_add_test(tcase, test_half_made);
	tcase_add_test(tcase, test_homes);
	tcase_add_loop_test(tcase, test_exchanged, 0, 2);
	tcase_add_test(tcase, test_batch);
	tcase_add_test(tcase, test_at_once);
	tcase_add_test(tcase, test_goes_on);
	tcase_add_loop_test(tcase, test_fits, 0, COUNT(fits));
	tcase_add_test(tcase, test_stays);
	tcase_add_test(tcase, test_lock);
	tcase_add_test(tcase, test_unlock_refused);
	tcase_add_test(tcase, test_lock_back);
	tcase_add_test(tcase, test_lock_back_none);
	suite_add_tcase(suite, tcase);
	return suite;
}
