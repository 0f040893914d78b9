/* SPDX-License-Identifier: MIT */
/*
 * JSON documents for --json. This is the one door to json-c.
 *
 * Building fails sticky: after the first failure (there is only one kind: no memory) values come
 * out as NULL, NULL is taken everywhere, and json_print() reports it. Whoever puts a value into
 * another gives it away.
 */
#ifndef COMMON_JSON_H
#define COMMON_JSON_H

#include <mailreeve/base.h>
#include <stdbool.h>
#include <stdint.h>

struct json;

struct json *json_map(void);
struct json *json_list(void);

void json_put(struct json *map, const char *key, struct json *value);
void json_put_number(struct json *map, const char *key, uint64_t number);
void json_put_bool(struct json *map, const char *key, bool is_true);

/* NULL is null. Bytes that are not UTF-8 come out as U+FFFD. */
void json_put_text(struct json *map, const char *key, const char *text);

void json_append(struct json *list, struct json *value);

/* An error as "error" of the map, a diagnostic into the list. */
void json_put_error(struct json *map, const struct reeve_error *err);
void json_append_diag(struct json *list, const struct reeve_diag *diag);

/* Print on stdout, one line, and free. Returns 0, or -1 if the document could not be built. */
int json_print(struct json *value);

/* Whether anything was printed: a second document would be one too many. */
bool json_is_printed(void);

/*
 * The same for a map that begins with a list too long to be held as a whole: json-c takes two
 * kilobytes for a row that is printed in two hundred bytes.
 *
 *     json_begin("rows"), json_next(row) for each, json_end("diagnostics", list)
 *
 * Each value is printed and freed at once. json_end() returns 0, or -1 if one could not be built;
 * what was printed then lacks it.
 */
void json_begin(const char *key);
void json_next(struct json *value);
int json_end(const char *key, struct json *value);

#endif
