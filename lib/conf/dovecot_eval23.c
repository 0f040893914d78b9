/* SPDX-License-Identifier: MIT */
/*
 * Dovecot 1.x to 2.3, as 2.3.19 reads them: config-parser.c, settings-parser.c, and old-set-parser.c for
 * the blocks of 1.x. What 2.3 gives another name to (login_user, ssl_cert_file) stays under its own:
 * that is for a migration.
 */
#include "conf/dovecot_eval.h"

#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words != NULL && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

/* ---- filters ------------------------------------------------------------------------------- */

static const char *const filter_types[] = {"local", "local_name", "remote", "protocol", NULL};

/* However they are nested, filters come first, in one order: one of each kind, the innermost. */
static uint32_t filter_scope(struct reeve_eval *eval, const struct reeve_open *open)
{
	uint32_t scope = 0;

	for (size_t i = 0; filter_types[i] != NULL; i++) {
		if (open->filters[i] != NULL)
			scope = reeve_eval_scope(eval, scope, filter_types[i], open->filters[i]);
	}
	return scope;
}

/* The sections from `from` (a filter) down to `scope`, below `to`. */
static uint32_t same_sections(struct reeve_eval *eval, uint32_t from, uint32_t scope, uint32_t to)
{
	uint32_t sections[REEVE_EVAL_DEPTH];
	size_t n = 0;

	for (; scope != from && n < REEVE_EVAL_DEPTH; scope = eval->scopes[scope].parent)
		sections[n++] = scope;
	while (n-- > 0)
		to = reeve_eval_scope(eval, to, eval->scopes[sections[n]].type,
		                      eval->scopes[sections[n]].name);
	return to;
}

static const char *in_lower_case(struct reeve_eval *eval, const char *text)
{
	reeve_buf_clear(&eval->more);
	for (; *text != '\0'; text++)
		reeve_buf_add_byte(&eval->more, (unsigned char)(*text >= 'A' && *text <= 'Z' ?
		                                                        *text + ('a' - 'A') :
		                                                        *text));
	return reeve_eval_keep(eval, eval->more.bytes, eval->more.length);
}

static bool enter_filter(struct reeve_eval *eval, const char *type, const char *name)
{
	struct reeve_open *top = &eval->open[eval->depth];
	uint32_t before = top->filter;
	size_t i = 0;

	while (filter_types[i] != NULL && strcmp(filter_types[i], type) != 0)
		i++;
	if (filter_types[i] == NULL)
		return false;
	if (strcmp(type, "local") == 0 || strcmp(type, "remote") == 0)
		name = reeve_eval_net(eval, name);
	else if (strcmp(type, "local_name") == 0)
		name = in_lower_case(eval, name);
	top->filters[i] = name;
	top->filter = filter_scope(eval, top);
	top->scope = same_sections(eval, before, top->scope, top->filter);
	return true;
}

/* ---- sections ------------------------------------------------------------------------------ */

static const char *const list_types[] = {"plugin", "dict", NULL}; /* SET_STRLIST */

/* A scope that no other block shares. */
static uint32_t own_scope(struct reeve_eval *eval, uint32_t parent, const char *type)
{
	char name[16] = "\1", *p = name + 1;

	for (uint32_t place = eval->places->at; place > 0; place /= 10)
		*p++ = (char)('0' + place % 10);
	*p = '\0';
	return reeve_eval_scope(eval, parent, type, name);
}

static uint32_t section_scope(struct reeve_eval *eval, uint32_t parent, const char *type,
                              const char *name)
{
	if (is_one_of(type, list_types))
		return reeve_eval_scope(eval, parent, type, "");
	if (*name == '\0')
		return own_scope(eval, parent, type);
	/* settings_parser_init_list(): "use case-insensitive comparisons" */
	return reeve_eval_scope(eval, parent, type, in_lower_case(eval, name));
}

/* Inside `auth x { }`; false: the block is an ordinary one. */
static bool enter_auth(struct reeve_eval *eval, const char *type, const char *name)
{
	struct reeve_open *top = &eval->open[eval->depth];

	eval->auth_depth++;
	if (eval->auth_depth == 2 && (strcmp(type, "passdb") == 0 || strcmp(type, "userdb") == 0)) {
		top->scope = own_scope(eval, top->scope, type);
		return true;
	}
	if (eval->auth_depth == 2 && strcmp(type, "socket") == 0 && strcmp(name, "listen") == 0) {
		eval->socket_depth = 1;
		top->kind = REEVE_OPEN_VIRTUAL;
		return true;
	}
	if (eval->socket_depth == 0)
		return false;
	eval->socket_depth++;
	if (eval->socket_depth == 2 && (strcmp(type, "master") == 0 || strcmp(type, "client") == 0)) {
		top->scope = own_scope(eval, top->scope, type);
		top->kind = REEVE_OPEN_VIRTUAL;
		return true;
	}
	return false;
}

static void enter(struct reeve_eval *eval, const char *type, const char *name)
{
	struct reeve_open *top = &eval->open[eval->depth];
	bool is_outside = top->scope == top->filter;

	if (eval->auth_depth > 0) {
		if (enter_auth(eval, type, name))
			return;
	} else if (is_outside && strcmp(type, "auth") == 0) {
		eval->auth_depth = 1;
		top->kind = REEVE_OPEN_VIRTUAL;
		return;
	} else if (is_outside && strcmp(type, "protocol") == 0 && strcmp(name, "managesieve") == 0) {
		name = "sieve";
	} else if (is_outside && strcmp(type, "service") == 0 && strcmp(name, "dns_client") == 0) {
		name = "dns-client";
	}
	if (!enter_filter(eval, type, name))
		top->scope = section_scope(eval, top->scope, type, name);
}

static void leave(struct reeve_eval *eval)
{
	if (eval->auth_depth == 0)
		return;
	eval->auth_depth--;
	if (eval->socket_depth > 0)
		eval->socket_depth--;
}

/* ---- settings ------------------------------------------------------------------------------ */

/*
 * A key with slashes names its blocks: `plugin/quota`, `service/auth/user` (config_apply_line()). Returns
 * what is left of it.
 */
static const char *follow_path(struct reeve_eval *eval, const char *key, uint32_t *scope)
{
	const char *slash, *next;

	while ((slash = strchr(key, '/')) != NULL) {
		const char *type = reeve_eval_keep(eval, key, (size_t)(slash - key));

		next = strchr(slash + 1, '/');
		if (is_one_of(type, list_types)) {
			*scope = section_scope(eval, *scope, type, "");
			return next == NULL ? slash + 1 : next + 1;
		}
		if (next == NULL)
			break;

		reeve_buf_clear(&eval->buf);
		reeve_eval_unescape(&eval->buf, slash + 1, (size_t)(next - slash - 1));
		const char *name = reeve_eval_keep(eval, eval->buf.bytes, eval->buf.length);
		*scope = section_scope(eval, *scope, type, name);
		key = next + 1;
	}
	return key;
}

/* One name for what has several (SET_ALIAS). */
static const char *without_alias(const struct reeve_eval *eval, uint32_t scope, const char *key)
{
	if (strcmp(key, "doveadm_proxy_port") == 0)
		return "doveadm_port";
	if (strcmp(key, "mail") != 0 && strcmp(key, "mail_location") != 0)
		return key;
	return strcmp(eval->scopes[scope].type, "namespace") == 0 ? "location" : "mail_location";
}

static void set(struct reeve_eval *eval, const char *key, const char *value)
{
	const struct reeve_open *top = &eval->open[eval->depth];
	uint32_t scope = top->scope;
	bool has_variables = reeve_eval_has_variables(eval), uses_itself = false;

	if (has_variables)
		value = reeve_eval_expand(eval, key, value, &uses_itself);
	/* old_settings_handle() sees plain values only. */
	if (eval->auth_depth == 1 && !has_variables && *value != '<' && scope == top->filter &&
	    strncmp(key, "auth_", 5) != 0) {
		reeve_buf_clear(&eval->more);
		reeve_buf_add_text(&eval->more, "auth_");
		reeve_buf_add_text(&eval->more, key);
		key = reeve_eval_keep(eval, eval->more.bytes, eval->more.length);
	}
	key = follow_path(eval, key, &scope);
	if (!is_one_of(eval->scopes[scope].type, list_types))
		key = without_alias(eval, scope, key);
	reeve_eval_put(eval, reeve_eval_item(eval, scope, key, true), REEVE_ITEM_SETTING, value,
	               uses_itself);
}

const struct reeve_eval_rules reeve_eval_23 = {enter, leave, set};
