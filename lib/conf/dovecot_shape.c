/* SPDX-License-Identifier: MIT */
/* What a line says: the second half of config_parse_line() (src/config/config-parser.c, 2.3
 * to 2.4). */
#include "conf/dovecot_shape.h"

#include <string.h>

static bool at_white(const struct dovecot_shape *shape, size_t at)
{
	return at < shape->n && reeve_dovecot_is_white(shape->text[at]);
}

static size_t skip_white(const struct dovecot_shape *shape, size_t at)
{
	while (at_white(shape, at))
		at++;
	return at;
}

static size_t skip_word(const struct dovecot_shape *shape, size_t at)
{
	while (at < shape->n && !reeve_dovecot_is_white(shape->text[at]))
		at++;
	return at;
}

static bool is_byte(const struct dovecot_shape *shape, size_t at, char byte)
{
	return at < shape->n && shape->text[at] == (unsigned char)byte;
}

static bool is_key(const struct dovecot_shape *shape, const char *word)
{
	size_t n = strlen(word);

	return shape->key_end - shape->key == n && memcmp(shape->text + shape->key, word, n) == 0;
}

/* The first word: to white space or '='. 2.4 takes it in quotes, too. */
static size_t find_key(struct dovecot_shape *shape, size_t at)
{
	shape->key = at;
	if (is_byte(shape, at, '"')) {
		for (at++; at < shape->n && shape->text[at] != '"'; at++) {
			if (shape->text[at] == '\\' && at + 1 < shape->n)
				at++;
		}
		if (at < shape->n)
			at++;
	} else {
		while (at < shape->n && shape->text[at] != '=' &&
		       !reeve_dovecot_is_white(shape->text[at]))
			at++;
	}
	shape->key_end = at;
	return skip_white(shape, at);
}

/* Behind the '='. */
static void find_value(struct dovecot_shape *shape, size_t at)
{
	shape->kind = DOVECOT_SETTING;
	shape->equals = at;
	at = skip_white(shape, at + 1);
	if (is_byte(shape, at, '<') && is_byte(shape, at + 1, '<') &&
	    skip_white(shape, at + 2) < shape->n) {
		shape->is_here = true;
		at = skip_white(shape, at + 2);
	} else if (is_byte(shape, at, '<')) {
		shape->is_from_file = true;
		at = skip_white(shape, at + 1);
	}
	shape->value = at;
	shape->value_end = shape->n;
}

static void find_open(struct dovecot_shape *shape, size_t at)
{
	shape->kind = DOVECOT_OPEN;
	shape->rest = skip_white(shape, at + 1);
}

/* The name of a block and its '{', where the line has more than one word and no '='. */
static void find_name(struct dovecot_shape *shape, size_t at)
{
	bool is_group = is_key(shape, "group");

	shape->value = at;
	if (is_byte(shape, at, '"') && !is_group) {
		for (at++; at < shape->n && shape->text[at] != '"'; at++)
			;
		at = at < shape->n ? at + 1 : at;
	} else {
		at = skip_word(shape, at);
	}
	shape->value_end = at;
	at = skip_white(shape, at);
	if (is_group && at < shape->n && !is_byte(shape, at, '{')) {
		at = skip_word(shape, at);
		shape->value_end = at;
		at = skip_white(shape, at);
	} else if (is_group) {
		shape->problem = "a group has two names: group @label name {";
	}
	if (is_byte(shape, at, '{')) {
		find_open(shape, at);
	} else if (at == shape->n && is_byte(shape, shape->value_end - 1, '{')) {
		/* Perhaps behind a quote that was forgotten: text before the '{' is not white then.
		 */
		shape->value_end--;
		while (reeve_dovecot_is_white(shape->text[shape->value_end - 1]))
			shape->value_end--;
		shape->problem = "no blank before '{', or a quote that does not end";
		find_open(shape, at - 1);
	} else {
		shape->kind = DOVECOT_ERROR;
		shape->value_end = shape->n;
		shape->problem = "neither a setting nor a block: no '=' behind the first word and "
				 "no '{' where a block has it";
	}
}

void dovecot_shape_find(struct dovecot_shape *shape, const unsigned char *text, size_t from,
                        size_t n)
{
	size_t at;

	*shape = (struct dovecot_shape){.text = text, .n = n, .value = n, .value_end = n};
	if (is_byte(shape, from, '{')) {
		shape->key = shape->key_end = from;
		shape->problem = "a '{' of no block: it belongs on the line of the block's name";
		find_open(shape, from);
		return;
	}
	at = find_key(shape, from);
	if (is_key(shape, "!include") || is_key(shape, "!include_try")) {
		shape->kind = DOVECOT_INCLUDE;
		shape->value = at;
	} else if (is_byte(shape, at, '=')) {
		find_value(shape, at);
		if (shape->key == shape->key_end) {
			shape->kind = DOVECOT_ERROR;
			shape->problem = "no name before '='";
		}
	} else if (is_byte(shape, at, '{')) {
		find_open(shape, at);
	} else if (at < n) {
		find_name(shape, at);
	} else if (is_byte(shape, shape->key_end - 1, '{')) {
		shape->key_end--;
		shape->problem = "no blank before '{'";
		find_open(shape, n - 1);
	} else {
		shape->kind = DOVECOT_ERROR;
		shape->problem = "neither a setting nor a block: no '=' and no '{'";
	}
}
