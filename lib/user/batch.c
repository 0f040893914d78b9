/* SPDX-License-Identifier: MIT */
/*
 * Wishes out of CSV. Nothing that stands in a field but the name is repeated in a diagnostic: where
 * columns are mixed up, it may be a password.
 */
#include "base/csv.h"
#include "base/diag.h"
#include "base/error.h"
#include "user/columns.h"
#include "user/hash.h"
#include "user/secrets.h"
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* What a record says, from `usual` on. */
struct row {
	struct reeve_user_wish wish;
	/* Its fields that are not empty, by column; NULL. */
	const struct reeve_csv_field *said[USERS_COLUMNS];
};

/* ---- a batch ------------------------------------------------------------------------------- */

/* A name that was there, for the next that is the same. */
struct seen {
	const char *name;
	uint64_t line;
};

struct work {
	struct reeve_users *users;
	const struct reeve_users_batch *batch;
	struct reeve_csv csv;
	int columns[REEVE_CSV_FIELDS]; /* enum users_column */
	size_t count;
	void *seen; /* tsearch(3) of struct seen in the arena */
};

static void wrong_at(struct work *work, uint64_t line, uint64_t column,
                     const struct reeve_error *err)
{
	users_wish_fail_at(work->users, work->batch->file, line, column, err);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->name, ((const struct seen *)b)->name);
}

static void keep_node(void *node)
{
	(void)node; /* it is the arena's */
}

/* The first record. False: no other can be read without it. */
static bool read_columns(struct work *work)
{
	struct reeve_csv *csv = &work->csv;
	struct reeve_error err;
	bool has_name = false;
	int more = reeve_csv_next(csv, &err);

	if (more == 0)
		reeve_fail(&err, REEVE_EFORMAT, "there is no line that names the columns");
	if (more <= 0) {
		wrong_at(work, more == 0 ? 1 : csv->line, more == 0 ? 1 : csv->column, &err);
		return false;
	}
	for (size_t i = 0; i < csv->count; i++) {
		const struct reeve_csv_field *field = &csv->fields[i];
		int column = users_column_find(field->text);

		err.code = REEVE_OK;
		if (column < 0)
			reeve_fail(&err, REEVE_EFORMAT,
			           "this names no column: the first line has some of name, password, "
			           "hash, scheme, home, group, shell, uid, gid, quota, alias");
		for (size_t j = 0; column >= 0 && j < i; j++)
			if (work->columns[j] == column)
				reeve_fail(&err, REEVE_EFORMAT, "the column '%s' is there twice",
				           users_column_name((enum users_column)column));
		if (err.code != REEVE_OK) {
			wrong_at(work, field->line, field->column, &err);
			return false;
		}
		has_name = has_name || column == USERS_COLUMN_NAME;
		work->columns[i] = column;
	}
	work->count = csv->count;
	if (!has_name) {
		reeve_fail(&err, REEVE_EFORMAT, "there is no column 'name'");
		wrong_at(work, csv->line, csv->column, &err);
	}
	return has_name;
}

/* Whether the name is there for the first time. */
static bool is_first(struct work *work, const char *name, uint64_t line, uint64_t column)
{
	struct seen *seen = reeve_arena_alloc(work->users->arena, sizeof *seen), **found = NULL;
	struct reeve_error err;

	if (seen != NULL) {
		*seen = (struct seen){.name = reeve_users_keep(work->users, name), .line = line};
		found = tsearch(seen, &work->seen, compare_names);
	}
	if (found == NULL) {
		work->users->has_failed = true;
		return true;
	}
	if (*found == seen)
		return true;
	reeve_fail(&err, REEVE_EUSAGE, "'%s' is in line %llu already", name,
	           (unsigned long long)(*found)->line);
	wrong_at(work, line, column, &err);
	return false;
}

/* Fill the row from the record. False after saying what is wrong. */
static bool take_record(struct work *work, struct row *row)
{
	const struct reeve_csv *csv = &work->csv;
	struct reeve_error err;
	bool is_good = true;

	if (csv->count != work->count) {
		const struct reeve_csv_field *last =
			&csv->fields[csv->count > work->count ? work->count : csv->count - 1];

		reeve_fail(&err, REEVE_EFORMAT, "this line has %zu fields, the first one names %zu",
		           csv->count, work->count);
		wrong_at(work, last->line, last->column, &err);
		return false;
	}
	for (size_t i = 0; i < csv->count; i++) {
		const struct reeve_csv_field *field = &csv->fields[i];

		if (field->text[0] == '\0')
			continue;
		row->said[work->columns[i]] = field;
		if (users_column_take((enum users_column)work->columns[i], field->text, &row->wish,
		                      &err) != 0) {
			wrong_at(work, field->line, field->column, &err);
			is_good = false;
		}
	}
	return is_good;
}

/* What the record says must fit together. *at_r is where it does not; NULL: the whole of it. */
static int check_row(struct row *row, const struct reeve_user_wish *usual,
                     const struct reeve_csv_field **at_r, struct reeve_error *err)
{
	const struct reeve_csv_field *const *said = row->said;
	struct reeve_user_wish *wish = &row->wish;
	char *field;

	*at_r = NULL;
	if (said[USERS_COLUMN_NAME] == NULL)
		return reeve_fail(err, REEVE_EUSAGE, "this line names no user");
	wish->is_virtual = usual->is_virtual || strchr(wish->name, '@') != NULL;
	if (wish->is_virtual && !usual->has_ids && (said[USERS_COLUMN_UID] != NULL) != (said[USERS_COLUMN_GID] != NULL)) {
		*at_r = said[USERS_COLUMN_UID] != NULL ? said[USERS_COLUMN_UID] : said[USERS_COLUMN_GID];
		return reeve_fail(err, REEVE_EUSAGE, "uid and gid of a virtual user come together");
	}
	if (!wish->is_virtual && said[USERS_COLUMN_GID] != NULL && said[USERS_COLUMN_UID] == NULL) {
		*at_r = said[USERS_COLUMN_GID];
		return reeve_fail(err, REEVE_EUSAGE,
		                  "a gid is for virtual users: one of the system has a group");
	}
	wish->has_ids = usual->has_ids || said[USERS_COLUMN_UID] != NULL;
	if (said[USERS_COLUMN_HASH] == NULL)
		return 0;
	*at_r = said[USERS_COLUMN_HASH];
	if (said[USERS_COLUMN_PASSWORD] != NULL)
		return reeve_fail(err, REEVE_EUSAGE, "a password and a hash: one of them is too much");
	field = reeve_password_field(wish->hash, wish->is_virtual, err);
	if (field == NULL)
		return -1;
	explicit_bzero(field, strlen(field));
	free(field);
	return 0;
}

/* Whether he is there and has a password; then the wish needs none. */
static bool has_password(struct work *work, const char *name)
{
	struct reeve_user user;

	return reeve_users_find(work->users, name, &user, NULL) > 0 && user.is_password_known &&
	       !user.password.is_none;
}

/* Where the fields stand, for what is found wrong with the wish. */
static void mark(const struct row *row, struct users_spot spots[USERS_COLUMNS])
{
	for (size_t i = 0; i < USERS_COLUMNS; i++)
		spots[i] = row->said[i] == NULL
		                   ? (struct users_spot){0}
		                   : (struct users_spot){row->said[i]->line, row->said[i]->column};
}

static void add_aliases(struct work *work, const struct row *row)
{
	char *words = strdup(row->said[USERS_COLUMN_ALIAS]->text), *rest = words;
	const char *word;

	if (words == NULL) {
		work->users->has_failed = true;
		return;
	}
	while ((word = strsep(&rest, " \t\r\n,")) != NULL)
		if (word[0] != '\0')
			users_alias(work->users, word, row->wish.name, true, row->wish.file,
			            row->wish.line);
	free(words);
}

static void read_record(struct work *work)
{
	const struct reeve_users_batch *batch = work->batch;
	const struct reeve_csv *csv = &work->csv;
	struct row row = {.wish = batch->usual};
	struct users_spot spots[USERS_COLUMNS];
	const struct reeve_csv_field *at;
	struct reeve_error err;

	row.wish.name = NULL;
	row.wish.file = batch->file;
	row.wish.line = csv->line;
	if (!take_record(work, &row))
		return;
	if (check_row(&row, &batch->usual, &at, &err) != 0) {
		at = at != NULL ? at : &csv->fields[0];
		wrong_at(work, at->line, at->column, &err);
		return;
	}
	if (!is_first(work, row.wish.name, csv->line, csv->column))
		return;
	if (batch->password != NULL && row.wish.password == NULL && row.wish.hash == NULL &&
	    !has_password(work, row.wish.name)) {
		row.wish.password = batch->password(batch->user, row.wish.name, &err);
		if (row.wish.password == NULL) {
			wrong_at(work, csv->line, 0, &err);
			return;
		}
	}
	mark(&row, spots);
	work->users->spots = spots;
	reeve_users_add(work->users, &row.wish);
	users_look_at(work->users, USERS_COLUMN_ALIAS);
	if (row.said[USERS_COLUMN_ALIAS] != NULL)
		add_aliases(work, &row);
	work->users->spots = NULL;
}

void reeve_users_batch(struct reeve_users *users, const struct reeve_users_batch *batch)
{
	struct work *work = calloc(1, sizeof *work);
	struct reeve_error err;
	int more;

	if (work == NULL) {
		users->has_failed = true;
		return;
	}
	work->users = users;
	work->batch = batch;
	if (reeve_csv_open(&work->csv, batch->bytes, batch->n, &err) != 0) {
		users->has_failed = true;
	} else if (read_columns(work)) {
		while ((more = reeve_csv_next(&work->csv, &err)) != 0) {
			if (reeve_canceled(&users->talk)) {
				reeve_fail(&err, REEVE_ECANCELED, "stopped");
				users_wish_fail(users, NULL, 0, &err);
				break;
			}
			if (more > 0)
				read_record(work);
			else
				wrong_at(work, work->csv.line, work->csv.column, &err);
		}
	}
	users_secret_tell_stays(users, batch->file);
	tdestroy(work->seen, keep_node);
	reeve_csv_dispose(&work->csv);
	free(work);
}
