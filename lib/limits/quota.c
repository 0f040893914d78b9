/* SPDX-License-Identifier: MIT */
/*
 * Dovecot's settings as mail meets them that comes by LMTP, to dovecot-lda(1), or by another protocol:
 * what is set outside of blocks, for the protocol, or in a group that one of these names (2.4).
 */
#include "conf/dovecot_space.h"
#include "limits/limits.h"

#include <string.h>

/* ---- scopes ---------------------------------------------------------------------------------- */

/* The later, the nearer. */
enum scope { NOWHERE, TOP_GROUP, TOP, PROTOCOL_GROUP, PROTOCOL };

/* What stands in `protocol NAME { }`; NULL if it does not. */
static const char *in_protocol(const char *path, const char *protocol)
{
	size_t n = strlen(protocol);

	return strncmp(path, "protocol ", 9) == 0 && strncmp(path + 9, protocol, n) == 0 &&
	                       path[9 + n] == '/'
	               ? path + 9 + n + 1
	               : NULL;
}

/* Where a group is taken in, "quotas small" of `group @quotas small { }`: `@quotas = small`. */
static enum scope scope_of_group(const struct reeve_conf_list *list, const char *label, size_t n,
                                 const char *protocol)
{
	enum scope scope = NOWHERE;

	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
		const char *inside = in_protocol(row->path, protocol),
			   *name = inside != NULL ? inside : row->path;
		enum scope here = inside != NULL ? PROTOCOL_GROUP : TOP_GROUP;
		size_t length = strlen(name);

		if (name[0] == '@' && length + strlen(row->value) == n &&
		    label[length - 1] == ' ' && strncmp(name + 1, label, length - 1) == 0 &&
		    strncmp(row->value, label + length, n - length) == 0 && here > scope)
			scope = here;
	}
	return scope;
}

/* What stands in the namespace of INBOX is of mail that comes; else `path` as it is. */
static const char *in_inbox(const struct reeve_conf_list *list, const char *path)
{
	size_t n = strcspn(path, "/");

	if (strncmp(path, "namespace ", 10) != 0 || path[n] == '\0')
		return path;
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		if (strncmp(row->path, path, n) == 0 && strcmp(row->path + n, "/inbox") == 0 &&
		    reeve_space_is_yes(row->value))
			return path + n + 1;
	}
	return path;
}

/* How near to the protocol a PATH sets something, and what: "plugin/quota_rule". */
static enum scope scope_of(const struct reeve_conf_list *list, const char *path,
                           const char *protocol, const char **rest_r)
{
	static const char group[] = "group \"@";
	const char *inside = in_protocol(path, protocol), *end;

	*rest_r = in_inbox(list, inside != NULL ? inside : path);
	if (inside != NULL || strncmp(path, group, sizeof group - 1) != 0)
		return inside != NULL ? PROTOCOL : TOP;
	path += sizeof group - 1;
	end = strstr(path, "\"/");
	if (end == NULL)
		return NOWHERE;
	*rest_r = end + 2;
	return scope_of_group(list, path, (size_t)(end - path), protocol);
}

/*
 * "quota_rule" is also quota_rule2 and on; of another root than the first, "quota2", what is the
 * quota's begins with that: quota2_rule.
 */
static bool is_name(const char *text, const char *name, const char *root)
{
	bool is_rule = strcmp(name, "quota_rule") == 0;
	size_t n = root == NULL ? 0 : strlen(root);

	if (n > 0 && strncmp(name, "quota_", 6) == 0 && strncmp(text, root, n) == 0) {
		text += n;
		name += 5;
	}
	n = strlen(name);
	if (strncmp(text, name, n) != 0)
		return false;
	if (is_rule)
		n += strspn(text + n, "0123456789");
	return text[n] == '\0';
}

/* Whether a PATH behind "quota " is of the root's block (2.4). */
static bool is_in_root(const char *path, const char *root)
{
	size_t n = root == NULL ? 0 : strlen(root);

	return root == NULL || (strncmp(path, root, n) == 0 && path[n] == '/');
}

int reeve_limits_nearness(const struct reeve_limits *limits, const char *path, const char *name,
                          const char *root)
{
	const struct reeve_conf_list *list = limits->of_dovecot;
	const char *rest, *last;
	int scope;

	if (strcmp(name, "submission_max_mail_size") == 0)
		return is_name(path, name, NULL) ? 1
		       : is_name(path + strcspn(path, "/"), "/submission_max_mail_size", NULL) &&
		                       in_protocol(path, "submission") != NULL
		               ? 2
		               : 0;
	scope = (int)scope_of(list, path, limits->protocol, &rest);
	if (scope == NOWHERE)
		return 0;
	if (is_name(rest, name, NULL))
		return 2 * scope;
	if (strncmp(rest, "plugin/", 7) == 0 && is_name(rest + 7, name, root))
		return 2 * scope + 1;
	/* In 2.4 what is the quota's may stand in its block, under a short name. */
	last = strrchr(rest, '/');
	if (strncmp(rest, "quota ", 6) == 0 && is_in_root(rest + 6, root) &&
	    strncmp(name, "quota_", 6) == 0 && last != NULL &&
	    (is_name(last + 1, name, NULL) || is_name(last + 1, name + 6, NULL)))
		return 2 * PROTOCOL + 1 + scope;
	return 0;
}

/* ---- lists ----------------------------------------------------------------------------------- */

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (;;) {
		text += strspn(text, " \t,");
		size_t n = strcspn(text, " \t,");

		if (n == 0)
			return false;
		if (n == length && memcmp(text, word, n) == 0)
			return true;
		text += n;
	}
}

bool reeve_limits_dovecot_has(struct reeve_limits *limits, const char *protocol,
                              const char *setting, const char *word)
{
	const struct reeve_conf_list *list = limits->of_dovecot;
	size_t n = strlen(setting), count = list == NULL ? 0 : reeve_conf_list_count(list);
	bool has = false;

	/* A list as a whole replaces what was there, an element of it (2.4) does not. */
	for (enum scope scope = TOP_GROUP; scope <= PROTOCOL; scope++) {
		for (size_t i = 0; i < count; i++) {
			const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
			const char *rest;

			if (scope_of(list, row->path, protocol, &rest) != scope ||
			    strncmp(rest, setting, n) != 0)
				continue;
			if (rest[n] == '\0')
				has = has_word(row->value, word);
			else if (rest[n] == '/' && strcmp(rest + n + 1, word) == 0)
				has = strcmp(row->value, "yes") == 0;
		}
	}
	return has;
}

const struct reeve_conf_setting *reeve_limits_nearest(const struct reeve_limits *limits,
                                                      const char *name, const char *root)
{
	const struct reeve_conf_list *list = limits->of_dovecot;
	const struct reeve_conf_setting *best = NULL;
	int nearest = 0;

	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
		int near = reeve_limits_nearness(limits, row->path, name, root);

		/* A rule of a folder ("Trash:storage=+10%") is no limit on the mailbox. */
		if (strcmp(name, "quota_rule") == 0 && row->value[0] != '*' && row->value[0] != '?' &&
		    strchr(row->value, ':') != NULL)
			continue;
		if (near > 0 && near >= nearest) {
			nearest = near;
			best = row;
		}
	}
	return best;
}

const char *reeve_limits_expanded(struct reeve_limits *limits, const char *text)
{
	char *copy, *to;

	if (strchr(text, '%') == NULL)
		return text;
	if (limits->is_24)
		return strstr(text, "%{") == NULL ? text : NULL;
	copy = to = reeve_arena_strndup(limits->arena, text, strlen(text));
	if (copy == NULL) {
		limits->has_failed = true;
		return NULL;
	}
	while (*text != '\0') {
		if (*text == '%' && text[1] != '%' && text[1] != '\0')
			return NULL;
		if (*text == '%' && *++text == '\0')
			break;
		*to++ = *text++;
	}
	*to = '\0';
	return copy;
}

bool reeve_limits_is_expanded(const struct reeve_limits *limits, const struct reeve_limit *row)
{
	return row->program == REEVE_CONF_DOVECOT &&
	       (limits->is_24 ||
	        (row->path != NULL && (strncmp(row->path, "plugin/", 7) == 0 ||
	                               strstr(row->path, "/plugin/") != NULL)));
}

bool reeve_limits_has_variable(struct reeve_limits *limits, const struct reeve_limit *row)
{
	return reeve_limits_is_expanded(limits, row) &&
	       reeve_limits_expanded(limits, row->value) == NULL;
}

const char *reeve_limits_root_in(const struct reeve_limits *limits, const char *path, size_t *n_r)
{
	const char *rest;

	if (scope_of(limits->of_dovecot, path, limits->protocol, &rest) == NOWHERE ||
	    strncmp(rest, "quota ", 6) != 0)
		return NULL;
	rest += 6;
	/* In quotes, a name may have a '/'. */
	*n_r = rest[0] == '"' ? 1 + strcspn(rest + 1, "\"") : 0;
	*n_r += strcspn(rest + *n_r, "/");
	return rest;
}

/* ---- dovecot-lda(1) -------------------------------------------------------------------------- */

bool reeve_limits_is_lda(const char *command)
{
	return strstr(command, "dovecot-lda") != NULL || strstr(command, "dovecot/deliver") != NULL;
}

bool reeve_limits_uses_lda(struct reeve_limits *limits)
{
	static const char *const names[] = {"virtual_transport", "mailbox_transport", "local_transport"};

	if (reeve_limits_is_lda(reeve_limits_param(limits, "mailbox_command")))
		return true;
	for (size_t i = 0; i < limits->service_count; i++) {
		const struct limit_service *service = &limits->services[i];
		size_t n = strcspn(service->path, "/");

		for (size_t k = 0; service->is_lda && k < sizeof names / sizeof names[0]; k++) {
			const char *value = reeve_limits_param(limits, names[k]);

			if (strncmp(value, service->path, n) == 0 && (value[n] == '\0' || value[n] == ':'))
				return true;
		}
	}
	return false;
}
