/* SPDX-License-Identifier: MIT */
/*
 * Queries, compiled: rows of search keys, and the grammar that joins them.
 *
 *     query = list
 *     list  = key *key / key *("OR" key)       not both: parentheses say which comes first
 *     key   = "NOT" key / "(" list ")" / set / NAME [value]
 *
 * doveadm-search-query(7), where OR stands between keys, not before them as in IMAP. doveadm lets
 * "SEEN BEFORE 30d OR FLAGGED" pass, and ORs all three; such a slip empties a mailbox, so it is
 * an error here (docs/deviations.md).
 */
#include "base/error.h"
#include "base/number.h"
#include "mbox/query.h"

#include <string.h>
#include <strings.h>

#define SEEN     REEVE_FLAG_SEEN
#define OLD      REEVE_FLAG_OLD
#define ANSWERED REEVE_FLAG_ANSWERED
#define FLAGGED  REEVE_FLAG_FLAGGED
#define DRAFT    REEVE_FLAG_DRAFT
#define DELETED  REEVE_FLAG_DELETED

enum value_kind {
	NO_VALUE,
	DATE,
	SIZE,
	SET,
	NOT_YET, /* doveadm has the key, we do not */
};

/* Dovecot: lib-storage/mail-search-register-imap.c, and -human.c for dates, sizes and OR. */
static const struct key {
	const char *name;
	enum value_kind value;
	enum query_type type;
	enum query_compare compare;
	unsigned int flags, flags_are; /* QUERY_FLAGS */
} keys[] = {
	{.name = "ALL", .type = QUERY_ALL},
	{.name = "SEEN", .type = QUERY_FLAGS, .flags = SEEN, .flags_are = SEEN},
	{.name = "UNSEEN", .type = QUERY_FLAGS, .flags = SEEN},
	{.name = "ANSWERED", .type = QUERY_FLAGS, .flags = ANSWERED, .flags_are = ANSWERED},
	{.name = "UNANSWERED", .type = QUERY_FLAGS, .flags = ANSWERED},
	{.name = "FLAGGED", .type = QUERY_FLAGS, .flags = FLAGGED, .flags_are = FLAGGED},
	{.name = "UNFLAGGED", .type = QUERY_FLAGS, .flags = FLAGGED},
	{.name = "DELETED", .type = QUERY_FLAGS, .flags = DELETED, .flags_are = DELETED},
	{.name = "UNDELETED", .type = QUERY_FLAGS, .flags = DELETED},
	{.name = "DRAFT", .type = QUERY_FLAGS, .flags = DRAFT, .flags_are = DRAFT},
	{.name = "UNDRAFT", .type = QUERY_FLAGS, .flags = DRAFT},
	{.name = "OLD", .type = QUERY_FLAGS, .flags = OLD, .flags_are = OLD},
	{.name = "RECENT", .type = QUERY_FLAGS, .flags = OLD},
	{.name = "NEW", .type = QUERY_FLAGS, .flags = OLD | SEEN},
	{.name = "BEFORE", DATE, QUERY_RECEIVED, QUERY_BEFORE},
	{.name = "ON", DATE, QUERY_RECEIVED, QUERY_ON},
	{.name = "SINCE", DATE, QUERY_RECEIVED, QUERY_SINCE},
	{.name = "SENTBEFORE", DATE, QUERY_SENT, QUERY_BEFORE},
	{.name = "SENTON", DATE, QUERY_SENT, QUERY_ON},
	{.name = "SENTSINCE", DATE, QUERY_SENT, QUERY_SINCE},
	{.name = "SMALLER", SIZE, QUERY_SIZE, QUERY_BEFORE},
	{.name = "LARGER", SIZE, QUERY_SIZE, QUERY_ABOVE},
	{.name = "UID", SET, QUERY_UID},
	{.name = "$", NOT_YET},
	{.name = "BCC", NOT_YET},
	{.name = "BODY", NOT_YET},
	{.name = "CC", NOT_YET},
	{.name = "FROM", NOT_YET},
	{.name = "FUZZY", NOT_YET},
	{.name = "GUID", NOT_YET},
	{.name = "HEADER", NOT_YET},
	{.name = "INTHREAD", NOT_YET},
	{.name = "KEYWORD", NOT_YET},
	{.name = "MAILBOX", NOT_YET},
	{.name = "MAILBOX-GUID", NOT_YET},
	{.name = "MIMEPART", NOT_YET},
	{.name = "MODSEQ", NOT_YET},
	{.name = "OLDER", NOT_YET},
	{.name = "OLDESTONLY", NOT_YET},
	{.name = "SAVEDATESUPPORTED", NOT_YET},
	{.name = "SAVEDBEFORE", NOT_YET},
	{.name = "SAVEDON", NOT_YET},
	{.name = "SAVEDSINCE", NOT_YET},
	{.name = "SUBJECT", NOT_YET},
	{.name = "TEXT", NOT_YET},
	{.name = "TO", NOT_YET},
	{.name = "UNKEYWORD", NOT_YET},
	{.name = "X-GUID", NOT_YET},
	{.name = "X-MAILBOX", NOT_YET},
	{.name = "X-REAL-UID", NOT_YET},
	{.name = "X-SAVEDBEFORE", NOT_YET},
	{.name = "X-SAVEDON", NOT_YET},
	{.name = "X-SAVEDSINCE", NOT_YET},
	{.name = "YOUNGER", NOT_YET},
};

#define KEY_COUNT (sizeof keys / sizeof keys[0])

struct parser {
	struct query_words words;
	struct reeve_arena *arena;
	struct reeve_error *err;
	int64_t now;
	unsigned int depth;
	size_t terms;
	unsigned int needs;
};

static struct query_node *parse_list(struct parser *parser);

/* ---- keys ------------------------------------------------------------------------------------ */

static const struct key *find_key(const char *name)
{
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (strcasecmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

static int letter(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

/* How many letters apart two words are: other, missing, too many, or two the wrong way round. */
static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
	enum { MAX = 20 };
	size_t rows[3][MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];

	if (n > MAX || m > MAX)
		return MAX;
	for (size_t k = 0; k <= m; k++)
		last[k] = k;
	for (size_t i = 1; i <= n; i++) {
		row[0] = i;
		for (size_t k = 1; k <= m; k++) {
			size_t best = last[k - 1] + (letter(a[i - 1]) != b[k - 1]);

			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			if (i > 1 && k > 1 && letter(a[i - 1]) == b[k - 2] &&
			    letter(a[i - 2]) == b[k - 1] && before[k - 2] + 1 < best)
				best = before[k - 2] + 1;
			row[k] = best;
		}
		size_t *free_row = before;
		before = last;
		last = row;
		row = free_row;
	}
	return last[m];
}

static int unknown_key(struct parser *parser)
{
	const struct query_word *word = &parser->words.word;
	size_t n = strlen(word->text);
	size_t nearest = n < 3 ? 1 : n < 5 ? 2 : 3; /* what is near is nearer than this */
	const char *name = NULL;

	if (strcasecmp(word->text, "AND") == 0)
		return query_fail(&parser->words, word,
		                  "there is no 'AND': keys side by side must all match");
	for (size_t i = 0; i < KEY_COUNT; i++) {
		size_t d = keys[i].value == NOT_YET
		                   ? nearest
		                   : distance(word->text, n, keys[i].name, strlen(keys[i].name));
		if (d < nearest) {
			nearest = d;
			name = keys[i].name;
		}
	}
	if (name != NULL)
		return query_fail(&parser->words, word, "unknown search key '%s' (is it '%s'?)",
		                  word->text, name);
	return query_fail(&parser->words, word, "unknown search key '%s'", word->text);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static struct query_node *new_node(struct parser *parser, enum query_type type)
{
	struct query_node *node;

	if (++parser->terms > QUERY_MAX_TERMS) {
		query_fail(&parser->words, &parser->words.word, "more than %d search keys and ranges",
		           QUERY_MAX_TERMS);
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

static int parse_value(struct parser *parser, const struct key *key, struct query_node *node)
{
	static const char *const nouns[] = {[DATE] = "a date", [SIZE] = "a size", [SET] = "a set"};
	struct query_word at = parser->words.word;
	struct reeve_error why;

	if (query_words_step(&parser->words) < 0)
		return -1;
	if (key->value == NO_VALUE)
		return 0;
	if (parser->words.word.kind != QUERY_WORD)
		return query_fail(&parser->words, &at, "'%s' wants %s", key->name,
		                  nouns[key->value]);
	if (key->value == SET)
		return parse_set(parser, node);
	if (key->value == DATE) {
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
	const struct key *key = find_key(name);
	struct query_node *node;

	if (*name == '*' || (*name >= '0' && *name <= '9')) {
		node = new_node(parser, QUERY_SEQ);
		return node != NULL && parse_set(parser, node) == 0 ? node : NULL;
	}
	if (key == NULL) {
		unknown_key(parser);
		return NULL;
	}
	if (key->value == NOT_YET) {
		query_fail(&parser->words, &parser->words.word, "search key '%s' is not supported yet",
		           key->name);
		return NULL;
	}
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
	if (at_word(parser, "OR")) {
		query_fail(&parser->words, &parser->words.word,
		           "'OR' stands between two search keys (as in 'SEEN OR FLAGGED')");
		return NULL;
	}
	if (parser->words.word.kind == QUERY_OPEN)
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
	return query;
fail:
	reeve_arena_free(parser.arena);
	return NULL;
}
