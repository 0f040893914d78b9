/* SPDX-License-Identifier: MIT */
/* The rows of a list of settings. */
#include "base/arena.h"
#include "base/error.h"
#include "base/rows.h"
#include "conf/kinds.h"

#include <stdlib.h>
#include <string.h>

struct reeve_conf_list {
	struct reeve_arena *arena; /* the rows' strings */
	struct reeve_conf_setting *rows;
	size_t count, room;
	bool has_failed;
};

struct reeve_conf_list *reeve_conf_list(struct reeve_conf *conf, unsigned int flags,
                                        struct reeve_error *err)
{
	struct reeve_conf_list *list = calloc(1, sizeof *list);

	if (list == NULL || (list->arena = reeve_arena_new()) == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (conf->ops->list(conf, flags, list, err) < 0)
		goto fail;
	if (list->has_failed) {
		reeve_fail_nomem(err);
		goto fail;
	}
	return list;
fail:
	reeve_conf_list_free(list);
	return NULL;
}

void reeve_conf_list_free(struct reeve_conf_list *list)
{
	if (list == NULL)
		return;
	reeve_arena_free(list->arena);
	free(list->rows);
	free(list);
}

size_t reeve_conf_list_count(const struct reeve_conf_list *list)
{
	return list->count;
}

const struct reeve_conf_setting *reeve_conf_list_at(const struct reeve_conf_list *list, size_t i)
{
	return &list->rows[i];
}

struct reeve_conf_setting *reeve_conf_list_row(struct reeve_conf_list *list, size_t i)
{
	return &list->rows[i];
}

/* A copy, or NULL for NULL. */
static const char *copy(struct reeve_conf_list *list, const char *text)
{
	if (text == NULL)
		return NULL;
	char *copied = reeve_arena_strndup(list->arena, text, strlen(text));
	if (copied == NULL)
		list->has_failed = true;
	return copied;
}

void reeve_conf_list_add(struct reeve_conf_list *list, const struct reeve_conf_setting *setting)
{
	if (list->has_failed)
		return;
	struct reeve_conf_setting *rows =
		reeve_rows_grow(list->rows, sizeof *rows, list->count, &list->room);
	if (rows == NULL) {
		list->has_failed = true;
		return;
	}
	list->rows = rows;
	struct reeve_conf_setting *row = &rows[list->count];
	*row = *setting;
	row->path = copy(list, setting->path);
	row->value = copy(list, setting->value);
	row->file = copy(list, setting->file);
	if (!list->has_failed)
		list->count++;
}
