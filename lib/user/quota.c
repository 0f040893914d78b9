/* SPDX-License-Identifier: MIT */
/* The quota of a user, in the line of a passwd-file that Dovecot reads. */
#include "user/quota.h"

#include "base/error.h"
#include "conf/passwd_file.h"
#include "user/docs.h"
#include "user/files.h"
#include "user/line.h"
#include "user/where.h"
#include <string.h>

const char *users_quota_text(struct reeve_users *users, uint64_t bytes)
{
	static const char units[] = "BKMGT";
	size_t unit = 0;

	while (bytes >= 1024 && bytes % 1024 == 0 && unit + 2 < sizeof units) {
		bytes /= 1024;
		unit++;
	}
	return reeve_users_text(users, "%ju%c", (uintmax_t)bytes, units[unit]);
}

const char *users_quota_item(struct reeve_users *users, uint64_t bytes, struct reeve_error *err)
{
	struct users_quota_field field;

	if (!users_where_quota(users, &field, err))
		return NULL;
	return reeve_users_text(users, "%s=%s%s", field.key, field.before,
	                        users_quota_text(users, bytes));
}

int users_quota_set(struct reeve_users *users, struct reeve_doc *doc, const char *key,
                    uint64_t bytes, struct reeve_error *err)
{
	struct users_line line = {doc, reeve_passwd_file_find(doc, key), key, 0};
	struct users_quota_field field;
	const char *value;
	uint64_t now;

	if (!users_where_quota(users, &field, err))
		return -1;
	if (line.node != 0 && users_line_quota(users, &line, &now) && now == bytes)
		return 0;
	value = reeve_users_text(users, "%s%s", field.before, users_quota_text(users, bytes));
	return reeve_passwd_file_set_extra(doc, key, field.key, value, err);
}

int users_quota_system(struct reeve_users *users, const char *name, uint64_t bytes,
                       struct reeve_error *err)
{
	const char *fields[REEVE_PWF_FIELDS] = {[REEVE_PWF_NAME] = name};
	const struct users_where *where = users_where(users, err);
	struct reeve_doc *doc;
	int changed;

	if (where == NULL)
		return -1;
	if (where->quota_file == NULL)
		return reeve_fail(
			err, REEVE_EREFUSED,
			"Dovecot's configuration has no place for the quota of '%s': give it "
			"a userdb of driver passwd-file, with result_success = continue-ok, before "
			"the "
			"one of driver passwd",
			name);
	if (users_doc_check(users, where->quota_file, err) < 0)
		return -1;
	doc = users_doc(users, REEVE_SYNTAX_PASSWD_FILE, where->quota_file, err);
	if (doc == NULL)
		return -1;
	if (reeve_passwd_file_find(doc, name) == 0 && reeve_passwd_file_add(doc, fields, err) < 0)
		return -1;
	changed = users_quota_set(users, doc, name, bytes, err);
	if (changed <= 0)
		return changed;
	users_step_add(users, &(struct users_step){
				      .order = USERS_FILES,
				      .user = name,
				      .text = reeve_users_text(
					      users, "set the quota of '%s' to %s in '%s'", name,
					      users_quota_text(users, bytes), where->quota_file),
				      .is_change = true});
	users_files_step(users);
	return 1;
}
