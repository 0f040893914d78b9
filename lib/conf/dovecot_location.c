/* SPDX-License-Identifier: MIT */
/* Where Dovecot keeps the mail of a user. */
#include "conf/dovecot_location.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "~" and "~/..." are in the home; absolute in the end, or NULL. Takes `path`. */
static char *absolute(char *path, const struct reeve_whom *whom)
{
	char *full = NULL;
	size_t n;

	if (path == NULL)
		return NULL;
	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0') && whom->home != NULL &&
	    whom->home[0] == '/') {
		if (asprintf(&full, "%s%s", whom->home, path + 1) < 0)
			full = NULL;
	} else if (path[0] == '/') {
		full = path;
		path = NULL;
	}
	free(path);
	if (full == NULL)
		return NULL;
	n = strlen(full);
	while (n > 1 && full[n - 1] == '/')
		full[--n] = '\0';
	return full;
}

static char *below(char *folder, const char *name)
{
	char *path = NULL;

	if (folder != NULL && asprintf(&path, "%s/%s", folder, name) < 0)
		path = NULL;
	free(folder);
	return path;
}

/* Drivers whose mail lies in files here. */
static bool is_local(const char *driver)
{
	static const char *const drivers[] = {"mbox", "maildir", "dbox", "sdbox", "mdbox"};

	for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++)
		if (strcmp(driver, drivers[i]) == 0)
			return true;
	return false;
}

/* Cut off the next part between ':'; "::" is one that belongs to it. */
static char *next_part(char **rest)
{
	char *start = *rest, *to = start;

	if (start == NULL)
		return NULL;
	for (char *at = start; *at != '\0'; at++) {
		if (*at == ':' && at[1] != ':') {
			*rest = at + 1;
			*to = '\0';
			return start;
		}
		if (*at == ':')
			at++;
		*to++ = *at;
	}
	*to = '\0';
	*rest = NULL;
	return start;
}

/* DRIVER:PATH[:KEY=VALUE...] in its parts, which are in `text`; NULL: not there. */
struct parts {
	char *text, *driver, *path, *inbox;
};

/* Without a driver Dovecot looks what the path is. To be freed: parts.text; NULL without memory. */
static struct parts parts_of(const char *location)
{
	struct parts is = {.text = strdup(location)};
	char *rest = is.text, *part;

	if (is.text == NULL)
		return is;
	if (strchr("/~%", rest[0]) == NULL)
		is.driver = next_part(&rest);
	is.path = next_part(&rest);
	while ((part = next_part(&rest)) != NULL)
		if (strncasecmp(part, "INBOX=", 6) == 0)
			is.inbox = part + 6;
	if (is.driver != NULL && strcmp(is.driver, "auto") == 0)
		is.driver = NULL;
	return is;
}

static char *place(const char *text, bool is_24, const struct reeve_whom *whom)
{
	return text == NULL ? NULL : absolute(reeve_dovecot_expand(text, is_24, whom), whom);
}

/* What is not asked for (INDEX=) may have variables that we do not know. */
static char *inbox_23(const char *location, const struct reeve_whom *whom)
{
	struct parts is = parts_of(location);
	char *inbox;

	if (is.driver != NULL && !is_local(is.driver))
		inbox = NULL;
	else if (is.inbox != NULL)
		inbox = place(is.inbox, false, whom);
	else
		inbox = place(is.path, false, whom);
	if (is.inbox == NULL && is.driver != NULL && strcmp(is.driver, "mbox") == 0)
		inbox = below(inbox, "inbox");
	free(is.text);
	return inbox;
}

static char *inbox_24(const struct reeve_location *at, const struct reeve_whom *whom)
{
	const char *driver = at->driver == NULL ? "" : at->driver;
	char *path = NULL, *inbox = NULL;

	if (driver[0] != '\0' && strcmp(driver, "auto") != 0 && !is_local(driver))
		return NULL;
	if (at->path != NULL && at->path[0] != '\0')
		path = place(at->path, true, whom);
	if (at->inbox != NULL && at->inbox[0] != '\0') {
		inbox = reeve_dovecot_expand(at->inbox, true, whom);
		if (inbox == NULL || inbox[0] == '/' || inbox[0] == '~') {
			free(path);
			return absolute(inbox, whom);
		}
		/* Relative to mail_path (lib-storage/mail-storage-settings.c); "." is it. */
		if (strcmp(inbox, ".") != 0)
			path = below(path, inbox);
		free(inbox);
		return path;
	}
	return strcmp(driver, "mbox") == 0 ? below(path, "inbox") : path;
}

char *reeve_location_inbox(const struct reeve_location *location, const struct reeve_whom *whom)
{
	if (location->is_24)
		return inbox_24(location, whom);
	return location->location == NULL || location->location[0] == '\0'
	               ? NULL
	               : inbox_23(location->location, whom);
}

char *reeve_location_maildir(const struct reeve_location *location, const struct reeve_whom *whom)
{
	struct parts is = {0};
	char *folder;

	if (location->is_24) {
		is.driver = (char *)(uintptr_t)location->driver;
		is.path = (char *)(uintptr_t)location->path;
	} else if (location->location != NULL) {
		is = parts_of(location->location);
	}
	folder = is.driver != NULL && strcmp(is.driver, "maildir") == 0
	                 ? place(is.path, location->is_24, whom)
	                 : NULL;
	free(is.text);
	return folder;
}

char *reeve_location_folders(const struct reeve_location *location, const struct reeve_whom *whom)
{
	struct parts is = {0};
	char *folder = NULL;

	if (location->is_24) {
		is.driver = (char *)(uintptr_t)location->driver;
		is.path = (char *)(uintptr_t)location->path;
	} else if (location->location != NULL) {
		is = parts_of(location->location);
	}
	if (is.path != NULL && is.path[0] != '\0' &&
	    (is.driver == NULL || is.driver[0] == '\0' || strcmp(is.driver, "auto") == 0 ||
	     is_local(is.driver)))
		folder = place(is.path, location->is_24, whom);
	free(is.text);
	return folder;
}
