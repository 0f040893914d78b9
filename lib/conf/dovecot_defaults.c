/* SPDX-License-Identifier: MIT */
/*
 * What settings are that hold text, where nothing sets them: of Debian's 2.3.19 and 2.4.1, each asked
 * by `x = $x more`.
 * Only a setting that mentions itself (`auth_mechanisms = $auth_mechanisms login`) is asked for it.
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
	{"acl_user", NULL, "%{master_user}"},
	{"auth_anonymous_username", "anonymous", BOTH},
	{"auth_mechanisms", "plain", NULL},
	{"auth_policy_hash_mech", "sha256", BOTH},
	{"auth_policy_request_attributes",
	 "login=%{requested_username} pwhash=%{hashed_password} remote=%{rip"
	 "} device_id=%{client_id} protocol=%s session_id=%{session}",
	 NULL},
	{"auth_socket_path", "auth-userdb", BOTH},
	{"auth_username_chars",
	 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_"
	 "@",
	 BOTH},
	{"auth_username_format", "%Lu", "%{user | lower}"},
	{"auth_verbose_passwords", "no", BOTH},
	{"auth_winbind_helper_path", "/usr/bin/ntlm_auth", BOTH},
	{"base_dir", "/run/dovecot", BOTH},
	{"crypt_write_algorithm", NULL, "aes-256-gcm-sha256"},
	{"default_internal_group", "dovecot", BOTH},
	{"default_internal_user", "dovecot", BOTH},
	{"default_login_user", "dovenull", BOTH},
	{"deliver_log_format", "msgid=%m: %$", "msgid=%{msgid}: %{message}"},
	{"dict_proxy_socket_path", NULL, "dict"},
	{"director_username_hash", "%Lu", NULL},
	{"dns_client_socket_path", NULL, "dns-client"},
	{"doveadm_socket_path", "doveadm-server", BOTH},
	{"doveadm_username", "doveadm", BOTH},
	{"dsync_alt_char", "_", BOTH},
	{"dsync_hashed_headers", "Date Message-ID", BOTH},
	{"dsync_remote_cmd",
	 "ssh -l%{login} %{host} doveadm dsync-server -u%u -U",
	 "ssh -l%{login} %{host} doveadm dsync-server -u%{user} -U"},
	{"http_client_dns_client_socket_path", NULL, "dns-client"},
	{"imap_id_send", "name *", NULL},
	{"imap_logout_format",
	 "in=%i out=%o deleted=%{deleted} expunged=%{expunged} trashed=%{tra"
	 "shed} hdr_count=%{fetch_hdr_count} hdr_bytes=%{fetch_hdr_bytes} bo"
	 "dy_count=%{fetch_body_count} body_bytes=%{fetch_body_bytes}",
	 "in=%{input} out=%{output} deleted=%{deleted} expunged=%{expunged} "
	 "trashed=%{trashed} hdr_count=%{fetch_hdr_count} hdr_bytes=%{fetch_"
	 "hdr_bytes} body_count=%{fetch_body_count} body_bytes=%{fetch_body_"
	 "bytes}"},
	{"imap_urlauth_logout_format", "in=%i out=%o", "in=%{input} out=%{output}"},
	{"import_environment",
	 "TZ CORE_OUTOFMEM CORE_ERROR LISTEN_PID LISTEN_FDS NOTIFY_SOCKET",
	 NULL},
	{"instance_name", "dovecot", BOTH},
	{"language_filter_normalizer_icu_id",
	 NULL,
	 "Any-Lower; NFKD; [: Nonspacing Mark :] Remove; NFC; [\\x20] Remove"},
	{"language_filter_stopwords_dir", NULL, "/usr/share/dovecot/stopwords"},
	{"language_tokenizer_generic_algorithm", NULL, "simple"},
	{"last_login_key", NULL, "last-login/%{user}"},
	{"libexec_dir", "/usr/lib/dovecot", BOTH},
	{"listen", "*, ::", NULL},
	{"log_path", "syslog", BOTH},
	{"log_timestamp", "%b %d %H:%M:%S ", BOTH},
	{"login_greeting", "Dovecot (Debian) ready.", "Dovecot ready."},
	{"login_log_format", "%$: %s", "%{message}: %{elements}"},
	{"login_log_format_elements",
	 "user=<%u> method=%m rip=%r lip=%l mpid=%e %c session=<%{session}>",
	 "user=<%{user}> method=%{mechanism} rip=%{remote_ip} lip=%{local_ip"
	 "} mpid=%{mail_pid} %{secured} session=<%{session}>"},
	{"login_plugin_dir", "/usr/lib/dovecot/modules/login", BOTH},
	{"login_proxy_notify_path", "proxy-notify", BOTH},
	{"mail_attachment_fs", "sis posix", NULL},
	{"mail_attachment_hash", "%{sha1}", NULL},
	{"mail_cache_fields", "flags", NULL},
	{"mail_ext_attachment_hash", NULL, "%{sha1}"},
	{"mail_log_prefix",
	 "%s(%u)<%{pid}><%{session}>: ",
	 "%{service}(%{user})<%{process:pid}><%{session}>: "},
	{"mail_never_cache_fields", "imap.envelope", NULL},
	{"mail_plugin_dir", "/usr/lib/dovecot/modules", BOTH},
	{"mail_temp_dir", "/tmp", BOTH},
	{"mailbox_list_index_prefix", NULL, "dovecot.list.index"},
	{"mailbox_list_layout", NULL, "fs"},
	{"mailbox_list_lost_mailbox_prefix", NULL, "recovered-lost-folder-"},
	{"mailbox_name", NULL, "INBOX"},
	{"mailbox_subscriptions_filename", NULL, "subscriptions"},
	{"managesieve_implementation_string",
	 "Dovecot (Debian) Pigeonhole",
	 "Dovecot Pigeonhole"},
	{"managesieve_logout_format", "bytes=%i/%o", "bytes=%{input}/%{output}"},
	{"mbox_read_locks", "fcntl", NULL},
	{"mbox_write_locks", "fcntl dotlock", NULL},
	{"mysql_option_group", NULL, "client"},
	{"notify_status_value", NULL, "{\"messages\":%{messages},\"unseen\":%{unseen}}"},
	{"oauth2_username_attribute", NULL, "email"},
	{"oauth2_username_validation_format", NULL, "%{user}"},
	{"passdb_default_password_scheme", NULL, "PLAIN"},
	{"pop3_logout_format",
	 "top=%t/%p, retr=%r/%b, del=%d/%m, size=%s",
	 "top=%{top_count}/%{top_bytes}, retr=%{retr_count}/%{retr_bytes}, d"
	 "el=%{deleted_count}/%{deleted_bytes}, size=%{message_bytes}"},
	{"pop3_uidl_format", "%08Xu%08Xv", "%{uid | hex(8)}%{uidvalidity | hex(8)}"},
	{"pop3c_user", "%u", NULL},
	{"postmaster_address",
	 "postmaster@%{if;%d;ne;;%d;%{hostname}}",
	 "postmaster@%{user|domain|default(hostname)}"},
	{"quota_driver", NULL, "count"},
	{"quota_exceeded_message", NULL, "Quota exceeded (mailbox for user is full)"},
	{"quota_status_nouser", NULL, "REJECT Unknown user"},
	{"quota_status_overquota", NULL, "554 5.2.2 %{error}"},
	{"quota_status_success", NULL, "OK"},
	{"recipient_delimiter", "+", BOTH},
	{"redis_host", NULL, "127.0.0.1"},
	{"rejection_reason",
	 "Your message to <%t> was automatically rejected:%n%r",
	 "Your message to <%{to}> was automatically rejected:%{literal('\\r\\n"
	 "')}%{reason}"},
	{"rejection_subject", "Rejected: %s", "Rejected: %{subject}"},
	{"replication_dsync_parameters", "-d -N -l 30 -U", NULL},
	{"replicator_host", "replicator", NULL},
	{"sendmail_path", "/usr/sbin/sendmail", BOTH},
	{"service_name", NULL, "dovecot"},
	{"sieve_plugin_dir", NULL, "/usr/lib/dovecot/modules/sieve"},
	{"sieve_script_driver", NULL, "file"},
	{"sieve_script_type", NULL, "personal"},
	{"ssl_cert_username_field", "commonName", NULL},
	{"ssl_cipher_list",
	 "ALL:!kRSA:!SRP:!kDHd:!DSS:!aNULL:!eNULL:!EXPORT:!DES:!3DES:!MD5:!P"
	 "SK:!RC4:!ADH:!LOW@STRENGTH",
	 BOTH},
	{"ssl_min_protocol", "TLSv1.2", BOTH},
	{"ssl_server_cert_username_field", NULL, "commonName"},
	{"state_dir", "/var/lib/dovecot", BOTH},
	{"stats_writer_socket_path", "stats-writer", BOTH},
	{"submission_logout_format", "in=%i out=%o", "in=%{input} out=%{output}"},
	{"syslog_facility", "mail", BOTH},
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
