/* SPDX-License-Identifier: MIT */
/* What is another virtual user's, too. */
#include "user/others.h"

#include "user/line.h"
#include "user/mailbox.h"
#include "user/system.h"
#include <stdlib.h>
#include <string.h>

/* Whether an extra field may say where he lives, or where his mail is. */
static bool says_where(const struct users_line *line)
{
	static const char *const keys[] = {"userdb_home", "userdb_mail", "userdb_namespace"};
	struct reeve_span span;

	if (!reeve_passwd_file_field(line->doc, line->node, REEVE_PWF_EXTRA, &span))
		return false;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		if (memmem(line->doc->bytes + span.offset, (size_t)span.length, keys[i],
		           strlen(keys[i])) != NULL)
			return true;
	return false;
}

static bool is_at(const char *place, const char *path, bool is_above)
{
	return users_path_is_inside(place, path) ||
	       (is_above && users_path_is_inside(path, place));
}

/* Whether it is this line's. */
static bool has(struct reeve_users *users, const struct users_line *line, const char *path,
                bool is_above)
{
	struct reeve_location own;
	struct reeve_user user;
	struct reeve_whom whom;
	bool has_own, is = false;
	char *box = NULL;

	if (users_line_fill(users, line, &user, &own, &has_own, NULL) < 0)
		return true; /* nobody can say that it is not */
	if (user.home != NULL && user.home[0] == '/')
		is = is_at(users_path_clean(users, user.home), path, is_above);
	whom = (struct reeve_whom){line->name, user.home, user.has_ids, user.uid, user.gid};
	if (!is && users_mailbox_where(users, &whom, true, has_own ? &own : NULL, &box, NULL) > 0)
		is = is_at(users_path_clean(users, box + strlen(users->root)), path, is_above);
	free(box);
	return is;
}

const char *users_others(struct reeve_users *users, const struct users_entry *entry,
                         const char *path, bool is_above, bool is_all)
{
	struct users_line line = {0};

	while (users_line_next(users, &line, NULL) > 0)
		if ((line.doc != entry->doc || line.node != entry->node) &&
		    (is_all || says_where(&line)) && has(users, &line, path, is_above))
			return line.name;
	return NULL;
}
