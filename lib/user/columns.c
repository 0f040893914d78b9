/* SPDX-License-Identifier: MIT */
/* The columns of a batch, and what their fields mean. */
#include "user/columns.h"

#include "base/error.h"
#include "base/number.h"
#include "mime/utf8.h"
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define ID_MAX (UINT32_MAX - 1) /* (uid_t)-1 is none */

enum kind {
	TEXT,
	A_SCHEME,
	ID,
	SIZE,
	WORDS,
};

static const struct column {
	const char *name;
	enum kind kind;
	size_t offset; /* in the wish; of TEXT, A_SCHEME, ID */
} columns[USERS_COLUMNS] = {
	[USERS_COLUMN_NAME] = {"name", TEXT, offsetof(struct reeve_user_wish, name)},
	[USERS_COLUMN_PASSWORD] = {"password", TEXT, offsetof(struct reeve_user_wish, password)},
	[USERS_COLUMN_HASH] = {"hash", TEXT, offsetof(struct reeve_user_wish, hash)},
	[USERS_COLUMN_SCHEME] = {"scheme", A_SCHEME, offsetof(struct reeve_user_wish, scheme)},
	[USERS_COLUMN_HOME] = {"home", TEXT, offsetof(struct reeve_user_wish, home)},
	[USERS_COLUMN_GROUP] = {"group", TEXT, offsetof(struct reeve_user_wish, group)},
	[USERS_COLUMN_SHELL] = {"shell", TEXT, offsetof(struct reeve_user_wish, shell)},
	[USERS_COLUMN_UID] = {"uid", ID, offsetof(struct reeve_user_wish, uid)},
	[USERS_COLUMN_GID] = {"gid", ID, offsetof(struct reeve_user_wish, gid)},
	[USERS_COLUMN_QUOTA] = {"quota", SIZE, 0},
	[USERS_COLUMN_ALIAS] = {"alias", WORDS, 0},
};

static void put_text(struct reeve_user_wish *wish, const struct column *column, const char *text)
{
	memcpy((char *)wish + column->offset, &text, sizeof text);
}

static int put_id(struct reeve_user_wish *wish, const struct column *column, const char *text,
                  struct reeve_error *err)
{
	uint64_t number;
	uint32_t id;

	if (!reeve_digits(text, strlen(text), ID_MAX, &number))
		return reeve_fail(err, REEVE_EUSAGE, "this is no number of a user or group");
	id = (uint32_t)number;
	memcpy((char *)wish + column->offset, &id, sizeof id);
	return 0;
}

/* A spreadsheet may write Latin-1; whoever logs in sends UTF-8. */
static bool is_utf8(const char *text)
{
	size_t n = strlen(text), length;
	uint32_t character;

	for (size_t at = 0; at < n; at += length) {
		length = reeve_utf8_get((const unsigned char *)text + at, n - at, &character);
		if (length == 0)
			return false;
	}
	return true;
}

int users_column_find(const char *name)
{
	for (int i = 0; i < USERS_COLUMNS; i++)
		if (strcasecmp(name, columns[i].name) == 0)
			return i;
	return -1;
}

const char *users_column_name(enum users_column column)
{
	return columns[column].name;
}

int users_column_take(enum users_column at, const char *text, struct reeve_user_wish *wish,
                      struct reeve_error *err)
{
	const struct column *column = &columns[at];

	if (!is_utf8(text))
		return reeve_fail(err, REEVE_EUSAGE,
		                  "this is not UTF-8: convert the file, for with other bytes a "
		                  "password is another");
	switch (column->kind) {
	case A_SCHEME:
		if (reeve_password_prefix(text) == NULL)
			return reeve_fail(err, REEVE_EUSAGE,
			                  "a scheme is CRYPT, SHA512-CRYPT or BLF-CRYPT");
		put_text(wish, column, text);
		return 0;
	case TEXT:
		put_text(wish, column, text);
		return 0;
	case ID:
		return put_id(wish, column, text, err);
	case SIZE:
		if (reeve_size_parse(text, &wish->quota_bytes, NULL) != 0 ||
		    wish->quota_bytes == 0)
			return reeve_fail(err, REEVE_EUSAGE, "this is no quota, such as 500M or 2G");
		return 0;
	case WORDS:
		return 0;
	}
	return 0;
}
