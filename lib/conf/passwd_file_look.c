/* SPDX-License-Identifier: MIT */
/*
 * What a line of a passwd-file holds, as src/auth/db-passwd-file.c of Dovecot 2.3 and 2.4 takes it.
 *
 * Of two lines for one user the first counts ("User %s exists more than once", passwd_file_add()). Extra
 * fields are split at blanks only, and of one key twice the later counts (auth_fields_add()).
 */
#include "conf/passwd_file.h"

#include <string.h>

static bool is_text(const struct reeve_doc *doc, struct reeve_span span, const char *text, size_t n)
{
	return span.length == n && memcmp(doc->bytes + span.offset, text, n) == 0;
}

bool reeve_passwd_file_field(const struct reeve_doc *doc, uint32_t node, enum reeve_pwf_field field,
                             struct reeve_span *span_r)
{
	uint32_t piece = doc->nodes[node].first, last = 0, end;

	for (unsigned int i = 0; piece != 0 && i < field; i++) {
		last = piece;
		piece = doc->nodes[piece].next;
	}
	if (piece != 0) {
		*span_r = (struct reeve_span){
			doc->nodes[piece].value,
			doc->nodes[piece].value_end - doc->nodes[piece].value};
		return true;
	}
	end = reeve_line_text_end(doc, doc->nodes[node].start, doc->nodes[node].end);
	*span_r = (struct reeve_span){end, 0};
	/* Behind the last colon of the file is a field without a piece. */
	unsigned int fields = 0;
	for (piece = doc->nodes[node].first; piece != 0; piece = doc->nodes[piece].next)
		fields++;
	return fields == field && last != 0 && doc->nodes[last].value_end < end;
}

/* What a line looks like, whatever Dovecot makes of it. */
enum look { NOTHING, A_USER, A_NAME, WORDS, A_SETTING };

static bool has_blank(const unsigned char *text, size_t n)
{
	return memchr(text, ' ', n) != NULL || memchr(text, '\t', n) != NULL;
}

static enum look look_at(const struct reeve_doc *doc, uint32_t node)
{
	const unsigned char *name = doc->bytes + doc->nodes[node].name, *equals;
	size_t n = doc->nodes[node].name_end - doc->nodes[node].name;
	struct reeve_span field;
	bool has_colon = reeve_passwd_file_field(doc, node, REEVE_PWF_PASSWORD, &field);

	while (n > 0 && (name[0] == ' ' || name[0] == '\t')) {
		name++;
		n--;
	}
	while (n > 0 && has_blank(name + n - 1, 1))
		n--;
	if (n == 0 || name[0] == '#')
		return NOTHING;
	equals = memchr(name, '=', n);
	if (equals > name && (!has_colon || has_blank(equals - 1, 1) ||
	                      (equals + 1 < name + n && has_blank(equals + 1, 1))))
		return A_SETTING;
	if (has_blank(name, n))
		return WORDS;
	if (!has_colon)
		return A_NAME;
	return has_blank(doc->bytes + field.offset, (size_t)field.length) ? NOTHING : A_USER;
}

uint32_t reeve_passwd_file_alien(const struct reeve_doc *doc, bool *is_names_r)
{
	const struct reeve_node *nodes = doc->nodes;
	uint32_t words = 0, name = 0;
	bool has_colon = false;

	*is_names_r = false;
	for (uint32_t i = nodes[0].first; i != 0; i = nodes[i].next) {
		enum look look = nodes[i].kind == REEVE_NODE_SETTING ? look_at(doc, i) : NOTHING;

		if (look == A_SETTING)
			return i;
		if (look == A_USER)
			return 0;
		if (look == WORDS && words == 0)
			words = i;
		if (look == A_NAME && name == 0)
			name = i;
		has_colon = has_colon || memchr(doc->bytes + nodes[i].start, ':',
		                                nodes[i].end - nodes[i].start) != NULL;
	}
	*is_names_r = words == 0 && name != 0 && !has_colon;
	return words != 0 ? words : *is_names_r ? name : 0;
}

int reeve_passwd_file_item(const struct reeve_doc *doc, uint32_t node, uint64_t *at,
                           struct reeve_pwf_item *item_r)
{
	struct reeve_span field;
	uint64_t start, end, stop;

	reeve_passwd_file_field(doc, node, REEVE_PWF_EXTRA, &field);
	start = *at == 0 ? field.offset : *at;
	stop = field.offset + field.length;
	while (start < stop && doc->bytes[start] == ' ')
		start++;
	if (start == stop)
		return 0;
	for (end = start; end < stop && doc->bytes[end] != ' ';)
		end++;
	*at = end;
	*item_r = (struct reeve_pwf_item){.all = {start, end - start}};
	if (start == field.offset && doc->bytes[start] == ':') {
		item_r->is_old_mail = item_r->has_value = true;
		item_r->key = (struct reeve_span){start, 0};
		item_r->value = (struct reeve_span){start + 1, end - start - 1};
		return 1;
	}

	const unsigned char *equals = memchr(doc->bytes + start, '=', end - start);
	uint64_t key_end = equals != NULL ? (uint64_t)(equals - doc->bytes) : end;
	item_r->has_value = equals != NULL;
	item_r->key = (struct reeve_span){start, key_end - start};
	item_r->value = (struct reeve_span){key_end + item_r->has_value,
	                                    end - key_end - item_r->has_value};
	return 1;
}

bool reeve_passwd_file_extra(const struct reeve_doc *doc, uint32_t node, const char *key,
                             struct reeve_span *value_r)
{
	struct reeve_pwf_item item;
	uint64_t at = 0;
	size_t n = strlen(key);
	bool is_found = false;

	while (reeve_passwd_file_item(doc, node, &at, &item)) {
		if (item.is_old_mail ? item.value.length > 0 && strcmp(key, "userdb_mail") == 0
		                     : is_text(doc, item.key, key, n)) {
			*value_r = item.value;
			is_found = true;
		}
	}
	return is_found;
}
