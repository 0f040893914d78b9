/* SPDX-License-Identifier: MIT */
/* Edits of a passwd-file: one field of a user's line, one of its extra fields; the line goes. */
#include "base/error.h"
#include "conf/passwd_file.h"

#include <string.h>

static void replace(struct reeve_edits *edits, struct reeve_span span, const char *text)
{
	reeve_edits_add(edits, span, text, strlen(text));
}

/* Carry edits out, and free them. 1, or -1 with err. */
static int apply(struct reeve_doc *doc, struct reeve_edits *edits, struct reeve_error *err)
{
	int r = edits == NULL ? reeve_fail_nomem(err) : reeve_doc_apply(doc, edits, err);

	reeve_edits_free(edits);
	return r < 0 ? -1 : 1;
}

int reeve_passwd_file_check_text(const char *text, enum reeve_pwf_field field,
                                 struct reeve_error *err)
{
	bool is_last = field == REEVE_PWF_EXTRA;

	if (text != NULL && text[strcspn(text, "\r\n")] != '\0')
		return reeve_fail(err, REEVE_EUSAGE,
		                  "a field of a passwd-file cannot hold a line end");
	if (text != NULL && (is_last ? text[0] == ':' : strchr(text, ':') != NULL))
		return reeve_fail(err, REEVE_EUSAGE, "a field of a passwd-file cannot %s a ':'",
		                  is_last ? "begin with" : "hold");
	return 0;
}

static int find(struct reeve_doc *doc, const char *name, uint32_t *node_r,
                struct reeve_error *err)
{
	*node_r = reeve_passwd_file_find(doc, name);
	if (*node_r == 0)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' has no user '%s'", doc->path, name);
	return 0;
}

unsigned int reeve_passwd_file_count(const struct reeve_doc *doc, uint32_t node)
{
	struct reeve_span span;
	unsigned int n = 1;

	while (n < REEVE_PWF_FIELDS &&
	       reeve_passwd_file_field(doc, node, (enum reeve_pwf_field)n, &span))
		n++;
	return n;
}

/* ---- a field ------------------------------------------------------------------------------- */

/* The colons that a line needs in front of its field `field`. */
static const char *missing_colons(const struct reeve_doc *doc, uint32_t node,
                                  enum reeve_pwf_field field)
{
	static const char colons[] = ":::::::";

	return colons + (sizeof colons - 1) - (field + 1 - reeve_passwd_file_count(doc, node));
}

int reeve_passwd_file_set(struct reeve_doc *doc, const char *name, enum reeve_pwf_field field,
                          const char *value, struct reeve_error *err)
{
	struct reeve_edits *edits;
	struct reeve_span span;
	uint32_t node;
	size_t n = strlen(value);
	bool is_there;

	if (reeve_passwd_file_check_text(value, field, err) < 0 || find(doc, name, &node, err) < 0)
		return -1;
	is_there = reeve_passwd_file_field(doc, node, field, &span);
	if (span.length == n && memcmp(doc->bytes + span.offset, value, n) == 0)
		return 0;
	edits = reeve_edits_new();
	if (edits != NULL && !is_there)
		replace(edits, (struct reeve_span){span.offset, 0},
		        missing_colons(doc, node, field));
	if (edits != NULL)
		replace(edits, span, value);
	return apply(doc, edits, err);
}

/* ---- extra fields -------------------------------------------------------------------------- */

static bool is_key(const struct reeve_doc *doc, const struct reeve_pwf_item *item, const char *key)
{
	size_t n = strlen(key);

	if (item->is_old_mail)
		return item->value.length > 0 && strcmp(key, "userdb_mail") == 0;
	return item->key.length == n && memcmp(doc->bytes + item->key.offset, key, n) == 0;
}

/* The span of an item, with a blank between it and the next, or the one before. */
static struct reeve_span with_blank(const struct reeve_doc *doc, uint32_t node,
                                    const struct reeve_pwf_item *item)
{
	struct reeve_span field, span = item->all;

	reeve_passwd_file_field(doc, node, REEVE_PWF_EXTRA, &field);
	if (span.offset + span.length < field.offset + field.length) {
		span.length++;
	} else if (span.offset > field.offset) {
		span.offset--;
		span.length++;
	}
	return span;
}

/* All items of that key go. How many went; -1 with err. */
static int remove_items(struct reeve_doc *doc, const char *name, const char *key,
                        struct reeve_error *err)
{
	uint32_t node = reeve_passwd_file_find(doc, name);
	struct reeve_pwf_item item;
	uint64_t at = 0;
	int removed = 0;

	while (reeve_passwd_file_item(doc, node, &at, &item)) {
		if (!is_key(doc, &item, key))
			continue;

		struct reeve_edits *edits = reeve_edits_new();
		if (edits != NULL)
			replace(edits, with_blank(doc, node, &item), "");
		if (apply(doc, edits, err) < 0)
			return -1;
		removed = 1;
		at = 0;
	}
	return removed;
}

static void add_item(struct reeve_buf *text, const char *key, const char *value)
{
	reeve_buf_add_text(text, key);
	if (value[0] != '\0') {
		reeve_buf_add_byte(text, '=');
		reeve_buf_add_text(text, value);
	}
}

/* A line of 2.3, "...:SHELL::MAIL": userdb_mail=MAIL. -1 with err where what is behind says nothing. */
static int renew(const struct reeve_doc *doc, struct reeve_span field, struct reeve_edits *edits,
                 struct reeve_error *err)
{
	const unsigned char *text = doc->bytes + field.offset;

	if (field.length == 0 || text[0] != ':')
		return 0;
	if (field.length > 1 && (text[1] == ':' || text[1] == ' '))
		return reeve_fail(err, REEVE_EREFUSED,
		                  "the extra fields of a user in '%s' begin with ':', and would "
		                  "mean something else with another",
		                  doc->path);
	replace(edits, (struct reeve_span){field.offset, 1},
	        field.length > 1 ? "userdb_mail=" : "");
	return 0;
}

/* The edits that give `node` the item, instead of `old` if there is one. -1 with err. */
static int edit_item(const struct reeve_doc *doc, uint32_t node, const struct reeve_pwf_item *old,
                     const char *key, const char *value, struct reeve_edits *edits,
                     struct reeve_error *err)
{
	struct reeve_span field;
	struct reeve_buf text;
	bool is_there = reeve_passwd_file_field(doc, node, REEVE_PWF_EXTRA, &field);
	uint64_t end = field.offset + field.length;

	if (renew(doc, field, edits, err) < 0)
		return -1;
	if (old != NULL && old->is_old_mail) {
		replace(edits, old->value, value);
		return 0;
	}
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	if (old == NULL && !is_there)
		reeve_buf_add_text(&text, missing_colons(doc, node, REEVE_PWF_EXTRA));
	else if (old == NULL && field.length > 0 && doc->bytes[end - 1] != ' ' &&
	         !(field.length == 1 && doc->bytes[field.offset] == ':'))
		reeve_buf_add_byte(&text, ' ');
	add_item(&text, key, value);
	replace(edits, old != NULL ? old->all : (struct reeve_span){end, 0}, reeve_buf_text(&text));
	int r = text.has_failed ? reeve_fail_nomem(err) : 0;
	reeve_buf_dispose(&text);
	return r;
}

int reeve_passwd_file_set_extra(struct reeve_doc *doc, const char *name, const char *key,
                                const char *value, struct reeve_error *err)
{
	struct reeve_pwf_item item, old = {.has_value = false};
	struct reeve_edits *edits;
	uint64_t at = 0;
	uint32_t node;
	size_t n = value == NULL ? 0 : strlen(value);
	bool is_found = false;

	if (key[0] == '\0' || key[0] == ':' || key[strcspn(key, " =\r\n")] != '\0' ||
	    (value != NULL && value[strcspn(value, " \r\n")] != '\0'))
		return reeve_fail(err, REEVE_EUSAGE,
		                  "an extra field of a passwd-file cannot be '%s=%s'", key,
		                  value == NULL ? "" : value);
	if (find(doc, name, &node, err) < 0)
		return -1;
	if (value == NULL)
		return remove_items(doc, name, key, err);

	while (reeve_passwd_file_item(doc, node, &at, &item)) {
		if (is_key(doc, &item, key)) {
			old = item;
			is_found = true;
		}
	}
	if (is_found && old.value.length == n &&
	    memcmp(doc->bytes + old.value.offset, value, n) == 0)
		return 0;
	edits = reeve_edits_new();
	if (edits != NULL &&
	    edit_item(doc, node, is_found ? &old : NULL, key, value, edits, err) < 0) {
		reeve_edits_free(edits);
		return -1;
	}
	return apply(doc, edits, err);
}

/* ---- a user goes --------------------------------------------------------------------------- */

int reeve_passwd_file_remove(struct reeve_doc *doc, const char *name, struct reeve_error *err)
{
	struct reeve_edits *edits;
	size_t n = strlen(name);

	if (reeve_passwd_file_find(doc, name) == 0)
		return 0;
	edits = reeve_edits_new();
	for (uint32_t i = doc->nodes[0].first; i != 0 && edits != NULL; i = doc->nodes[i].next) {
		if (doc->nodes[i].kind == REEVE_NODE_SETTING && reeve_passwd_file_compare(doc, i, name, n) == 0)
			replace(edits,
			        (struct reeve_span){doc->nodes[i].start,
			                            doc->nodes[i].end - doc->nodes[i].start},
			        "");
	}
	return apply(doc, edits, err);
}
