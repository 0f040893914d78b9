/* SPDX-License-Identifier: MIT */
/* New lines of a passwd-file: where they go, and what they look like. All in one edit of the document. */
#include "base/error.h"
#include "conf/passwd_file.h"

#include <stdlib.h>
#include <string.h>

/* A new line, and its place. */
struct newcomer {
	const struct reeve_pwf_line *line;
	const char *name, *domain; /* "@example.org"; "" */
	uint32_t at, like;         /* the neighbour whose fields it shall have; 0: there is none */
	size_t group, order;       /* of those at one place, what comes first */
};

/* The lines that there are. */
struct lines {
	const struct reeve_doc *doc;
	uint32_t *users; /* their nodes, in the file's order */
	size_t count;
	uint32_t end; /* where new ones go that belong nowhere else: in front of empty lines at the end */
	bool is_sorted;
};

int reeve_passwd_file_check(const struct reeve_pwf_line *line, struct reeve_error *err)
{
	const char *name = line->fields[REEVE_PWF_NAME];

	if (name == NULL || name[0] == '\0' || name[0] == '#')
		return reeve_fail(err, REEVE_EUSAGE, "a passwd-file cannot hold a user '%s'",
		                  name != NULL ? name : "");
	for (unsigned int i = 0; i < REEVE_PWF_FIELDS; i++)
		if (reeve_passwd_file_check_text(line->fields[i], (enum reeve_pwf_field)i, err) < 0)
			return -1;
	return 0;
}

/* ---- places --------------------------------------------------------------------------------- */

static struct reeve_span name_of(const struct reeve_doc *doc, uint32_t node)
{
	return (struct reeve_span){doc->nodes[node].name,
	                           doc->nodes[node].name_end - doc->nodes[node].name};
}

/* -1 with err: no memory. */
static int look_at_lines(struct lines *lines, const struct reeve_doc *doc, struct reeve_error *err)
{
	const struct reeve_node *nodes = doc->nodes;
	uint32_t last = 0;

	*lines = (struct lines){.doc = doc, .end = doc->size, .is_sorted = true};
	lines->users = reallocarray(NULL, (size_t)doc->count + 1, sizeof *lines->users);
	if (lines->users == NULL)
		return reeve_fail_nomem(err);
	for (uint32_t i = nodes[0].first; i != 0; i = nodes[i].next) {
		if (nodes[i].kind == REEVE_NODE_BLANK && nodes[i].next == 0)
			lines->end = nodes[i].start;
		if (nodes[i].kind != REEVE_NODE_SETTING)
			continue;
		if (last != 0) {
			struct reeve_span before = name_of(doc, last);

			if (reeve_passwd_file_compare(doc, i, (const char *)doc->bytes + before.offset,
			                              before.length) < 0)
				lines->is_sorted = false;
		}
		lines->users[lines->count++] = last = i;
	}
	/* Two lines may be in order by chance. */
	lines->is_sorted = lines->is_sorted && lines->count > 2;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct newcomer *)a)->name, ((const struct newcomer *)b)->name);
}

/* All lines are in order: so are the new ones. */
static void place_by_name(const struct lines *lines, struct newcomer *news, size_t count)
{
	const struct reeve_doc *doc = lines->doc;
	size_t below = 0; /* how many lines come before it */

	qsort(news, count, sizeof *news, by_name);
	for (size_t i = 0; i < count; i++) {
		while (below < lines->count &&
		       reeve_passwd_file_compare(doc, lines->users[below], news[i].name,
		                                 strlen(news[i].name)) < 0)
			below++;
		news[i].like = lines->users[below > 0 ? below - 1 : 0];
		news[i].at = below == lines->count ? lines->end
		             : below == 0          ? doc->nodes[news[i].like].start
		                                   : doc->nodes[news[i].like].end;
		news[i].order = i;
	}
}

/* The part of a name from its last '@' on; empty: it has none. */
static struct reeve_span domain_of(const struct reeve_doc *doc, uint32_t node)
{
	struct reeve_span name = name_of(doc, node);
	const unsigned char *at = memrchr(doc->bytes + name.offset, '@', name.length);
	uint64_t skip = at == NULL ? name.length : (uint64_t)(at - doc->bytes) - name.offset;

	/* "@example.org" alone is nobody of that domain. */
	return skip == 0 ? (struct reeve_span){name.offset + name.length, 0}
	                 : (struct reeve_span){name.offset + skip, name.length - skip};
}

static int compare_bytes(const void *a, size_t n, const void *b, size_t m)
{
	int order = memcmp(a, b, n < m ? n : m);

	return order != 0 ? order : (n > m) - (n < m);
}

/* By domain; of one domain the last line comes last. */
static int by_domain(const void *left, const void *right, void *user)
{
	const struct reeve_doc *doc = user;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	struct reeve_span x = domain_of(doc, a), y = domain_of(doc, b);
	int order = compare_bytes(doc->bytes + x.offset, x.length, doc->bytes + y.offset, y.length);

	return order != 0 ? order : (a > b) - (a < b);
}

static int by_new_domain(const void *left, const void *right)
{
	const struct newcomer *a = left, *b = right;
	int order = strcmp(a->domain, b->domain);

	return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

/* The last line of a domain; 0: there is none. `users` are by domain. */
static uint32_t last_of(const struct lines *lines, const char *domain)
{
	size_t low = 0, high = lines->count, n = strlen(domain);

	/* The first behind all of it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct reeve_span span = domain_of(lines->doc, lines->users[middle]);

		if (compare_bytes(lines->doc->bytes + span.offset, span.length, domain, n) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return 0;

	struct reeve_span span = domain_of(lines->doc, lines->users[low - 1]);
	return compare_bytes(lines->doc->bytes + span.offset, span.length, domain, n) == 0
	               ? lines->users[low - 1]
	               : 0;
}

/* Behind the last of their domain; those of a new domain together at the end. */
static void place_by_domain(const struct lines *lines, struct newcomer *news, size_t count)
{
	uint32_t last = lines->count > 0 ? lines->users[lines->count - 1] : 0;

	qsort_r(lines->users, lines->count, sizeof *lines->users, by_domain, (void *)(uintptr_t)lines->doc);
	for (size_t i = 0; i < count; i++)
		news[i].order = i;
	qsort(news, count, sizeof *news, by_new_domain);
	for (size_t i = 0; i < count; i++) {
		bool is_next = i > 0 && news[i].domain[0] != '\0' &&
		               strcmp(news[i].domain, news[i - 1].domain) == 0;
		uint32_t of_domain = news[i].domain[0] == '\0' ? 0 : last_of(lines, news[i].domain);

		news[i].like = of_domain != 0 ? of_domain : last;
		news[i].at = of_domain != 0 ? lines->doc->nodes[of_domain].end : lines->end;
		/* At the end of the file a known domain goes first: its last line is the file's. */
		news[i].group = of_domain != 0 ? 0 : is_next ? news[i - 1].group : 1 + news[i].order;
	}
}

static int by_place(const void *left, const void *right)
{
	const struct newcomer *a = left, *b = right;

	if (a->at != b->at)
		return (a->at > b->at) - (a->at < b->at);
	if (a->group != b->group)
		return (a->group > b->group) - (a->group < b->group);
	return (a->order > b->order) - (a->order < b->order);
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* As many fields as the line before it (*count_r: of a new one) or its neighbour, or more. */
static void add_fields(const struct newcomer *new, unsigned int *count_r, struct reeve_buf *text)
{
	const char *const *fields = new->line->fields;
	unsigned int count = *count_r;

	for (unsigned int i = count; i < REEVE_PWF_FIELDS; i++) {
		if (fields[i] != NULL && fields[i][0] != '\0')
			count = i + 1;
	}
	for (unsigned int i = 0; i < count; i++) {
		if (i > 0)
			reeve_buf_add_byte(text, ':');
		reeve_buf_add_text(text, fields[i] != NULL ? fields[i] : "");
	}
	*count_r = count;
}

static struct reeve_edits *edits_of(const struct reeve_doc *doc, const struct newcomer *news,
                                    size_t count)
{
	struct reeve_edits *edits = reeve_edits_new();
	struct reeve_buf text;
	unsigned int fields = 0;
	bool is_good = edits != NULL;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	for (size_t i = 0; i < count && is_good; i++) {
		uint32_t at = news[i].at;
		const char *eol = reeve_line_eol(doc, at > 0 ? at - 1 : 0);

		reeve_buf_clear(&text);
		if (i == 0 || news[i - 1].at != at) {
			fields = news[i].like == 0 ? REEVE_PWF_FIELDS
			                           : reeve_passwd_file_count(doc, news[i].like);
			if (at > 0 && doc->bytes[at - 1] != '\n')
				reeve_buf_add_text(&text, doc->bytes[at - 1] == '\r' ? "\n" : eol);
		}
		add_fields(&news[i], &fields, &text);
		reeve_buf_add_text(&text, eol);
		is_good = !text.has_failed && !text.is_cut;
		if (is_good)
			reeve_edits_add(edits, (struct reeve_span){at, 0}, text.bytes, text.length);
	}
	/* It may hold a password in the clear: {PLAIN}. */
	if (text.bytes != NULL)
		explicit_bzero(text.bytes, text.size);
	reeve_buf_dispose(&text);
	if (is_good)
		return edits;
	reeve_edits_free(edits);
	return NULL;
}

int reeve_passwd_file_add_all(struct reeve_doc *doc, const struct reeve_pwf_line *list,
                              size_t count, struct reeve_error *err)
{
	struct newcomer *news = NULL;
	struct reeve_edits *edits = NULL;
	struct lines lines = {0};
	size_t n = 0;
	int result = -1;

	for (size_t i = 0; i < count; i++)
		if (reeve_passwd_file_check(&list[i], err) < 0)
			return -1;
	news = calloc(count + 1, sizeof *news);
	if (news == NULL)
		return reeve_fail_nomem(err);
	if (look_at_lines(&lines, doc, err) < 0)
		goto out;
	for (size_t i = 0; i < count; i++) {
		const char *name = list[i].fields[REEVE_PWF_NAME], *at = strrchr(name, '@');

		if (reeve_passwd_file_find(doc, name) == 0)
			news[n++] = (struct newcomer){
				.line = &list[i], .name = name, .domain = at == NULL ? "" : at};
	}
	result = 0;
	if (n == 0)
		goto out;
	(lines.is_sorted ? place_by_name : place_by_domain)(&lines, news, n);
	qsort(news, n, sizeof *news, by_place);
	edits = edits_of(doc, news, n);
	if (edits == NULL)
		result = reeve_fail_nomem(err);
	else
		result = reeve_doc_apply(doc, edits, err) < 0 ? -1 : 1;
out:
	reeve_edits_free(edits);
	free(lines.users);
	free(news);
	return result;
}

int reeve_passwd_file_add(struct reeve_doc *doc, const char *const fields[REEVE_PWF_FIELDS],
                          struct reeve_error *err)
{
	struct reeve_pwf_line line;

	memcpy(line.fields, fields, sizeof line.fields);
	return reeve_passwd_file_add_all(doc, &line, 1, err);
}
