/* SPDX-License-Identifier: MIT */
/*
 * Mail of who leaves that is neither in his home nor his INBOX: folders beside an INBOX elsewhere
 * ("mbox:/srv/mail/%u:INBOX=/var/mail/%u"), and those of other namespaces. It stays, and is told.
 */
#include "user/elsewhere.h"

#include "user/belongings.h"
#include "user/home.h"
#include "user/mailbox.h"
#include "user/system.h"
#include <stdlib.h>
#include <string.h>

/* Whether it goes with his home or a mailbox. */
static bool is_part(struct reeve_users *users, const struct users_leaving *leaving,
                    const struct reeve_whom *whom, const char *path)
{
	bool is = whom->home != NULL && whom->home[0] == '/' &&
	          users_path_is_inside(path, users_path_clean(users, whom->home));

	for (size_t i = 0; i < leaving->part_count && !is; i++)
		is = users_path_is_inside(path, leaving->parts[i].path);
	return is;
}

static void tell(struct reeve_users *users, const struct users_leaving *leaving,
                 const struct reeve_whom *whom, const struct reeve_location *at, bool is_own)
{
	const char *domain = strchr(whom->name, '@'), *path;
	struct reeve_whom other = *whom;
	char *folders = reeve_location_folders(at, whom), *others = NULL;
	struct reeve_error err = {0};
	struct stat st;

	/* What does not depend on his name is not his alone. */
	other.name = reeve_users_text(users, "-%s", domain == NULL ? "" : domain);
	if (!is_own)
		others = reeve_location_folders(at, &other);
	path = folders == NULL ? "" : users_path_clean(users, folders);
	if (folders != NULL && (others == NULL || strcmp(folders, others) != 0) &&
	    users_path_check(path, "mail", NULL) == 0 && !is_part(users, leaving, whom, path) &&
	    users_leaving_look(users, path, &st, &err) > 0)
		users_leaving_stays(users, leaving->name, "mail in folders", path,
		                    "outside of the home only INBOX goes");
	free(folders);
	free(others);
}

void users_leaving_elsewhere(struct reeve_users *users, const struct users_leaving *leaving,
                             const struct reeve_whom *whom, const struct reeve_location *own)
{
	const struct users_mail *mail = users_mail(users, NULL);

	if (mail == NULL || whom->name[0] == '.' || strchr(whom->name, '/') != NULL)
		return;
	tell(users, leaving, whom, own != NULL ? own : &mail->location, own != NULL);
	for (size_t i = 0; i < mail->other_count; i++)
		tell(users, leaving, whom, &mail->others[i], false);
}
