/* SPDX-License-Identifier: MIT */
/* Files before and after a migration: see migrate_case.h. */
#include "migrate_case.h"

#include "folder.h"
#include "unit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *next_file(const char *text, char *name, const char **body_r, size_t *n_r)
{
	const char *end;

	if (*text == '\0')
		return NULL;
	strcpy(name, "dovecot.conf");
	*body_r = text;
	if (strncmp(text, "== ", 3) == 0) {
		size_t n = strcspn(text + 3, "\n");

		memcpy(name, text + 3, n);
		name[n] = '\0';
		*body_r = text + 3 + n + 1;
	}
	end = strstr(*body_r, "\n== ");
	*n_r = end == NULL ? strlen(*body_r) : (size_t)(end + 1 - *body_r);
	return *body_r + *n_r;
}

static void write_files(const char *text)
{
	char name[100];
	const char *body;
	size_t n;

	if (*text == '\0')
		folder_write("dovecot.conf", "");
	while ((text = next_file(text, name, &body, &n)) != NULL) {
		char *copy = strndup(body, n);

		folder_write(name, copy);
		free(copy);
	}
}

void migrate_case_expect(const char *row, struct reeve_migrate *migrate, const char *text)
{
	char name[100];
	const char *body = "";
	size_t n = 0;

	strcpy(name, "dovecot.conf");
	if (*text != '\0')
		text = next_file(text, name, &body, &n);
	for (; text != NULL; text = next_file(text, name, &body, &n)) {
		bool found = false;

		for (size_t i = 0; i < reeve_migrate_file_count(migrate); i++) {
			struct reeve_conf_file file = reeve_migrate_file(migrate, i);
			const char *slash = strrchr(file.path, '/');

			if (strcmp(slash == NULL ? file.path : slash + 1, name) != 0)
				continue;
			found = true;
			ck_assert_msg(file.new_size == n && memcmp(file.new_bytes, body, n) == 0,
			              "%s: %s is\n%.*s\nwanted\n%.*s", row, name,
			              (int)file.new_size, (const char *)file.new_bytes, (int)n,
			              body);
		}
		ck_assert_msg(found, "%s: no file %s", row, name);
	}
}

static void expect_said(const struct migrate_case *row, struct reeve_migrate *migrate)
{
	static const char *const kinds[] = {"changed", "removed", "noted", "decide"};
	char said[1000] = "";

	for (size_t i = 0; i < reeve_migrate_change_count(migrate); i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(migrate, i);
		size_t n = strlen(said);

		if (change->kind != REEVE_MIGRATE_CHANGED)
			snprintf(said + n, sizeof said - n, "%s%llu %s", n == 0 ? "" : " ",
			         (unsigned long long)change->line, kinds[change->kind]);
	}
	ck_assert_msg(strcmp(said, row->said) == 0, "%s: said '%s', wanted '%s'", row->name, said,
	              row->said);
}

struct reeve_migrate *migrate_case_run(const char *name)
{
	struct reeve_migrate_how how = {.path = "dovecot.conf"};
	struct reeve_error err = {0};
	struct reeve_migrate *migrate = reeve_migrate_open(&how, &err);

	ck_assert_msg(migrate != NULL, "%s: %s", name, err.text);
	ck_assert_msg(reeve_migrate_run(migrate, "2.3", &err) >= 0, "%s: %s", name, err.text);
	return migrate;
}

void migrate_case_try(const struct migrate_case *row)
{
	const char *after = row->after == NULL ? row->before : row->after;

	folder_enter();
	write_files(row->before);
	struct reeve_migrate *migrate = migrate_case_run(row->name);
	expect_said(row, migrate);
	migrate_case_expect(row->name, migrate, after);
	reeve_migrate_close(migrate);

	/* A second time changes nothing. */
	write_files(after);
	migrate = migrate_case_run(row->name);
	migrate_case_expect(row->name, migrate, after);
	reeve_migrate_close(migrate);
	folder_leave();
}
