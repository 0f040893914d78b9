/* SPDX-License-Identifier: MIT */
/*
 * The line of a user. Who asks for many gets an index: a walk over all lines for each would take
 * the square of their number.
 */
#include "conf/passwd_file.h"

#include <stdlib.h>
#include <string.h>

#define WALKS 4 /* before the index is made: to sort takes longer than a few of them */

int reeve_passwd_file_compare(const struct reeve_doc *doc, uint32_t node, const char *name,
                              size_t n)
{
	size_t length = doc->nodes[node].name_end - doc->nodes[node].name;
	int order = memcmp(doc->bytes + doc->nodes[node].name, name, length < n ? length : n);

	return order != 0 ? order : (length > n) - (length < n);
}

/* By name; of one name the first line comes first. */
static int by_name(const void *left, const void *right, void *user)
{
	const struct reeve_doc *doc = user;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
	int order = reeve_passwd_file_compare(doc, a, (const char *)doc->bytes + doc->nodes[b].name,
	                                      doc->nodes[b].name_end - doc->nodes[b].name);

	return order != 0 ? order : (a > b) - (a < b);
}

/* False: no memory. Then a walk finds him, too. */
static bool make_index(struct reeve_doc *doc)
{
	uint32_t count = 0;

	for (uint32_t i = doc->nodes[0].first; i != 0; i = doc->nodes[i].next)
		count += doc->nodes[i].kind == REEVE_NODE_SETTING;
	doc->names = reallocarray(NULL, count + 1, sizeof *doc->names);
	if (doc->names == NULL)
		return false;
	doc->name_count = 0;
	for (uint32_t i = doc->nodes[0].first; i != 0; i = doc->nodes[i].next)
		if (doc->nodes[i].kind == REEVE_NODE_SETTING)
			doc->names[doc->name_count++] = i;
	qsort_r(doc->names, count, sizeof *doc->names, by_name, doc);
	return true;
}

static uint32_t walk(const struct reeve_doc *doc, const char *name, size_t n)
{
	for (uint32_t i = doc->nodes[0].first; i != 0; i = doc->nodes[i].next)
		if (doc->nodes[i].kind == REEVE_NODE_SETTING &&
		    reeve_passwd_file_compare(doc, i, name, n) == 0)
			return i;
	return 0;
}

uint32_t reeve_passwd_file_find(struct reeve_doc *doc, const char *name)
{
	size_t n = strlen(name);
	uint32_t low = 0, high;

	if (doc->names == NULL && (doc->asked++ < WALKS || !make_index(doc)))
		return walk(doc, name, n);
	/* The first that is not before the name. */
	high = doc->name_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (reeve_passwd_file_compare(doc, doc->names[middle], name, n) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < doc->name_count &&
	                       reeve_passwd_file_compare(doc, doc->names[low], name, n) == 0
	               ? doc->names[low]
	               : 0;
}
