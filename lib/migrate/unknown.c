/* SPDX-License-Identifier: MIT */
/* Names that the version aimed at does not know where they stand: after the last hop, a person is
 * told. */
#include "conf/dovecot_names.h"
#include "conf/similar.h"
#include "migrate/hop.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- what 2.3 knows ------------------------------------------------------------------------ */

/*
 * Names of older versions that 2.3 refuses outside of blocks ("Unknown setting", doveconf 2.3.19.1;
 * none is in the sources of 2.3.0 to 2.3.21 either). What it takes with a warning is not here.
 */
static const char *const gone[] = {"auth_first_valid_uid",
                                   "auth_last_valid_uid",
                                   "auth_ntlm_use_winbind",
                                   "auth_passdb",
                                   "auth_userdb",
                                   "auth_userinfo",
                                   "auth_worker_max_request_count",
                                   "default_auth_realm",
                                   "default_mail_env",
                                   "dict_process_count",
                                   "director_doveadm_port",
                                   "global_script_path",
                                   "imap_modules",
                                   "imap_use_modules",
                                   "imapc_ssl_ca_dir",
                                   "lmtp_address_translate",
                                   "login_greeting_capability",
                                   "login_max_logging_users",
                                   "mail_extra_groups",
                                   "mail_modules",
                                   "mail_read_mmaped",
                                   "mail_use_modules",
                                   "mailbox_list_index_disable",
                                   "mdbox_purge_preserve_alt",
                                   "mmap_no_write",
                                   "nfs_check",
                                   "pop3_modules",
                                   "pop3_use_modules",
                                   "pop3c_ssl_ca_dir",
                                   "sieve_dir",
                                   "sieve_global_path",
                                   "stats_carbon_interval",
                                   "stats_carbon_name",
                                   "stats_carbon_server",
                                   "stats_command_min_time",
                                   "stats_domain_min_time",
                                   "stats_ip_min_time",
                                   "stats_memory_limit",
                                   "stats_session_min_time",
                                   "stats_user_min_time",
                                   "umask",
                                   "verbose_auth"};

static int compare(const void *name, const void *row)
{
	return strcmp(name, *(const char *const *)row);
}

static bool is_gone(const char *name)
{
	return bsearch(name, gone, sizeof gone / sizeof *gone, sizeof *gone, compare) != NULL;
}

/* Blocks of 2.3, and the block that each stands in ("": none). */
static const char *const blocks[][2] = {
	{"service", ""},
	{"unix_listener", "service"},
	{"inet_listener", "service"},
	{"fifo_listener", "service"},
	{"passdb", ""},
	{"userdb", ""},
	{"namespace", ""},
	{"mailbox", "namespace"},
	{"plugin", ""},
	{"dict", ""},
	{"metric", ""},
	{"event_exporter", ""},
};

static bool is_block(const char *type, const char *in)
{
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (strcmp(blocks[i][0], type) == 0 && strcmp(blocks[i][1], in) == 0)
			return true;
	return false;
}

/* The tables have the names of all listeners in one. */
static bool is_of_listener(const char *block, const char *name)
{
	static const char *const of_files[] = {"group", "mode", "path", "user"};
	bool is_file = false;

	for (size_t i = 0; i < sizeof of_files / sizeof *of_files; i++)
		is_file |= strcmp(of_files[i], name) == 0;
	return is_file == (strcmp(block, "inet_listener") != 0);
}

static bool is_setting(int version, const char *block, const char *name)
{
	size_t n = strlen(block);

	if (!reeve_dovecot_was_in(block, name))
		return false;
	if (version < MIGRATE_2_3)
		return true;
	if (n > 9 && strcmp(block + n - 9, "_listener") == 0)
		return is_of_listener(block, name);
	return *block != '\0' || !is_gone(name);
}

bool reeve_migrate_is_known(int version, const char *name)
{
	return is_setting(version, "", name) && !is_block(name, "");
}

/* ---- what may be meant --------------------------------------------------------------------- */

/* "imap_client_workarounds, pop3_client_workarounds": names that end in "_name"; in a protocol that
 * of the protocol, if there is one. */
static const char *with_prefix(struct migrate_hop *hop, int version, const char *protocol,
                               const char *name)
{
	const char *found = reeve_migrate_text(hop, "%s_%s", protocol, name);
	const char *const *names;
	size_t count, n = strlen(name), many = 0;

	if (is_setting(version, "", found))
		return found;
	found = "";
	names = reeve_dovecot_names_in("", &count);
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);

		if (length <= n || names[i][length - n - 1] != '_' ||
		    strcmp(names[i] + length - n, name) != 0 || !is_setting(version, "", names[i]))
			continue;
		found = reeve_migrate_text(hop, "%s%s%s", found, *found == '\0' ? "" : ", ",
		                           names[i]);
		many++;
	}
	return many > 5 ? "" : found;
}

static const char *nearest(int version, const char *block, const char *name)
{
	const char *const *names;
	struct reeve_similar similar;
	size_t count;

	reeve_similar_begin(&similar, name, strlen(name));
	names = reeve_dovecot_names_in(block, &count);
	for (size_t i = 0; i < count; i++)
		if (is_setting(version, block, names[i]))
			reeve_similar_try(&similar, names[i]);
	return similar.best;
}

/* A block of 2.3 that takes the setting; NULL. */
static const char *elsewhere(int version, const char *name)
{
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (is_setting(version, blocks[i][0], name))
			return blocks[i][0];
	return NULL;
}

/* How names of plugins begin, those of Dovecot itself and of Pigeonhole. */
static bool is_of_plugin(const char *name)
{
	static const char *const begins[] = {
		"acl",       "autocreate", "autosubscribe", "antispam",      "expire",
		"fts",       "imapsieve",  "last_login",    "lazy_expunge",  "mail_crypt",
		"mail_log",  "mail_lua",   "mail_replica",  "mailbox_alias", "push_notification",
		"quota",     "sieve",      "trash",         "virtual",       "welcome",
		"zlib_save",
	};

	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
		size_t n = strlen(begins[i]);

		if (strncmp(begins[i], name, n) == 0 && (name[n] == '\0' || name[n] == '_'))
			return true;
	}
	return false;
}

/* What to do about a name inside a block ("": outside of all) for a protocol (""). */
static const char *advice(struct migrate_hop *hop, int version, const char *block,
                          const char *protocol, const char *name)
{
	const char *other;

	if (*block != '\0' && is_setting(version, "", name))
		return "it is a setting outside of this block: move it there";
	if ((other = elsewhere(version, name)) != NULL)
		return reeve_migrate_text(hop, "it is a setting inside %s { }: move it there",
		                          other);
	if (*block == '\0' && *(other = with_prefix(hop, version, protocol, name)) != '\0')
		return reeve_migrate_text(hop, "is %s meant?", other);
	if (*block == '\0' && is_of_plugin(name))
		return "settings of plugins stand in plugin { }: move it there";
	if ((other = nearest(version, block, name)) != NULL)
		return reeve_migrate_text(hop, "is %s meant?", other);
	if (reeve_dovecot_was_where(name) != NULL)
		return "it is of an older version: take it out";
	if (reeve_dovecot_kind(name) != REEVE_DOVECOT_UNKNOWN)
		return "it is of version 2.4: take it out";
	return "take it out, or see what was meant";
}

static const char *advice_block(struct migrate_hop *hop, int version, const char *block,
                                const char *type)
{
	struct reeve_similar similar;

	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		if (strcmp(blocks[i][0], type) == 0)
			return *blocks[i][1] == '\0'
			               ? "it stands outside of other blocks: move it there"
			               : reeve_migrate_text(hop,
			                                    "it stands in %s { }: move it there",
			                                    blocks[i][1]);
	if (is_setting(version, block, type))
		return "it is a setting: write it with '='";
	reeve_similar_begin(&similar, type, strlen(type));
	for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
		reeve_similar_try(&similar, blocks[i][0]);
	if (similar.best != NULL)
		return reeve_migrate_text(hop, "is %s meant?", similar.best);
	return "take it out, or see what was meant";
}

/* ---- all ----------------------------------------------------------------------------------- */

/* Words of a template, and paths such as plugin/quota, are not for us to judge. */
static bool is_name(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!isalnum((unsigned char)*text) && *text != '_' && *text != '-')
			return false;
	return true;
}

/* The block that a site stands in, beside filters; NULL: one whose names are free, or not known. */
static const char *block_of(const struct migrate_block *around, size_t depth)
{
	const char *block = "";

	while (depth > 0 && reeve_migrate_is_filter(around->type))
		around++, depth--;
	for (size_t i = 0; i < depth; i++) {
		if (!is_block(around[i].type, block))
			return NULL;
		block = around[i].type;
	}
	return strcmp(block, "plugin") == 0 || strcmp(block, "dict") == 0 ? NULL : block;
}

static const char *protocol_of(const struct migrate_block *around, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		if (strcmp(around[i].type, "protocol") == 0)
			return around[i].name;
	return "";
}

/* Whether a person decides about the line of a site anyway. */
static bool is_decided(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct migrate_page *page = reeve_migrate_page(hop, site);
	uint64_t line =
		page->origins[reeve_migrate_line_of(page, reeve_migrate_node(hop, site)->name)];

	for (size_t i = 0; i < hop->migrate->change_count; i++) {
		const struct reeve_migrate_change *change = &hop->migrate->changes[i];

		if (change->file == page->doc->path && change->line == line &&
		    change->kind == REEVE_MIGRATE_DECIDE)
			return true;
	}
	return false;
}

/* The rule that stands for all of these, by the version aimed at. */
#define ROW(hop)                                                                                   \
	{                                                                                          \
		.row = {hop,                                                                       \
		        "any",                                                                     \
		        "any",                                                                     \
		        "*",                                                                       \
		        "",                                                                        \
		        "manual",                                                                  \
		        "",                                                                        \
		        "",                                                                        \
		        "a name that Dovecot does not know where it stands",                       \
		        "the settings in the sources of all versions"},                            \
		.action = MIGRATE_MANUAL                                                           \
	}
static const struct migrate_rule rules[MIGRATE_VERSIONS] = {
	[MIGRATE_2_0] = ROW("1.2-2.0"),
	[MIGRATE_2_1] = ROW("2.0-2.1"),
	[MIGRATE_2_2] = ROW("2.1-2.2"),
	[MIGRATE_2_3] = ROW("2.2-2.3"),
};
#undef ROW

static void look_at(struct migrate_hop *hop, struct migrate_site *site, int version)
{
	struct migrate_block around[MIGRATE_MAX_DEPTH];
	size_t depth = reeve_migrate_around(hop, site, around);
	const char *name = site->thing.type, *block, *text;
	bool is_thing = site->thing.name != NULL;

	if (depth == MIGRATE_MAX_DEPTH || !is_name(name) ||
	    (block = block_of(around, depth)) == NULL || !reeve_migrate_is_on_lines(hop, site) ||
	    is_block(name, block) || /* `passdb = x` is one, to Dovecot */
	    (is_thing ? reeve_migrate_is_filter(name) : is_setting(version, block, name)))
		return;
	if (is_decided(hop, site))
		return;
	text = reeve_migrate_text(
		hop, "Dovecot %s does not know %s%s here: %s", reeve_migrate_versions[version],
		name, is_thing ? " { }" : "",
		is_thing ? advice_block(hop, version, block, name)
			 : advice(hop, version, block, protocol_of(around, depth), name));
	/* One comment is enough, also where it is of a run in which it still was something else. */
	if (reeve_migrate_said(hop, site, "") != NULL)
		reeve_migrate_tell(hop, site, REEVE_MIGRATE_DECIDE, &rules[version], "", text);
	else
		reeve_migrate_decide(hop, site, &rules[version], text);
}

bool reeve_migrate_unknown(struct migrate_hop *hop)
{
	for (uint32_t i = 0; i < hop->count; i++)
		look_at(hop, &hop->sites[i], hop->migrate->target);
	return false;
}
