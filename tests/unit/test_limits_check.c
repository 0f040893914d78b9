/* SPDX-License-Identifier: MIT */
/* Limits: what contradicts what. */
#include "folder.h"
#include "limits_files.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* "rule FILE:LINE; rule FILE:LINE" */
static void describe(const struct reeve_limits *limits, char *buf, size_t size)
{
	for (size_t i = 0; i < reeve_limits_finding_count(limits); i++) {
		const struct reeve_limit_finding *f = reeve_limits_finding_at(limits, i);
		size_t n = strlen(buf);

		ck_assert(f->text[0] != '\0' && f->consequence[0] != '\0' && f->remedy[0] != '\0');
		if (f->file == NULL)
			snprintf(buf + n, size - n, "%s%s", n > 0 ? "; " : "", f->rule);
		else
			snprintf(buf + n, size - n, "%s%s %s:%ju", n > 0 ? "; " : "", f->rule,
			         base_name(f->file), (uintmax_t)f->line);
	}
}

#define LDA                                                                                        \
	"== dovecot.conf\nprotocols = imap\nprotocol lda {\n  mail_plugins = quota\n}\n"           \
	"plugin {\n  quota_max_mail_size = 5M\n}\n"
#define PIPE MASTER "dovecot "

/* smtpd(8) compares without a sign what it asks of the disk; other programs with one. */
static const struct {
	const char *text;
	enum reeve_severity severity;
} negative_rows[] = {
	{"message_size_limit = -1\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n", REEVE_PROBLEM},
	{"queue_minfree = -5\n", REEVE_PROBLEM},
	{MASTER "587 inet n - n - - smtpd -o queue_minfree=-5\n", REEVE_PROBLEM},
	{"mailbox_size_limit = -5\n", REEVE_WARNING},
	{"virtual_mailbox_limit = -5\n", REEVE_WARNING},
	{"mailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n== master.cf\n"
         "cleanup unix n - n - 0 cleanup -o message_size_limit=-1\n",
         REEVE_WARNING},
};

static const struct {
	const char *text, *findings;
	uint64_t blocks; /* free, of 4096 bytes; 0: the disk is not known */
} check_rows[] = {
	{"", "", 0},
	{"mailbox_size_limit = 0\n", "", 0},
	/* what looks like a limit, and is none */
	{"inet_protocols = all\n\n# of a mail\n message_size_limit = 5\n", "not-set main.cf:4", 0},
	{"a =\n\tmailbox_size_limit=5\n  message_size_limit = 6\nb = c\n  d = e\n",
         "not-set main.cf:2; not-set main.cf:3", 0},
	{"a =\n  message_size_limit\n  {message_size_limit = 5}\n  message_size_limits = 5\n", "", 0},
	{" message_size_limit = 5\n", "", 0},
	{"mailbox_size_limit = 0\n message_size_limit = 5\n", "bad-value main.cf:1", 0},
	{"Message_size_limit = 5\nMAILBOX_size_limit = 7\nMy_limit = 5\n",
         "not-set main.cf:1; not-set main.cf:2", 0},
	{MASTER "587 inet n - n - - smtpd -o Message_Size_Limit=5\n", "not-set master.cf:5", 0},
	{"message_size_limit = 51200000\n", "", 0},
	{"message_size_limit = 51200001\n",
         "message-above-mailbox main.cf:1; message-above-virtual-mailbox main.cf:1", 0},
	{"message_size_limit = 99999999\nmailbox_size_limit = 0\n",
         "message-above-virtual-mailbox main.cf:1", 0},
	{"mailbox_size_limit = 10239999\n", "message-above-mailbox main.cf:1", 0},
	{"mailbox_size_limit = 10240000\n", "", 0},
	{"message_size_limit = 0\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n",
         "message-unlimited main.cf:1", 0},
	{"message_size_limit = 0\nmailbox_size_limit = 0\n",
         "message-unlimited main.cf:1; message-unlimited-virtual-mailbox-not main.cf:1", 0},
	{"message_size_limit = -1\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n",
         "negative main.cf:1", 0},
	{"mailbox_size_limit = -1\n", "negative main.cf:1", 0},
	{"queue_minfree = 15359999\n", "queue-minfree-too-small main.cf:1", 0},
	{"queue_minfree = 15360000\n", "", 0},
	{"message_size_limit = 20M\n", "bad-value main.cf:1", 0},
	{"message_size_limit = 20480000 # 20 MB\n", "bad-value main.cf:1", 0},
	{"x = 1\nmessage_size_limit =\n", "bad-value main.cf:2", 0},
	{"message_size_limit = $unset\n", "bad-value main.cf:1", 0},
	{"message_size_limit = $message_size_limit\n", "bad-value main.cf:1", 0},
	{"a = $b\nb = $a\nmailbox_size_limit = $a\n", "bad-value main.cf:3", 0},
	{"a = 20000000\nmessage_size_limit = $a\n", "", 0},
	/* of what is not set, a program knows the defaults that it reads itself */
	{"message_size_limit = $mailbox_size_limit\n", "bad-value main.cf:1", 0},
	{"a = ${mailbox_size_limit}\nmessage_size_limit = $(a)\n", "bad-value main.cf:2", 0},
	{"queue_minfree = $virtual_mailbox_limit\n", "bad-value main.cf:1", 0},
	{"virtual_mailbox_limit = $mailbox_size_limit\n", "bad-value main.cf:1", 0},
	{"header_size_limit = $message_size_limit\n", "bad-value main.cf:1", 0},
	{"mailbox_size_limit = $message_size_limit\n", "", 0},
	{"mailbox_size_limit = 50000000\nvirtual_mailbox_limit = $mailbox_size_limit\n", "", 0},
	{MASTER "587 inet n - n - - smtpd -o message_size_limit=$mailbox_size_limit\n",
         "bad-value master.cf:5", 0},
	{"message_size_limit = 99999999999999999999\n", "bad-value main.cf:1", 0},
	{"header_size_limit = 0\n", "bad-value main.cf:1", 0},
	{"bounce_size_limit = 50k\n", "bad-value main.cf:1", 0},
	{"header_size_limit = 9999999999\n", "bad-value main.cf:1", 0},
	{"relayhost = a\nrelayhost = b\n", "set-twice main.cf:1", 0},
	{"mailbox_size_limit = 1\nx = y\nmailbox_size_limit = 0\n", "set-twice main.cf:1", 0},
	{"relayhost = a", "no-line-end main.cf:1", 0},
	{"relayhost = a\n# end", "no-line-end main.cf:2", 0},
	/* what Postfix refuses as a whole; a template is nothing that it reads */
	{"x = 1\nmessage_size_limit :0\n", "refused-file main.cf:2", 0},
	{"= 0\n", "refused-file main.cf:1", 0},
	{"x = 1\nrelayhost\n", "refused-file main.cf:2", 0},
	{"a = b\nno sign\n  of = it\nno more\n", "refused-file main.cf:2; refused-file main.cf:4", 0},
	{MASTER "smtps inet n - n - smtpd\n", "refused-file master.cf:5", 0},
	{" x = 1\n# a\nmailbox_size_limit = 0\n", "", 0},
	{"x = {{ y }}\n{%- if x %}\n{{ z }}\n{# c #}\n<% if x %>\n<?php x ?>\n", "", 0},
	{"quota_max_mail_size = 5M\n", "wrong-file main.cf:1", 0},
	{"== dovecot.conf\nmessage_size_limit = 5\n", "wrong-file dovecot.conf:1", 0},
	/* the disk: 3750 blocks are 1.5 times 2500, the default's */
	{"", "no-room main.cf:0", 3750},
	{"", "", 3751},
	{"message_size_limit = 10239999\n", "", 3750},
	{"message_size_limit = 10240000\n", "no-room main.cf:1", 3750},
	{"queue_minfree = 20480000\n", "no-room main.cf:1", 5000},
	{"queue_minfree = 20479999\n", "", 5000},
	/* services */
	{"mailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n" MASTER
         "submission inet n - n - - smtpd\n  -o message_size_limit=20000000\n",
         "service-above-cleanup master.cf:6", 0},
	{MASTER "submission inet n - n - - smtpd\n  -o message_size_limit=5000\n",
         "submission-below-server master.cf:6", 0},
	{MASTER "587 inet n - n - - smtpd -o message_size_limit=10240000\n", "", 0},
	{"== master.cf\n127.0.0.1:25 inet n - n - - smtpd\n[::1]:587 inet n - n - - smtpd -o "
         "message_size_limit=5000\n",
         "submission-below-server master.cf:2", 0},
	/* postscreen(8) hands its clients to another service. */
	{"== master.cf\nsmtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\nsubmission inet n - n - - "
         "smtpd -o message_size_limit=5000\n",
         "submission-below-server master.cf:3", 0},
	{"smtpd_service_name = in\n== master.cf\nsmtp inet n - n - 1 postscreen\nin pass - - n - - smtpd -o "
         "message_size_limit=5000\nsubmission inet n - n - - smtpd -o message_size_limit=5000\n",
         "", 0},
	/* Without a server there is nothing to be below. */
	{"== master.cf\n587 inet n - n - - smtpd -o message_size_limit=5000\n", "", 0},
	{DOVECOT "submission_max_mail_size = 5M\nsubmission_relay_port = 2525\n", "", 0},
	{DOVECOT "submission_max_mail_size = 5M\nsubmission_relay_port = 2525\n" MASTER
                 "127.0.0.1:2525 inet n - n - - smtpd -o message_size_limit=10239999\n",
         "dovecot-submission-below-server dovecot.conf:4", 0},
	{"== master.cf\nsmtp inet n - n - - smtpd\n  -o message_size_limit=5000\n"
         "submission inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\n",
         "", 0},
	{"== master.cf\nsmtp inet n - n - - smtpd\n  -o mailbox_size_limit=5\nlocal unix - n n - - "
         "local\n",
         "wrong-place master.cf:2", 0},
	{"== master.cf\nlocal unix - n n - - local\n  -o mailbox_size_limit=5\n",
         "message-above-mailbox master.cf:2", 0},
	{"== master.cf\npickup unix n - n 60 1 pickup -o message_size_limit=5\n", "wrong-place master.cf:1", 0},
	{"== master.cf\nx unix - - y - - smtpd/\n  -o message_size_limit=400000\n", "", 0},
	{"== master.cf\nsmtp unix - - y - - smtp -o header_size_limit=400000\nlmtp unix - - y - - "
         "lmtp -o header_size_limit=400000\n",
         "", 0},
	{"== master.cf\nx unix - - y - - /usr/local/sbin/own -o queue_minfree=20000000\n", "", 0},
	/* What refers to it, here and in main.cf, has an effect. */
	{"== master.cf\ncleanup unix n - n - 0 cleanup -o queue_minfree=204800\n  -o "
         "header_size_limit=${queue_minfree}\n",
         "", 0},
	{"queue_minfree = 20000000\nheader_size_limit = $(queue_minfree)\n== master.cf\ncleanup unix n - n - 0 cleanup -o "
         "queue_minfree=204800\n",
         "", 0},
	{"virtual_mailbox_limit = $mailbox_size_limit\n== master.cf\ncleanup unix n - n - 0 cleanup -o "
         "mailbox_size_limit=204800\n",
         "bad-value main.cf:1; wrong-place master.cf:1", 0},
	/* What is not read can have any value; some limits are read by all. */
	{MASTER "587 inet n - n - - smtpd -o mailbox_size_limit=20M -o virtual_mailbox_limit=-1\n",
         "wrong-place master.cf:5; wrong-place master.cf:5", 0},
	{MASTER "lmtp unix - - n - - lmtp -o message_size_limit=20M -o header_size_limit=$queue_minfree\n",
         "bad-value master.cf:5; bad-value master.cf:5; wrong-place master.cf:5", 0},
	/* With a limit of its own it starts, and ends at what is larger. */
	{"== master.cf\nlocal unix - n n - - local\n  -o mailbox_size_limit=5 -o message_size_limit=5\n",
         "message-above-mailbox master.cf:2", 0},
	{"mailbox_size_limit = 10239999\n== master.cf\nlocal unix - n n - - local -o message_size_limit=5\n"
         "virtual unix - n n - - virtual -o message_size_limit=5\n",
         "message-above-mailbox main.cf:1", 0},
	{"message_size_limit = 60000000\n== master.cf\nlocal unix - n n - - local -o "
         "mailbox_size_limit=0\n",
         "", 0},
	/* Dovecot */
	{DOVECOT, "", 0},
	{DOVECOT "submission_max_mail_size = 10238976B\n", "", 0},
	{DOVECOT "submission_max_mail_size = 10238975B\n",
         "dovecot-submission-below-server dovecot.conf:4", 0},
	{DOVECOT "submission_max_mail_size = 20M\n",
         "dovecot-submission-above-server dovecot.conf:4", 0},
	{"message_size_limit = 50000000\n" DOVECOT, "dovecot-submission-below-server main.cf:1", 0},
	{DOVECOT "submission_max_mail_size = 5X\n", "bad-value dovecot.conf:4", 0},
	{DOVECOT "plugin {\n  quota_max_mail_size = 5M\n}\n", "message-above-quota dovecot.conf:5",
         0},
	{DOVECOT "plugin {\n  quota_max_mail_size = 10240000B\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:storage=1M\n}\n", "message-above-quota dovecot.conf:6",
         0},
	{DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n", "quota-above-mailbox dovecot.conf:6",
         0},
	{"home_mailbox = Maildir/\n" DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n", "", 0},
	{"mailbox_size_limit = 0\n" DOVECOT PLUGIN "  quota_rule = *:storage=1G\n}\n", "", 0},
	/* One message may go beyond by a tenth, or by what is set. 9309091 + 930909 = 10240000 */
	{DOVECOT PLUGIN "  quota_rule = *:bytes=9309091\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=9309090\n}\n", "message-above-quota dovecot.conf:6",
         0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=10239999\n  quota_grace = 0\n}\n",
         "message-above-quota dovecot.conf:6", 0},
	/* "%%" is a percentage; of one '%' variables leave a number of bytes: 10239900 + 100 */
	{DOVECOT PLUGIN "  quota_rule = *:bytes=5120000\n  quota_grace = 100%%\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=5120000\n  quota_grace = 99%%\n}\n",
         "message-above-quota dovecot.conf:6", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=10239900\n  quota_grace = 100%\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=10239899\n  quota_grace = 100%\n}\n",
         "message-above-quota dovecot.conf:6", 0},
	/* another for each user: nothing is said */
	{DOVECOT PLUGIN "  quota_rule = *:storage=%{if;%n;eq;ann;3M;9M}\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:storage=5%%\n}\n", "bad-value dovecot.conf:6", 0},
	{DOVECOT "submission_max_mail_size = %n\n", "bad-value dovecot.conf:4", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=5120000\n  quota_grace = 5MB\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=5120000\n  quota_grace = %{if;%n;eq;ann;9M;0}\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = *:bytes=240000\n  quota_grace = 10M\n}\n", "", 0},
	/* Several roots: mail has to fit into all that count INBOX and enforce it. */
	{DOVECOT PLUGIN "  quota2 = dict:x::y\n  quota_rule = *:storage=1G\n  quota2_rule = "
                        "*:storage=5M\n}\n",
         "message-above-quota dovecot.conf:8", 0},
	{DOVECOT PLUGIN "  quota2 = count:x\n  quota3 = count:y\n  quota2_rule = *:storage=20M\n  "
                        "quota2_grace = 0\n  quota3_rule = Trash:storage=1M\n  quota3_rule2 = "
                        "*:bytes=9309090\n}\n",
         "message-above-quota dovecot.conf:11", 0},
	{DOVECOT PLUGIN "  quota2 = count:x\n  quota_rule = *:bytes=5M\n  quota2_rule = "
                        "*:storage=6M\n  quota2_grace = 0\n}\n",
         "message-above-quota dovecot.conf:7; message-above-quota dovecot.conf:8", 0},
	{DOVECOT PLUGIN "  quota2 = fs:x\n  quota2_rule = *:storage=5M\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota2 = count:x:noenforcing\n  quota2_rule = *:storage=5M\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota2 = count:x:ns=Public/\n  quota2_rule = *:storage=5M\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota2 = count:x:ns=\n  quota2_rule = *:storage=5M\n}\n",
         "message-above-quota dovecot.conf:7", 0},
	{DOVECOT PLUGIN "  quota3 = count:x\n  quota3_rule = *:storage=5M\n}\n", "", 0},
	/* No root, a rule of a folder, a protocol without the plugin. */
	{DOVECOT "plugin {\n  quota_rule = *:storage=1M\n}\n", "", 0},
	{DOVECOT PLUGIN "  quota_rule = Trash:storage=+100M\n  quota_rule2 = *:storage=1M\n}\n",
         "message-above-quota dovecot.conf:7", 0},
	{DOVECOT PLUGIN "  quota_rule = *:storage=1X\n}\n", "bad-value dovecot.conf:6", 0},
	{DOVECOT "protocol lmtp {\n  mail_plugins = sieve\n}\n" PLUGIN
                 "  quota_rule = *:storage=1M\n}\n",
         "", 0},
	{DOVECOT "protocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\n" PLUGIN
                 "  quota_rule = *:storage=1M\n}\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT PLUGIN "  quota_max_mail_size = 50M\n}\nprotocol lmtp {\n  plugin {\n    "
                        "quota_max_mail_size = 1M\n  }\n}\n",
         "message-above-quota dovecot.conf:10", 0},
	{DOVECOT PLUGIN "  quota_mail_size = 5M\n}\nquota_storage_size = 5M\n",
         "wrong-version dovecot.conf:6; wrong-version dovecot.conf:8", 0},
	{DOVECOT "submission_max_mail_size = unlimited\n", "bad-value dovecot.conf:4", 0},
	{DOVECOT "submission_max_mail_size = 18446744073709551615\n", "", 0},
	/* dovecot-lda(1), which local(8) or pipe(8) runs */
	{"mailbox_command = /usr/lib/dovecot/dovecot-lda -f \"$SENDER\"\n" LDA, "message-above-quota dovecot.conf:6",
         0},
	{"virtual_transport = dovecot\n" PIPE "unix - n n - - pipe flags=DRhu user=v argv=/usr/lib/dovecot/deliver\n"
         "  -d x\n" LDA,
         "message-above-quota dovecot.conf:6", 0},
	{"virtual_transport = dovecotx\n" PIPE "unix - n n - - pipe argv=/usr/lib/dovecot/dovecot-lda\n" LDA, "", 0},
	{"virtual_transport = dovecot\n" PIPE "unix - n n - - pipe argv=/bin/x\n" LDA, "", 0},
	{LDA, "", 0},
	{"== dovecot.conf\ndovecot_config_version = 2.4.0\nsubmission_max_mail_size = unlimited\n",
         "", 0},
	/* Dovecot 2.4 */
	{DOVECOT_24 "quota_max_mail_size = 5M\nplugin {\n  quota_rule = *:storage=1G\n}\n",
         "wrong-version dovecot.conf:5; wrong-version dovecot.conf:7", 0},
	{DOVECOT_24 "mail_plugins = quota\nquota_mail_size = 5M\nquota \"a b\" {\n  storage_size = "
                    "40M\n}\n",
         "message-above-quota dovecot.conf:6", 0},
	{DOVECOT_24 QUOTA "quota_mail_size = 10240000B\n", "", 0},
	{DOVECOT_24 QUOTA "quota_mail_size = 10239999B\n", "message-above-quota dovecot.conf:8", 0},
	{DOVECOT_24 "mail_plugins {\n  quota = no\n}\nquota_mail_size = 5M\n", "", 0},
	/* 10M of grace: 10240000 fit into a quota of nothing, and with 0 they do not */
	{DOVECOT_24 QUOTA "quota_storage_size = 1\nquota x {\n}\n", "", 0},
	{DOVECOT_24 QUOTA "quota_storage_size = 1M\nquota_storage_grace = 0\nquota x {\n}\n",
         "message-above-quota dovecot.conf:8", 0},
	{DOVECOT_24 QUOTA "quota_storage_size = 1M\nquota_storage_grace = 0\n", "", 0},
	{DOVECOT_24 QUOTA
         "quota x {\n  storage_size = 5M\n  quota_storage_extra = 5M\n  storage_grace = "
         "0\n}\n",
         "", 0},
	{DOVECOT_24 QUOTA
         "quota x {\n  storage_size = 5M\n  storage_percentage = 50\n  storage_grace = "
         "5M\n}\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT_24 QUOTA "quota a {\n  storage_size = 1M\n  storage_grace = 1M\n}\nquota b {\n  driver = "
                          "fs\n  storage_size = 1G\n}\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT_24 QUOTA "quota a {\n  storage_size = 40M\n}\nquota \"b/c d\" {\n  storage_grace = 0\n  "
                          "storage_size = 8M\n}\n",
         "message-above-quota dovecot.conf:13", 0},
	{DOVECOT_24 QUOTA "quota_storage_size = 8M\nquota a {\n  storage_grace = 0\n}\nquota b {\n  "
                          "enforce = no\n  storage_size = 1M\n}\nquota c {\n  storage_grace = 1M\n}\n",
         "message-above-quota dovecot.conf:8", 0},
	{DOVECOT_24 QUOTA "namespace inbox {\n  inbox = yes\n  quota a {\n    storage_grace = 0\n    "
                          "storage_size = 8M\n  }\n}\n",
         "message-above-quota dovecot.conf:12", 0},
	{DOVECOT_24 QUOTA "namespace inbox {\n  inbox = Y\n  quota a {\n    storage_grace = 0\n    "
                          "storage_size = 8M\n  }\n}\n",
         "message-above-quota dovecot.conf:12", 0},
	{DOVECOT_24 QUOTA "namespace archive {\n  quota a {\n    storage_grace = 0\n    storage_size = "
                          "8M\n  }\n}\n",
         "", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\n", "", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\n@sizes = small\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\n@sizes = large\n", "",
         0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\nquota_mail_size = "
                          "50M\nprotocol lmtp {\n  @sizes = small\n}\n",
         "message-above-quota dovecot.conf:9", 0},
	{DOVECOT_24 QUOTA "group @sizes small {\n  quota_mail_size = 5M\n}\nquota_mail_size = "
                          "50M\n@sizes = small\n",
         "", 0},
};

START_TEST(contradictions)
{
	for (size_t i = 0; i < ROWS(check_rows); i++) {
		struct reeve_limits_disk disk = {check_rows[i].blocks > 0 ? 4096 : 0,
		                                 check_rows[i].blocks};
		char found[500];

		limits_lay_out(check_rows[i].text);
		limits_describe(&disk, describe, found, sizeof found);
		const char *wanted = check_rows[i].findings;
		/* A default is in no file. */
		if (strcmp(wanted, "no-room main.cf:0") == 0)
			wanted = "no-room";
		ck_assert_msg(strcmp(found, wanted) == 0, "row %zu:\n%s\nfound:  %s\nwanted: %s", i,
		              check_rows[i].text, found, wanted);
	}
}
END_TEST

START_TEST(negative)
{
	for (size_t i = 0; i < ROWS(negative_rows); i++) {
		struct reeve_limits_disk disk = {0};
		struct reeve_limits_how how = {.root = ".", .disk = &disk};
		struct reeve_error err = {0};
		bool is_found = false;

		limits_lay_out(negative_rows[i].text);
		struct reeve_conf *postfix = limits_open(REEVE_CONF_POSTFIX, &err);
		struct reeve_limits *limits = reeve_limits_new(postfix, NULL, &how, &err);
		ck_assert_msg(limits != NULL, "%s", err.text);
		for (size_t k = 0; k < reeve_limits_finding_count(limits); k++) {
			const struct reeve_limit_finding *f = reeve_limits_finding_at(limits, k);

			if (strcmp(f->rule, "negative") != 0)
				continue;
			is_found = true;
			ck_assert_msg(f->severity == negative_rows[i].severity, "row %zu", i);
			ck_assert_msg((strstr(f->consequence, "452 4.3.1") != NULL) ==
			                      (f->severity == REEVE_PROBLEM),
			              "row %zu: %s", i, f->consequence);
		}
		ck_assert_msg(is_found, "row %zu", i);
		reeve_limits_free(limits);
		reeve_conf_close(postfix);
	}
}
END_TEST

Suite *suite_limits_check(void)
{
	Suite *suite = suite_create("limits/check");
	TCase *tcase = tcase_create("limits_check");

	tcase_add_checked_fixture(tcase, folder_enter, folder_leave);
	tcase_add_test(tcase, contradictions);
	tcase_add_test(tcase, negative);
	suite_add_tcase(suite, tcase);
	return suite;
}
