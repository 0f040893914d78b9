/* SPDX-License-Identifier: MIT */
/*
 * What the real program says of a migration: it reads the new files, and a person has the old ones,
 * so a line that it names is told as the line that it comes from.
 */
#include "migrate.h"

#include "tool.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* "... in configuration file PATH line NUMBER: REASON" */
struct place {
	size_t file; /* of the migration */
	uint64_t new_line, line, column;
	char *reason;
};

static bool is_same_file(const struct migrate_tool *tool, const char *path, const char *file)
{
	struct stat a, b;
	char *whole;
	bool is_same;

	if (asprintf(&whole, "%s%s", tool->root == NULL ? "" : tool->root, path) < 0)
		return false;
	is_same = strcmp(whole, file) == 0 || (stat(whole, &a) == 0 && stat(file, &b) == 0 &&
	                                       a.st_dev == b.st_dev && a.st_ino == b.st_ino);
	free(whole);
	return is_same;
}

static bool find_place(const struct migrate_tool *tool, const char *text, struct place *place)
{
	static const char before[] = "configuration file ";
	const char *path = strstr(text, before), *line, *reason;
	char *copy, *end;
	size_t count;

	if (path == NULL || tool->migrate == NULL ||
	    (line = strstr(path += sizeof before - 1, " line ")) == NULL)
		return false;
	place->new_line = strtoull(line + 6, &end, 10);
	reason = end + strspn(end, ": ");
	copy = strndup(path, (size_t)(line - path));
	if (copy == NULL)
		return false;
	count = reeve_migrate_file_count(tool->migrate);
	for (place->file = 0; place->file < count; place->file++)
		if (is_same_file(tool, copy, reeve_migrate_file(tool->migrate, place->file).path))
			break;
	free(copy);
	if (place->file == count)
		return false;
	place->line =
		reeve_migrate_old_line(tool->migrate, place->file, place->new_line, &place->column);
	if (place->line == 0)
		return false;
	/* What the plan adds behind is said again. */
	const char *added = strstr(reason, "; nothing was changed");
	place->reason = strndup(reason, added == NULL ? strlen(reason) : (size_t)(added - reason));
	return place->reason != NULL;
}

/* Which line it is now, if that is another. */
static void new_line(const struct place *place, char text[64])
{
	*text = '\0';
	if (place->new_line != place->line)
		snprintf(text, 64, " (line %llu of the new file)",
		         (unsigned long long)place->new_line);
}

void migrate_place_error(const struct migrate_tool *tool, struct reeve_error *err)
{
	struct place place;
	char now[64];

	if (err->code != REEVE_EREFUSED || !find_place(tool, err->text, &place))
		return;
	new_line(&place, now);
	snprintf(err->text, sizeof err->text,
	         "%s:%llu:%llu: this would not work: %s%s; nothing was changed",
	         reeve_migrate_file(tool->migrate, place.file).path, (unsigned long long)place.line,
	         (unsigned long long)place.column, place.reason, now);
	free(place.reason);
}

void migrate_plan_diag(struct migrate_tool *tool, const struct reeve_diag *diag)
{
	struct reeve_diag placed = *diag;
	struct place place;
	char now[64], *text = NULL;

	/* A Dovecot of 2.4 refuses every file for an older one: that tells nothing. */
	if (strstr(diag->text, "dovecot_config_version") != NULL) {
		placed.severity = REEVE_NOTE;
		placed.text = "not verified: the Dovecot that is installed is newer";
		tool->is_newer = true;
	} else if (find_place(tool, diag->text, &place)) {
		new_line(&place, now);
		if (asprintf(&text, "Dovecot refuses this, as it is and as it would be: %s%s",
		             place.reason, now) >= 0) {
			placed.file = reeve_migrate_file(tool->migrate, place.file).path;
			placed.line = place.line;
			placed.column = place.column;
			placed.text = text;
		} else {
			text = NULL;
		}
		free(place.reason);
	}
	migrate_diag(tool, &placed);
	free(text);
}

int migrate_verify(struct migrate_tool *tool, struct reeve_error *err)
{
	bool is_refused;

	if (reeve_plan_verify(tool->plan, &is_refused, err) < 0)
		return -1;
	tool->is_refused = is_refused && !tool->is_newer;
	return 0;
}
