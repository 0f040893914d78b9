/* SPDX-License-Identifier: MIT */
/* What reeve-conf set and unset say of a change. */
#include "conf_change.h"

#include <stdio.h>

/* "set PATH = VALUE (was: OLD)" */
static void say_item(const struct conf_run *run, const struct conf_item *item)
{
	printf("%s%s ", run->is_dry_run ? "would " : "", run->is_unset ? "unset" : "set");
	conf_put_text(run, item->path, "");
	if (item->value != NULL) {
		fputs(item->value[0] == '\0' ? " =" : " = ", stdout);
		conf_put_text(run, item->value, "\t");
	}
	if (item->old == NULL || item->old[0] == '\0') {
		puts(item->old == NULL ? " (was not set)" : " (was empty)");
		return;
	}
	fputs(" (was: ", stdout);
	conf_put_text(run, item->old, "\t");
	fputs(")\n", stdout);
}

static void say_words(const struct conf_change *change)
{
	const struct conf_run *run = change->run;
	const char *root = run->root == NULL ? "" : run->root;
	bool is_of[CONF_SIDES] = {false};

	for (size_t i = 0; i < change->item_count; i++) {
		if (!change->items[i].is_changed)
			continue;
		say_item(run, &change->items[i]);
		is_of[change->items[i].side->kind] = true;
	}
	if (!run->is_verbose)
		return;
	for (size_t i = 0; i < change->file_count; i++) {
		printf("%s ", run->is_dry_run ? "would change" : "changed");
		conf_put_text(run, change->files[i].path, "");
		putchar('\n');
	}
	if (run->is_dry_run || !change->result.is_changed)
		return;
	/* In an image or a chroot no server is running, and of a copy none reads. */
	bool is_live = run->root == NULL && run->config == NULL && !run->is_reloading;
	if (is_live && is_of[REEVE_CONF_DOVECOT])
		puts("to have Dovecot read it: doveadm reload");
	if (is_live && is_of[REEVE_CONF_POSTFIX])
		puts("to have Postfix read it: postfix reload");
	if (change->result.id[0] != '\0') {
		fputs("to undo it: reeve-undo ", stdout);
		if (run->root != NULL) {
			fputs("--root=", stdout);
			conf_put_text(run, root, "");
			putchar(' ');
		}
		puts(change->result.id);
	}
}

static struct json *json_items(const struct conf_change *change)
{
	struct json *list = json_list();

	for (size_t i = 0; i < change->item_count; i++) {
		const struct conf_item *item = &change->items[i];
		struct json *map = json_map();

		json_put_text(map, "path", item->path);
		if (item->side != NULL)
			json_put_text(map, "program", conf_program_key(item->side->kind));
		json_put_text(map, "old", item->old);
		json_put_text(map, "new", item->value);
		json_put_bool(map, "changed", item->is_changed);
		json_append(list, map);
	}
	return list;
}

static struct json *json_files(const struct conf_change *change)
{
	struct json *list = json_list();

	for (size_t i = 0; i < change->file_count; i++) {
		const struct conf_new_file *file = &change->files[i];
		struct json *map = json_map();

		json_put_text(map, "path", file->path);
		json_put_text(map, "target", file->target);
		if (file->diff != NULL)
			json_put_text(map, "diff", file->diff);
		json_append(list, map);
	}
	return list;
}

static void say_json(struct conf_change *change, const struct reeve_error *err)
{
	struct json *map = json_map();

	json_put_bool(map, "changed", change->is_done && change->result.files > 0);
	json_put_bool(map, "dry_run", change->run->is_dry_run);
	json_put_text(map, "id", change->result.id[0] != '\0' ? change->result.id : NULL);
	if (change->goal != NULL)
		json_put(map, "goal", change->goal);
	if (change->is_done) {
		json_put(map, "settings", json_items(change));
		json_put(map, "files", json_files(change));
		if (change->tidied != NULL)
			json_put(map, "tidied", change->tidied);
	}
	if (err != NULL)
		json_put_error(map, err);
	conf_print_json(change->run, map);
}

void conf_change_say(struct conf_change *change, const struct reeve_error *err)
{
	const struct conf_run *run = change->run;

	if (run->is_json) {
		say_json(change, err);
		return;
	}
	if (!change->is_done || run->is_quiet)
		return;
	if (run->is_verbose || (run->is_dry_run && !run->wants_diff))
		say_words(change);
	for (size_t i = 0; i < change->file_count; i++)
		if (change->files[i].diff != NULL)
			conf_put(run, change->files[i].diff, change->files[i].diff_size, "");
}
