/* SPDX-License-Identifier: MIT */
/*
 * Queries, compiled: the grammar that joins search keys.
 *
 *     query = list
 *     list  = key *key / key *("OR" key)       not both: parentheses say which comes first
 *     key   = "NOT" key / "OR" key key / "(" list ")" / set / NAME [value]
 *
 * doveadm-search-query(7), where OR stands between keys, and RFC 3501, where it stands before
 * two; one cannot be taken for the other. doveadm lets "SEEN BEFORE 30d OR FLAGGED" pass, and ORs
 * all three; such a slip empties a mailbox, so it is an error here (docs/deviations.md).
 */
#include "base/error.h"
#include "mbox/query.h"

#include <string.h>
#include <strings.h>

struct parser {
	struct query_words words;
	struct reeve_arena *arena;
	struct reeve_error *err;
	int64_t now;
	unsigned int depth;
	size_t terms;
	unsigned int needs;
	struct query_text **last_text;
	size_t text_count;
};

static struct query_node *parse_list(struct parser *parser);

/* ---- nodes ----------------------------------------------------------------------------------- */

static struct query_node *new_node(struct parser *parser, enum query_type type)
{
	struct query_node *node;

	if (++parser->terms > QUERY_MAX_TERMS) {
		query_fail(&parser->words, &parser->words.word,
		           "more than %d search keys and ranges", QUERY_MAX_TERMS);
		return NULL;
	}
	node = reeve_arena_alloc(parser->arena, sizeof *node);
	if (node == NULL)
		reeve_fail_nomem(parser->err);
	else
		node->type = type;
	return node;
}

/* The set at hand, of sequence numbers or UIDs. */
static int parse_set(struct parser *parser, struct query_node *node)
{
	if (query_set_parse(&parser->words, parser->arena, &parser->terms, &node->u.set) < 0)
		return -1;
	if (node->type == QUERY_UID)
		parser->needs |= REEVE_NEED_UID;
	if (node->u.set.has_last)
		parser->needs |= REEVE_NEED_TOTAL;
	return query_words_step(&parser->words);
}

/* The text at hand, which gets the next number. */
static int parse_text(struct parser *parser, const struct query_key *key, struct query_node *node)
{
	struct query_text *text = reeve_arena_alloc(parser->arena, sizeof *text);

	if (text == NULL)
		return reeve_fail_nomem(parser->err);
	if (query_text_parse(&parser->words, key, parser->arena, text) < 0)
		return -1;
	*parser->last_text = text;
	parser->last_text = &text->next;
	node->u.text = parser->text_count++;
	node->is_not = key->is_not;
	parser->needs |= key->where == QUERY_IN_BODY || key->where == QUERY_IN_ALL ?
	                         REEVE_NEED_BODY :
	                         REEVE_NEED_HEADER;
	return query_words_step(&parser->words);
}

static int parse_value(struct parser *parser, const struct query_key *key, struct query_node *node)
{
	static const char *const nouns[] = {
		[QUERY_DATE] = "a date",
		[QUERY_BYTES] = "a size",
		[QUERY_SET] = "a set",
		[QUERY_STRING] = "a text",
	};
	struct query_word at = parser->words.word;
	struct reeve_error why;

	if (query_words_step(&parser->words) < 0)
		return -1;
	if (key->value == QUERY_NO_VALUE)
		return 0;
	if (parser->words.word.kind != QUERY_WORD)
		return query_fail(&parser->words, &at, "'%s' wants %s", key->name,
		                  key->where == QUERY_IN_FIELD ? "the name of a field"
		                                               : nouns[key->value]);
	if (key->value == QUERY_STRING)
		return parse_text(parser, key, node);
	if (key->value == QUERY_SET)
		return parse_set(parser, node);
	if (key->value == QUERY_DATE) {
		if (query_date_parse(&parser->words, parser->now, &node->u.date) < 0)
			return -1;
		parser->needs |= key->type == QUERY_SENT ? REEVE_NEED_SENT : REEVE_NEED_RECEIVED;
	} else {
		if (reeve_size_parse(parser->words.word.text, &node->u.size_bytes, &why) < 0)
			return query_fail(&parser->words, &parser->words.word, "%s", why.text);
		parser->needs |= REEVE_NEED_SIZE;
	}
	return query_words_step(&parser->words);
}

static struct query_node *parse_named(struct parser *parser)
{
	const char *name = parser->words.word.text;
	const struct query_key *key;
	struct query_node *node;

	if (*name == '*' || (*name >= '0' && *name <= '9')) {
		node = new_node(parser, QUERY_SEQ);
		return node != NULL && parse_set(parser, node) == 0 ? node : NULL;
	}
	key = query_key_find(&parser->words);
	if (key == NULL)
		return NULL;
	node = new_node(parser, key->type);
	if (node == NULL)
		return NULL;
	node->compare = key->compare;
	if (key->type == QUERY_FLAGS) {
		node->u.flags.mask = key->flags;
		node->u.flags.value = key->flags_are;
	}
	return parse_value(parser, key, node) == 0 ? node : NULL;
}

/* ---- grammar --------------------------------------------------------------------------------- */

static bool at_word(const struct parser *parser, const char *name)
{
	const struct query_word *word = &parser->words.word;

	return word->kind == QUERY_WORD && strcasecmp(word->text, name) == 0;
}

/* From "(" to the matching ")". */
static struct query_node *parse_parentheses(struct parser *parser)
{
	struct query_word open = parser->words.word;
	struct query_node *node;

	if (++parser->depth > QUERY_MAX_DEPTH) {
		query_fail(&parser->words, &open, "more than %d parentheses in each other",
		           QUERY_MAX_DEPTH);
		return NULL;
	}
	if (query_words_step(&parser->words) < 0)
		return NULL;
	if (parser->words.word.kind == QUERY_CLOSE) {
		query_fail(&parser->words, &open, "no search key between '(' and ')'");
		return NULL;
	}
	if (parser->words.word.kind == QUERY_END) {
		query_fail(&parser->words, &open, "'(' without ')'");
		return NULL;
	}
	node = parse_list(parser);
	if (node == NULL)
		return NULL;
	if (parser->words.word.kind != QUERY_CLOSE) {
		query_fail(&parser->words, &open, "'(' without ')'");
		return NULL;
	}
	parser->depth--;
	return query_words_step(&parser->words) == 0 ? node : NULL;
}

static struct query_node *parse_key(struct parser *parser);

/* OR before two keys, as IMAP has it. */
static struct query_node *parse_or_before(struct parser *parser)
{
	struct query_word at = parser->words.word;
	struct query_node *keys[2], *node;

	if (++parser->depth > QUERY_MAX_DEPTH) {
		query_fail(&parser->words, &at, "more than %d ORs in each other", QUERY_MAX_DEPTH);
		return NULL;
	}
	if (query_words_step(&parser->words) < 0)
		return NULL;
	for (int i = 0; i < 2; i++) {
		if (parser->words.word.kind == QUERY_END || parser->words.word.kind == QUERY_CLOSE) {
			query_fail(&parser->words, &at,
			           "'OR' stands between two search keys, or before two");
			return NULL;
		}
		keys[i] = parse_key(parser);
		if (keys[i] == NULL)
			return NULL;
	}
	parser->depth--;
	node = new_node(parser, QUERY_OR);
	if (node != NULL) {
		keys[0]->next = keys[1];
		node->u.children = keys[0];
	}
	return node;
}

static struct query_node *parse_key(struct parser *parser)
{
	struct query_word not = {0};
	bool is_not = false;
	struct query_node *node;

	while (at_word(parser, "NOT")) {
		not = parser->words.word;
		is_not = !is_not;
		if (query_words_step(&parser->words) < 0)
			return NULL;
	}
	if (at_word(parser, "OR"))
		node = parse_or_before(parser);
	else if (parser->words.word.kind == QUERY_OPEN)
		node = parse_parentheses(parser);
	else if (parser->words.word.kind == QUERY_WORD)
		node = parse_named(parser);
	else
		return query_fail(&parser->words, &not, "'NOT' wants a search key"), NULL;
	if (node != NULL && is_not)
		node->is_not = !node->is_not;
	return node;
}

/* One list: all its keys joined by nothing, or all by OR. Its first word is there. */
static struct query_node *parse_list(struct parser *parser)
{
	struct query_node *first = parse_key(parser), *last = first, *list;
	bool is_or = at_word(parser, "OR");

	while (last != NULL && parser->words.word.kind != QUERY_END &&
	       parser->words.word.kind != QUERY_CLOSE) {
		struct query_word at = parser->words.word;

		if (at_word(parser, "OR") != is_or) {
			query_fail(&parser->words, &at,
			           "with OR beside other keys, parentheses must say what belongs "
			           "together");
			return NULL;
		}
		if (is_or && query_words_step(&parser->words) < 0)
			return NULL;
		if (is_or && (parser->words.word.kind == QUERY_END ||
		              parser->words.word.kind == QUERY_CLOSE)) {
			query_fail(&parser->words, &at, "'OR' wants a search key after it");
			return NULL;
		}
		last->next = parse_key(parser);
		last = last->next;
	}
	if (last == NULL || first == last)
		return last;
	list = new_node(parser, is_or ? QUERY_OR : QUERY_AND);
	if (list != NULL)
		list->u.children = first;
	return list;
}

struct reeve_query *reeve_query_compile(const char *text, int64_t now, struct reeve_error *err)
{
	struct parser parser = {.err = err, .now = now != 0 ? now : (int64_t)time(NULL)};
	struct reeve_query *query = NULL;

	parser.arena = reeve_arena_new();
	if (parser.arena != NULL)
		query = reeve_arena_alloc(parser.arena, sizeof *query);
	if (query == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	query->arena = parser.arena;
	parser.last_text = &query->texts;
	if (query_words_start(&parser.words, text, parser.arena, err) < 0)
		goto fail;
	if (parser.words.word.kind == QUERY_END) {
		query_fail(&parser.words, &parser.words.word, "no search key");
		goto fail;
	}
	if (parser.words.word.kind != QUERY_CLOSE) {
		query->root = parse_list(&parser);
		if (query->root == NULL)
			goto fail;
	}
	if (parser.words.word.kind == QUERY_CLOSE) {
		query_fail(&parser.words, &parser.words.word, "')' without '('");
		goto fail;
	}
	query->needs = parser.needs;
	query->text_count = parser.text_count;
	return query;
fail:
	reeve_arena_free(parser.arena);
	return NULL;
}
