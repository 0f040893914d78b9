/* SPDX-License-Identifier: MIT */
/*
 * Dovecot 2.4, as 2.4.1 reads it (config-parser.c). A block is a filter, or a list that is set by pieces.
 * Which name a setting has in full, and in which filter it is kept, depends on which names there are
 * (config_apply_line_full()).
 */
#include "conf/dovecot_eval.h"
#include "conf/dovecot_names.h"

#include <string.h>

/* ---- names --------------------------------------------------------------------------------- */

/* One of these can be put behind a prefix (config_key_can_autoprefix()). `key` may be "list/element". */
static bool can_prefix(struct reeve_eval *eval, const char *key)
{
	const char *slash = strchr(key, '/');
	enum reeve_dovecot_kind kind;

	if (slash != NULL)
		key = reeve_eval_keep(eval, key, (size_t)(slash - key));
	kind = reeve_dovecot_kind(key);
	return kind != REEVE_DOVECOT_UNKNOWN && kind != REEVE_DOVECOT_FILTER;
}

/* "passdb" "sql" -> "passdb_sql_KEY"; without a name "passdb_KEY". */
static const char *prefixed(struct reeve_eval *eval, const char *type, const char *name, const char *key)
{
	struct reeve_buf *buf = &eval->more;

	reeve_buf_clear(buf);
	reeve_buf_add_text(buf, *type == '@' ? type + 1 : type);
	reeve_buf_add_byte(buf, '_');
	for (const char *p = name; *p != '\0'; p++)
		reeve_buf_add_byte(buf, *p == '/' ? '_' : (unsigned char)*p);
	if (*name != '\0')
		reeve_buf_add_byte(buf, '_');
	reeve_buf_add_text(buf, key);
	return reeve_eval_keep(eval, buf->bytes, buf->length);
}

/* A filter that names settings, not protocols and networks. */
static bool is_named(const struct reeve_scope *scope)
{
	static const char *const others[] = {"", "protocol", "local", "local_name", "remote"};

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		if (strcmp(scope->type, others[i]) == 0)
			return false;
	}
	return true;
}

static bool is_list_filter(const struct reeve_scope *scope)
{
	return *scope->type == '@' || reeve_dovecot_kind(scope->type) == REEVE_DOVECOT_FILTER_LIST;
}

/*
 * The full name of a key in the filter *scope, and the filter where it is kept: settings with the prefix
 * of a filter that is no list are kept outside of it.
 */
static const char *full_key(struct reeve_eval *eval, uint32_t *scope, const char *key)
{
	const struct reeve_scope *here = &eval->scopes[*scope];
	const char *full;
	size_t n;

	if (!is_named(here))
		return key;
	if (is_list_filter(here)) {
		full = prefixed(eval, here->type, here->name, key);
		if (can_prefix(eval, full))
			return full;
		full = prefixed(eval, here->type, "", key);
		return can_prefix(eval, full) ? full : key;
	}
	n = strlen(here->type);
	full = strncmp(key, here->type, n) == 0 && key[n] == '_' ?
		key :
		prefixed(eval, here->type, "", key);
	if (!can_prefix(eval, full))
		return key;
	*scope = here->parent;
	return full;
}

/* ---- blocks -------------------------------------------------------------------------------- */

/* The setting that holds the name of a block, where it is not TYPE_name (filter_array_field_name). */
static const char *const name_settings[][2] = {
	{"acl", "acl_id"},
	{"crypt_global_private_key", "crypt_private_key_name"},
	{"crypt_user_key_encryption_key", "crypt_private_key_name"},
	{"dict_map", "dict_map_pattern"},
	{"fifo_listener", "fifo_listener_path"},
	{"fts", "fts_driver"},
	{"metric_group_by", "metric_group_by_field"},
	{"metric_group_by_method", "metric_group_by_method_method"},
	{"mysql", "mysql_host"},
	{"pgsql", "pgsql_host"},
	{"sieve_script", "sieve_script_storage"},
	{"unix_listener", "unix_listener_path"},
};

/* Each '{' of a block with a name sets its name again, whatever it was set to inside. */
static void set_name(struct reeve_eval *eval, uint32_t scope, const char *type)
{
	const char *key = NULL;
	uint32_t n;

	for (size_t i = 0; i < sizeof name_settings / sizeof name_settings[0]; i++) {
		if (strcmp(name_settings[i][0], type) == 0)
			key = name_settings[i][1];
	}
	n = reeve_eval_item(eval, scope, key != NULL ? key : prefixed(eval, type, "", "name"), false);
	if (n != REEVE_NONE && eval->items[n].is_set) {
		eval->rows[eval->items[n].row].is_shadowed = true;
		eval->items[n].is_set = false;
	}
}

static void enter(struct reeve_eval *eval, const char *type, const char *name)
{
	struct reeve_open *top = &eval->open[eval->depth];
	const struct reeve_scope *here = &eval->scopes[top->scope];
	enum reeve_dovecot_kind kind;

	top->list = NULL;
	if (strcmp(type, "group") == 0 && *name == '@') {
		size_t n = strcspn(name, " \t");

		type = reeve_eval_keep(eval, name, n);
		for (name += n; *name == ' ' || *name == '\t'; name++)
			;
	} else if (is_named(here)) {
		const char *full = is_list_filter(here) ?
			prefixed(eval, here->type, here->name, type) :
			prefixed(eval, here->type, "", type);

		if (!can_prefix(eval, full))
			full = prefixed(eval, here->type, "", type);
		if (can_prefix(eval, full))
			type = full;
	}
	if (strcmp(type, "local") == 0 || strcmp(type, "remote") == 0)
		name = reeve_eval_net(eval, name);
	kind = reeve_dovecot_kind(type);
	if (kind == REEVE_DOVECOT_TEXT_LIST || kind == REEVE_DOVECOT_BOOL_LIST) {
		top->kind = REEVE_OPEN_LIST;
		top->list = type;
		return;
	}
	if (strcmp(type, "local_name") == 0) {
		reeve_buf_clear(&eval->more);
		for (; *name != '\0'; name++)
			reeve_buf_add_byte(&eval->more,
			                   (unsigned char)(*name >= 'A' && *name <= 'Z' ?
			                                           *name + ('a' - 'A') :
			                                           *name));
		name = reeve_eval_keep(eval, eval->more.bytes, eval->more.length);
	}
	top->scope = reeve_eval_scope(eval, top->scope, type, name);
	if (kind == REEVE_DOVECOT_FILTER_LIST)
		set_name(eval, top->scope, type);
}

static void leave(struct reeve_eval *eval)
{
	(void)eval;
}

/* ---- lists --------------------------------------------------------------------------------- */

static uint32_t list_item(struct reeve_eval *eval, uint32_t scope, const char *list)
{
	uint32_t n = reeve_eval_item(eval, scope, list, true);

	if (n != REEVE_NONE)
		eval->items[n].kind = REEVE_ITEM_LIST;
	return n;
}

/* key is "list/element". */
static void set_element(struct reeve_eval *eval, uint32_t scope, const char *key, const char *value)
{
	const char *list = reeve_eval_keep(eval, key, strcspn(key, "/"));
	uint32_t whole = list_item(eval, scope, list), n = reeve_eval_item(eval, scope, key, true);

	if (whole == REEVE_NONE || n == REEVE_NONE)
		return;
	if (eval->items[n].list == REEVE_NONE) {
		struct reeve_item *item = &eval->items[whole];

		if (item->first == REEVE_NONE)
			item->first = n;
		else
			eval->items[item->last].next = n;
		item->last = n;
		eval->items[n].list = whole;
	}
	reeve_eval_put(eval, n, REEVE_ITEM_ELEMENT, value, false);
}

/* Out with all elements; what set them is in the shadow. */
static void clear_list(struct reeve_eval *eval, uint32_t whole)
{
	struct reeve_item *item = &eval->items[whole];
	uint32_t row = eval->row_count - 1, next;

	for (uint32_t n = item->first; n != REEVE_NONE; n = next) {
		struct reeve_item *element = &eval->items[n];

		if (element->is_set && element->row != row)
			eval->rows[element->row].is_shadowed = true;
		next = element->next;
		element->is_set = false;
		element->list = element->next = REEVE_NONE;
	}
	item->first = item->last = REEVE_NONE;
}

static void add_word(struct reeve_eval *eval, uint32_t scope, const char *list)
{
	const struct reeve_buf *word = &eval->buf;

	reeve_buf_clear(&eval->more);
	reeve_buf_add_text(&eval->more, list);
	reeve_buf_add_byte(&eval->more, '/');
	reeve_eval_unescape(&eval->more, (const char *)word->bytes, word->length);
	set_element(eval, scope, reeve_eval_keep(eval, eval->more.bytes, eval->more.length), "yes");
}

/* `list = a "b c", d` (settings_parse_boollist_string()) */
static void set_words(struct reeve_eval *eval, uint32_t scope, const char *list, const char *value)
{
	bool is_quoted = false, has_word = false;

	reeve_buf_clear(&eval->buf);
	for (const char *p = value;; p++) {
		if (*p == '\0' || (!is_quoted && (*p == ' ' || *p == ','))) {
			if (has_word)
				add_word(eval, scope, list);
			reeve_buf_clear(&eval->buf);
			has_word = false;
			if (*p == '\0')
				return;
			continue;
		}
		has_word = true;
		if (*p == '"') {
			is_quoted = !is_quoted;
			continue;
		}
		if (*p == '\\' && is_quoted && p[1] != '\0')
			p++;
		reeve_buf_add_byte(&eval->buf, (unsigned char)*p);
	}
}

static void set_list(struct reeve_eval *eval, uint32_t scope, const char *list, const char *value,
                     bool are_words)
{
	uint32_t whole = list_item(eval, scope, list);

	if (whole == REEVE_NONE)
		return;
	clear_list(eval, whole);
	reeve_eval_put(eval, whole, REEVE_ITEM_LIST, value, false);
	if (are_words)
		set_words(eval, scope, list, value);
}

/* ---- settings ------------------------------------------------------------------------------ */

/* `service/imap/inet_listener/imap/port`, `auth_policy/x`: the blocks that a key names itself. */
static const char *follow_path(struct reeve_eval *eval, uint32_t *scope, const char *key)
{
	const char *slash, *next;

	while ((slash = strchr(key, '/')) != NULL) {
		const char *type = reeve_eval_keep(eval, key, (size_t)(slash - key)), *name = "";
		enum reeve_dovecot_kind kind = reeve_dovecot_kind(type);

		next = strchr(slash + 1, '/');
		if (kind == REEVE_DOVECOT_FILTER) {
			next = slash;
		} else if (kind == REEVE_DOVECOT_FILTER_LIST && next != NULL) {
			name = reeve_eval_keep(eval, slash + 1, (size_t)(next - slash - 1));
		} else {
			break;
		}
		*scope = reeve_eval_scope(eval, *scope, type, name);
		key = next + 1;
	}
	return key;
}

static void set_setting(struct reeve_eval *eval, uint32_t n, const char *value, bool uses_itself)
{
	struct reeve_row *row = &eval->rows[eval->row_count - 1];

	/* Of the version the first counts; another one is refused (config_parser_get_version()). */
	if (n != REEVE_NONE && eval->items[n].is_set &&
	    strcmp(eval->items[n].key, "dovecot_config_version") == 0) {
		row->item = n;
		row->is_shadowed = true;
		return;
	}
	reeve_eval_put(eval, n, REEVE_ITEM_SETTING, value, uses_itself);
}

static void set(struct reeve_eval *eval, const char *key, const char *value)
{
	const struct reeve_open *top = &eval->open[eval->depth];
	uint32_t scope = top->scope;
	bool uses_itself = false;

	if (reeve_eval_has_variables(eval))
		value = reeve_eval_expand(eval, key, value, &uses_itself);
	if (top->kind == REEVE_OPEN_LIST) {
		reeve_buf_clear(&eval->more);
		reeve_buf_add_text(&eval->more, top->list);
		reeve_buf_add_byte(&eval->more, '/');
		reeve_buf_add_text(&eval->more, key);
		key = reeve_eval_keep(eval, eval->more.bytes, eval->more.length);
	}
	if (*key != '@') {
		key = follow_path(eval, &scope, key);
		key = full_key(eval, &scope, key);
	}

	enum reeve_dovecot_kind kind =
		reeve_dovecot_kind(reeve_eval_keep(eval, key, strcspn(key, "/")));
	bool is_list = kind == REEVE_DOVECOT_TEXT_LIST || kind == REEVE_DOVECOT_BOOL_LIST;
	if (is_list && strchr(key, '/') != NULL)
		set_element(eval, scope, key, value);
	else if (is_list)
		set_list(eval, scope, key, value, kind == REEVE_DOVECOT_BOOL_LIST);
	else
		set_setting(eval, reeve_eval_item(eval, scope, key, true), value, uses_itself);
}

const struct reeve_eval_rules reeve_eval_24 = {enter, leave, set};
