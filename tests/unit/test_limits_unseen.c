/* SPDX-License-Identifier: MIT */
/* Limits: whom they say nothing of. */
#include "folder.h"
#include "limits_files.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])
#define VIRTUAL "virtual_mailbox_domains = x\nvirtual_mailbox_maps = "
#define OLD DOVECOT PLUGIN "}\n"
#define NEW DOVECOT_24 QUOTA "quota x {\n}\n"

/* "FILE:LINE TEXT; " with what all texts of a kind have left out. */
static const struct {
	const char *text, *notes;
} rows[] = {
	{"", ""},
	/* maps: etc/there is the only file */
	{VIRTUAL "mysql:/etc/x.cf\n", "main.cf:2 mysql:/etc/x.cf is not looked at; "},
	{VIRTUAL "hash:/etc/there, proxy:ldap:/x, regexp:/etc/there inline:{a=b} static:c\n",
         "main.cf:2 proxy:ldap:/x is not looked at; main.cf:2 regexp:/etc/there is not looked at; "},
	{VIRTUAL "proxy:hash:/etc/there lmdb:/etc/there /etc/there texthash:/etc/gone\n",
         "main.cf:2 texthash:/etc/gone is not looked at, for its text cannot be opened; "},
	{"a = mysql:/etc/x.cf\n" VIRTUAL "$a\n", "main.cf:3 mysql:/etc/x.cf is not looked at; "},
	/* nothing is looked for */
	{"virtual_mailbox_limit = 0\n" VIRTUAL "mysql:/etc/x.cf\n", ""},
	{"virtual_transport = lmtp:x\n" VIRTUAL "mysql:/etc/x.cf\n", ""},
	{"virtual_mailbox_limit_maps = hash:/etc/there\n",
         "main.cf:1 virtual_mailbox_limit_maps is a setting of the VDA patch: Postfix itself does not "
         "know it, and limits nobody by it; "},
	/* users of 2.3 */
	{OLD "userdb {\n  driver = sql\n  args = /etc/x.conf\n}\n",
         "dovecot.conf:8 userdb sql is not looked at; "},
	{OLD "userdb {\n  args = uid=1 /etc/there\n  driver = passwd-file\n}\nuserdb {\n  driver = "
             "passwd-file\n  args = /etc/gone\n}\nuserdb {\n  driver = prefetch\n}\nuserdb {\n  "
             "driver = passwd-file\n  args = username_format=%n /etc/%d/users\n}\n",
         "dovecot.conf:12 userdb passwd-file is not looked at, for '/etc/gone' cannot be opened; "
         "dovecot.conf:19 userdb passwd-file is not looked at, for there is no '/etc/%d/users'; "},
	{OLD "userdb {\n  driver = passwd-file\n  args = /etc/x/%d\n}\n",
         "dovecot.conf:8 userdb passwd-file is not looked at, for '/etc/x/b.org' cannot be opened; "},
	{OLD "userdb {\n  driver = passwd-file\n  args = /etc/%{orig_user}\n}\n",
         "dovecot.conf:8 userdb passwd-file is not looked at, for which file '/etc/%{orig_user}' is depends "
         "on more than a name; "},
	/* the same for all: whom the passdbs let in */
	{OLD "passdb {\n  driver = passwd-file\n  args = /etc/there\n}\nuserdb {\n  driver = static\n}\n", ""},
	{OLD "passdb {\n  driver = passwd-file\n  args = /etc/gone\n}\nuserdb {\n  driver = static\n}\n",
         "dovecot.conf:12 userdb static is not looked at, for '/etc/gone' cannot be opened; "},
	{OLD "passdb {\n  driver = passwd-file\n  args = /etc/there\n}\npassdb {\n  driver = pam\n}\n"
             "userdb {\n  driver = static\n}\n",
         "dovecot.conf:15 userdb static is not looked at; "},
	{OLD "userdb {\n  driver = passwd\n}\n", ""},
	/* quota and mail of all */
	{OLD "userdb {\n  driver = passwd-file\n  args = /etc/there\n  override_fields = uid=1 home=/x\n}\n", ""},
	{OLD "userdb {\n  driver = passwd-file\n  args = /etc/there\n  default_fields = uid=1 "
             "quota_rule=*:bytes=1 mail=x\n}\n",
         "dovecot.conf:8 userdb passwd-file is not looked at, for it says quota_rule of all of them; "},
	{OLD "userdb {\n  driver = static\n  args = mail=x\n}\n",
         "dovecot.conf:8 userdb static is not looked at, for it says mail of all of them; "},
	{NEW "userdb passwd {\n  fields {\n    namespace/inbox/mail_path = x\n  }\n}\n",
         "dovecot.conf:12 userdb passwd is not looked at, for it says namespace/inbox/mail_path of all of them; "},
	{DOVECOT "userdb {\n  driver = sql\n}\nmail_location = mdbox:~/m\n", ""},
	{OLD "mail_location = mdbox:~/m:INDEX=/x\n",
         "dovecot.conf:7 mail_location mdbox: which mailboxes are full is known of maildirs only; "},
	{OLD "mail_location = maildir:~/m\n", ""},
	/* variables */
	{DOVECOT PLUGIN "  quota_rule = *:storage=%{if;%n;eq;ann;3M;9M}\n  quota_max_mail_size = %d\n}\n",
         "dovecot.conf:7 plugin/quota_max_mail_size has variables: what it is for a user is not known; "
         "dovecot.conf:6 plugin/quota_rule has variables: what it is for a user is not known; "},
	{DOVECOT PLUGIN "  quota_grace = %{if;%n;eq;ann;9M;0}\n}\n",
         "dovecot.conf:6 plugin/quota_grace has variables: how much mail may go beyond the quota is not "
         "known; "},
	{DOVECOT PLUGIN "  quota_rule = *:storage=1G%%\n  quota_grace = 10%\n}\n", ""},
	{DOVECOT_24 QUOTA "quota x {\n  storage_size = %{literal('5M')}\n  storage_grace = %{user}\n}\n",
         "dovecot.conf:9 quota x/storage_size has variables: what it is for a user is not known; "
         "dovecot.conf:10 quota x/storage_grace has variables: how much mail may go beyond the quota is "
         "not known; "},
	/* and of 2.4 */
	{NEW "userdb sql {\n  query = x\n}\nuserdb other {\n  driver = ldap\n}\nuserdb passwd {\n}\n",
         "dovecot.conf:11 userdb sql is not looked at; dovecot.conf:14 userdb ldap is not looked at; "},
	{NEW "userdb passwd-file {\n  passwd_file_path = /etc/%{user | domain}\n}\nuserdb static {\n  "
             "fields {\n    uid = 1\n  }\n}\nuserdb b {\n  driver = passwd-file\n  passwd_file_path = "
             "/etc/there\n}\n",
         "dovecot.conf:15 userdb static is not looked at; "},
	{NEW "userdb sql {\n}\n", "dovecot.conf:10 userdb sql is not looked at; "},
	{NEW "userdb passwd-file {\n  passwd_file_path = /etc/no-%{user | domain}\n}\n",
         "dovecot.conf:11 userdb passwd-file is not looked at, for there is no '/etc/no-%{user | domain}'; "},
	{NEW "mail_driver = sdbox\n",
         "dovecot.conf:10 mail_driver sdbox: which mailboxes are full is known of maildirs only; "},
};

/* Users that passwd(5) does not have. */
static const struct {
	const char *text, *nsswitch, *notes;
} nss_rows[] = {
	{OLD "userdb {\n  driver = passwd\n}\n", "# passwd: ldap\npasswd: files systemd\ngroup: files sss\n", ""},
	{OLD "userdb {\n  driver = passwd\n}\n",
         "group: files nis\npasswd: nis\n passwd:\tsss [NOTFOUND=continue success=return]files ldap # nis\n",
         "dovecot.conf:8 userdb passwd: users that are not in passwd(5) (sss, ldap in nsswitch.conf(5)) are not "
         "looked at: which of their mailboxes are full is not known; "},
	{NEW "userdb passwd {\n}\n", "passwd:sss[x",
         "dovecot.conf:10 userdb passwd: users that are not in passwd(5) (sss in nsswitch.conf(5)) are not "
         "looked at: which of their mailboxes are full is not known; "},
	{DOVECOT "userdb {\n  driver = passwd\n}\n", "passwd: sss\n", ""},
	{OLD "userdb {\n  driver = static\n}\n", "passwd: sss\n", "dovecot.conf:8 userdb static is not looked at; "},
	{"home_mailbox = box\n", "passwd: files compat\n", ""},
	{"home_mailbox = box\n", "passwd: files ldap\n",
         "main.cf:1 home_mailbox of users that are not in passwd(5) (ldap in nsswitch.conf(5)) is not looked at: "
         "which of their mailboxes are full is not known; "},
	{"home_mailbox = Maildir/\n", "passwd: files ldap\n", ""},
	{"mailbox_size_limit = 0\nhome_mailbox = box\n", "passwd: files ldap\n", ""},
	{"", "passwd: files ldap\n", ""},
};

static void describe(const struct reeve_limits *limits, char *buf, size_t size)
{
	static const char *const ends[] = {": which of its mailboxes are full is not known",
	                                   ": of its users, own quotas and full mailboxes are not known"};

	for (size_t i = 0; i < reeve_limits_note_count(limits); i++) {
		const struct reeve_limit_note *note = reeve_limits_note_at(limits, i);
		size_t n = strlen(buf), length = strlen(note->text);

		for (size_t k = 0; k < ROWS(ends); k++)
			if (length > strlen(ends[k]) &&
			    strcmp(note->text + length - strlen(ends[k]), ends[k]) == 0)
				length -= strlen(ends[k]);
		snprintf(buf + n, size - n, "%s:%ju %.*s; ", strrchr(note->file, '/') + 1,
		         (uintmax_t)note->line, (int)length, note->text);
	}
}

START_TEST(notes)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		char found[1000];

		limits_lay_out(rows[i].text);
		folder_write("etc/there", "");
		/* A link that leads nowhere. */
		mkdir("etc/x", 0755);
		ck_assert(symlink("b.org", "etc/x/b.org") == 0 || errno == EEXIST);
		limits_describe(NULL, describe, found, sizeof found);
		ck_assert_msg(strcmp(found, rows[i].notes) == 0, "row %zu:\n%s\nfound:  %s\nwanted: %s",
		              i, rows[i].text, found, rows[i].notes);
	}
}
END_TEST

START_TEST(nss)
{
	for (size_t i = 0; i < ROWS(nss_rows); i++) {
		char found[1000];

		limits_lay_out(nss_rows[i].text);
		folder_write("etc/nsswitch.conf", nss_rows[i].nsswitch);
		limits_describe(NULL, describe, found, sizeof found);
		ck_assert_msg(strcmp(found, nss_rows[i].notes) == 0, "row %zu:\n%s\nfound:  %s\nwanted: %s",
		              i, nss_rows[i].text, found, nss_rows[i].notes);
	}
}
END_TEST

Suite *suite_limits_unseen(void)
{
	Suite *suite = suite_create("limits/unseen");
	TCase *tcase = tcase_create("limits_unseen");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, notes);
	tcase_add_test(tcase, nss);
	suite_add_tcase(suite, tcase);
	return suite;
}
