/* SPDX-License-Identifier: MIT */
/* JSON through json-c, with the checks that json-c leaves to its callers. */
#include "json.h"

#include "tool.h"
#include "utf8.h"
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static bool has_failed;
static bool has_rows; /* of what json_begin() began */
static bool is_printed;

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

void json_put_text(struct json *map, const char *key, const char *text)
{
	static const char replacement[] = UTF8_REPLACEMENT;

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
		size_t n = utf8_decode(from, NULL);
		memcpy(to, n > 0 ? from : replacement, n > 0 ? n : sizeof replacement - 1);
		to += n > 0 ? n : sizeof replacement - 1;
		from += n > 0 ? n : 1;
	}
	*to = '\0';
	json_put(map, key, made(json_object_new_string(clean)));
	free(clean);
}

/* What stands in a list is not looked at any more: as text a map takes a tenth of the memory. */
static struct json_object *compact(struct json_object *object)
{
	struct json_object *text = object == NULL ? NULL : json_object_new_int(0);
	char *copy = text == NULL ? NULL : strdup(json_object_to_json_string_ext(object, FLAGS));

	json_object_put(object);
	if (copy == NULL) {
		json_object_put(text);
		return NULL;
	}
	json_object_set_serializer(text, json_object_userdata_to_json_string, copy,
	                           json_object_free_userdata);
	return text;
}

void json_append(struct json *list, struct json *value)
{
	struct json_object *object = compact((struct json_object *)value);

	if (list != NULL && object != NULL &&
	    json_object_array_add((struct json_object *)list, object) == 0)
		return;
	has_failed = true;
	json_object_put(object);
}

/* ---- what the library says ------------------------------------------------------------------- */

static const char *code_word(enum reeve_code code)
{
	switch (code) {
	case REEVE_OK:
		return "ok";
	case REEVE_EIO:
		return "io";
	case REEVE_ENOMEM:
		return "nomem";
	case REEVE_EUSAGE:
		return "usage";
	case REEVE_EBUSY:
		return "busy";
	case REEVE_ECHANGED:
		return "changed";
	case REEVE_EFORMAT:
		return "format";
	case REEVE_EREFUSED:
		return "refused";
	case REEVE_ECANCELED:
		return "canceled";
	}
	return "unknown";
}

void json_put_error(struct json *map, const struct reeve_error *err)
{
	struct json *error = json_map();

	json_put_text(error, "code", code_word(err->code));
	json_put_text(error, "text", err->text);
	json_put(map, "error", error);
}

void json_append_diag(struct json *list, const struct reeve_diag *diag)
{
	struct json *item = json_map();

	json_put_text(item, "severity", tool_severity_word(diag->severity));
	json_put_text(item, "file", diag->file);
	if (diag->line != 0)
		json_put_number(item, "line", diag->line);
	if (diag->column != 0)
		json_put_number(item, "column", diag->column);
	json_put_text(item, "text", diag->text);
	json_append(list, item);
}

/* Print `before` and the value, and free it. */
static int print(const char *before, struct json *value)
{
	struct json_object *object = (struct json_object *)value;
	const char *text = NULL;

	is_printed = true;
	if (!has_failed)
		text = json_object_to_json_string_ext(object, FLAGS);
	if (text != NULL)
		printf("%s%s", before, text);
	else
		has_failed = true;
	json_object_put(object);
	return text != NULL ? 0 : -1;
}

int json_print(struct json *value)
{
	int r = print("", value);

	if (r == 0)
		putchar('\n');
	return r;
}

bool json_is_printed(void)
{
	return is_printed;
}

void json_begin(const char *key)
{
	printf("{\"%s\":[", key);
	is_printed = true;
	has_rows = false;
}

void json_next(struct json *value)
{
	if (print(has_rows ? "," : "", value) == 0)
		has_rows = true;
}

int json_end(const char *key, struct json *value)
{
	printf("],\"%s\":", key);
	if (print("", value) < 0)
		fputs("[]", stdout);
	puts("}");
	return has_failed ? -1 : 0;
}
