/* SPDX-License-Identifier: MIT */
/* Wishes about virtual users: the line in the passwd-file, the home, the mail. */
#include <mailreeve/user.h>

#include "folder.h"
#include "unit.h"
#include "user_root.h"
#include "user_wish.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH5 "$5$abcdefgh$y2S0RzSUm4qBQE5o3gCW1KsIlfSPMWLT5pNlVbbEd4C"
#define HASH  "{SHA256-CRYPT}" HASH5
#define FILE_ "root/etc/dovecot/users"
#define GIGA  (UINT64_C(1) << 30)

/* Dovecot 2.3, a passwd-file, a user vmail, and eve, who is in the file already. */
static void set_up(void)
{
	wish_enter();
	ck_assert_int_eq(
		system("set -e; cd root; mkdir -p etc/dovecot srv/vmail ../kept; chown 900:900 srv/vmail\n"
	               "echo vmail:x:900:900::/srv/vmail:/usr/sbin/nologin >>etc/passwd\n"
	               "echo vmail:x:900: >>etc/group\n"
	               "mkdir -p -m 700 srv/vmail/example.org/eve; chown -R 900:900 srv/vmail/example.org\n"
	               "cat >etc/dovecot/dovecot.conf <<-END\n"
	               "\tmail_location = maildir:~/Maildir\n"
	               "\tpassdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tuserdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tEND\n"),
		0);
	folder_write(FILE_, "# people\r\neve@example.org:" HASH
	                    ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c\n");
}

static int add(const struct reeve_user_wish *wish, struct reeve_error *err)
{
	struct reeve_users *users = wish_begin();

	reeve_users_add(users, wish);
	return wish_end(users, err);
}

static int remove_user(const char *name, enum reeve_users_mail mail, struct reeve_error *err)
{
	struct reeve_users *users = wish_begin();

	reeve_users_remove(users, name, mail, "kept");
	return wish_end(users, err);
}

/* The line of a user, as it is in the file; "(none)". */
static const char *line(const char *name)
{
	static char text[400];
	const char *start = strstr(folder_read(FILE_), name);
	size_t n = start == NULL ? 0 : strcspn(start, "\n");

	snprintf(text, sizeof text, "%.*s", (int)n, start == NULL ? "" : start);
	return start == NULL ? "(none)" : text;
}

static const struct added {
	const char *name, *command;
	struct reeve_user_wish wish;
	int steps;
	const char *line, *look; /* a command that is true */
} added[] = {
	{"all of it", ":", {.name = "ann@example.org", .hash = HASH, .quota_bytes = 2 * GIGA}, 3,
         "ann@example.org:" HASH
         ":900:900::/srv/vmail/example.org/ann::userdb_quota_rule=*:storage=2G",
         "[ \"$(stat -c '%a %u %g' srv/vmail/example.org/ann)\" = '700 900 900' ]"},
	{"2.4", "sed -i -e '1i dovecot_config_version = 2.4.0' -e '1,$d' etc/dovecot/dovecot.conf; "
                "echo 'passdb passwd-file {\n passwd_file_path = /etc/dovecot/users\n}\n"
                "userdb passwd-file {\n passwd_file_path = /etc/dovecot/users\n}' "
                ">>etc/dovecot/dovecot.conf",
         {.name = "ann@example.org", .hash = HASH, .quota_bytes = 1536 << 20}, 3,
         "ann@example.org:" HASH
         ":900:900::/srv/vmail/example.org/ann::userdb_quota_storage_size=1536M",
         ":"},
	{"no password, new domain", ":", {.name = "ann@new.example"}, 2,
         "ann@new.example:{CRYPT}$!:900:900::/srv/vmail/new.example/ann::",
         "[ \"$(stat -c '%a %u' srv/vmail/new.example)\" = '700 900' ]"},
	{"ids and home", ":",
         {.name = "ann@example.org", .has_ids = true, .uid = 950, .gid = 951, .home = "/srv/x"}, 2,
         "ann@example.org:{CRYPT}$!:950:951::/srv/x/example.org/ann::",
         "[ \"$(stat -c '%a %u' srv/x/example.org/ann srv/x | tr '\\n' ' ')\" = '700 950 755 0 ' ]"},
	{"home itself", ":", {.name = "ann@example.org", .home = "/srv/vmail/ann/"}, 2,
         "ann@example.org:{CRYPT}$!:900:900::/srv/vmail/ann::", ":"},
	{"without a domain", ":", {.name = "ann", .is_virtual = true, .hash = HASH}, 2,
         "ann:" HASH ":900:900::/srv/vmail/ann::", ":"},
	{"without a domain, where the configuration has one",
         "echo 'mail_home = /srv/vmail/%d/%n' >>etc/dovecot/dovecot.conf",
         {.name = "ann", .is_virtual = true, .hash = HASH}, 2,
         "ann:" HASH ":900:900::/srv/vmail/ann::", ":"},
	{"a folder for many, beside the mailboxes",
         "echo 'mail_home = /var/mail/hosts/%d/%n' >>etc/dovecot/dovecot.conf", {.name = "ann@example.org"},
         2, "ann@example.org:{CRYPT}$!:900:900::/var/mail/hosts/example.org/ann::", ":"},
	{"domains beside the mailboxes",
         "echo 'mail_home = /var/mail/%d/%n' >>etc/dovecot/dovecot.conf", {.name = "ann@example.org"},
         2, "ann@example.org:{CRYPT}$!:900:900::/var/mail/example.org/ann::", ":"},
	{"below /var/lib", ":", {.name = "ann@example.org", .home = "/var/lib/vmail"}, 2,
         "ann@example.org:{CRYPT}$!:900:900::/var/lib/vmail/example.org/ann::", ":"},
	{"she is there", ":", {.name = "eve@example.org", .hash = HASH}, 0,
         "eve@example.org:" HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c",
         ":"},
	{"she gets a quota", ":", {.name = "eve@example.org", .quota_bytes = GIGA}, 1,
         "eve@example.org:" HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c "
         "userdb_quota_rule=*:storage=1G",
         ":"},
	{"she has it, in kilobytes", "sed -i s/a=b=c/userdb_quota_rule=*:storage=1048576/ etc/dovecot/users",
         {.name = "eve@example.org", .quota_bytes = GIGA}, 0,
         "eve@example.org:" HASH ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M "
         "userdb_quota_rule=*:storage=1048576",
         ":"},
	{"she had no password", "sed -i 's/{SHA[^:]*//' etc/dovecot/users",
         {.name = "eve@example.org", .hash = HASH}, 1,
         "eve@example.org:" HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c",
         ":"},
	{"her home was not made", "rm -r srv/vmail/example.org",
         {.name = "eve@example.org"}, 1,
         "eve@example.org:" HASH
         ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c",
         "[ \"$(stat -c '%a %u' srv/vmail/example.org/eve)\" = '700 900' ]"},
};

START_TEST(test_add)
{
	const struct added *row = &added[_i];
	struct reeve_error err = {0};
	char command[600], before[400];

	snprintf(command, sizeof command, "cd root; %s", row->command);
	ck_assert_int_eq(system(command), 0);
	strcpy(before, line("eve"));
	int got = add(&row->wish, &err);
	ck_assert_msg(got == row->steps, "%s: %d, '%s'", row->name, got, err.text);
	ck_assert_msg(strcmp(line(row->wish.name), row->line) == 0, "%s: '%s'", row->name,
	              line(row->wish.name));
	snprintf(command, sizeof command, "cd root; %s", row->look);
	ck_assert_msg(system(command) == 0, "%s", row->name);
	if (strncmp(row->wish.name, "eve", 3) != 0)
		ck_assert_str_eq(line("eve"), before);
	ck_assert_ptr_nonnull(strstr(folder_read(FILE_), "# people\r\n"));
	/* Once more: so it is. */
	got = add(&row->wish, &err);
	ck_assert_msg(got == 0, "%s again: %d, '%s'", row->name, got, err.text);
}
END_TEST

static const struct refused {
	const char *name, *command;
	struct reeve_user_wish wish;
	const char *text;
} refused[] = {
	{"group", ":", {.name = "ann@example.org", .group = "mail"},
         "'ann@example.org' is a virtual user: he has neither group nor shell"},
	{"nobody's", "sed -i /vmail/d root/etc/passwd", {.name = "ann@example.org"},
         "nobody says whose the mail of 'ann@example.org' is: give uid and gid, or make a user vmail"},
	{"no gid", ":", {.name = "ann@example.org", .has_ids = true, .uid = 950},
         "the mail of 'ann@example.org' is uid 950's, but of no group: give a gid, too"},
	{"group root's", "sed -i /vmail/s/900:900/900:0/ root/etc/passwd", {.name = "ann@example.org"},
         "the mail of 'ann@example.org' cannot be root's"},
	{"root's", ":", {.name = "ann@example.org", .has_ids = true},
         "the mail of 'ann@example.org' cannot be root's"},
	{"home of eve", ":", {.name = "ann@example.org", .home = "/srv/vmail/example.org/eve/ann/.."},
         NULL},
	{"home with eve's in it", "sed -i s,/eve:,/ann/eve:, " FILE_, {.name = "ann@example.org"},
         "the home '/srv/vmail/example.org/ann' is that of 'eve@example.org', or has it inside"},
	{"home of the system's", ":", {.name = "ann@example.org", .home = "/etc"},
         "the home '/etc/example.org/ann' would be in '/etc', which is the system's"},
	{"home among mailboxes", ":", {.name = "ann@example.org", .home = "/var/mail/ann"},
         "the home '/var/mail/ann' would be in '/var/mail', the folder of mailboxes, or has it "
         "inside: no mail could be put into a mailbox there"},
	{"home with a variable", ":", {.name = "ann@example.org", .home = "/srv/%d"},
         "the home '/srv/%d/example.org/ann' has a '%' in it"},
	{"home of somebody", "mkdir root/srv/vmail/example.org/ann; chown 901 root/srv/vmail/example.org/ann",
         {.name = "ann@example.org"},
         "'/srv/vmail/example.org/ann' is there already, and belongs to uid 901 (nobody's)"},
	{"other home", ":", {.name = "eve@example.org", .home = "/srv/x"},
         "'eve@example.org' has the home '/srv/vmail/example.org/eve' already"},
	{"other uid", ":", {.name = "eve@example.org", .has_ids = true, .uid = 950, .gid = 900},
         "'eve@example.org' has uid 900 and gid 900 already"},
	{"of the system", "echo ann:x:1005:8::/home/ann:/bin/sh >>root/etc/passwd",
         {.name = "ann", .is_virtual = true},
         "'ann' is a user of the system: a virtual one of that name would be another way in"},
	{"of the system, there already",
         "echo eve:x:1005:8::/home/eve:/bin/sh >>root/etc/passwd; sed -i s/^eve@example.org/eve/ " FILE_,
         {.name = "eve", .is_virtual = true},
         "'eve' is a user of the system: a virtual one of that name would be another way in"},
	{"a system user of a virtual one's name", "sed -i s/^eve@example.org/eve/ " FILE_, {.name = "eve"},
         NULL},
	{"two files", "sed -i '/userdb/,$s,/users,/homes,' root/etc/dovecot/dovecot.conf",
         {.name = "ann@example.org"},
         "Dovecot takes the password of 'ann@example.org' from '/etc/dovecot/users', and his home from "
         "'/etc/dovecot/homes': give its passdb and its userdb one file with both"},
	{"no file", "rm root/etc/dovecot/dovecot.conf", {.name = "ann@example.org"},
         "there is no place for 'ann@example.org': no configuration of Dovecot names a passwd-file"},
};

START_TEST(test_refused)
{
	const struct refused *row = &refused[_i];
	struct reeve_error err = {0};
	char before[400];

	ck_assert_int_eq(system(row->command), 0);
	strcpy(before, folder_read(FILE_));
	ck_assert_int_eq(add(&row->wish, &err), -1);
	ck_assert_msg(row->text == NULL || strcmp(err.text, row->text) == 0, "%s: '%s'", row->name,
	              err.text);
	ck_assert_str_eq(folder_read(FILE_), before);
}
END_TEST

/* The files of the system, by name, by another name, and by a link. */
static const struct foreign {
	const char *command, *file;
} foreign[] = {
	{":", "root/etc/passwd"},
	{":", "root//etc/./shadow"},
	{"rm root/etc/group", "root/etc/group"},
	{"ln root/etc/shadow root/etc/x", "root/etc/x"},
	{"ln -s passwd root/etc/x", "root/etc/x"},
	{": >root/etc/aliases", "root/etc/aliases"},
	{"rm -f root/etc/gshadow", "root/etc//gshadow"},
};

START_TEST(test_foreign)
{
	const struct foreign *row = &foreign[_i];
	struct reeve_users_how how = {.root = wish_root,
	                              .passwd_file = row->file,
	                              .is_for_changes = true,
	                              .what = "test",
	                              .lock_timeout_ms = 20000};
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_int_eq(system(row->command), 0);
	ck_assert_int_eq(system("cat root/etc/passwd root/etc/shadow >before"), 0);
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	reeve_users_add(users, &(struct reeve_user_wish){.name = "ann@example.org", .hash = HASH});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_msg(strstr(err.text, "which is no passwd-file of Dovecot's") != NULL, "%s: '%s'",
	              row->file, err.text);
	ck_assert_int_eq(system("cat root/etc/passwd root/etc/shadow | cmp - before"), 0);
}
END_TEST

/* A later step fails, of a system user in the same run: the line and the home go again. */
START_TEST(test_back)
{
	struct reeve_users *users;
	struct reeve_error err = {0};
	char before[400];

	strcpy(before, folder_read(FILE_));
	ck_assert_int_eq(system("printf '1\\nno\\n' >root/etc/fail-chpasswd"), 0);
	users = wish_begin();
	reeve_users_add(users, &(struct reeve_user_wish){.name = "ann@new.example", .hash = HASH});
	reeve_users_add(users, &(struct reeve_user_wish){.name = "bob", .hash = HASH5});
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_str_eq(err.text, "nothing was changed: chpasswd: no");
	ck_assert_str_eq(folder_read(FILE_), before);
	ck_assert_int_eq(system("cd root && [ ! -e srv/vmail/new.example ] && ! grep bob etc/passwd && "
	                        "[ ! -e var/mail/bob ]"),
	                 0);
}
END_TEST

static const struct locked {
	const char *name, *before, *after;
	bool is_locked;
	int steps;
} locked[] = {
	{"lock", HASH, "{CRYPT}$!" HASH, true, 1},
	{"lock any scheme", "{ARGON2ID}$argon2id$v=19$x", "{CRYPT}$!{ARGON2ID}$argon2id$v=19$x", true, 1},
	{"lock without a scheme", HASH5, "{CRYPT}$!" HASH5, true, 1},
	{"locked already", "{CRYPT}$!" HASH, "{CRYPT}$!" HASH, true, 0},
	{"unlock", "{CRYPT}$!" HASH, HASH, false, 1},
	{"unlock in lower case", "{crypt}$!" HASH, HASH, false, 1},
	{"unlock what another locked", "{SHA256-CRYPT}!" HASH5, HASH, false, 1},
	{"unlock a '!'", "!" HASH5, HASH5, false, 1},
	{"not locked", HASH, HASH, false, 0},
	{"nothing to unlock", "{CRYPT}$!", "{CRYPT}$!", false, -1},
};

START_TEST(test_lock)
{
	const struct locked *row = &locked[_i];
	struct reeve_users *users;
	struct reeve_error err = {0};
	char text[400];

	snprintf(text, sizeof text, "eve@example.org:%s:900:900::/srv/x\n", row->before);
	folder_write(FILE_, text);
	users = wish_begin();
	reeve_users_lock(users, "eve@example.org", row->is_locked);
	ck_assert_msg(wish_end(users, &err) == row->steps, "%s: %s", row->name, err.text);
	snprintf(text, sizeof text, "eve@example.org:%s:900:900::/srv/x\n", row->after);
	ck_assert_msg(strcmp(folder_read(FILE_), text) == 0, "%s: %s", row->name, folder_read(FILE_));
}
END_TEST

START_TEST(test_password)
{
	struct reeve_users *users = wish_begin();
	struct reeve_error err = {0};

	reeve_users_lock(users, "eve@example.org", true);
	reeve_users_password(users, "eve@example.org", NULL, "{CRYPT}" HASH5, NULL);
	ck_assert_msg(wish_end(users, &err) == 2, "%s", err.text);
	ck_assert_ptr_nonnull(strstr(line("eve"), ":{CRYPT}$!{CRYPT}" HASH5 ":900:"));
	users = wish_begin();
	reeve_users_password(users, "eve@example.org", NULL, "{CRYPT}" HASH5, NULL);
	ck_assert_int_eq(wish_end(users, &err), 0);
	users = wish_begin();
	reeve_users_password(users, "nobody@example.org", NULL, HASH, NULL);
	ck_assert_int_eq(wish_end(users, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.text, "there is no user 'nobody@example.org' in '"));
}
END_TEST

/* Dovecot 2.4 lets any password in with `nopassword`, whatever its value and the password field. */
static const struct open {
	const char *before, *after; /* behind the name */
	bool is_locked; /* else the password is set */
	int steps;
} opens[] = {
	{":900:900::/srv/x::nopassword", "{CRYPT}$!:900:900::/srv/x::", true, 1},
	{":900:900::/srv/x::a=b nopassword=no c", "{CRYPT}$!:900:900::/srv/x::a=b c", true, 1},
	{":900:900::/srv/x::nopassword:protected", "{CRYPT}$!:900:900::/srv/x::", true, 1},
	{"{CRYPT}$!:900:900::/srv/x::nopassword", "{CRYPT}$!:900:900::/srv/x::", true, 1},
	{"{CRYPT}$!" HASH ":900:900::/srv/x::nopassword", "{CRYPT}$!" HASH ":900:900::/srv/x::",
         true, 1},
	{":900:900::/srv/x::nopassword=y", HASH ":900:900::/srv/x::", false, 1},
	{HASH ":900:900::/srv/x::nopassword", HASH ":900:900::/srv/x::", false, 1},
};

START_TEST(test_open)
{
	const struct open *row = &opens[_i];
	struct reeve_error err = {0};
	char text[400];

	for (int again = 0; again < 2; again++) {
		struct reeve_users *users;

		snprintf(text, sizeof text, "eve@example.org:%s\n", row->before);
		if (!again)
			folder_write(FILE_, text);
		users = wish_begin();
		if (row->is_locked)
			reeve_users_lock(users, "eve@example.org", true);
		else
			reeve_users_password(users, "eve@example.org", NULL, HASH, NULL);
		int got = wish_end(users, &err);
		ck_assert_msg(got == (again ? 0 : row->steps), "%s: %d, '%s'", row->before, got,
		              err.text);
		snprintf(text, sizeof text, "eve@example.org:%s\n", row->after);
		ck_assert_msg(strcmp(folder_read(FILE_), text) == 0, "%s: %s", row->before,
		              folder_read(FILE_));
	}
}
END_TEST

/* eve is a user of the system, and has a line. */
static const struct both {
	const char *line; /* behind the name */
	bool is_refused;  /* else the line is only about her quota, or the like */
} boths[] = {
	{"{CRYPT}$!:900:900::/srv/x", true},
	{HASH ":900:900::/srv/x", true},
	{":900:900::/srv/x::nopassword", true},
	{":::::::userdb_quota_rule=*:storage=1G", false},
	{"x:::::::userdb_quota_rule=*:storage=1G", false},
};

START_TEST(test_both)
{
	const struct both *row = &boths[_i];
	struct reeve_error err = {0};
	struct reeve_users *users;
	char text[400];

	ck_assert_int_eq(system("cd root/etc && echo eve:x:1005:8::/home/eve:/usr/sbin/nologin >>passwd "
	                        "&& echo 'eve:" HASH5 ":19000::::::' >>shadow"),
	                 0);
	snprintf(text, sizeof text, "eve:%s\n", row->line);
	folder_write(FILE_, text);
	for (int is_password = 0; is_password < 2; is_password++) {
		err = (struct reeve_error){0};
		users = wish_begin();
		if (is_password)
			reeve_users_password(users, "eve", NULL, "$6$abcdefgh$sKwXUYx1Bx22wVaH3Hs5HMB9vULCuGfDNn6BPXFhlTvRfpE3zPJ3eo9."
		                     "3VUbPTcs6Kl1RgCxPtNh6Gih8ceNM1", NULL);
		else
			reeve_users_lock(users, "eve", true);
		int got = wish_end(users, &err);
		ck_assert_msg(got == (row->is_refused ? -1 : 1), "%s: %d, '%s'", row->line, got,
		              err.text);
		if (row->is_refused)
			ck_assert_ptr_nonnull(strstr(err.text, "is a user of the system, and a "
			                                       "virtual one in '"));
		ck_assert_str_eq(folder_read(FILE_), text);
	}
	/* The virtual one goes, and she of the system is there alone. */
	if (row->is_refused) {
		ck_assert_int_ge(remove_user("eve", REEVE_USERS_KEEP_MAIL, &err), 1);
		ck_assert_int_eq(system("grep -q ^eve: root/etc/passwd"), 0);
		ck_assert_str_eq(line("eve"), "(none)");
		users = wish_begin();
		reeve_users_lock(users, "eve", true);
		ck_assert_int_eq(wish_end(users, &err), 1);
	}
}
END_TEST

static const struct removed {
	const char *name, *command;
	int steps;
	const char *look; /* in the root */
} removed[] = {
	{"with her home", ":", 3,
         "[ ! -e srv/vmail/example.org/eve ] && tar -tf ../kept/eve@example.org-*.tar | "
         "grep -q '^srv/vmail/example.org/eve/$'"},
	{"another has the home, too",
         "echo bob@example.org::900:900::/srv/vmail/example.org/eve >>etc/dovecot/users", 1,
         "[ -e srv/vmail/example.org/eve ]"},
	{"another's is inside",
         "echo bob@example.org::900:900::/srv/vmail/example.org/eve/bob >>etc/dovecot/users", 1,
         "[ -e srv/vmail/example.org/eve ]"},
	{"one home for all", "sed -i 's,/eve:,:,; s,/example.org:,:,' etc/dovecot/users", 1,
         "[ -e srv/vmail/example.org/eve ]"},
	{"one mailbox for all",
         "mkdir -p srv/all/Maildir; chown -R 900:900 srv/all; "
         "sed -i 's,maildir:~/M,maildir:/srv/all/Maildir,' etc/dovecot/users; "
         "echo bob@example.org::900:900::/srv/bob::userdb_mail=maildir:/srv/all/Maildir "
         ">>etc/dovecot/users",
         3, "[ -e srv/all/Maildir ] && [ ! -e srv/vmail/example.org/eve ]"},
	{"home of somebody", "chown 901 srv/vmail/example.org/eve", 1, "[ -e srv/vmail/example.org/eve ]"},
	/* Killed before the home went. */
	{"no line any more", "sed -i /eve/d etc/dovecot/users", 2, "[ ! -e srv/vmail/example.org/eve ]"},
};

START_TEST(test_remove)
{
	const struct removed *row = &removed[_i];
	struct reeve_error err = {0};
	char command[600];

	snprintf(command, sizeof command, "cd root; %s", row->command);
	ck_assert_int_eq(system(command), 0);
	int got = remove_user("eve@example.org", REEVE_USERS_ARCHIVE_MAIL, &err);
	ck_assert_msg(got == row->steps, "%s: %d, '%s'", row->name, got, err.text);
	snprintf(command, sizeof command,
	         "cd root && ! grep -q eve@example.org etc/dovecot/users && [ -e srv/vmail ] && %s",
	         row->look);
	ck_assert_msg(system(command) == 0, "%s", row->name);
}
END_TEST

/* Of a file that Dovecot does not know the lines say all; of one that it asks for passwords only, nothing. */
START_TEST(test_own_home)
{
	static const struct {
		const char *conf, *home, *look;
		int steps;
	} files[] = {
		{"mail_home = /home/%n\n", "/v/u7",
	         "[ ! -e v/u7 ] && tar -tf ../kept/u8@x.org-*.tar | grep -q '^v/u7/mail$'", 3},
		{"passdb {\n driver = passwd-file\n args = /etc/pf2\n}\n"
	         "userdb {\n driver = static\n args = uid=950 gid=950 home=/home/%n\n}\n",
	         "/home/u8", "[ -e v/u7/mail ]", 1},
	};
	struct reeve_users_how how = {.root = wish_root,
	                              .passwd_file = "root/etc/pf2",
	                              .is_for_changes = true,
	                              .what = "test",
	                              .lock_timeout_ms = 20000};
	struct reeve_error err = {0};
	struct reeve_user user;
	struct reeve_users *users;

	ck_assert_int_eq(system("cd root; mkdir -p v/u7; echo mail >v/u7/mail; chown -R 950:950 v/u7; "
	                        "echo u8@x.org:x:950:950::/v/u7:: >etc/pf2"), 0);
	folder_write("root/etc/dovecot/dovecot.conf", files[_i].conf);
	users = reeve_users_open(&how, &err);
	ck_assert_msg(users != NULL, "%s", err.text);
	ck_assert_int_eq(reeve_users_find(users, "u8@x.org", &user, &err), 1);
	ck_assert(user.has_ids && user.uid == 950 && user.gid == 950);
	ck_assert_str_eq(user.home, files[_i].home);
	reeve_users_remove(users, "u8@x.org", REEVE_USERS_ARCHIVE_MAIL, "kept");
	int got = wish_end(users, &err);
	ck_assert_msg(got == files[_i].steps, "%d: %d, '%s'", _i, got, err.text);
	ck_assert_str_eq(folder_read("root/etc/pf2"), "");
	char command[200];
	snprintf(command, sizeof command, "cd root; %s", files[_i].look);
	ck_assert_msg(system(command) == 0, "%d", _i);
}
END_TEST

/* A user who is a line in two files stays in both. */
START_TEST(test_two_files)
{
	struct reeve_error err = {0};

	ck_assert_int_eq(system("sed -i '/userdb/,$s,/users,/homes,' root/etc/dovecot/dovecot.conf"), 0);
	ck_assert_int_eq(remove_user("eve@example.org", REEVE_USERS_ARCHIVE_MAIL, &err), -1);
	ck_assert_str_eq(err.text, "Dovecot takes the password of 'eve@example.org' from "
	                           "'/etc/dovecot/users', and his home from '/etc/dovecot/homes': give its "
	                           "passdb and its userdb one file with both");
	ck_assert_str_ne(line("eve"), "(none)");
}
END_TEST

/* Whose uid virtual users have, or in whose home their mail is, stays as long as they do. */
static const struct owner {
	const char *name, *command;
	bool stays;
} owners[] = {
	{"his uid, by the line", ":", true},
	{"his uid, by mail_uid",
         "sed -i 's/:900:900:/:::/' etc/dovecot/users; echo mail_uid = vmail >>etc/dovecot/dovecot.conf",
         true},
	{"his home", "sed -i 's/:900:900:/:901:901:/' etc/dovecot/users", true},
	{"neither", "sed -i 's,:900:900::/srv/vmail,:901:901::/srv/vmail2,' etc/dovecot/users", false},
	{"nobody is left", ": >etc/dovecot/users", false},
};

START_TEST(test_owner)
{
	const struct owner *row = &owners[_i];
	struct reeve_error err = {0};
	char command[600];

	/* A mail user by his group, which vmail often is. */
	snprintf(command, sizeof command, "cd root; sed -i s/:900:900:/:900:8:/ etc/passwd; %s",
	         row->command);
	ck_assert_int_eq(system(command), 0);
	int got = remove_user("vmail", REEVE_USERS_REMOVE_MAIL, &err);
	ck_assert_msg(got == (row->stays ? -1 : 2), "%s: %d, '%s'", row->name, got, err.text);
	ck_assert_str_eq(err.text, row->stays ? "'vmail' has the mail of virtual users, of "
	                                        "'eve@example.org' for one: remove these first"
	                                      : "");
	ck_assert_int_eq(system(row->stays ? "[ -e root/srv/vmail/example.org/eve ]"
	                                   : "[ ! -e root/srv/vmail ]"),
	                 0);
}
END_TEST

/* In one run, too. */
START_TEST(test_owner_last)
{
	struct reeve_error err = {0};
	struct reeve_users *users;

	ck_assert_int_eq(system("sed -i s/:900:900:/:900:8:/ root/etc/passwd"), 0);
	users = wish_begin();
	reeve_users_remove(users, "eve@example.org", REEVE_USERS_REMOVE_MAIL, NULL);
	reeve_users_remove(users, "vmail", REEVE_USERS_REMOVE_MAIL, NULL);
	int got = wish_end(users, &err);
	ck_assert_msg(got == 4, "%d, '%s'", got, err.text);
	ck_assert_int_eq(system("[ ! -e root/srv/vmail ] && ! grep vmail root/etc/passwd"), 0);
}
END_TEST

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

Suite *suite_user_virtual(void)
{
	Suite *suite = suite_create("user/virtual");
	TCase *tcase = tcase_create("virtual");

	if (!user_root_can()) {
		unit_skip(6 + COUNT(added) + COUNT(refused) + COUNT(locked) + COUNT(opens) + COUNT(foreign) + COUNT(boths) + COUNT(removed) +
		                  COUNT(owners),
		          "virtual users' homes are given to them only by root");
		return suite;
	}
	tcase_add_checked_fixture(tcase, set_up, folder_leave);
	tcase_add_loop_test(tcase, test_add, 0, COUNT(added));
	tcase_add_loop_test(tcase, test_refused, 0, COUNT(refused));
	tcase_add_loop_test(tcase, test_own_home, 0, 2);
	tcase_add_test(tcase, test_two_files);
	tcase_add_loop_test(tcase, test_foreign, 0, COUNT(foreign));
	tcase_add_test(tcase, test_back);
	tcase_add_loop_test(tcase, test_lock, 0, COUNT(locked));
	tcase_add_loop_test(tcase, test_open, 0, COUNT(opens));
	tcase_add_loop_test(tcase, test_both, 0, COUNT(boths));
	tcase_add_test(tcase, test_password);
	tcase_add_loop_test(tcase, test_remove, 0, COUNT(removed));
	tcase_add_loop_test(tcase, test_owner, 0, COUNT(owners));
	tcase_add_test(tcase, test_owner_last);
	suite_add_tcase(suite, tcase);
	return suite;
}
