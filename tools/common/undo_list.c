/* SPDX-License-Identifier: MIT */
/* reeve-undo --list: a line for each change that is kept. */
#include "undo.h"

#include "json.h"
#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILES 40 /* columns of the names of files, at most */

static const char *state_word(enum reeve_change_state state)
{
	switch (state) {
	case REEVE_CHANGE_DONE:
		return "done";
	case REEVE_CHANGE_UNDONE:
		return "undone";
	case REEVE_CHANGE_BROKEN_OFF:
		return "broken off";
	case REEVE_CHANGE_BACK:
		return "taken back";
	case REEVE_CHANGE_NOT_BEGUN:
		return "not begun";
	case REEVE_CHANGE_UNDER_WAY:
		return "under way";
	case REEVE_CHANGE_UNREADABLE:
		return "unreadable";
	}
	return "?";
}

/* The first file, and how many more. */
static void files_word(const struct reeve_change *change, char *text, size_t n)
{
	if (change->file_count > 1)
		snprintf(text, n, "%s +%zu", change->files[0], change->file_count - 1);
	else
		snprintf(text, n, "%s", change->file_count > 0 ? change->files[0] : "?");
}

static void print_line(const struct reeve_change *change)
{
	time_t when = change->time;
	char date[40] = "?", files[1000], undoes[REEVE_CHANGE_ID + 16] = "";
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &tm);
	files_word(change, files, sizeof files);
	if (change->undoes != NULL)
		snprintf(undoes, sizeof undoes, " (undoes %s)", change->undoes);
	tool_say(stdout, "%-18s %s  %-10s  %-*s  %s%s", change->id, date, state_word(change->state),
	         FILES, files, change->what, undoes);
}

static struct json *json_change(const struct reeve_change *change)
{
	struct json *map = json_map(), *files = json_list();

	json_put_text(map, "id", change->id);
	json_put_number(map, "time", (uint64_t)change->time);
	json_put_text(map, "what", change->what);
	json_put_text(map, "state", state_word(change->state));
	json_put_text(map, "undoes", change->undoes);
	for (size_t i = 0; i < change->file_count; i++) {
		struct json *file = json_map();
		json_put_text(file, "path", change->files[i]);
		json_append(files, file);
	}
	json_put(map, "files", files);
	return map;
}

void undo_list(struct undo *undo)
{
	struct reeve_error err = {0};
	struct reeve_change change;
	struct reeve_changes *changes = reeve_changes_open(&undo->how, &err);
	struct json *list = undo->is_json ? json_list() : NULL;
	bool is_found = undo->id == NULL;
	int r = changes == NULL ? -1 : 0;

	undo->diags = undo->is_json ? json_list() : NULL;
	while (changes != NULL && (r = reeve_changes_next(changes, &change, &err)) > 0) {
		if (undo->id != NULL && strcmp(undo->id, change.id) != 0)
			continue;
		is_found = true;
		if (undo->is_json)
			json_append(list, json_change(&change));
		else
			print_line(&change);
	}
	reeve_changes_close(changes);
	if (r < 0) {
		tool_fail(&err);
	} else if (!is_found) {
		tool_error("no change is called '%s'", undo->id);
		tool_worse(TOOL_FAILED);
	}
	if (undo->is_json) {
		struct json *map = json_map();
		json_put(map, "changes", list);
		undo_print_json(undo, map, r < 0 ? &err : NULL);
	}
}
