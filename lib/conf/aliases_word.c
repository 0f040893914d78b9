/* SPDX-License-Identifier: MIT */
/* Names and targets of aliases as somebody says them, and as a file has them. */
#include "base/error.h"
#include "conf/aliases_edit.h"

#include <string.h>

void reeve_aliases_add_quoted(struct reeve_buf *buf, const char *text, const char *bare)
{
	size_t n = strcspn(text, " \"\\(),:;<>@[]");

	while (text[n] != '\0' && strchr(bare, text[n]) != NULL)
		n += 1 + strcspn(text + n + 1, " \"\\(),:;<>@[]");
	if (text[n] == '\0' && text[0] != '|' && text[0] != '#') {
		reeve_buf_add_text(buf, text);
		return;
	}
	reeve_buf_add_byte(buf, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, (unsigned char)*text);
	}
	reeve_buf_add_byte(buf, '"');
}

static int check_bytes(const char *text, struct reeve_error *err)
{
	for (const char *p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return reeve_fail(err, REEVE_EUSAGE,
			                  "an alias cannot have control characters");
	}
	return 0;
}

int reeve_aliases_check_name(const char *name, struct reeve_error *err)
{
	if (check_bytes(name, err) < 0)
		return -1;
	if (name[0] == '\0' || name[0] == ' ' || name[strlen(name) - 1] == ' ')
		return reeve_fail(err, REEVE_EUSAGE, "'%s' is no name of an alias", name);
	if (strpbrk(name, "@%") != NULL)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "'%s': the name of an alias has no domain, and no '%%'", name);
	return 0;
}

/* One that begins with a quote is written already: it must be one target when it is read. */
static bool read_written(const char *text, struct reeve_buf *plain)
{
	struct reeve_doc *doc;
	struct reeve_buf line;
	struct reeve_span span = {0, 0};
	uint32_t at = 0, n;
	bool is_one = false;

	reeve_buf_init(&line, REEVE_CONF_MAX_BYTES);
	reeve_buf_add_text(&line, "x:");
	reeve_buf_add_text(&line, text);
	doc = reeve_doc_of(REEVE_SYNTAX_ALIASES, "", line.bytes, line.length, NULL, NULL);
	n = doc != NULL ? doc->nodes[0].first : 0;
	if (n != 0 && doc->nodes[n].kind == REEVE_NODE_SETTING && doc->nodes[n].next == 0 &&
	    reeve_aliases_target(doc, n, &at, &span) && span.offset == 2 &&
	    span.offset + span.length == doc->size) {
		reeve_aliases_plain(doc, 2, doc->size, plain);
		reeve_buf_add_text(&line, "\",y");
		reeve_doc_free(doc);
		/* With its quotes closed, what follows a '"' is in quotes. */
		doc = reeve_doc_of(REEVE_SYNTAX_ALIASES, "", line.bytes, line.length, NULL, NULL);
		at = 0;
		is_one = doc != NULL && reeve_aliases_target(doc, doc->nodes[0].first, &at, &span) &&
		         span.length == line.length - 2 && plain->length > 0;
	}
	reeve_doc_free(doc);
	reeve_buf_dispose(&line);
	return is_one;
}

void reeve_aliases_word_dispose(struct reeve_aliases_word *word)
{
	reeve_buf_dispose(&word->written);
	reeve_buf_dispose(&word->plain);
}

int reeve_aliases_word_init(struct reeve_aliases_word *word, const char *text,
                            struct reeve_error *err)
{
	bool is_good;

	if (check_bytes(text, err) < 0)
		return -1;
	reeve_buf_init(&word->written, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&word->plain, REEVE_CONF_MAX_BYTES);
	if (text[0] == '"') {
		is_good = read_written(text, &word->plain);
		reeve_buf_add_text(&word->written, text);
	} else {
		/* Of an address that would need quotes two may be meant: "ann, bob". */
		is_good = text[0] != '\0' && text[0] != ' ' && text[strlen(text) - 1] != ' ' &&
		          (strchr("|/:", text[0]) != NULL || strpbrk(text, " ,;()<>\"") == NULL);
		reeve_buf_add_text(&word->plain, text);
		reeve_aliases_add_quoted(&word->written, text, "@:[]");
	}
	if (is_good && !word->plain.has_failed && !word->written.has_failed)
		return 0;
	reeve_aliases_word_dispose(word);
	return reeve_fail(err, REEVE_EUSAGE, "'%s' is not one target of an alias", text);
}
