/* SPDX-License-Identifier: MIT */
/*
 * Which of Dovecot's settings are yes or no, numbers, sizes or intervals: those that have the same type in
 * 2.3.21 and in 2.4, or are in one of them only (the arrays of struct setting_define in the sources).
 */
#include "conf/dovecot_names.h"

#include <stdlib.h>
#include <string.h>

static const char *const booleans[] = {
	"acl_defaults_from_inbox", "acl_dict_index", "acl_globals_only", "acl_ignore",
	"all_mailboxes", "allow_anyone", "allow_weak_schemes", "auth_allow_cleartext",
	"auth_cache_verify_password_with_worker", "auth_debug", "auth_debug_passwords",
	"auth_policy_check_after_auth", "auth_policy_check_before_auth",
	"auth_policy_log_only", "auth_policy_reject_on_fail",
	"auth_policy_report_after_auth", "auth_ssl_require_client_cert",
	"auth_ssl_username_from_cert", "auth_stats", "auth_use_winbind",
	"auto_redirect", "auto_retry", "autoindex", "cache_verify_password_with_worker",
	"check_recipient", "crypt_acl_require_secure_key_sharing",
	"crypt_user_key_require_encrypted", "debug", "debug_passwords", "debug_queries",
	"deny", "disable_plaintext_auth", "disabled", "dotlock_use_excl",
	"drop_priv_before_exec", "enabled", "expunge_discarded", "failure_show_msg",
	"fields_import_all", "forbid_add", "forbid_delete", "force_introspection",
	"fs_compress_read_plain_fallback", "fs_crypt_read_plain_fallback",
	"fs_posix_accurate_mtime", "fs_posix_autodelete_empty_directories",
	"fs_posix_fsync", "haproxy", "hidden", "ignore_extra_uidls",
	"ignore_missing_uidls", "ignore_on_failure", "imap4rev2_enable",
	"imap_compress_on_proxy", "imap_id_retain", "imap_literal_minus",
	"imap_metadata", "imapc_ssl_verify", "inbox", "language_default",
	"latency_aware_routing", "lazy_expunge_only_last_instance",
	"lda_mailbox_autocreate", "lda_mailbox_autosubscribe",
	"lmtp_add_received_header", "lmtp_proxy", "lmtp_rcpt_check_quota",
	"lmtp_save_to_detail_mailbox", "lmtp_verbose_replies", "log_retries",
	"mail_alt_check", "mail_debug", "mail_full_filesystem_access",
	"mail_log_cached_only", "mail_nfs_index", "mail_nfs_storage", "mail_save_crlf",
	"mail_shared_explicit_inbox", "mail_utf8_extensions",
	"mailbox_directory_name_legacy", "mailbox_list_drop_noselect",
	"mailbox_list_index", "mailbox_list_index_include_inbox",
	"mailbox_list_index_very_dirty_syncs", "mailbox_list_iter_from_index_dir",
	"mailbox_list_normalize_names_to_nfc", "mailbox_list_utf8",
	"mailbox_list_validate_fs_names", "mailbox_notify_status",
	"maildir_broken_filename_sizes", "maildir_copy_with_hardlinks",
	"maildir_empty_new", "maildir_stat_dirs", "maildir_very_dirty_syncs", "master",
	"mbox_dirty_syncs", "mbox_lazy_writes", "mbox_very_dirty_syncs",
	"mdbox_preallocate_space", "mmap_disable", "pass", "passdb_ldap_bind",
	"policy_check_after_auth", "policy_check_before_auth", "policy_log_only",
	"policy_reject_on_fail", "policy_report_after_auth", "pop3_enable_last",
	"pop3_fast_size_lookups", "pop3_lock_session", "pop3_no_flag_updates",
	"pop3_reuse_xuidl", "pop3_save_uidl", "pop3c_quick_received_date",
	"pop3c_ssl_verify", "proxy_ssl_tunnel", "quota_enforce",
	"quota_fs_message_limit", "quota_full_tempfail", "quota_hidden", "quota_ignore",
	"quota_ignore_unlimited", "quota_over_status_lazy_check", "readonly",
	"reuse_port", "search", "search_read_fallback", "send_auth_headers",
	"send_from_recipient", "session", "setcred", "shutdown_clients",
	"skip_size_check", "skip_uidl_cache", "soft_commit",
	"ssl_client_require_valid_cert", "ssl_prefer_server_ciphers",
	"ssl_require_client_cert", "ssl_require_crl", "ssl_server_require_crl",
	"ssl_username_from_cert", "ssl_verify_client_cert", "starttls",
	"submission_add_received_header", "submission_relay_ssl_verify",
	"submission_relay_trusted", "subscriptions", "substring_search",
	"to_header_ignore_envelope", "tokenizer_generic_explicit_prefix",
	"tokenizer_generic_wb5a", "trace_addresses", "trace_debug", "unset",
	"use_cache", "use_original_recipient", "use_winbind", "use_worker",
	"use_worker_with_mech", "user_from_metadata", "userdb_static_allow_all_users",
	"verbose", "verbose_proctitle", "verbose_ssl", "version_ignore", "welcome_wait",
};

static const char *const sizes[] = {
	"auth_cache_size", "cache_size", "config_cache_size", "default_vsz_limit",
	"director_output_buffer_size", "imap_max_line_length", "imapc_max_line_length",
	"mail_attachment_min_size", "mail_cache_max_size", "mail_cache_purge_min_size",
	"mail_cache_record_max_size", "mail_ext_attachment_min_size",
	"mail_index_log_rotate_max_size", "mail_index_log_rotate_min_size",
	"mail_index_rewrite_max_log_bytes", "mail_index_rewrite_min_log_bytes",
	"managesieve_max_line_length", "max_header_size", "max_script_size",
	"max_value_size", "mbox_min_index_size", "mdbox_rotate_size", "memory_limit",
	"message_max_size", "quota_mail_size", "quota_storage_extra",
	"quota_storage_grace", "quota_storage_size", "request_hdr_max_field_size",
	"request_hdr_max_size", "request_max_payload_size", "request_max_target_length",
	"response_hdr_max_field_size", "response_hdr_max_size",
	"socket_recv_buffer_size", "socket_send_buffer_size",
	"submission_max_mail_size", "vsz_limit",
};

static const char *const intervals[] = {
	"acl_cache_ttl", "auth_cache_negative_ttl", "auth_cache_ttl",
	"auth_failure_delay", "autoexpunge", "cache_negative_ttl", "carbon_interval",
	"command_min_time", "default_idle_kill", "default_idle_kill_interval",
	"default_period", "director_ping_idle_timeout", "director_ping_max_timeout",
	"director_user_expire", "director_user_kick_delay", "domain_min_time",
	"exec_timeout", "failure_delay", "haproxy_timeout", "idle_kill",
	"idle_kill_interval", "imap_hibernate_timeout", "imap_idle_notify_interval",
	"imapc_cmd_timeout", "imapc_max_idle_time", "ip_min_time",
	"login_proxy_max_disconnect_delay", "mail_cache_unaccessed_field_drop",
	"mail_index_log2_max_age", "mail_index_log_rotate_min_age",
	"mail_max_lock_timeout", "mail_temp_scan_interval",
	"mailbox_idle_check_interval", "max_auto_retry_delay", "max_cpu_time",
	"max_period", "mbox_dotlock_change_timeout", "mbox_lock_timeout",
	"mdbox_rotate_interval", "min_period", "read_timeout", "redis_expire",
	"replication_full_sync_interval", "resource_usage_timeout", "search_timeout",
	"session_min_time", "submission_relay_max_idle_time", "submission_timeout",
	"token_expire_grace", "user_min_time", "write_timeout",
};

static const char *const intervals_ms[] = {
	"connect_backoff_max_time", "connect_backoff_time", "delete_request_timeout",
	"dict_proxy_idle_timeout", "dict_proxy_slow_warn", "dns_ttl",
	"event_exporter_unix_connect_timeout", "imapc_connection_retry_interval",
	"imapc_connection_timeout_interval", "internal_failure_delay",
	"login_proxy_timeout", "max_client_idle_time", "max_idle_time",
	"read_request_timeout", "redis_request_timeout", "request_absolute_timeout",
	"request_timeout", "rotate_time", "soft_connect_timeout",
	"submission_relay_command_timeout", "submission_relay_connect_timeout",
	"timeout", "transport_timeout", "write_request_timeout",
};

static const char *const numbers[] = {
	"auth_policy_hash_truncate", "auth_policy_server_timeout_msecs",
	"auth_worker_max_count", "autoexpunge_max_mails", "autoindex_max_recent_msgs",
	"batch_size", "client_flags", "client_limit", "commit_limit",
	"compress_bz2_block_size_100k", "compress_deflate_level", "compress_gz_level",
	"compress_zstd_level", "connection_limit", "debug_level",
	"default_client_limit", "default_process_limit", "delete_request_max_attempts",
	"director_max_parallel_kicks", "director_max_parallel_moves",
	"doveadm_worker_count", "dsync_commit_msgs_interval", "execution_retry_times",
	"exponential_base", "exponential_max_magnitude", "exponential_min_magnitude",
	"first_valid_gid", "first_valid_uid", "imapc_connection_retry_count",
	"io_thread_count", "last_valid_gid", "last_valid_uid",
	"lmtp_user_concurrency_limit", "login_proxy_max_reconnects",
	"mail_cache_max_header_name_length", "mail_cache_max_headers_count",
	"mail_cache_min_mail_count", "mail_cache_purge_continued_percentage",
	"mail_cache_purge_delete_percentage", "mail_cache_purge_header_continue_count",
	"mail_max_keyword_length", "mail_max_userip_connections", "mail_prefetch_count",
	"mail_sort_max_read_count", "mail_vsize_bg_after_count",
	"managesieve_max_compile_errors", "max_actions", "max_connect_attempts",
	"max_includes", "max_nesting_depth", "max_parallel_connections",
	"max_pipelined_requests", "max_redirects", "max_requests", "max_scope_count",
	"min_term_size", "optimize_limit", "order", "page_size", "policy_hash_truncate",
	"process_limit", "process_min_avail", "protocol_version", "quota_mailbox_count",
	"quota_mailbox_message_count", "quota_message_count",
	"quota_message_percentage", "quota_script_count", "quota_storage_percentage",
	"read_request_max_attempts", "redirect_duplicate_period", "redis_db_id",
	"replication_max_conns", "request_hdr_max_fields", "request_max_attempts",
	"request_max_redirects", "response_hdr_max_fields", "restart_request_count",
	"rotate_count", "script_precedence", "service_count",
	"submission_max_recipients", "tokenizer_address_token_maxlen",
	"tokenizer_generic_token_maxlen", "trash_priority", "version",
	"virtual_max_open_mailboxes", "write_request_max_attempts",
};

static const struct {
	const char *const *names;
	size_t count;
	enum reeve_dovecot_type type;
} types[] = {
	{booleans, sizeof booleans / sizeof *booleans, REEVE_DOVECOT_BOOLEAN},
	{numbers, sizeof numbers / sizeof *numbers, REEVE_DOVECOT_NUMBER},
	{sizes, sizeof sizes / sizeof *sizes, REEVE_DOVECOT_SIZE},
	{intervals, sizeof intervals / sizeof *intervals, REEVE_DOVECOT_INTERVAL},
	{intervals_ms, sizeof intervals_ms / sizeof *intervals_ms, REEVE_DOVECOT_INTERVAL},
};

static int compare(const void *key, const void *name)
{
	return strcmp(key, *(const char *const *)name);
}

enum reeve_dovecot_type reeve_dovecot_type(const char *name)
{
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (bsearch(name, types[i].names, types[i].count, sizeof(char *), compare) != NULL)
			return types[i].type;
	}
	return REEVE_DOVECOT_UNTYPED;
}
