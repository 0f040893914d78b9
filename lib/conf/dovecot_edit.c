/* SPDX-License-Identifier: MIT */
/*
 * Setting and removing settings of Dovecot's files, in memory.
 *
 * What was written is read again, all files of it, before it is kept: the PATH must then have the
 * value, and all else that is set must be as before. So a file that is included in two places, a
 * brace in a value, or whatever nobody thought of, makes the change be refused, and not something
 * else.
 */
#include "conf/dovecot_edit.h"
#include "base/error.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_ops.h"

#include <stdlib.h>
#include <string.h>

static int refuse(const char *path, struct reeve_error *err)
{
	return reeve_fail(err, REEVE_EREFUSED,
	                  "'%s': the files are such that a change would also change something else",
	                  path);
}

/* What was found about the files before may be so no more. */
static void forget(struct reeve_conf *conf)
{
	struct reeve_dovecot *own = conf->own;

	own->is_24 = -1;
}

/* ---- set ----------------------------------------------------------------------------------- */

/* Where the value begins with what says how it is read: the '<' before the name of a file. */
static uint32_t value_start(const struct reeve_doc *doc, const struct reeve_node *node)
{
	uint32_t at = node->value;

	if (node->flags & REEVE_NODE_FROM_FILE) {
		while (at > node->name_end && doc->bytes[at - 1] != '<')
			at--;
		at -= at > node->name_end;
	}
	return at;
}

/* The edit that gives the node another value: only the bytes of the value. */
static bool write_value(const struct reeve_doc *doc, uint32_t n, const struct dovecot_wish *wish,
                        struct reeve_edits *edits)
{
	const struct reeve_node *node = &doc->nodes[n];
	uint32_t start = value_start(doc, node), end = node->value_end;
	struct reeve_buf before, value;
	char quote = '\0';
	bool is_good;

	if (reeve_dovecot_is_quoted(doc, n))
		quote = (char)doc->bytes[node->value];
	reeve_buf_init(&before, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&value, REEVE_CONF_MAX_BYTES);
	reeve_buf_add(&before, doc->bytes + node->start, start - node->start);
	/* `name =` has no blank for its value, and `name = # ...` not one more. */
	if (node->value == node->value_end && *wish->value != '\0') {
		if (doc->bytes[start - 1] == '=' && doc->bytes[node->name_end] != '=')
			reeve_buf_add_byte(&before, ' ');
		if (end < node->end && !reeve_dovecot_is_white(doc->bytes[end])) {
			is_good = dovecot_wish_write(wish, &before, quote, " \n", 2, &value);
			reeve_buf_add_byte(&value, ' ');
		} else {
			is_good = dovecot_wish_write(wish, &before, quote, doc->bytes + end,
			                             node->end - end, &value);
		}
	} else {
		is_good = dovecot_wish_write(wish, &before, quote, doc->bytes + end,
		                             node->end - end, &value);
	}
	if (is_good) {
		size_t more = before.length - (start - node->start);
		struct reeve_buf text;

		reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
		reeve_buf_add(&text, before.bytes + before.length - more, more);
		reeve_buf_add(&text, value.bytes, value.length);
		reeve_edits_add(edits, (struct reeve_span){start, end - start}, text.bytes,
		                text.length);
		is_good = !text.has_failed;
		reeve_buf_dispose(&text);
	}
	reeve_buf_dispose(&before);
	reeve_buf_dispose(&value);
	return is_good;
}

/* Carry the edits out, and see that they did what they should and nothing else. */
static int change(struct dovecot_target *target, struct reeve_doc *doc,
                  const struct reeve_edits *edits, const struct dovecot_wish *wish,
                  struct reeve_error *err)
{
	struct reeve_conf *conf = target->conf;
	enum reeve_path_match level =
		target->level == REEVE_PATH_OTHER ? REEVE_PATH_LOOSE : target->level;
	struct reeve_doc_before before;
	struct dovecot_sum was, is;

	if (dovecot_sum_take(&was, conf, target->path, level, err) < 0 ||
	    reeve_doc_try(doc, edits, &before, err) < 0)
		return -1;
	forget(conf);
	if (dovecot_sum_take(&is, conf, target->path, level, err) == 0) {
		if (is.others == was.others && is.count > 0 &&
		    dovecot_wish_is(wish, is.last.doc, is.last.node)) {
			reeve_doc_keep(doc, &before);
			return 1;
		}
		refuse(target->path, err);
	}
	reeve_doc_undo(doc, &before, NULL);
	forget(conf);
	return -1;
}

static int set_found(struct dovecot_target *target, const struct dovecot_wish *wish,
                     struct reeve_edits *edits, struct reeve_error *err)
{
	const struct dovecot_at *at = &target->found[target->count - 1];

	if (dovecot_wish_is(wish, at->doc, at->node))
		return 0;
	if (at->doc->nodes[at->node].flags & REEVE_NODE_HERE)
		return reeve_fail(err, REEVE_EREFUSED, "'%s' in '%s' is a here-document",
		                  target->path, at->doc->path);
	if (!write_value(at->doc, at->node, wish, edits))
		return reeve_fail(err, REEVE_EUSAGE, "'%s' cannot be written as a value of '%s'",
		                  wish->value, target->path);
	return change(target, at->doc, edits, wish, err);
}

static int set_new(struct dovecot_target *target, const struct dovecot_wish *wish, bool is_plain,
                   struct reeve_edits *edits, struct reeve_error *err)
{
	struct dovecot_insertion insertion;
	int r;

	if (dovecot_insertion_make(&insertion, target, wish, is_plain, err) < 0)
		return -1;
	reeve_edits_add(edits, (struct reeve_span){insertion.at, 0}, insertion.text.bytes,
	                insertion.text.length);
	r = change(target, insertion.doc, edits, wish, err);
	reeve_buf_dispose(&insertion.text);
	return r;
}

int reeve_dovecot_set(struct reeve_conf *conf, const char *path, const char *value,
                      struct reeve_error *err)
{
	struct dovecot_target target;
	struct dovecot_wish wish;
	struct reeve_error why = {0};
	struct dovecot_at last = {0};
	bool is_own = false;
	int r;

	r = dovecot_target_find(&target, conf, path, err);
	if (r == 0)
		r = dovecot_wish_make(&wish, conf, value, err);
	if (r == 0 && target.count > 0) {
		last = target.found[target.count - 1];
		is_own = dovecot_is_own(conf, last.doc);
		if (!is_own && dovecot_wish_is(&wish, last.doc, last.node))
			goto out;
		if (!is_own)
			r = dovecot_target_again(&target, err);
	}
	/* Where the new line looks best may be where a file leaves blocks open to another. */
	for (int is_plain = 0; r == 0 && is_plain < 2; is_plain++) {
		struct reeve_edits *edits = reeve_edits_new();

		if (edits == NULL)
			r = reeve_fail_nomem(&why);
		else if (is_own)
			r = set_found(&target, &wish, edits, &why);
		else
			r = set_new(&target, &wish, is_plain, edits, &why);
		reeve_edits_free(edits);
		if (is_own)
			break;
		if (r < 0 && why.code == REEVE_EREFUSED && !is_plain)
			r = 0;
	}
	if (r < 0 && why.code == REEVE_EREFUSED && last.doc != NULL && !is_own)
		dovecot_refuse_foreign(&last, path, "no line elsewhere can change it", err);
	else if (r < 0 && why.code != REEVE_OK && err != NULL)
		*err = why;
out:
	dovecot_target_dispose(&target);
	return r;
}

/* ---- unset --------------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
	const struct dovecot_at *x = a, *y = b;

	if (x->doc != y->doc)
		return (uintptr_t)x->doc < (uintptr_t)y->doc ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* A whole line, or lines; of one that shares its line, what is its own. */
static struct reeve_span span_of(const struct reeve_doc *doc, uint32_t n)
{
	const struct reeve_node *node = &doc->nodes[n];
	uint32_t end = node->end;

	if (node->start > 0 && doc->bytes[node->start - 1] != '\n')
		end = reeve_line_text_end(doc, node->start, end);
	return (struct reeve_span){node->start, end - node->start};
}

/* The documents that were changed, to be kept or undone together. */
struct changes {
	struct reeve_doc **docs;
	struct reeve_doc_before *before;
	size_t count;
};

/* Remove what was found in one document: found[0, n). */
static int remove_from(struct reeve_doc *doc, const struct dovecot_at *found, size_t n,
                       struct changes *changes, struct reeve_error *err)
{
	struct reeve_edits *edits = reeve_edits_new();
	int r;

	if (edits == NULL)
		return reeve_fail_nomem(err);
	for (size_t i = 0; i < n; i++) {
		/* A file that is included twice has it twice. */
		if (i == 0 || found[i].node != found[i - 1].node)
			reeve_edits_add(edits, span_of(doc, found[i].node), NULL, 0);
	}
	r = reeve_doc_try(doc, edits, &changes->before[changes->count], err);
	if (r == 0)
		changes->docs[changes->count++] = doc;
	reeve_edits_free(edits);
	return r;
}

static int remove_found(struct dovecot_target *target, struct changes *changes,
                        struct reeve_error *err)
{
	struct dovecot_sum was, is;
	size_t end;

	if (dovecot_sum_take(&was, target->conf, target->path, target->level, err) < 0)
		return -1;
	qsort(target->found, target->count, sizeof target->found[0], by_place);
	for (size_t i = 0; i < target->count; i = end) {
		struct reeve_doc *doc = target->found[i].doc;

		for (end = i; end < target->count && target->found[end].doc == doc; end++)
			;
		if (remove_from(doc, target->found + i, end - i, changes, err) < 0)
			return -1;
	}
	forget(target->conf);
	if (dovecot_sum_take(&is, target->conf, target->path, target->level, err) < 0)
		return -1;
	if (is.others != was.others || is.count > 0)
		return refuse(target->path, err);
	return 1;
}

int reeve_dovecot_unset(struct reeve_conf *conf, const char *path, struct reeve_error *err)
{
	struct dovecot_target target;
	struct changes changes = {0};
	int r = dovecot_target_find(&target, conf, path, err);

	for (size_t i = 0; r == 0 && i < target.count; i++) {
		if (!dovecot_is_own(conf, target.found[i].doc))
			r = dovecot_refuse_foreign(&target.found[i], path, "it is not removed there",
			                           err);
	}
	if (r == 0 && target.count == 0) {
		r = dovecot_target_is_block(conf, path, err);
		if (r > 0)
			r = reeve_fail(err, REEVE_EUSAGE,
			               "'%s' is a block: only settings are removed", path);
	}
	if (r < 0 || target.count == 0)
		goto out;
	changes.docs = calloc(target.count, sizeof(struct reeve_doc *));
	changes.before = calloc(target.count, sizeof *changes.before);
	if (changes.docs == NULL || changes.before == NULL)
		r = reeve_fail_nomem(err);
	else
		r = remove_found(&target, &changes, err);
	for (size_t i = 0; i < changes.count; i++) {
		if (r > 0)
			reeve_doc_keep(changes.docs[i], &changes.before[i]);
		else
			reeve_doc_undo(changes.docs[i], &changes.before[i], NULL);
	}
	forget(conf);
out:
	free(changes.docs);
	free(changes.before);
	dovecot_target_dispose(&target);
	return r;
}
