/* SPDX-License-Identifier: MIT */
/* JSON through json-c, with the checks that json-c leaves to its callers. */
#include "json.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_failed;

/* struct json is never defined: it is json-c's object under a name of ours. */
static struct json *made(struct json_object *object)
{
	if (object == NULL)
		has_failed = true;
	return (struct json *)object;
}

struct json *json_map(void)
{
	return made(json_object_new_object());
}

struct json *json_list(void)
{
	return made(json_object_new_array());
}

void json_put(struct json *map, const char *key, struct json *value)
{
	struct json_object *object = (struct json_object *)value;

	if (map != NULL && value != NULL &&
	    json_object_object_add((struct json_object *)map, key, object) == 0)
		return;
	has_failed = true;
	json_object_put(object);
}

void json_put_number(struct json *map, const char *key, uint64_t number)
{
	json_put(map, key, made(json_object_new_uint64(number)));
}

void json_put_bool(struct json *map, const char *key, bool is_true)
{
	json_put(map, key, made(json_object_new_boolean(is_true)));
}

/* How many bytes at p make one UTF-8 character (RFC 3629 section 4), 0 if none. NUL ends p. */
static size_t utf8_length(const unsigned char *p)
{
	static const struct {
		unsigned char first, last, second_first, second_last;
		size_t length;
	} rows[] = {
		{0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (p[0] < rows[i].first || p[0] > rows[i].last)
			continue;
		if (rows[i].length > 1 &&
		    (p[1] < rows[i].second_first || p[1] > rows[i].second_last))
			return 0;
		for (size_t k = 2; k < rows[i].length; k++)
			if (p[k] < 0x80 || p[k] > 0xbf)
				return 0;
		return rows[i].length;
	}
	return 0;
}

void json_put_text(struct json *map, const char *key, const char *text)
{
	static const char replacement[] = "\xef\xbf\xbd";

	if (text == NULL) {
		/* json-c's null is a NULL pointer, so this one does not go through json_put(). */
		if (map == NULL ||
		    json_object_object_add((struct json_object *)map, key, NULL) != 0)
			has_failed = true;
		return;
	}
	char *clean = malloc(strlen(text) * (sizeof replacement - 1) + 1);
	if (clean == NULL) {
		has_failed = true;
		return;
	}
	char *to = clean;
	for (const char *from = text; *from != '\0';) {
		size_t n = utf8_length((const unsigned char *)from);
		memcpy(to, n > 0 ? from : replacement, n > 0 ? n : sizeof replacement - 1);
		to += n > 0 ? n : sizeof replacement - 1;
		from += n > 0 ? n : 1;
	}
	*to = '\0';
	json_put(map, key, made(json_object_new_string(clean)));
	free(clean);
}

void json_append(struct json *list, struct json *value)
{
	struct json_object *object = (struct json_object *)value;

	if (list != NULL && value != NULL &&
	    json_object_array_add((struct json_object *)list, object) == 0)
		return;
	has_failed = true;
	json_object_put(object);
}

int json_print(struct json *value)
{
	struct json_object *object = (struct json_object *)value;
	const char *text = NULL;

	if (!has_failed)
		text = json_object_to_json_string_ext(
			object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		printf("%s\n", text);
	json_object_put(object);
	return text != NULL ? 0 : -1;
}
