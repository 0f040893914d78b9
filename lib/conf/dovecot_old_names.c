/* SPDX-License-Identifier: MIT */
/*
 * The names of Dovecot's settings before 2.4: what 1.1, 1.2, 2.0 to 2.3 and Pigeonhole define in their sources
 * (the arrays of struct setting_define or setting_def), and what the upgrade documents say of 1.0; by
 * the block they stand in, sorted by bytes. `plugin` and `dict` take any name.
 */
#include "conf/dovecot_names.h"

#include <stdlib.h>
#include <string.h>

static const char *const outside[] = {
	"auth_anonymous_username", "auth_cache_negative_ttl", "auth_cache_size",
	"auth_cache_ttl", "auth_cache_verify_password_with_worker", "auth_chroot",
	"auth_count", "auth_debug", "auth_debug_passwords", "auth_default_realm",
	"auth_executable", "auth_failure_delay", "auth_first_valid_uid",
	"auth_gssapi_hostname", "auth_krb5_keytab", "auth_last_valid_uid",
	"auth_master_user_separator", "auth_mechanisms", "auth_ntlm_use_winbind",
	"auth_passdb", "auth_policy_check_after_auth", "auth_policy_check_before_auth",
	"auth_policy_hash_mech", "auth_policy_hash_nonce", "auth_policy_hash_truncate",
	"auth_policy_log_only", "auth_policy_reject_on_fail",
	"auth_policy_report_after_auth", "auth_policy_request_attributes",
	"auth_policy_server_api_header", "auth_policy_server_timeout_msecs",
	"auth_policy_server_url", "auth_process_size", "auth_proxy_self", "auth_realms",
	"auth_socket_path", "auth_ssl_require_client_cert",
	"auth_ssl_username_from_cert", "auth_stats", "auth_use_winbind", "auth_user",
	"auth_userdb", "auth_userinfo", "auth_username_chars", "auth_username_format",
	"auth_username_translation", "auth_verbose", "auth_verbose_passwords",
	"auth_winbind_helper_path", "auth_worker_max_count",
	"auth_worker_max_request_count", "base_dir", "config_cache_size",
	"dbox_rotate_days", "dbox_rotate_min_size", "dbox_rotate_size",
	"debug_log_path", "default_auth_realm", "default_client_limit",
	"default_idle_kill", "default_internal_group", "default_internal_user",
	"default_login_user", "default_mail_env", "default_process_limit",
	"default_vsz_limit", "deliver_log_format", "dict", "dict_db_config",
	"dict_process_count", "director_consistent_hashing", "director_doveadm_port",
	"director_flush_socket", "director_mail_servers", "director_max_parallel_kicks",
	"director_max_parallel_moves", "director_output_buffer_size",
	"director_ping_idle_timeout", "director_ping_max_timeout", "director_servers",
	"director_user_expire", "director_user_kick_delay", "director_username_hash",
	"disable_plaintext_auth", "dotlock_use_excl", "doveadm_allowed_commands",
	"doveadm_api_key", "doveadm_http_rawlog_dir", "doveadm_password",
	"doveadm_port", "doveadm_proxy_port", "doveadm_socket_path", "doveadm_ssl",
	"doveadm_username", "doveadm_worker_count", "dsync_alt_char",
	"dsync_commit_msgs_interval", "dsync_features", "dsync_hashed_headers",
	"dsync_remote_cmd", "event_exporter", "first_valid_gid", "first_valid_uid",
	"fsync_disable", "global_script_path", "haproxy_timeout",
	"haproxy_trusted_networks", "hostname", "imap_capability",
	"imap_client_workarounds", "imap_fetch_failure", "imap_hibernate_timeout",
	"imap_id_log", "imap_id_retain", "imap_id_send", "imap_idle_notify_interval",
	"imap_literal_minus", "imap_logout_format", "imap_max_line_length",
	"imap_metadata", "imap_modules", "imap_urlauth_host",
	"imap_urlauth_logout_format", "imap_urlauth_port", "imap_urlauth_stream_user",
	"imap_urlauth_submit_user", "imap_use_modules", "imapc_cmd_timeout",
	"imapc_connection_retry_count", "imapc_connection_retry_interval",
	"imapc_features", "imapc_host", "imapc_list_prefix", "imapc_master_user",
	"imapc_max_idle_time", "imapc_max_line_length", "imapc_password", "imapc_port",
	"imapc_rawlog_dir", "imapc_sasl_mechanisms", "imapc_ssl", "imapc_ssl_ca_dir",
	"imapc_ssl_verify", "imapc_user", "import_environment", "info_log_path",
	"instance_name", "last_valid_gid", "last_valid_uid", "lda_mailbox_autocreate",
	"lda_mailbox_autosubscribe", "lda_original_recipient_header", "libexec_dir",
	"listen", "lmtp_add_received_header", "lmtp_address_translate",
	"lmtp_client_workarounds", "lmtp_hdr_delivery_address", "lmtp_proxy",
	"lmtp_proxy_rawlog_dir", "lmtp_rawlog_dir", "lmtp_rcpt_check_quota",
	"lmtp_save_to_detail_mailbox", "lmtp_user_concurrency_limit",
	"lmtp_verbose_replies", "lock_method", "log_core_filter", "log_debug",
	"log_path", "log_timestamp", "login_access_sockets", "login_chroot",
	"login_dir", "login_executable", "login_greeting", "login_greeting_capability",
	"login_log_format", "login_log_format_elements", "login_max_connections",
	"login_max_logging_users", "login_max_processes_count", "login_plugin_dir",
	"login_plugins", "login_process_per_connection", "login_process_size",
	"login_processes_count", "login_proxy_max_disconnect_delay",
	"login_proxy_max_reconnects", "login_proxy_notify_path",
	"login_proxy_rawlog_dir", "login_proxy_timeout", "login_source_ips",
	"login_trusted_networks", "login_user", "mail", "mail_access_groups",
	"mail_always_cache_fields", "mail_attachment_detection_options",
	"mail_attachment_dir", "mail_attachment_fs", "mail_attachment_hash",
	"mail_attachment_min_size", "mail_attribute_dict",
	"mail_cache_compress_continued_percentage",
	"mail_cache_compress_delete_percentage",
	"mail_cache_compress_header_continue_count", "mail_cache_compress_min_size",
	"mail_cache_fields", "mail_cache_max_size", "mail_cache_min_mail_count",
	"mail_cache_purge_continued_percentage", "mail_cache_purge_delete_percentage",
	"mail_cache_purge_header_continue_count", "mail_cache_purge_min_size",
	"mail_cache_record_max_size", "mail_cache_unaccessed_field_drop", "mail_chroot",
	"mail_debug", "mail_drop_priv_before_exec", "mail_executable",
	"mail_extra_groups", "mail_fsync", "mail_full_filesystem_access", "mail_gid",
	"mail_home", "mail_index_log2_max_age", "mail_index_log_rotate_max_size",
	"mail_index_log_rotate_min_age", "mail_index_log_rotate_min_size",
	"mail_index_rewrite_max_log_bytes", "mail_index_rewrite_min_log_bytes",
	"mail_location", "mail_log_max_lines_per_sec", "mail_log_prefix",
	"mail_max_keyword_length", "mail_max_lock_timeout",
	"mail_max_userip_connections", "mail_modules", "mail_never_cache_fields",
	"mail_nfs_index", "mail_nfs_storage", "mail_plugin_dir", "mail_plugins",
	"mail_prefetch_count", "mail_privileged_group", "mail_process_size",
	"mail_read_mmaped", "mail_save_crlf", "mail_server_admin",
	"mail_server_comment", "mail_shared_explicit_inbox", "mail_sort_max_read_count",
	"mail_temp_dir", "mail_temp_scan_interval", "mail_uid", "mail_use_modules",
	"mail_vsize_bg_after_count", "mailbox_idle_check_interval",
	"mailbox_list_index", "mailbox_list_index_disable",
	"mailbox_list_index_include_inbox", "mailbox_list_index_very_dirty_syncs",
	"maildir_broken_filename_sizes", "maildir_copy_preserve_filename",
	"maildir_copy_with_hardlinks", "maildir_empty_new", "maildir_stat_dirs",
	"maildir_very_dirty_syncs", "managesieve_client_workarounds",
	"managesieve_implementation_string", "managesieve_logout_format",
	"managesieve_max_compile_errors", "managesieve_max_line_length",
	"managesieve_notify_capability", "managesieve_sieve_capability",
	"master_user_separator", "max_mail_processes", "mbox_dirty_syncs",
	"mbox_dotlock_change_timeout", "mbox_lazy_writes", "mbox_lock_timeout",
	"mbox_md5", "mbox_min_index_size", "mbox_read_locks", "mbox_very_dirty_syncs",
	"mbox_write_locks", "mdbox_preallocate_space", "mdbox_purge_preserve_alt",
	"mdbox_rotate_interval", "mdbox_rotate_size", "metric", "mmap_disable",
	"mmap_no_write", "namespace", "nfs_check", "old_stats_carbon_interval",
	"old_stats_carbon_name", "old_stats_carbon_server",
	"old_stats_command_min_time", "old_stats_domain_min_time",
	"old_stats_ip_min_time", "old_stats_memory_limit", "old_stats_session_min_time",
	"old_stats_user_min_time", "plugin", "pop3_client_workarounds",
	"pop3_delete_type", "pop3_deleted_flag", "pop3_enable_last",
	"pop3_fast_size_lookups", "pop3_lock_session", "pop3_logout_format",
	"pop3_modules", "pop3_no_flag_updates", "pop3_reuse_xuidl", "pop3_save_uidl",
	"pop3_uidl_duplicates", "pop3_uidl_format", "pop3_use_modules",
	"pop3c_features", "pop3c_host", "pop3c_master_user", "pop3c_password",
	"pop3c_port", "pop3c_quick_received_date", "pop3c_rawlog_dir", "pop3c_ssl",
	"pop3c_ssl_ca_dir", "pop3c_ssl_verify", "pop3c_user", "postmaster_address",
	"process_shutdown_filter", "protocols", "quota_full_tempfail", "rawlog_dir",
	"recipient_delimiter", "rejection_reason", "rejection_subject",
	"replication_dsync_parameters", "replication_full_sync_interval",
	"replication_max_conns", "replicator_host", "replicator_port", "sendmail_path",
	"service", "shutdown_clients", "sieve", "sieve_dir", "sieve_global_path",
	"sieve_storage", "ssl", "ssl_alt_cert", "ssl_alt_key", "ssl_ca", "ssl_ca_file",
	"ssl_cert", "ssl_cert_file", "ssl_cert_username_field", "ssl_cipher_list",
	"ssl_cipher_suites", "ssl_client_ca_dir", "ssl_client_ca_file",
	"ssl_client_cert", "ssl_client_key", "ssl_client_require_valid_cert",
	"ssl_crypto_device", "ssl_curve_list", "ssl_dh", "ssl_dh_parameters_length",
	"ssl_disable", "ssl_key", "ssl_key_file", "ssl_key_password", "ssl_listen",
	"ssl_min_protocol", "ssl_options", "ssl_parameters_regenerate",
	"ssl_prefer_server_ciphers", "ssl_protocols", "ssl_require_crl",
	"ssl_verify_client_cert", "state_dir", "stats_carbon_interval",
	"stats_carbon_name", "stats_carbon_server", "stats_command_min_time",
	"stats_domain_min_time", "stats_http_rawlog_dir", "stats_ip_min_time",
	"stats_memory_limit", "stats_session_min_time", "stats_user_min_time",
	"stats_writer_socket_path", "submission_backend_capabilities",
	"submission_client_workarounds", "submission_host", "submission_logout_format",
	"submission_max_mail_size", "submission_max_recipients",
	"submission_relay_command_timeout", "submission_relay_connect_timeout",
	"submission_relay_host", "submission_relay_master_user",
	"submission_relay_max_idle_time", "submission_relay_password",
	"submission_relay_port", "submission_relay_rawlog_dir", "submission_relay_ssl",
	"submission_relay_ssl_verify", "submission_relay_trusted",
	"submission_relay_user", "submission_ssl", "submission_timeout",
	"syslog_facility", "umask", "valid_chroot_dirs", "verbose_auth",
	"verbose_proctitle", "verbose_ssl", "version_ignore",
};

static const char *const service[] = {
	"chroot", "client_limit", "drop_priv_before_exec", "executable", "extra_groups",
	"fifo_listener", "group", "idle_kill", "inet_listener", "name",
	"privileged_group", "process_limit", "process_min_avail", "protocol",
	"service_count", "type", "unix_listener", "user", "vsz_limit",
};

static const char *const listener[] = {
	"address", "group", "haproxy", "mode", "name", "path", "port", "reuse_port",
	"ssl", "user",
};

static const char *const passdb[] = {
	"args", "auth_verbose", "default_fields", "deny", "driver", "master",
	"mechanisms", "name", "override_fields", "pass", "result_failure",
	"result_internalfail", "result_success", "skip", "username_filter",
};

static const char *const userdb[] = {
	"args", "auth_verbose", "default_fields", "driver", "name", "override_fields",
	"result_failure", "result_internalfail", "result_success", "skip",
};

static const char *const namespace_[] = {
	"alias_for", "disabled", "hidden", "ignore_on_failure", "inbox", "list",
	"location", "mail", "mail_location", "mailbox", "name", "order", "prefix",
	"separator", "subscriptions", "type",
};

static const char *const mailbox[] = {
	"auto", "autoexpunge", "autoexpunge_max_mails", "comment", "driver", "name",
	"special_use",
};

static const char *const auth[] = {
	"anonymous_username", "auth_ntlm_use_winbind", "auth_worker_max_request_count",
	"cache_negative_ttl", "cache_size", "cache_ttl",
	"cache_verify_password_with_worker", "chroot", "count", "debug",
	"debug_passwords", "default_realm", "executable", "failure_delay",
	"first_valid_uid", "gssapi_hostname", "krb5_keytab", "last_valid_uid",
	"master_user_separator", "mechanisms", "ntlm_use_winbind", "passdb",
	"policy_check_after_auth", "policy_check_before_auth", "policy_hash_mech",
	"policy_hash_nonce", "policy_hash_truncate", "policy_log_only",
	"policy_reject_on_fail", "policy_report_after_auth",
	"policy_request_attributes", "policy_server_api_header",
	"policy_server_timeout_msecs", "policy_server_url", "process_size",
	"proxy_self", "realms", "ssl_require_client_cert", "ssl_username_from_cert",
	"stats", "use_winbind", "user", "userdb", "username_chars", "username_format",
	"username_translation", "verbose", "verbose_passwords", "winbind_helper_path",
	"worker_max_count", "worker_max_request_count",
};

static const char *const socket_[] = {
	"group", "mode", "path", "user",
};

static const char *const metric[] = {
	"categories", "description", "event_name", "exporter", "exporter_include",
	"fields", "filter", "group_by", "metric_name", "name", "source_location",
};

static const char *const exporter[] = {
	"format", "format_args", "name", "transport", "transport_args",
	"transport_timeout",
};

static const struct {
	const char *type; /* of the block */
	const char *const *names;
	size_t count;
} blocks[] = {
	{"", outside, sizeof outside / sizeof *outside},
	{"protocol", outside, sizeof outside / sizeof *outside},
	{"local", outside, sizeof outside / sizeof *outside},
	{"local_name", outside, sizeof outside / sizeof *outside},
	{"remote", outside, sizeof outside / sizeof *outside},
	{"server", outside, sizeof outside / sizeof *outside},
	{"service", service, sizeof service / sizeof *service},
	{"unix_listener", listener, sizeof listener / sizeof *listener},
	{"fifo_listener", listener, sizeof listener / sizeof *listener},
	{"inet_listener", listener, sizeof listener / sizeof *listener},
	{"passdb", passdb, sizeof passdb / sizeof *passdb},
	{"userdb", userdb, sizeof userdb / sizeof *userdb},
	{"namespace", namespace_, sizeof namespace_ / sizeof *namespace_},
	{"mailbox", mailbox, sizeof mailbox / sizeof *mailbox},
	{"auth", auth, sizeof auth / sizeof *auth},
	{"client", socket_, sizeof socket_ / sizeof *socket_},
	{"master", socket_, sizeof socket_ / sizeof *socket_},
	{"metric", metric, sizeof metric / sizeof *metric},
	{"event_exporter", exporter, sizeof exporter / sizeof *exporter},
};

static int compare(const void *key, const void *name)
{
	return strcmp(key, *(const char *const *)name);
}

const char *const *reeve_dovecot_names_in(const char *block, size_t *count_r)
{
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		if (strcmp(blocks[i].type, block) == 0) {
			*count_r = blocks[i].count;
			return blocks[i].names;
		}
	}
	*count_r = 0;
	return NULL;
}

bool reeve_dovecot_was_in(const char *block, const char *name)
{
	size_t count;
	const char *const *names = reeve_dovecot_names_in(block, &count);

	return names != NULL && bsearch(name, names, count, sizeof *names, compare) != NULL;
}

const char *reeve_dovecot_was_where(const char *name)
{
	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++) {
		if (reeve_dovecot_was_in(blocks[i].type, name))
			return blocks[i].type;
	}
	return NULL;
}
