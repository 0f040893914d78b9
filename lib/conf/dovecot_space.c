/* SPDX-License-Identifier: MIT */
/* Who says where INBOX is. */
#include "conf/dovecot_space.h"

#include "conf/passwd_file.h"
#include <string.h>
#include <strings.h>

/* What a location is made of: what sets it in a namespace, and in a userdb's answer. */
static const struct field {
	bool is_24;
	const char *name, *key;
	size_t offset;
} fields[] = {
	{false, "location", "mail", offsetof(struct reeve_location, location)},
	{true, "mail_driver", "mail_driver", offsetof(struct reeve_location, driver)},
	{true, "mail_path", "mail_path", offsetof(struct reeve_location, path)},
	{true, "mail_inbox_path", "mail_inbox_path", offsetof(struct reeve_location, inbox)},
};
#define FIELDS (sizeof fields / sizeof fields[0])

static const char **value_of(struct reeve_location *at, const struct field *field)
{
	return (const char **)(void *)((char *)at + field->offset);
}

/* ---- the namespace -------------------------------------------------------------------------- */

/* The bytes of "namespace inbox" in "namespace inbox/location"; 0: it is no setting of a namespace. */
static size_t block_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t n = slash == NULL ? 0 : (size_t)(slash - path);

	if (strncmp(path, "namespace", 9) != 0 || strchr(" [/", path[9]) == NULL ||
	    strstr(path, "/mailbox ") != NULL)
		return 0;
	return n;
}

bool reeve_space_is_yes(const char *value)
{
	return strcasecmp(value, "yes") == 0 || strcasecmp(value, "y") == 0 || strcmp(value, "1") == 0;
}

/* A setting of a block; 2.4 knows it by its long name, too. NULL: it is not set there. */
static const char *set_in(const struct reeve_conf_list *list, const char *block, size_t n,
                          const char *name)
{
	static const char prefix[] = "namespace_";

	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);
		const char *is;

		if (block_of(row->path) != n || strncmp(row->path, block, n) != 0)
			continue;
		is = row->path + n + 1;
		if (strncmp(is, prefix, sizeof prefix - 1) == 0)
			is += sizeof prefix - 1;
		if (strcmp(is, name) == 0)
			return row->value;
	}
	return NULL;
}

static bool has_inbox(const struct reeve_conf_list *list, const char *block, size_t n,
                      const char *usual)
{
	const char *inbox = set_in(list, block, n, "inbox");
	const char *disabled = set_in(list, block, n, "disabled");

	return reeve_space_is_yes(inbox == NULL ? usual : inbox) &&
	       (disabled == NULL || !reeve_space_is_yes(disabled));
}

/* The name in `namespace inbox`, `namespace "in box"`; of a block without one none. */
static void name_in(const char *block, size_t n, struct reeve_space *space)
{
	if (n < 11 || block[9] != ' ')
		return;
	space->name = block + 10;
	space->name_length = n - 10;
	if (space->name_length > 1 && space->name[0] == '"') {
		space->name++;
		space->name_length -= 2;
	}
}

void reeve_space_find(const struct reeve_conf_list *list, bool is_24, struct reeve_space *space_r)
{
	const char *block = NULL, *usual = "no";
	size_t n = 0;

	*space_r = (struct reeve_space){.at.is_24 = is_24};
	/* 2.4 takes what is outside for all that do not say it. */
	for (size_t i = 0; is_24 && i < reeve_conf_list_count(list); i++)
		if (strcmp(reeve_conf_list_at(list, i)->path, "namespace_inbox") == 0)
			usual = reeve_conf_list_at(list, i)->value;
	for (size_t i = 0; i < reeve_conf_list_count(list) && block == NULL; i++) {
		const char *path = reeve_conf_list_at(list, i)->path;

		n = block_of(path);
		if (n > 0 && has_inbox(list, path, n, usual))
			block = path;
	}
	if (block == NULL)
		return;
	name_in(block, n, space_r);
	for (size_t i = 0; i < FIELDS; i++)
		if (fields[i].is_24 == is_24)
			*value_of(&space_r->at, &fields[i]) = set_in(list, block, n, fields[i].name);
	/* mail-namespace.c of 2.3: an empty one is mail_location. */
	if (space_r->at.location != NULL && space_r->at.location[0] == '\0')
		space_r->at.location = NULL;
}

bool reeve_space_next(const struct reeve_conf_list *list, bool is_24, size_t *i,
                      struct reeve_location *at_r)
{
	const char *name = is_24 ? "mail_path" : "location";

	while (*i < reeve_conf_list_count(list)) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, (*i)++);
		size_t n = block_of(row->path);
		const char *disabled = n == 0 ? NULL : set_in(list, row->path, n, "disabled");

		if (n == 0 || row->value[0] == '\0' || set_in(list, row->path, n, name) != row->value ||
		    (disabled != NULL && reeve_space_is_yes(disabled)))
			continue;
		*at_r = (struct reeve_location){.is_24 = is_24};
		if (is_24) {
			at_r->driver = set_in(list, row->path, n, "mail_driver");
			at_r->path = row->value;
		} else {
			at_r->location = row->value;
		}
		return true;
	}
	return false;
}

/* ---- what counts ---------------------------------------------------------------------------- */

/* An extra field of the line. 1 with the value kept, 0, -1. */
static int line_says(const struct reeve_doc *doc, uint32_t node, const char *key,
                     struct reeve_arena *arena, const char **value)
{
	struct reeve_span span;

	if (doc == NULL || !reeve_passwd_file_extra(doc, node, key, &span))
		return 0;
	*value = reeve_arena_strndup(arena, (const char *)doc->bytes + span.offset, span.length);
	return *value == NULL ? -1 : 1;
}

int reeve_space_settle(const struct reeve_space *space, const struct reeve_doc *doc, uint32_t node,
                       struct reeve_arena *arena, struct reeve_location *at)
{
	struct reeve_location of_space = space->at;
	int has_own = 0;

	for (size_t i = 0; i < FIELDS; i++) {
		const struct field *field = &fields[i];
		const char *set = *value_of(&of_space, field), **value = value_of(at, field);
		const char *key;
		int said = 0;

		if (field->is_24 != at->is_24)
			continue;
		if (doc != NULL && space->name != NULL) {
			key = reeve_arena_format(arena, "userdb_namespace/%.*s/%s",
			                         (int)space->name_length, space->name, field->name);
			if (key == NULL)
				return -1;
			said = line_says(doc, node, key, arena, value);
		}
		if (said == 0 && set != NULL) {
			*value = set;
		} else if (said == 0 && doc != NULL) {
			key = reeve_arena_format(arena, "userdb_%s", field->key);
			if (key == NULL)
				return -1;
			said = line_says(doc, node, key, arena, value);
		}
		if (said < 0)
			return -1;
		has_own |= said;
	}
	return has_own;
}
