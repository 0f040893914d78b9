/* SPDX-License-Identifier: MIT */
/* Sieve and other plugins. Rows are as migrate_case.h says. */
#include "migrate_case.h"
#include "unit.h"

static const struct migrate_case rows[] = {
	{"sieve", "protocol managesieve {\n  # a\n  sieve=~/.s\n  # b\n  sieve_storage=~/d\n}\n",
         "protocol sieve {\n  # a\n  plugin {\n    sieve = ~/.s\n    # b\n    sieve_dir = ~/d\n  "
         "}\n}\n",
         ""},
	{"sieve at root", "sieve_storage = ~/d\n", "plugin {\n  sieve_dir = ~/d\n}\n", ""},
	{"sieve of lda",
         "protocol lda {\n  global_script_path = /x\n  mail_plugins = cmusieve quota\n}\n",
         "protocol lda {\n  plugin {\n    sieve_default = /x\n  }\n"
         "  # mailreeve: the plugin cmusieve is gone, and nothing is delivered with it here: look "
         "through the scripts (imapflags and notify were changed), then write sieve instead\n"
         "  mail_plugins = cmusieve quota\n}\n",
         "3 decide"},
	{"sieve of lda, other settings",
         "protocol lda {\n  mail_plugins = sieve\n  # one\n  sieve_before = /x\n"
         "  sieve_dir = ~/s\n}\n",
         "protocol lda {\n  mail_plugins = sieve\n  # one\n  plugin {\n    sieve_before = /x\n"
         "    sieve_dir = ~/s\n  }\n}\n",
         ""},
	{"a limit of 1.0 in protocol lda",
         "protocol lda {\n  quota = maildir:storage=10:ignore=Trash\n}\n",
         "protocol lda {\n  plugin {\n    quota = maildir\n    quota_rule = *:storage=10\n"
         "    quota_rule2 = Trash:ignore\n  }\n}\n",
         ""},
	{"a file of parameters", "ssl_parameters_file = /x\n", "", "1 removed"},
	{"statistics of 2.2",
         "mail_plugins = stats\nplugin {\n  stats_refresh = 30 secs\n}\nservice stats {\n"
         "  unix_listener stats {\n  }\n  fifo_listener stats-mail {\n  }\n}\n",
         "# mailreeve: the plugin stats is called old_stats now, and nobody can log in with it "
         "here: write old_stats, old_stats_refresh and old_stats_track_cmds in plugin, and service "
         "old-stats with fifo_listener old-stats-mail; or nothing, for statistics need no plugin "
         "now\n"
         "mail_plugins = stats\nplugin {\n  stats_refresh = 30 secs\n}\nservice stats {\n"
         "  unix_listener stats {\n  }\n  fifo_listener stats-mail {\n  }\n}\n",
         "1 decide 3 noted 6 noted 8 noted"},
	{"folders that a plugin made",
         "mail_plugins = autocreate\nplugin {\n  autocreate = Sent\n  autosubscribe = Sent\n}\n",
         "# mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it "
         "here: take the word out, and write namespace inbox { inbox = yes mailbox Sent { auto = "
         "subscribe } }\n"
         "mail_plugins = autocreate\nplugin {\n  autocreate = Sent\n  autosubscribe = Sent\n}\n",
         "1 decide 3 noted 4 noted"},
	{"folders that a plugin made, of several namespaces",
         "protocol imap {\n  mail_plugins = autocreate\n}\nplugin {\n  autocreate = INBOX.Sent\n"
         "  autocreate2 = INBOX.My Junk\n  autocreate4 = INBOX.None\n  autosubscribe = INBOX.Sent\n"
         "  autosubscribe2 = Archive/&AOQ-\n  autosubscribe3 = INBOX.Trash\n}\nnamespace one {\n"
         "  inbox = yes\n}\nnamespace two {\n  prefix = Archive/\n}\nnamespace one {\n"
         "  prefix = INBOX.\n  mailbox Trash {\n    auto = subscribe\n  }\n  mailbox Sent {\n"
         "    special_use = x\n  }\n}\n",
         "protocol imap {\n"
         "  # mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it "
         "here: take the word out, and write namespace one { mailbox Sent { auto = subscribe } "
         "mailbox \"My Junk\" { auto = create } }, namespace two { mailbox &AOQ- { auto = "
         "subscribe } "
         "}; since 2.1 names are UTF-8, no longer mUTF-7 with '&'\n"
         "  mail_plugins = autocreate\n}\nplugin {\n  autocreate = INBOX.Sent\n"
         "  autocreate2 = INBOX.My Junk\n  autocreate4 = INBOX.None\n  autosubscribe = INBOX.Sent\n"
         "  autosubscribe2 = Archive/&AOQ-\n  autosubscribe3 = INBOX.Trash\n}\nnamespace one {\n"
         "  inbox = yes\n}\nnamespace two {\n  prefix = Archive/\n}\nnamespace one {\n"
         "  prefix = INBOX.\n  mailbox Trash {\n    auto = subscribe\n  }\n  mailbox Sent {\n"
         "    special_use = x\n  }\n}\n",
         "2 decide 5 noted 6 noted 7 noted 8 noted 9 noted 10 noted"},
	{"folders that a plugin made, and sections that are there",
         "mail_plugins = autocreate expire\nplugin {\n  autocreate = Sent\n  expire = "
         "Sent\n}\nnamespace "
         "{\n  inbox = yes\n  mailbox Sent {\n    auto = create\n    autoexpunge = 0\n  }\n}\n",
         "# mailreeve: the plugin expire is gone since 2.3.14, and nobody can log in with it here: "
         "take the word out, and write namespace { mailbox Sent { autoexpunge = DAYSd } }, DAYS as "
         "your "
         "job with doveadm expunge has them\n"
         "# mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it "
         "here: "
         "take the word out, and write nothing, for the mailbox sections are there\n"
         "mail_plugins = autocreate expire\nplugin {\n  autocreate = Sent\n  expire = "
         "Sent\n}\nnamespace "
         "{\n  inbox = yes\n  mailbox Sent {\n    auto = create\n    autoexpunge = 0\n  }\n}\n",
         "1 decide 1 decide 3 noted 4 noted"},
	{"folders that a plugin made, without names", "mail_plugins = autocreate expire\n",
         "# mailreeve: the plugin expire is gone since 2.3.14, and nobody can log in with it here: "
         "take the word out, and write autoexpunge = DAYSd in a mailbox section of the namespace\n"
         "# mailreeve: the plugin autocreate is gone since 2.3.14, and nobody can log in with it "
         "here: "
         "take the word out, and write auto = create or subscribe in a mailbox section of the "
         "namespace\nmail_plugins = autocreate expire\n",
         "1 decide 1 decide"},
	{"folders that are emptied, of 1.x",
         "plugin {\n  expire = Trash 7 Trash/* 7 Spam 30 Spam 14\n}\n",
         "plugin {\n  # mailreeve: since 2.0 the days do not stand here, and 2.3.14 has no expire "
         "plugin: write namespace inbox { inbox = yes mailbox Trash { autoexpunge = 7d } mailbox "
         "Trash/* { autoexpunge = 7d } mailbox Spam { autoexpunge = 14d } }\n"
         "  expire = Trash 7 Trash/* 7 Spam 30 Spam 14\n}\n",
         "2 noted 2 decide"},
	{"what plugins do not read any more",
         "plugin {\n  mail_log_group_events = yes\n  expire_altmove = a 7\n  mbox_snarf = ~/x\n}\n",
         NULL, "2 noted 3 noted 4 noted"},
	{"lazy_expunge",
         "plugin {\n  lazy_expunge = .E/ .D/ .D/.E/\n}\nprotocol imap {\n  plugin {\n"
         "    lazy_expunge = .E/\n  }\n}\n",
         "plugin {\n  # mailreeve: since 2.1 there is one namespace here, and nobody can log in "
         "with "
         "several: write the first one\n  lazy_expunge = .E/ .D/ .D/.E/\n}\nprotocol imap {\n"
         "  plugin {\n    lazy_expunge = .E/\n  }\n}\n",
         "2 decide"},
	{"a plugin of who delivers",
         "protocol lda {\n  mail_plugins = convert\n}\nprotocol lmtp {\n  mail_plugins = "
         "expire\n}\n",
         "protocol lda {\n  # mailreeve: the plugin convert is gone: take the word out, or no mail "
         "is "
         "delivered; convert with doveadm sync\n  mail_plugins = convert\n}\nprotocol lmtp {\n"
         "  # mailreeve: the plugin expire is gone since 2.3.14, and no mail is delivered with it "
         "here: "
         "take the word out, and write autoexpunge = DAYSd in a mailbox section of the namespace\n"
         "  mail_plugins = expire\n}\n",
         "2 decide 5 decide"},
	{"a plugin without another in its place", "mail_plugins = snarf\n",
         "# mailreeve: the plugin snarf is gone since 2.3.14, and nobody can log in with it here: "
         "nothing came instead\nmail_plugins = snarf\n",
         "1 decide"},
	{"quota of 1.0",
         "plugin {\n  quota = maildir:storage=10240:messages=1000\n  quota2 = dirsize:messages=5 # "
         "x\n}\n",
         "plugin {\n  quota = maildir\n  quota_rule = *:storage=10240:messages=1000\n  quota2 = "
         "dirsize # x\n  quota2_rule = *:messages=5\n}\n",
         ""},
	{"quota of 1.0, what is ignored alone",
         "plugin {\n  quota2 = dirsize:ignore=Trash:ignore=Junk\n}\n",
         "plugin {\n  quota2 = dirsize\n  quota2_rule = Trash:ignore\n"
         "  quota2_rule2 = Junk:ignore\n}\n",
         ""},
	{"quota of 1.0 in a dictionary",
         "plugin {\n  quota = dict:storage=10240:messages=1000 proxy::quota # x\n"
         "  quota2 = dict:ignore=My Trash:storage=1 proxy::two\n  quota3 = "
         "dict:user::proxy::x\n}\n",
         "plugin {\n  quota = dict:user::proxy::quota # x\n"
         "  quota_rule = *:storage=10240:messages=1000\n  quota2 = dict:user::proxy::two\n"
         "  quota2_rule = *:storage=1\n  quota2_rule2 = My Trash:ignore\n"
         "  quota3 = dict:user::proxy::x\n}\n",
         ""},
	{"quota of 1.1 with a strange name",
         "plugin {\n  quota = maildir:storage=1\n  quota_rule2 = *:storage=2\n"
         "  quota2 = dirsize:storage=3\n}\nprotocol lda {\n  plugin {\n"
         "    quota2_rule = *:storage=4\n  }\n}\n",
         NULL, "2 noted 4 noted"},
	{"quota warning",
         "plugin {\n  quota_warning = storage=95%% /usr/bin/warn 95\n  quota_warning2 = "
         "storage=80%% quota-warning 80 %u\n}\n",
         "plugin {\n  # mailreeve: since 2.0 a warning goes to the socket of a script service: "
         "write quota-warning and its arguments instead "
         "of the path, and a service quota-warning with executable = script PATH, a user, and "
         "unix_listener quota-warning\n"
         "  quota_warning = storage=95%% /usr/bin/warn 95\n  quota_warning2 = storage=80%% "
         "quota-warning 80 %u\n}\n",
         "2 decide"},
	{"expire", "plugin {\n  expire_dict = proxy::expire\n}\n", NULL, "2 noted"},
	{"a dict of Berkeley DB",
         "dict {\n  x = db:/x\n}\nplugin {\n  acl_shared_dict = db:/y\n}\n",
         "dict {\n  # mailreeve: 2.3.17 has no dict of Berkeley DB any more: use file: or, by "
         "proxy:, one of SQL, and bring over what is in it\n  x = db:/x\n}\nplugin {\n  # "
         "mailreeve: 2.3.17 has no dict of Berkeley DB any more: use file: or, by proxy:, one of "
         "SQL, and bring over what is in it\n  "
         "acl_shared_dict = db:/y\n}\n",
         "2 decide 5 decide"},
	{"plugins of other names",
         "mail_plugins = mbox_snarf\nplugin {\n  sieve_plugins = sieve_pipe\n}\n",
         "# mailreeve: the plugin mbox_snarf became snarf, which is gone since 2.3.14, and nobody "
         "can "
         "log in with it here: nothing came instead\nmail_plugins = mbox_snarf\nplugin {\n  "
         "# mailreeve: the plugin sieve_pipe was for Pigeonhole 0.3, and is part of "
         "sieve_extprograms "
         "since 0.4: write that, and vnd.dovecot.pipe in sieve_extensions or "
         "sieve_global_extensions\n  sieve_plugins = sieve_pipe\n}\n",
         "1 decide 3 decide"},
	{"caches",
         "mail_cache_compress_min_size = 1k\nplugin {\n  imap_zlib_compress_level = 5\n}\n",
         "mail_cache_purge_min_size = 1k\nplugin {\n  imap_compress_deflate_level = 5\n}\n", ""},

	/* sieve_storage in files for 2.x */
	{"the folder of scripts, and nothing else",
         "mail_prefetch_count = 3\nplugin {\n  sieve_storage = ~/s\n}\n", NULL, ""},
	{"the folder of scripts, and something else",
         "mail_prefetch_count = 3\nplugin {\n  # a\n  sieve_storage = ~/s # b\n"
         "  imap_zlib_compress_level = 6\n}\nprotocol sieve {\n  plugin {\n"
         "    sieve_storage = ~/t\n  }\n}\nplugin/sieve_storage = ~/u\n",
         "mail_prefetch_count = 3\nplugin {\n  # a\n  sieve_dir = ~/s # b\n"
         "  imap_compress_deflate_level = 6\n}\nprotocol sieve {\n  plugin {\n"
         "    sieve_dir = ~/t\n  }\n}\nplugin/sieve_dir = ~/u\n",
         ""},
	{"the folder of scripts under both names",
         "mail_prefetch_count = 3\nplugin {\n  sieve_storage = ~/s\n"
         "  imap_zlib_compress_level = 6\n}\nprotocol sieve {\n  plugin {\n"
         "    sieve_dir = ~/t\n  }\n}\n",
         "mail_prefetch_count = 3\nplugin {\n  sieve_storage = ~/s\n"
         "  imap_compress_deflate_level = 6\n}\nprotocol sieve {\n  plugin {\n"
         "    sieve_dir = ~/t\n  }\n}\n",
         ""},
	{"the folder of scripts outside and in a block",
         "mail_prefetch_count = 3\nsieve_storage = ~/s\nmail_uid = 8\nplugin {\n"
         "  sieve_storage = ~/t\n}\n",
         "mail_prefetch_count = 3\nmail_uid = 8\nplugin {\n  # mailreeve: this is sieve_dir, "
         "and so is sieve_storage in line 5 below, which counts: keep one of them\n"
         "  sieve_dir = ~/s\n  sieve_dir = ~/t\n}\n",
         "2 decide"},
};

START_TEST(table)
{
	migrate_case_try(&rows[_i]);
}
END_TEST

Suite *suite_migrate_plugin(void)
{
	Suite *suite = suite_create("migrate/plugin");
	TCase *tcase = tcase_create("migrate_plugin");

	tcase_add_loop_test(tcase, table, 0, sizeof rows / sizeof *rows);
	suite_add_tcase(suite, tcase);
	return suite;
}
