/* SPDX-License-Identifier: MIT */
/*
 * Dovecot's settings as mail that comes by LMTP (or by another protocol) meets them: what is set
 * outside of blocks, for the protocol, or in a group that one of these names (2.4); and what its
 * quota amounts to.
 */
#include "base/number.h"
#include "limits/limits.h"

#include <string.h>

#define GRACE_PERCENT_23 10 /* of the quota: plugins/quota/quota-util.c, QUOTA_DEFAULT_GRACE */
#define GRACE_24 (UINT64_C(10) << 20) /* bytes: plugins/quota/quota-settings.c */

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

/* How near to the protocol a PATH sets something, and what: "plugin/quota_rule". */
static enum scope scope_of(const struct reeve_conf_list *list, const char *path,
                           const char *protocol, const char **rest_r)
{
	static const char group[] = "group \"@";
	const char *inside = in_protocol(path, protocol), *end;

	*rest_r = inside != NULL ? inside : path;
	if (inside != NULL || strncmp(path, group, sizeof group - 1) != 0)
		return inside != NULL ? PROTOCOL : TOP;
	path += sizeof group - 1;
	end = strstr(path, "\"/");
	if (end == NULL)
		return NOWHERE;
	*rest_r = end + 2;
	return scope_of_group(list, path, (size_t)(end - path), protocol);
}

/* "quota_rule" is also quota_rule2 and on. */
static bool is_name(const char *text, const char *name)
{
	size_t n = strlen(name);

	if (strcmp(name, "quota_rule") == 0 && strncmp(text, name, n) == 0)
		n += strspn(text + n, "0123456789");
	else if (strncmp(text, name, n) != 0)
		return false;
	return text[n] == '\0';
}

int reeve_limits_nearness(const struct reeve_conf_list *list, const char *path, const char *name)
{
	const char *rest, *last;
	int scope;

	if (strcmp(name, "submission_max_mail_size") == 0)
		return is_name(path, name) ? 1
		       : is_name(path + strcspn(path, "/"), "/submission_max_mail_size") &&
		                       in_protocol(path, "submission") != NULL
		               ? 2
		               : 0;
	scope = (int)scope_of(list, path, "lmtp", &rest);
	if (scope == NOWHERE)
		return 0;
	if (is_name(rest, name))
		return 2 * scope;
	if (strncmp(rest, "plugin/", 7) == 0 && is_name(rest + 7, name))
		return 2 * scope + 1;
	/* In 2.4 what is the quota's may stand in its block, under a short name. */
	last = strrchr(rest, '/');
	if (strncmp(rest, "quota ", 6) == 0 && strncmp(name, "quota_", 6) == 0 && last != NULL &&
	    (is_name(last + 1, name) || is_name(last + 1, name + 6)))
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

/* ---- the quota ------------------------------------------------------------------------------- */

/* The value of what is nearest, or NULL. */
static const char *value_of(const struct reeve_limits *limits, const char *name)
{
	const struct reeve_conf_list *list = limits->of_dovecot;
	const char *value = NULL;
	int nearest = 0;

	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
		int near = reeve_limits_nearness(list, row->path, name);

		if (near > 0 && near >= nearest) {
			nearest = near;
			value = row->value;
		}
	}
	return value;
}

static bool begins(const char *text, const char *word)
{
	size_t n = text == NULL ? 0 : strlen(word);

	return text != NULL && strncmp(text, word, n) == 0 && (text[n] == '\0' || text[n] == ':');
}

/*
 * A quota needs a root that enforces it: `plugin { quota = count:User quota }`, or in 2.4
 * `quota NAME { }`. Those of file systems and other servers are not ours to count.
 */
static void read_root(struct reeve_limits *limits)
{
	const struct reeve_conf_list *list = limits->of_dovecot;
	struct limit_quota *quota = &limits->quota;
	const char *driver = value_of(limits, limits->is_24 ? "quota_driver" : "quota"), *rest;
	const char *value = value_of(limits, limits->is_24 ? "quota_enforce" : "quota_vsizes");

	quota->is_virtual = driver == NULL || begins(driver, "count");
	if (begins(driver, "fs") || begins(driver, "imapc"))
		return;
	if (!limits->is_24) {
		quota->is_virtual = quota->is_virtual || begins(value, "yes");
		quota->is_on = driver != NULL && driver[0] != '\0' &&
		               strstr(driver, "noenforcing") == NULL;
		return;
	}
	for (size_t i = 0; !begins(value, "no") && i < reeve_conf_list_count(list); i++) {
		if (scope_of(list, reeve_conf_list_at(list, i)->path, "lmtp", &rest) != NOWHERE &&
		    strncmp(rest, "quota ", 6) == 0)
			quota->is_on = true;
	}
}

/* A part of a number; what is too large for that is no limit. */
static uint64_t percent_of(uint64_t bytes, uint64_t percent)
{
	uint64_t product;

	return reeve_mul_size(bytes / 100, percent, &product) &&
	                       reeve_add_size(product, bytes % 100 * percent / 100, &product)
	               ? product
	               : REEVE_NO_LIMIT;
}

static uint64_t number_of(const char *text, uint64_t usual)
{
	uint64_t number;

	return text != NULL && reeve_digits(text, strlen(text), 1000000, &number) ? number : usual;
}

/* What one message may take beyond the quota, if it comes by LMTP. */
static uint64_t grace_of(const struct reeve_limits *limits, uint64_t storage)
{
	const char *text = value_of(limits, limits->is_24 ? "quota_storage_grace" : "quota_grace");
	uint64_t bytes, usual = limits->is_24 ? GRACE_24 : percent_of(storage, GRACE_PERCENT_23);
	size_t n = text == NULL ? 0 : strlen(text);

	if (n > 1 && text[n - 1] == '%' && !limits->is_24)
		return reeve_digits(text, n - 1, 1000000, &bytes) ? percent_of(storage, bytes)
		                                                  : usual;
	return text != NULL && reeve_limits_dovecot_size(text, &bytes) ? bytes : usual;
}

void reeve_limits_quota_bytes(const struct reeve_limits *limits, uint64_t *bytes,
                              uint64_t *message_bytes_r)
{
	*message_bytes_r = REEVE_NO_LIMIT;
	if (limits->is_24 && *bytes != REEVE_NO_LIMIT) {
		const char *text = value_of(limits, "quota_storage_extra");
		uint64_t extra = 0;

		*bytes = percent_of(*bytes,
		                    number_of(value_of(limits, "quota_storage_percentage"), 100));
		if (text != NULL && !reeve_limits_dovecot_size(text, &extra))
			extra = 0;
		if (!reeve_add_size(*bytes, extra, bytes))
			*bytes = REEVE_NO_LIMIT;
	}
	if (*bytes != REEVE_NO_LIMIT &&
	    !reeve_add_size(*bytes, grace_of(limits, *bytes), message_bytes_r))
		*message_bytes_r = REEVE_NO_LIMIT;
}

void reeve_limits_read_quota(struct reeve_limits *limits)
{
	struct limit_quota *quota = &limits->quota;
	const struct reeve_limit *storage = reeve_limits_find(
		limits, NULL, limits->is_24 ? "quota_storage_size" : "quota_rule");

	quota->storage_bytes = quota->message_bytes = REEVE_NO_LIMIT;
	if (limits->dovecot == NULL ||
	    !reeve_limits_dovecot_has(limits, "lmtp", "mail_plugins", "quota"))
		return;
	quota->mail = reeve_limits_find(limits, NULL,
	                                limits->is_24 ? "quota_mail_size" : "quota_max_mail_size");
	read_root(limits);
	if (storage == NULL || !quota->is_on || (storage->is_number && storage->is_unlimited) ||
	    (!storage->is_number && storage->file == NULL))
		return;
	quota->storage = storage;
	if (!storage->is_number)
		return;
	quota->storage_bytes = storage->number;
	reeve_limits_quota_bytes(limits, &quota->storage_bytes, &quota->message_bytes);
}
