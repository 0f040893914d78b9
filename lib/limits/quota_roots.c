/* SPDX-License-Identifier: MIT */
/*
 * What Dovecot's quota amounts to for mail that comes by LMTP. A user may have several quotas, "roots":
 * plugin { quota = ...  quota2 = ... }, or in 2.4 a `quota NAME { }` for each. Mail has to fit into all
 * that count INBOX, so the one that lets the least in is what limits it.
 */
#include "base/number.h"
#include "limits/limits.h"

#include <string.h>

#define GRACE_PERCENT_23 10 /* of the quota: plugins/quota/quota-util.c, QUOTA_DEFAULT_GRACE */
#define GRACE_24 (UINT64_C(10) << 20) /* bytes: plugins/quota/quota-settings.c */

/* The value of what is nearest, or NULL. */
static const char *value_of(const struct reeve_limits *limits, const char *name, const char *root)
{
	const struct reeve_conf_setting *setting = reeve_limits_nearest(limits, name, root);

	return setting == NULL ? NULL : setting->value;
}

/* ---- roots ----------------------------------------------------------------------------------- */

static bool begins(const char *text, const char *word)
{
	size_t n = text == NULL ? 0 : strlen(word);

	return text != NULL && strncmp(text, word, n) == 0 && (text[n] == '\0' || text[n] == ':');
}

/* Of 2.3: whether the root is another namespace's than INBOX's ("count:x:ns=Public/"). */
static bool is_elsewhere(const char *value)
{
	const char *ns = strstr(value, ":ns=");

	return ns != NULL && ns[4] != '\0' && ns[4] != ':' && strncmp(ns + 4, "INBOX", 5) != 0;
}

/* Those of file systems and other servers are not ours to count. */
static void add_root(struct reeve_limits *limits, const char *name, const char *driver,
                     bool is_enforced)
{
	struct limit_quota *quota = &limits->quota;
	struct limit_root *root;

	if (!is_enforced || begins(driver, "fs") || begins(driver, "imapc"))
		return;
	root = reeve_limits_add(limits, &quota->roots, &quota->root_count, &quota->root_room,
	                        sizeof *root);
	if (root == NULL)
		return;
	const char *vsizes = limits->is_24 ? NULL : value_of(limits, "quota_vsizes", NULL);
	*root = (struct limit_root){
		.name = name,
		.is_virtual = driver == NULL || begins(driver, "count") || begins(vsizes, "yes"),
		.storage_bytes = REEVE_NO_LIMIT,
		.message_bytes = REEVE_NO_LIMIT,
	};
}

static void find_roots_23(struct reeve_limits *limits)
{
	const char *name = "quota", *value;

	/* The first that is not there is the end, as there (quota_user_read_settings()). */
	for (int i = 2; (value = value_of(limits, name, NULL)) != NULL && value[0] != '\0'; i++) {
		add_root(limits, name, value,
		         strstr(value, "noenforcing") == NULL && !is_elsewhere(value));
		name = reeve_limits_text(limits, "quota%d", i);
	}
}

static bool is_known(const char *const *names, size_t count, const char *name, size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(names[i], name, n) == 0 && names[i][n] == '\0')
			return true;
	return false;
}

static void find_roots_24(struct reeve_limits *limits)
{
	const char **names = NULL;
	size_t count = 0, room = 0;

	for (size_t i = 0; i < reeve_conf_list_count(limits->of_dovecot); i++) {
		size_t n;
		const char *at = reeve_limits_root_in(
			limits, reeve_conf_list_at(limits->of_dovecot, i)->path, &n), **name;

		if (at == NULL || is_known(names, count, at, n))
			continue;
		name = reeve_limits_add(limits, &names, &count, &room, sizeof *name);
		if (name == NULL)
			return;
		*name = reeve_limits_text(limits, "%.*s", (int)n, at);
		add_root(limits, *name, value_of(limits, "quota_driver", *name),
		         !begins(value_of(limits, "quota_enforce", *name), "no"));
	}
}

void reeve_limits_find_roots(struct reeve_limits *limits)
{
	if (!reeve_limits_dovecot_has(limits, limits->protocol, "mail_plugins", "quota"))
		return;
	if (limits->is_24)
		find_roots_24(limits);
	else
		find_roots_23(limits);
	limits->quota.is_on = limits->quota.root_count > 0;
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static uint64_t number_of(const char *text, uint64_t usual)
{
	uint64_t number;

	return text != NULL && reeve_digits(text, strlen(text), 1000000, &number) ? number : usual;
}

/* What one message may take beyond the quota, if it comes by LMTP. REEVE_NO_LIMIT: not known. */
static uint64_t grace_of(struct reeve_limits *limits, const char *root, uint64_t storage)
{
	const char *text =
		value_of(limits, limits->is_24 ? "quota_storage_grace" : "quota_grace", root);
	uint64_t bytes,
		usual = limits->is_24 ? GRACE_24 : reeve_limits_percent(storage, GRACE_PERCENT_23);
	bool is_read;

	if (text == NULL)
		return usual;
	text = reeve_limits_expanded(limits, text);
	if (text == NULL)
		return REEVE_NO_LIMIT;
	is_read = limits->is_24 ? reeve_limits_dovecot_size(text, &bytes)
	                        : reeve_limits_quota_grace(text, storage, &bytes);
	return is_read ? bytes : usual;
}

static void bytes_of(struct reeve_limits *limits, const char *root, uint64_t *bytes,
                     uint64_t *message_bytes_r)
{
	*message_bytes_r = REEVE_NO_LIMIT;
	if (limits->is_24 && *bytes != REEVE_NO_LIMIT) {
		const char *text = value_of(limits, "quota_storage_extra", root);
		uint64_t extra = 0;

		*bytes = reeve_limits_percent(
			*bytes, number_of(value_of(limits, "quota_storage_percentage", root), 100));
		if (text != NULL && !reeve_limits_dovecot_size(text, &extra))
			extra = 0;
		if (!reeve_add_size(*bytes, extra, bytes))
			*bytes = REEVE_NO_LIMIT;
	}
	if (*bytes != REEVE_NO_LIMIT &&
	    !reeve_add_size(*bytes, grace_of(limits, root, *bytes), message_bytes_r))
		*message_bytes_r = REEVE_NO_LIMIT;
}

void reeve_limits_quota_bytes(struct reeve_limits *limits, uint64_t *bytes,
                              uint64_t *message_bytes_r)
{
	bytes_of(limits, limits->quota.root, bytes, message_bytes_r);
}

/* ---- the quota ------------------------------------------------------------------------------- */

/* The row of what is set for the root; NULL: it has none, or no limit. */
static const struct reeve_limit *storage_of(const struct reeve_limits *limits, const char *root)
{
	const char *name = limits->is_24 ? "quota_storage_size" : "quota_rule";
	const struct reeve_conf_setting *setting = reeve_limits_nearest(limits, name, root);

	for (size_t i = 0; setting != NULL && i < limits->row_count; i++) {
		const struct reeve_limit *row = &limits->rows[i];

		if (strcmp(row->name, name) == 0 && row->path != NULL &&
		    strcmp(row->path, setting->path) == 0)
			return row->is_number && row->is_unlimited ? NULL : row;
	}
	return NULL;
}

void reeve_limits_read_quota(struct reeve_limits *limits)
{
	struct limit_quota *quota = &limits->quota;

	quota->storage_bytes = quota->message_bytes = REEVE_NO_LIMIT;
	if (limits->dovecot == NULL ||
	    !reeve_limits_dovecot_has(limits, limits->protocol, "mail_plugins", "quota"))
		return;
	quota->mail = reeve_limits_find(limits, NULL,
	                                limits->is_24 ? "quota_mail_size" : "quota_max_mail_size");
	for (size_t i = 0; i < quota->root_count; i++) {
		struct limit_root *root = &quota->roots[i];

		root->storage = storage_of(limits, root->name);
		if (root->storage != NULL && root->storage->is_number) {
			root->storage_bytes = root->storage->number;
			bytes_of(limits, root->name, &root->storage_bytes, &root->message_bytes);
		}
		if (i > 0 && (root->storage == NULL ||
		              (quota->storage != NULL && root->message_bytes >= quota->message_bytes)))
			continue;
		quota->root = root->name;
		quota->is_virtual = root->is_virtual;
		quota->storage = root->storage;
		quota->storage_bytes = root->storage_bytes;
		quota->message_bytes = root->message_bytes;
	}
}
