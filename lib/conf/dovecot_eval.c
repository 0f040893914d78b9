/* SPDX-License-Identifier: MIT */
/* One walk over a Dovecot configuration, by the rules of its version. */
#include "base/number.h"
#include "base/rows.h"
#include "conf/dovecot_eval.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_names.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX     ((size_t)64 << 20)  /* one value as written */
#define EXPANDED_MAX ((size_t)1 << 20)   /* one value, expanded: `x = $x $x` doubles it */
#define EXPANDED_ALL ((size_t)128 << 20) /* all of them */

static const struct reeve_eval_rules *rules(const struct reeve_eval *eval)
{
	return eval->is_24 ? &reeve_eval_24 : &reeve_eval_23;
}

/* ---- blocks -------------------------------------------------------------------------------- */

static bool push(struct reeve_eval *eval)
{
	struct reeve_open *open =
		reeve_rows_grow(eval->open, sizeof *open, eval->depth + 1, &eval->open_room);

	if (open == NULL)
		return false;
	eval->open = open;
	eval->open[eval->depth + 1] = eval->open[eval->depth];
	eval->open[++eval->depth].kind = REEVE_OPEN_ORDINARY;
	return true;
}

/* When a place was entered first. */
static bool note_place(struct reeve_eval *eval)
{
	uint32_t at = eval->places->at;

	if (at >= eval->place_seq_count) {
		uint32_t count = eval->places->room;
		uint32_t *seq = realloc(eval->place_seq, count * sizeof *seq);

		if (seq == NULL)
			return false;
		memset(seq + eval->place_seq_count, 0,
		       (count - eval->place_seq_count) * sizeof *seq);
		eval->place_seq = seq;
		eval->place_seq_count = count;
	}
	if (eval->place_seq[at] == 0)
		eval->place_seq[at] = ++eval->seq;
	return true;
}

static void enter(struct reeve_eval *eval)
{
	const struct reeve_place *place;

	if (eval->walk.depth > REEVE_EVAL_DEPTH)
		return;
	reeve_places_enter(eval->places, eval->walk.doc, eval->walk.node);
	if (eval->places->has_failed || !note_place(eval) || !push(eval)) {
		eval->has_failed = true;
		return;
	}
	place = &eval->places->places[eval->places->at];
	rules(eval)->enter(eval, place->type, place->name);
}

static void leave(struct reeve_eval *eval)
{
	if (eval->walk.depth >= REEVE_EVAL_DEPTH)
		return;
	rules(eval)->leave(eval);
	eval->depth--;
	reeve_places_leave(eval->places);
}

/* ---- settings ------------------------------------------------------------------------------ */

static bool add_row(struct reeve_eval *eval, const char *name, const char *value)
{
	if (eval->row_count == eval->row_room) {
		uint32_t room = eval->row_room + eval->row_room / 2 + 128;
		struct reeve_row *rows = realloc(eval->rows, room * sizeof *rows);

		if (rows == NULL)
			return false;
		eval->rows = rows;
		eval->row_room = room;
	}
	eval->rows[eval->row_count++] = (struct reeve_row){
		.place = eval->places->at,
		.seq = ++eval->seq,
		.name = name,
		.value = value,
		.doc = eval->walk.doc,
		.node = eval->walk.node,
		.item = REEVE_NONE,
	};
	return true;
}

static void setting(struct reeve_eval *eval)
{
	const struct reeve_node *node = &eval->walk.doc->nodes[eval->walk.node];
	const char *name, *value;

	if (eval->walk.depth > REEVE_EVAL_DEPTH)
		return;
	reeve_buf_clear(&eval->buf);
	reeve_dovecot_name(eval->walk.doc, eval->walk.node, &eval->buf);
	name = reeve_eval_keep(eval, eval->buf.bytes, eval->buf.length);
	reeve_buf_clear(&eval->buf);
	if (node->flags & REEVE_NODE_FROM_FILE)
		reeve_buf_add_byte(&eval->buf, '<');
	reeve_dovecot_value(eval->walk.doc, eval->walk.node, &eval->buf);
	value = reeve_eval_keep(eval, eval->buf.bytes, eval->buf.length);
	if (eval->buf.has_failed || eval->has_failed || !add_row(eval, name, value))
		eval->has_failed = true;
	else
		rules(eval)->set(eval, name, value);
}

/* ---- for the rules ------------------------------------------------------------------------- */

bool reeve_eval_has_variables(const struct reeve_eval *eval)
{
	const struct reeve_row *row = &eval->rows[eval->row_count - 1];
	const struct reeve_node *node = &row->doc->nodes[row->node];

	/* Dovecot looks at the first byte only: `'a' $b` is as it is. */
	return !(node->flags & (REEVE_NODE_FROM_FILE | REEVE_NODE_HERE)) &&
	       node->value < node->value_end && row->doc->bytes[node->value] != '"' &&
	       row->doc->bytes[node->value] != '\'' && strchr(row->value, '$') != NULL;
}

/* What the key is here, or in the blocks around, or built in: config_get_value(). */
static const char *value_before(struct reeve_eval *eval, const char *key)
{
	for (size_t i = eval->depth + 1; i-- > 0;) {
		uint32_t scope = eval->is_24 ? eval->open[i].scope : eval->open[i].filter;
		uint32_t n = reeve_eval_item(eval, scope, key, false);

		if (n != REEVE_NONE && eval->items[n].is_set)
			return eval->items[n].value;
	}
	return reeve_dovecot_default(key, eval->is_24);
}

const char *reeve_eval_expand(struct reeve_eval *eval, const char *key, const char *value, bool *uses_r)
{
	const char *prefix = eval->is_24 ? "$SET:" : "$";
	size_t prefix_size = strlen(prefix), key_size = strlen(key);
	struct reeve_buf *buf = &eval->more;

	/* Words are what blanks part; of several blanks one stays (config_write_keyvariable()). */
	*uses_r = false;
	reeve_buf_clear(buf);
	for (const char *word = value;;) {
		size_t n = strcspn(word, " ");

		if (n == prefix_size + key_size && strncmp(word, prefix, prefix_size) == 0 &&
		    memcmp(word + prefix_size, key, key_size) == 0) {
			reeve_buf_add_text(buf, value_before(eval, key));
			*uses_r = true;
		} else {
			reeve_buf_add(buf, word, n);
		}
		if (word[n] == '\0')
			break;
		reeve_buf_add_byte(buf, ' ');
		for (word += n; *word == ' ' || *word == '\t'; word++)
			;
	}
	if (buf->has_failed)
		eval->has_failed = true;
	eval->expanded += buf->length;
	if (buf->is_cut || eval->expanded > EXPANDED_ALL) {
		*uses_r = false;
		return value;
	}
	return reeve_eval_keep(eval, buf->bytes, buf->length);
}

void reeve_eval_unescape(struct reeve_buf *buf, const char *text, size_t n)
{
	static const char codes[] = "es\\_+", bytes[] = "=/\\ ,";

	for (size_t i = 0; i < n; i++) {
		const char *code = text[i] == '\\' && i + 1 < n && text[i + 1] != '\0' ?
			strchr(codes, text[i + 1]) :
			NULL;

		if (code != NULL)
			reeve_buf_add_byte(buf, (unsigned char)bytes[code - codes]);
		else if (text[i] != '\\' || i + 1 == n || text[i + 1] != '.') /* "\." is nothing */
			reeve_buf_add_byte(buf, (unsigned char)text[i]);
		i += code != NULL || (text[i] == '\\' && i + 1 < n && text[i + 1] == '.');
	}
}

const char *reeve_eval_net(struct reeve_eval *eval, const char *text)
{
	const char *slash = strchr(text, '/'), *start = text;
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	char address[64], shown[INET6_ADDRSTRLEN];
	uint64_t bits, most;
	unsigned char raw[16];
	int family = memchr(text, ':', n) == NULL ? AF_INET : AF_INET6;

	if (n > 1 && text[0] == '[' && text[n - 1] == ']') {
		start++;
		n -= 2;
	}
	if (n >= sizeof address)
		return text;
	memcpy(address, start, n);
	address[n] = '\0';
	bits = most = family == AF_INET ? 32 : 128;
	if (inet_pton(family, address, raw) != 1 ||
	    (slash != NULL && !reeve_digits(slash + 1, strlen(slash + 1), most, &bits)))
		return text;
	inet_ntop(family, raw, shown, sizeof shown);
	reeve_buf_clear(&eval->more);
	reeve_buf_add_text(&eval->more, shown);
	if (bits != most) {
		reeve_buf_add_byte(&eval->more, '/');
		if (bits >= 100)
			reeve_buf_add_byte(&eval->more, '1');
		if (bits >= 10)
			reeve_buf_add_byte(&eval->more, (unsigned char)('0' + bits / 10 % 10));
		reeve_buf_add_byte(&eval->more, (unsigned char)('0' + bits % 10));
	}
	return reeve_eval_keep(eval, eval->more.bytes, eval->more.length);
}

/* ---- the walk ------------------------------------------------------------------------------ */

static bool prepare(struct reeve_eval *eval, const char *path)
{
	struct reeve_dovecot *own = eval->conf->own;

	eval->arena = reeve_arena_new();
	eval->places = reeve_places_new(path);
	reeve_buf_init(&eval->buf, TEXT_MAX);
	reeve_buf_init(&eval->more, EXPANDED_MAX);
	eval->open = calloc(16, sizeof *eval->open);
	eval->open_room = 16;
	own->is_24 = -1; /* it may have been changed */
	eval->is_24 = reeve_dovecot_is_24(eval->conf);
	if (eval->arena == NULL || eval->places == NULL || eval->open == NULL)
		return false;
	reeve_eval_scope(eval, 0, "", "");
	return !eval->has_failed;
}

struct reeve_eval *reeve_eval_new(struct reeve_conf *conf, const char *path)
{
	struct reeve_eval *eval = calloc(1, sizeof *eval);
	enum reeve_walk_event event;

	if (eval == NULL)
		return NULL;
	eval->conf = conf;
	if (!prepare(eval, path)) {
		reeve_eval_free(eval);
		return NULL;
	}
	reeve_walk_init(&eval->walk, conf);
	while (!eval->has_failed && (event = reeve_walk_next(&eval->walk)) != REEVE_WALK_END) {
		if (event == REEVE_WALK_ENTER)
			enter(eval);
		else if (event == REEVE_WALK_LEAVE)
			leave(eval);
		else if (event == REEVE_WALK_SETTING)
			setting(eval);
	}
	reeve_places_read(eval->places);
	eval->has_failed |= eval->walk.has_failed || eval->places->has_failed;
	reeve_walk_dispose(&eval->walk);
	if (eval->has_failed) {
		reeve_eval_free(eval);
		return NULL;
	}
	return eval;
}

void reeve_eval_free(struct reeve_eval *eval)
{
	if (eval == NULL)
		return;
	reeve_walk_dispose(&eval->walk);
	reeve_arena_free(eval->arena);
	reeve_places_free(eval->places);
	reeve_buf_dispose(&eval->buf);
	reeve_buf_dispose(&eval->more);
	free(eval->scopes);
	free(eval->items);
	free(eval->rows);
	free(eval->slots);
	free(eval->place_seq);
	free(eval->open);
	free(eval);
}
