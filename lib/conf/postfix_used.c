/* SPDX-License-Identifier: MIT */
/*
 * Names of somebody's own that have a meaning: because a value refers to them as $name, because
 * smtpd_restriction_classes lists them, or because a table "mysql:name" reads its settings from them. As
 * postconf finds them (src/postconf/postconf_user.c, postconf_dbms.c).
 */
#include "base/error.h"
#include "conf/postfix.h"

#include <stdlib.h>
#include <string.h>

/* Where a name was seen. */
struct scan {
	struct reeve_conf *conf;
	struct pf_index *index;
	const struct pf_service *service; /* NULL: main.cf */
	const struct pf_setting *setting; /* NULL: a default */
	bool is_silent;                   /* a name that nothing defines is fine */
	uint64_t work;
	pf_undefined *undefined;
	void *user;
};

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct pf_setting *const *)a)->name, (*(struct pf_setting *const *)b)->name);
}

/* All options of all services, by name. */
static bool gather_options(struct pf_index *index)
{
	size_t count = 0;

	for (size_t i = 0; i < index->service_count; i++)
		count += index->services[i].options.count;
	index->options = reeve_arena_alloc(index->arena, (count + 1) * sizeof(struct pf_setting *));
	if (index->options == NULL)
		return false;
	for (size_t i = 0; i < index->service_count; i++) {
		for (size_t j = 0; j < index->services[i].options.count; j++)
			index->options[index->option_count++] = &index->services[i].options.rows[j];
	}
	qsort(index->options, count, sizeof(struct pf_setting *), by_name);
	return true;
}

/* Mark all options of that name. Returns whether there are any. */
static bool mark_options(struct pf_index *index, const char *name)
{
	size_t low = 0, high = index->option_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(index->options[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == index->option_count || strcmp(index->options[low]->name, name) != 0)
		return false;
	/* Marked once, they all are. */
	for (; low < index->option_count && !index->options[low]->is_used &&
	       strcmp(index->options[low]->name, name) == 0;
	     low++)
		index->options[low]->is_used = true;
	return true;
}

static void mark(struct scan *scan, const char *name)
{
	struct pf_setting *setting = NULL;
	bool is_defined = false;
	size_t n = strlen(name);

	if (scan->service != NULL)
		setting = reeve_pf_find(&scan->service->options, name, n);
	if (setting == NULL)
		setting = reeve_pf_find(&scan->index->settings, name, n);
	if (setting != NULL) {
		setting->is_used = true;
		is_defined = true;
	}
	if (scan->service == NULL)
		is_defined |= mark_options(scan->index, name);
	if (!is_defined && !scan->is_silent && scan->undefined != NULL && scan->setting != NULL &&
	    !reeve_pf_is_param(scan->conf, name))
		scan->undefined(scan->user, scan->service, scan->setting, name);
}

static const char *mark_name(void *user, const char *name, size_t n)
{
	struct scan *scan = user;
	struct reeve_buf text;

	reeve_buf_init(&text, n + 1);
	reeve_buf_add(&text, name, n);
	mark(scan, reeve_buf_text(&text));
	reeve_buf_dispose(&text);
	return NULL;
}

static void mark_references(struct scan *scan, const char *value)
{
	struct pf_expand expand = {
		.lookup = mark_name, .user = scan, .is_scan = true, .work = scan->work};

	reeve_pf_expand(&expand, value, strlen(value), NULL);
	scan->work = expand.work;
}

static void mark_classes(struct scan *scan, const char *value)
{
	static const char separators[] = ", \t\r\n";
	struct reeve_buf text;
	char *list, *save = NULL;

	reeve_buf_init(&text, PF_EXPAND_MAX_BYTES);
	reeve_pf_eval_set(scan->index, scan->service, value, &scan->work, &text);
	list = strdup(reeve_buf_text(&text));
	reeve_buf_dispose(&text);
	if (list == NULL)
		return;
	for (char *name = strtok_r(list, separators, &save); name != NULL;
	     name = strtok_r(NULL, separators, &save))
		mark(scan, name);
	free(list);
}

/* ---- tables that read their settings from main.cf ------------------------------------------ */

#define SQL "domain", "select_field", "table", "where_field", "additional_conditions", "user", \
	"password", "dbname", "result_format", "query", "hosts", "expansion_limit", \
	"retry_interval", "idle_interval"

static const struct {
	const char *type;
	const char *suffixes[40];
} tables[] = {
	{"ldap",
	 {"domain", "server_host", "server_port", "version", "scope", "search_base", "timeout",
	  "query_filter", "result_format", "result_filter", "terminal_result_attribute",
	  "leaf_result_attribute", "result_attribute", "special_result_attribute", "bind",
	  "bind_dn", "bind_pw", "cache", "cache_expiry", "cache_size", "recursion_limit",
	  "expansion_limit", "size_limit", "dereference", "chase_referrals", "sasl_mechs",
	  "sasl_realm", "sasl_authz_id", "sasl_minssf", "start_tls", "tls_require_cert",
	  "tls_ca_cert_file", "tls_ca_cert_dir", "tls_cert", "tls_key", "tls_random_file",
	  "tls_cipher_suite", "debuglevel"}},
	{"mysql",
	 {SQL, "charset", "option_file", "option_group", "tls_key_file", "tls_cert_file",
	  "tls_CAfile", "tls_CApath", "tls_ciphers", "tls_verify_cert", "require_result_set"}},
	{"pgsql", {SQL, "encoding", "select_function"}},
	{"sqlite",
	 {"domain", "select_field", "table", "where_field", "additional_conditions", "dbpath",
	  "query", "result_format", "expansion_limit"}},
	{"memcache",
	 {"domain", "memcache", "backup", "flags", "ttl", "key_format", "line_size_limit",
	  "data_size_limit", "max_try", "retry_pause", "timeout"}},
	{"mongodb",
	 {"domain", "uri", "dbname", "collection", "query_filter", "projection",
	  "result_attribute", "result_format", "expansion_limit"}},
};

static void mark_table(struct scan *scan, const char *type, const char *prefix)
{
	struct reeve_buf name;

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		if (strcmp(tables[i].type, type) != 0)
			continue;
		reeve_buf_init(&name, PF_EXPAND_MAX_BYTES);
		for (size_t j = 0; tables[i].suffixes[j] != NULL; j++) {
			reeve_buf_clear(&name);
			reeve_buf_add_text(&name, prefix);
			reeve_buf_add_text(&name, "_");
			reeve_buf_add_text(&name, tables[i].suffixes[j]);
			mark(scan, reeve_buf_text(&name));
		}
		reeve_buf_dispose(&name);
	}
}

/* The next word of a list, with { } around what belongs together; cut out of *at. NULL at the end. */
static char *next_word(char **at)
{
	char *start = *at + strspn(*at, ", \t\r\n"), *p;
	size_t level = 0;

	if (*start == '\0')
		return NULL;
	for (p = start; *p != '\0'; p++) {
		if (*p == '{')
			level++;
		else if (*p == '}' && level > 0)
			level--;
		else if (level == 0 && strchr(", \t\r\n", *p) != NULL)
			break;
	}
	*at = *p != '\0' ? p + 1 : p;
	*p = '\0';
	return start;
}

/* What is inside the braces that text begins with, cut out. */
static char *inside(char *text)
{
	size_t level = 0;

	for (char *p = text; *p != '\0'; p++) {
		if (*p == '{') {
			level++;
		} else if (*p == '}' && --level == 0) {
			*p = '\0';
			break;
		}
	}
	return text + 1;
}

static void mark_tables_in(struct scan *scan, char *list, unsigned int depth)
{
	char *word, *prefix;

	while (depth < 50 && (word = next_word(&list)) != NULL) {
		/* 3.8 and newer: a comment behind a value, which ends the list. */
		if (*word == '#' && reeve_pf_version(scan->conf) != PF_37)
			return;
		if (*word == '{') {
			mark_tables_in(scan, inside(word), depth + 1);
			continue;
		}
		while ((prefix = strchr(word, ':')) != NULL) {
			*prefix++ = '\0';
			if (strcmp(word, "proxy") != 0 && strcmp(word, "debug") != 0)
				break;
			word = prefix;
		}
		if (prefix == NULL)
			continue;
		if (*prefix == '{')
			mark_tables_in(scan, inside(prefix), depth + 1);
		else if (*prefix != '/' && *prefix != '.')
			mark_table(scan, word, prefix);
	}
}

static void mark_tables(struct scan *scan, const char *value)
{
	struct reeve_buf text;
	char *list;

	/* Most values have none; and what cannot be expanded has none that we know of. */
	if (strchr(value, ':') == NULL && strchr(value, '$') == NULL)
		return;
	reeve_buf_init(&text, PF_EXPAND_MAX_BYTES);
	if (reeve_pf_eval(scan->conf, scan->service, value, &scan->work, &text, NULL) == 0 &&
	    (list = strdup(reeve_buf_text(&text))) != NULL) {
		scan->is_silent = true;
		mark_tables_in(scan, list, 0);
		scan->is_silent = false;
		free(list);
	}
	reeve_buf_dispose(&text);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static void scan_setting(struct scan *scan, const struct pf_setting *setting)
{
	const struct pf_param *param = reeve_pf_param(setting->name, strlen(setting->name));

	scan->setting = setting;
	if (strcmp(setting->name, "smtpd_restriction_classes") == 0)
		mark_classes(scan, setting->value);
	if (param != NULL &&
	    (strcmp(param->type, "raw") == 0 || strcmp(param->type, "readonly") == 0))
		return;
	mark_references(scan, setting->value);
	if (reeve_pf_is_param(scan->conf, setting->name))
		mark_tables(scan, setting->value);
}

int reeve_pf_mark_used(struct reeve_conf *conf, pf_undefined *undefined, void *user,
                       struct reeve_error *err)
{
	struct pf_index *index = reeve_pf_index(conf, err);
	struct scan scan = {.conf = conf,
	                    .index = index,
	                    .work = reeve_pf_work(conf->own),
	                    .undefined = undefined,
	                    .user = user};

	if (index == NULL)
		return -1;
	if (index->is_marked && undefined == NULL)
		return 0;
	if (index->options == NULL && !gather_options(index))
		return reeve_fail_nomem(err);
	for (size_t i = 0; i < index->service_count; i++) {
		scan.service = &index->services[i];
		for (size_t j = 0; j < scan.service->options.count; j++)
			scan_setting(&scan, &scan.service->options.rows[j]);
	}
	scan.service = NULL;
	scan.setting = NULL;
	for (size_t i = 0; i < reeve_pf_param_count; i++) {
		const struct pf_param *param = &reeve_pf_params[i];
		const char *text = reeve_pf_default(param, reeve_pf_version(conf));

		if (text != NULL && strchr(text, '$') != NULL && strcmp(param->type, "raw") != 0 &&
		    reeve_pf_find(&index->settings, param->name, strlen(param->name)) == NULL)
			mark_references(&scan, text);
	}
	for (size_t i = 0; i < index->settings.count; i++) {
		if (!index->settings.rows[i].is_shadowed)
			scan_setting(&scan, &index->settings.rows[i]);
	}
	index->is_marked = true;
	return 0;
}

bool reeve_pf_is_param(struct reeve_conf *conf, const char *name)
{
	const struct postfix *own = conf->own;
	const struct pf_param *param = reeve_pf_param(name, strlen(name));

	if (param != NULL && reeve_pf_default(param, reeve_pf_version(conf)) != NULL)
		return true;
	return reeve_pf_service_param(own->index, name, strlen(name)) != NULL;
}

bool reeve_pf_is_used(struct reeve_conf *conf, const struct pf_setting *setting)
{
	const struct pf_param *param = reeve_pf_param(setting->name, strlen(setting->name));

	if (param != NULL && strcmp(param->type, "readonly") == 0)
		return false;
	return setting->is_used || reeve_pf_is_param(conf, setting->name);
}

bool reeve_pf_is_used_option(struct reeve_conf *conf, const struct pf_setting *option)
{
	const struct postfix *own = conf->own;
	const struct pf_setting *setting;

	if (option->is_used || reeve_pf_is_param(conf, option->name))
		return true;
	setting = reeve_pf_find(&own->index->settings, option->name, strlen(option->name));
	return setting != NULL && setting->is_used;
}

/* ---- names that are only referred to --------------------------------------------------------- */

struct referred {
	const char *name;
	size_t n;
	bool is_found;
};

static void compare_undefined(void *user, const struct pf_service *service,
                              const struct pf_setting *setting, const char *name)
{
	struct referred *referred = user;

	(void)service, (void)setting;
	if (strlen(name) == referred->n && memcmp(name, referred->name, referred->n) == 0)
		referred->is_found = true;
}

bool reeve_pf_is_referred(struct reeve_conf *conf, const char *name, size_t n)
{
	struct referred referred = {.name = name, .n = n};

	return reeve_pf_mark_used(conf, compare_undefined, &referred, NULL) == 0 &&
	       referred.is_found;
}
