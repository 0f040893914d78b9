/* SPDX-License-Identifier: MIT */
/*
 * How a value is written: as it is, or in quotes. Which, the reader says: what was written is read
 * again as a line, and the first way that gives the value is taken.
 */
#include "base/error.h"
#include "conf/dovecot_edit.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_names.h"
#include "conf/dovecot_walk.h"

#include <string.h>

/* ---- what is wished ------------------------------------------------------------------------ */

/* Whether a word that begins with '$' is one that Dovecot expands. */
static bool is_known(struct reeve_conf *conf, const char *word, size_t n)
{
	struct reeve_buf name;
	bool is_so;

	if (n > 5 && strncmp(word, "$ENV:", 5) == 0)
		return true;
	if (reeve_dovecot_is_24(conf))
		return n > 5 && strncmp(word, "$SET:", 5) == 0;
	if (n < 2)
		return false;
	reeve_buf_init(&name, 200);
	reeve_buf_add(&name, word + 1, n - 1);
	is_so = !name.is_cut &&
	        (reeve_dovecot_kind(reeve_buf_text(&name)) != REEVE_DOVECOT_UNKNOWN ||
	         reeve_conf_knows(conf, reeve_buf_text(&name)));
	reeve_buf_dispose(&name);
	return is_so;
}

static bool has_variable(struct reeve_conf *conf, const char *value)
{
	for (const char *at = value; *at != '\0';) {
		size_t n = strcspn(at, " \t");

		if (*at == '$' && is_known(conf, at, n))
			return true;
		at += n;
		at += strspn(at, " \t");
	}
	return false;
}

int dovecot_wish_make(struct dovecot_wish *wish, struct reeve_conf *conf, const char *value,
                      struct reeve_error *err)
{
	*wish = (struct dovecot_wish){.value = value};
	if (strpbrk(value, "\r\n") != NULL)
		return reeve_fail(err, REEVE_EUSAGE, "a value cannot hold a line end");
	if (value[0] == '<' && value[1] == '<')
		return reeve_fail(err, REEVE_EUSAGE, "'%s': a here-document cannot be set", value);
	if (value[0] == '<') {
		wish->is_from_file = true;
		wish->value = value + 1 + strspn(value + 1, " \t");
		if (*wish->value == '\0')
			return reeve_fail(err, REEVE_EUSAGE, "'%s' names no file", value);
	} else {
		wish->is_variable = has_variable(conf, value);
	}
	return 0;
}

/* In quotes nothing is expanded; without them all words with '$' are tried. */
static bool is_as_wished(const struct dovecot_wish *wish, const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];
	bool is_quoted = reeve_dovecot_is_quoted(doc, n);

	if (node->flags & REEVE_NODE_HERE)
		return false;
	if (wish->is_from_file != ((node->flags & REEVE_NODE_FROM_FILE) != 0))
		return false;
	return !wish->is_variable || !is_quoted;
}

bool dovecot_wish_is(const struct dovecot_wish *wish, const struct reeve_doc *doc, uint32_t node)
{
	struct reeve_buf value;
	size_t n = strlen(wish->value);
	bool is_so;

	if (!is_as_wished(wish, doc, node))
		return false;
	reeve_buf_init(&value, REEVE_CONF_MAX_BYTES);
	reeve_dovecot_value(doc, node, &value);
	is_so = !value.has_failed && value.length == n &&
	        (n == 0 || memcmp(value.bytes, wish->value, n) == 0);
	reeve_buf_dispose(&value);
	return is_so;
}

/* ---- writing ------------------------------------------------------------------------------- */

/*
 * Text that would not stay as it is without quotes, though a tree cannot see it: where there is a
 * '$', 2.x expands words that begin with it, and makes one blank of many.
 */
static bool wants_quotes(const struct dovecot_wish *wish)
{
	const char *at = strchr(wish->value, '$');

	if (at == NULL || wish->is_variable || wish->is_from_file)
		return false;
	if (strstr(wish->value, "  ") != NULL || strchr(wish->value, '\t') != NULL)
		return true;
	for (; at != NULL; at = strchr(at + 1, '$')) {
		if ((at == wish->value || at[-1] == ' ') && at[1] != '\0' && at[1] != ' ')
			return true;
	}
	return false;
}

/*
 * The value, in quotes or not. A backslash goes before each quote of that kind and each backslash;
 * 2.4.2 takes no other escapes, not even that of a single quote.
 */
static bool add_value(const struct dovecot_wish *wish, char quote, struct reeve_buf *buf)
{
	if (wish->is_from_file)
		reeve_buf_add_byte(buf, '<');
	if (quote == '\0') {
		reeve_buf_add_text(buf, wish->value);
		return true;
	}
	reeve_buf_add_byte(buf, (unsigned char)quote);
	for (const char *at = wish->value; *at != '\0'; at++) {
		if (*at == quote && quote == '\'')
			return false;
		if (*at == quote || *at == '\\')
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, (unsigned char)*at);
	}
	reeve_buf_add_byte(buf, (unsigned char)quote);
	return true;
}

/* Whether a text is one setting and nothing else, with the value wished. */
static bool reads_so(const struct dovecot_wish *wish, const struct reeve_buf *line,
                     const void *after, size_t n)
{
	struct reeve_doc *doc =
		reeve_doc_of(REEVE_SYNTAX_DOVECOT, "", line->bytes, line->length, NULL, NULL);
	bool is_so;

	if (doc == NULL)
		return false;
	is_so = doc->count == 2 && doc->nodes[1].kind == REEVE_NODE_SETTING &&
	        dovecot_wish_is(wish, doc, 1);
	/* A comment behind it is still one. */
	if (is_so && memchr(after, '#', n) != NULL)
		is_so = doc->nodes[1].note_end > 0;
	reeve_doc_free(doc);
	return is_so;
}

static bool try_quote(const struct dovecot_wish *wish, const struct reeve_buf *before, char quote,
                      const void *after, size_t n, struct reeve_buf *buf)
{
	struct reeve_buf line;
	bool is_good;

	reeve_buf_clear(buf);
	reeve_buf_init(&line, REEVE_CONF_MAX_BYTES);
	is_good = add_value(wish, quote, buf);
	reeve_buf_add(&line, before->bytes, before->length);
	reeve_buf_add(&line, buf->bytes, buf->length);
	reeve_buf_add(&line, after, n);
	is_good = is_good && !line.has_failed && !line.is_cut && !buf->has_failed &&
	          reads_so(wish, &line, after, n);
	reeve_buf_dispose(&line);
	return is_good;
}

bool dovecot_wish_write(const struct dovecot_wish *wish, const struct reeve_buf *before, char quote,
                        const void *after, size_t n, struct reeve_buf *buf)
{
	/* An empty value has no quotes unless it had. */
	if (quote != '\0' && try_quote(wish, before, quote, after, n, buf))
		return true;
	return (!wants_quotes(wish) && try_quote(wish, before, '\0', after, n, buf)) ||
	       try_quote(wish, before, '"', after, n, buf) ||
	       try_quote(wish, before, '\'', after, n, buf);
}
