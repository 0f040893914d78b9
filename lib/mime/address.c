/* SPDX-License-Identifier: MIT */
/*
 * Addresses in header fields, read as Dovecot reads them.
 *
 * Each is handed on as soon as it is read, so memory does not grow with the list. An address may be
 * tried as several things (a group, a name and an address in angle brackets, an address alone),
 * always from its beginning; so the time is linear.
 */
#include "mime/address.h"
#include "mime/lexer.h"

#include <stdint.h>

struct list {
	struct reeve_lexer lexer;
	struct reeve_address address; /* that is being read */
	struct reeve_buf name, route, local, domain, comment;
	struct reeve_buf text; /* the piece that was read last */
	bool fills;            /* what is missing gets a name */
	int (*fn)(void *user, const struct reeve_address *address);
	void *user;
	int ret; /* of fn; the first that is not 0 stops everything */
};

/* ---- what belongs to one address --------------------------------------------------- */

/* Keep the text in a buffer of its own. */
static const char *keep(const struct reeve_buf *text, struct reeve_buf *buf)
{
	reeve_buf_clear(buf);
	reeve_buf_add(buf, text->bytes, text->length);
	return reeve_buf_text(buf);
}

static void hand_on(struct list *list)
{
	if (list->ret == 0)
		list->ret = list->fn(list->user, &list->address);
	list->address = (struct reeve_address){0};
}

static void hand_on_mailbox(struct list *list)
{
	struct reeve_address *address = &list->address;

	if (address->local == NULL) {
		address->local = list->fills ? "MISSING_MAILBOX" : "";
		address->is_broken = true;
	}
	if (address->domain == NULL || address->domain[0] == '\0') {
		address->domain = list->fills ? "MISSING_DOMAIN" : "";
		address->is_broken = true;
	}
	hand_on(list);
}

/* ---- the grammar, RFC 5322 section 3.4, outermost last ----------------------------- */

/* Atoms and dots, wherever the dots stand. */
static enum reeve_lexed read_dotted(struct list *list)
{
	struct reeve_lexer *lexer = &list->lexer;
	enum reeve_lexed lexed = REEVE_LEXED_BROKEN;

	do {
		while (*lexer->p == '.') {
			reeve_buf_add_byte(&list->text, '.');
			if (++lexer->p == lexer->end)
				return REEVE_LEXED_LAST;
			lexed = REEVE_LEXED_MORE;
		}
		if (*lexer->p == '@')
			break;
		lexed = reeve_lexer_atom(lexer, &list->text);
	} while (lexed == REEVE_LEXED_MORE && *lexer->p == '.');
	return lexed;
}

static enum reeve_lexed read_local(struct list *list)
{
	enum reeve_lexed lexed;

	reeve_buf_clear(&list->text);
	if (*list->lexer.p == '"')
		lexed = reeve_lexer_quoted(&list->lexer, &list->text);
	else
		lexed = read_dotted(list);
	if (lexed != REEVE_LEXED_BROKEN)
		list->address.local = keep(&list->text, &list->local);
	return lexed;
}

static enum reeve_lexed read_domain(struct list *list)
{
	enum reeve_lexed lexed;

	reeve_buf_clear(&list->text);
	lexed = reeve_lexer_domain(&list->lexer, &list->text);
	if (lexed != REEVE_LEXED_BROKEN)
		list->address.domain = keep(&list->text, &list->domain);
	return lexed;
}

/* "@one, @two:" before an address (RFC 5322 section 4.4). Returns whether the colon is there. */
static bool read_route(struct list *list)
{
	struct reeve_lexer *lexer = &list->lexer;

	reeve_buf_clear(&list->text);
	while (reeve_lexer_peek(lexer) == '@') {
		if (list->text.length > 0)
			reeve_buf_add_byte(&list->text, ',');
		reeve_buf_add_byte(&list->text, '@');
		if (reeve_lexer_domain(lexer, &list->text) != REEVE_LEXED_MORE)
			return false;
		while (reeve_lexer_skip(lexer) == REEVE_LEXED_MORE && *lexer->p == ',')
			lexer->p++;
	}
	if (lexer->p == lexer->end)
		return false;
	list->address.route = keep(&list->text, &list->route);
	return *lexer->p == ':';
}

/* From the "<" on. */
static enum reeve_lexed read_angle(struct list *list)
{
	struct reeve_lexer *lexer = &list->lexer;

	lexer->p++;
	if (reeve_lexer_skip(lexer) != REEVE_LEXED_MORE)
		return REEVE_LEXED_BROKEN;
	if (*lexer->p == '@') {
		if (read_route(list))
			lexer->p++;
		else if (list->fills)
			list->address.route = "INVALID_ROUTE";
		if (reeve_lexer_skip(lexer) != REEVE_LEXED_MORE)
			return REEVE_LEXED_BROKEN;
	}
	if (*lexer->p != '>') {
		if (read_local(list) != REEVE_LEXED_MORE)
			return REEVE_LEXED_BROKEN;
		if (*lexer->p == '@' && read_domain(list) != REEVE_LEXED_MORE)
			return REEVE_LEXED_BROKEN;
		if (*lexer->p != '>')
			return REEVE_LEXED_BROKEN;
	}
	lexer->p++;
	return reeve_lexer_skip(lexer);
}

/* A name and an address in angle brackets. Returns false if it is something else. */
static bool read_named(struct list *list)
{
	reeve_buf_clear(&list->text);
	if (reeve_lexer_phrase(&list->lexer, &list->text) != REEVE_LEXED_MORE ||
	    *list->lexer.p != '<')
		return false;
	if (list->text.length > 0)
		list->address.name = keep(&list->text, &list->name);
	if (read_angle(list) == REEVE_LEXED_BROKEN) {
		if (list->fills)
			list->address.domain = "SYNTAX_ERROR";
		list->address.is_broken = true;
	}
	return true;
}

/* An address alone; a comment behind it is its name, as mailers wrote it long ago. */
static void read_plain(struct list *list)
{
	struct reeve_lexer *lexer = &list->lexer;
	struct reeve_address *address = &list->address;
	bool is_quoted = *lexer->p == '"', has_domain = false;
	enum reeve_lexed lexed, domain = REEVE_LEXED_MORE;

	reeve_buf_clear(&list->comment);
	lexed = read_local(list);
	if (lexed != REEVE_LEXED_MORE)
		address->is_broken = true;
	if (lexed != REEVE_LEXED_LAST && reeve_lexer_peek(lexer) == '@') {
		has_domain = true;
		domain = read_domain(list);
	}

	if (list->comment.length > 0) {
		address->name = keep(&list->comment, &list->name);
	} else if (!has_domain) {
		/* One word is somebody here, and more of them are a name without an address. */
		size_t before;

		reeve_buf_add_byte(&list->text, ' ');
		before = list->text.length;
		reeve_lexer_phrase(lexer, &list->text);
		if (list->text.length > before) {
			address->local = NULL;
			address->name = keep(&list->text, &list->name);
		} else if (!is_quoted) {
			address->domain = "";
		}
		address->is_broken = true;
	}
	if (address->is_broken && address->name == NULL && address->domain == NULL) {
		address->name = address->local;
		address->local = NULL;
	}
	if (domain == REEVE_LEXED_BROKEN)
		address->is_broken = true;
}

static void read_mailbox(struct list *list)
{
	const unsigned char *start = list->lexer.p;

	if (!read_named(list)) {
		list->lexer.p = start;
		read_plain(list);
	}
	hand_on_mailbox(list);
}

/* Behind a comma. Returns whether there is one, and something behind it. */
static enum reeve_lexed next_of_list(struct list *list)
{
	if (reeve_lexer_peek(&list->lexer) != ',')
		return REEVE_LEXED_LAST;
	list->lexer.p++;
	return reeve_lexer_skip(&list->lexer);
}

/* "name: ann@example.org, ben@example.org;" Returns false if it is something else. */
static bool read_group(struct list *list)
{
	struct reeve_lexer *lexer = &list->lexer;
	enum reeve_lexed lexed;

	reeve_buf_clear(&list->text);
	if (reeve_lexer_phrase(lexer, &list->text) != REEVE_LEXED_MORE || *lexer->p != ':')
		return false;
	lexer->p++;
	lexed = reeve_lexer_skip(lexer);
	list->address.is_broken = lexed != REEVE_LEXED_MORE;
	list->address.local = keep(&list->text, &list->local);
	hand_on(list);

	if (lexed == REEVE_LEXED_MORE && *lexer->p != ';') {
		do {
			read_mailbox(list);
			lexed = next_of_list(list);
		} while (lexed == REEVE_LEXED_MORE && list->ret == 0);
	}
	list->address.is_broken = reeve_lexer_peek(lexer) != ';';
	if (!list->address.is_broken) {
		lexer->p++;
		list->address.is_broken = reeve_lexer_skip(lexer) == REEVE_LEXED_BROKEN;
	}
	hand_on(list);
	return true;
}

static void read_list(struct list *list)
{
	enum reeve_lexed lexed = reeve_lexer_skip(&list->lexer);

	while (lexed == REEVE_LEXED_MORE && list->ret == 0) {
		const unsigned char *start = list->lexer.p;

		if (!read_group(list)) {
			list->lexer.p = start;
			read_mailbox(list);
		}
		lexed = next_of_list(list);
		if (lexed == REEVE_LEXED_BROKEN)
			hand_on_mailbox(list);
	}
}

int reeve_address_each(const char *value, size_t n, bool fills,
                       int (*fn)(void *user, const struct reeve_address *address), void *user)
{
	struct list list = {.fills = fills, .fn = fn, .user = user};
	struct reeve_buf *bufs[] = {&list.name,   &list.route,   &list.local,
	                            &list.domain, &list.comment, &list.text};

	/* A NUL becomes three bytes. */
	for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++)
		reeve_buf_init(bufs[i], n < SIZE_MAX / 4 ? 3 * n + 2 : n);
	list.lexer.p = (const unsigned char *)value;
	list.lexer.end = list.lexer.p + n;
	list.lexer.comment = &list.comment;
	read_list(&list);
	for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) {
		if (list.ret == 0 && bufs[i]->has_failed)
			list.ret = -1;
		reeve_buf_dispose(bufs[i]);
	}
	return list.ret;
}
