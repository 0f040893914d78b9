/* SPDX-License-Identifier: MIT */
/*
 * What settings are that hold text, where nothing sets them: of Debian's 2.3.19 and 2.4.1 (doveconf -d).
 * Only a setting that mentions itself (`login_log_format_elements = $login_log_format_elements x`) is
 * asked for it, so those are here that people add to.
 */
#include "conf/dovecot_names.h"

#include <stdlib.h>
#include <string.h>

static const char same[] = "";
#define BOTH same

static const struct row {
	const char *name;
	const char *of_23; /* NULL: empty */
	const char *of_24; /* BOTH: as in 2.3. NULL: empty, or no text */
} rows[] = {
	{"auth_mechanisms",
	 "plain",
	 NULL},
	{"auth_policy_request_attributes",
	 "login=%{requested_username} pwhash=%{hashed_password} remote=%{rip"
	 "} device_id=%{client_id} protocol=%s session_id=%{session}",
	 NULL},
	{"auth_username_chars",
	 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_"
	 "@", BOTH},
	{"auth_username_format",
	 "%Lu",
	 "%{user | lower}"},
	{"base_dir",
	 "/run/dovecot",
	 NULL},
	{"deliver_log_format",
	 "msgid=%m: %$",
	 "msgid=%{msgid}: %{message}"},
	{"dsync_hashed_headers",
	 "Date Message-ID",
	 NULL},
	{"dsync_remote_cmd",
	 "ssh -l%{login} %{host} doveadm dsync-server -u%u -U",
	 "ssh -l%{login} %{host} doveadm dsync-server -u%{user} -U"},
	{"imap_id_send",
	 "name *",
	 NULL},
	{"imap_logout_format",
	 "in=%i out=%o deleted=%{deleted} expunged=%{expunged} trashed=%{tra"
	 "shed} hdr_count=%{fetch_hdr_count} hdr_bytes=%{fetch_hdr_bytes} bo"
	 "dy_count=%{fetch_body_count} body_bytes=%{fetch_body_bytes}",
	 "in=%{input} out=%{output} deleted=%{deleted} expunged=%{expunged} "
	 "trashed=%{trashed} hdr_count=%{fetch_hdr_count} hdr_bytes=%{fetch_"
	 "hdr_bytes} body_count=%{fetch_body_count} body_bytes=%{fetch_body_"
	 "bytes}"},
	{"import_environment",
	 "TZ CORE_OUTOFMEM CORE_ERROR LISTEN_PID LISTEN_FDS NOTIFY_SOCKET",
	 NULL},
	{"libexec_dir",
	 "/usr/lib/dovecot",
	 NULL},
	{"listen",
	 "*, ::",
	 NULL},
	{"log_timestamp",
	 "%b %d %H:%M:%S ", BOTH},
	{"login_greeting",
	 "Dovecot (Debian) ready.",
	 NULL},
	{"login_log_format",
	 "%$: %s",
	 "%{message}: %{elements}"},
	{"login_log_format_elements",
	 "user=<%u> method=%m rip=%r lip=%l mpid=%e %c session=<%{session}>",
	 "user=<%{user}> method=%{mechanism} rip=%{remote_ip} lip=%{local_ip"
	 "} mpid=%{mail_pid} %{secured} session=<%{session}>"},
	{"mail_attachment_fs",
	 "sis posix",
	 NULL},
	{"mail_cache_fields",
	 "flags",
	 NULL},
	{"mail_log_prefix",
	 "%s(%u)<%{pid}><%{session}>: ",
	 "%{service}(%{user})<%{process:pid}><%{session}>: "},
	{"mail_never_cache_fields",
	 "imap.envelope",
	 NULL},
	{"mail_plugin_dir",
	 "/usr/lib/dovecot/modules", BOTH},
	{"mail_temp_dir",
	 "/tmp", BOTH},
	{"managesieve_implementation_string",
	 "Dovecot (Debian) Pigeonhole",
	 "Dovecot Pigeonhole"},
	{"managesieve_logout_format",
	 "bytes=%i/%o",
	 "bytes=%{input}/%{output}"},
	{"managesieve_notify_capability",
	 "mailto",
	 NULL},
	{"managesieve_sieve_capability",
	 "fileinto reject envelope encoded-character vacation subaddress com"
	 "parator-i;ascii-numeric relational regex imap4flags copy include v"
	 "ariables body enotify environment mailbox date index ihave duplica"
	 "te mime foreverypart extracttext",
	 NULL},
	{"mbox_read_locks",
	 "fcntl",
	 NULL},
	{"mbox_write_locks",
	 "fcntl dotlock",
	 NULL},
	{"pop3_logout_format",
	 "top=%t/%p, retr=%r/%b, del=%d/%m, size=%s",
	 "top=%{top_count}/%{top_bytes}, retr=%{retr_count}/%{retr_bytes}, d"
	 "el=%{deleted_count}/%{deleted_bytes}, size=%{message_bytes}"},
	{"pop3_uidl_format",
	 "%08Xu%08Xv",
	 "%{uid | hex(8)}%{uidvalidity | hex(8)}"},
	{"postmaster_address",
	 "postmaster@%{if;%d;ne;;%d;%{hostname}}",
	 "postmaster@%{user|domain|default(hostname)}"},
	{"quota_exceeded_message",
	 NULL,
	 "Quota exceeded (mailbox for user is full)"},
	{"rejection_reason",
	 "Your message to <%t> was automatically rejected:%n%r",
	 "Your message to <%{to}> was automatically rejected:%{literal('\\r\\n"
	 "')}%{reason}"},
	{"rejection_subject",
	 "Rejected: %s",
	 "Rejected: %{subject}"},
	{"replication_dsync_parameters",
	 "-d -N -l 30 -U",
	 NULL},
	{"sendmail_path",
	 "/usr/sbin/sendmail", BOTH},
	{"ssl_cipher_list",
	 "ALL:!kRSA:!SRP:!kDHd:!DSS:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!MD5:!P"
	 "SK:!RC4:!ADH:!LOW@STRENGTH", BOTH},
	{"state_dir",
	 "/var/lib/dovecot",
	 NULL},
	{"submission_logout_format",
	 "in=%i out=%o",
	 "in=%{input} out=%{output}"},
};

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct row *)row)->name);
}

const char *reeve_dovecot_default(const char *name, int is_24)
{
	const struct row *row =
		bsearch(name, rows, sizeof rows / sizeof rows[0], sizeof rows[0], by_name);
	const char *text;

	if (row == NULL)
		return "";
	text = is_24 && row->of_24 != BOTH ? row->of_24 : row->of_23;
	return text == NULL ? "" : text;
}
