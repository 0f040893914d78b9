/* SPDX-License-Identifier: MIT */
/* !include and !include_try, as settings_include() of Dovecot's config-parser.c: the files they open. */
#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/open.h"
#include "base/rows.h"
#include "conf/dovecot_include.h"
#include "conf/dovecot_pattern.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

/* ---- a set of indices ---------------------------------------------------------------------- */

typedef bool is_same_fn(const struct reeve_dovecot *own, uint32_t i, uint32_t file, const char *text);

static uint64_t hash_of(uint32_t file, const char *text)
{
	return reeve_hash(text, strlen(text)) + file * UINT64_C(0x9e3779b97f4a7c15);
}

static bool is_same_path(const struct reeve_dovecot *own, uint32_t i, uint32_t file, const char *path)
{
	(void)file;
	return strcmp(own->files[i].path, path) == 0;
}

static bool is_same_pattern(const struct reeve_dovecot *own, uint32_t i, uint32_t file,
                            const char *pattern)
{
	return own->includes[i].file == file && strcmp(own->includes[i].pattern, pattern) == 0;
}

/* The slot of what is there, or the free one where it would be. There is always a free one. */
static uint32_t *slot_of(const struct reeve_dovecot *own, const struct reeve_slots *slots,
                         is_same_fn *is_same, uint32_t file, const char *text)
{
	size_t mask = slots->room - 1, at = hash_of(file, text) & mask;

	while (slots->at[at] != 0 && !is_same(own, slots->at[at] - 1, file, text))
		at = (at + 1) & mask;
	return &slots->at[at];
}

/* Room for one more. Entries are put back in by `text_of`'s way: the caller's arrays know their texts. */
static bool make_slots(const struct reeve_dovecot *own, struct reeve_slots *slots, bool are_paths)
{
	struct reeve_slots bigger = {.room = slots->room == 0 ? 64 : slots->room * 2};

	if ((slots->count + 1) * 2 <= slots->room)
		return true;
	bigger.at = calloc(bigger.room, sizeof *bigger.at);
	if (bigger.at == NULL)
		return false;
	for (uint32_t i = 0; i < slots->count; i++) {
		uint32_t *slot = are_paths ?
			slot_of(own, &bigger, is_same_path, 0, own->files[i].path) :
			slot_of(own, &bigger, is_same_pattern, own->includes[i].file,
			        own->includes[i].pattern);
		*slot = i + 1;
	}
	bigger.count = slots->count;
	free(slots->at);
	*slots = bigger;
	return true;
}

/* ---- files --------------------------------------------------------------------------------- */

/* The document of a file that is open already under another name. */
static struct reeve_doc *known_doc(const struct reeve_conf *conf, const struct stat *st)
{
	for (size_t i = 0; i < conf->doc_count; i++) {
		const struct stat *other = &conf->docs[i]->read.st;

		if (other->st_ino == st->st_ino && other->st_dev == st->st_dev)
			return conf->docs[i];
	}
	return NULL;
}

/* Its index, or -1 with err. */
static long add_file(struct reeve_conf *conf, const char *path, struct reeve_error *err)
{
	struct reeve_dovecot *own = conf->own;
	struct reeve_doc *doc = NULL;
	struct stat st;

	if (own->file_count > 0) {
		if (own->file_count >= REEVE_INCLUDE_FILES)
			return reeve_fail(err, REEVE_EREFUSED, "'%s' is one file too many", path);
		if (stat(path, &st) == 0)
			doc = known_doc(conf, &st);
	}
	struct reeve_include_file *files =
		reeve_rows_grow(own->files, sizeof *files, own->file_count, &own->file_room);
	if (files == NULL)
		return reeve_fail_nomem(err);
	own->files = files;
	if (!make_slots(own, &own->by_path, true))
		return reeve_fail_nomem(err);
	if (doc == NULL)
		doc = reeve_conf_add_doc(conf, REEVE_SYNTAX_DOVECOT, path, err);
	if (doc == NULL)
		return -1;
	uint32_t *slot = slot_of(own, &own->by_path, is_same_path, 0, path);
	struct reeve_include_file file = {strdup(path), doc};
	if (file.path == NULL)
		return reeve_fail_nomem(err);
	files[own->file_count] = file;
	own->by_path.count++;
	*slot = (uint32_t)++own->file_count;
	return *slot - 1;
}

/* ---- patterns ------------------------------------------------------------------------------ */

/* Open what the pattern found; whatever cannot be is a diagnostic at the !include. */
static int take_files(struct reeve_conf *conf, struct reeve_include *include, const glob_t *found,
                      struct reeve_doc *doc, uint32_t offset, bool is_try)
{
	struct reeve_dovecot *own = conf->own;
	struct stat st;

	include->files = calloc(found->gl_pathc + 1, sizeof *include->files);
	if (include->files == NULL)
		return -1;
	for (size_t i = 0; i < found->gl_pathc; i++) {
		const char *path = found->gl_pathv[i];
		struct reeve_error err = {0};
		long file = -1;

		uint32_t at = *slot_of(own, &own->by_path, is_same_path, 0, path);
		if (at > 0) {
			file = (long)at - 1;
		} else if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			reeve_doc_diag(doc, REEVE_WARNING, offset,
			               "'%s' is a folder, of which nothing is read", path);
			continue;
		} else {
			file = add_file(conf, path, &err);
		}
		if (file >= 0) {
			include->files[include->count++] = (uint32_t)file;
			continue;
		}
		if (err.code == REEVE_ENOMEM)
			return -1;
		/* Dovecot says nothing of what an !include_try cannot open. */
		reeve_doc_diag(doc, is_try ? REEVE_WARNING : REEVE_PROBLEM, offset, "%s", err.text);
	}
	return 0;
}

static int resolve(struct reeve_conf *conf, struct reeve_include *include, struct reeve_doc *doc,
                   uint32_t node)
{
	const struct reeve_dovecot *own = conf->own;
	uint32_t offset = doc->nodes[node].start;
	glob_t found = {0};
	bool is_beside;
	int r = 0;

	if (doc->nodes[node].name_end > doc->nodes[node].name)
		offset = doc->nodes[node].name;
	uint32_t name_size = doc->nodes[node].name_end - doc->nodes[node].name;
	bool is_try = name_size == strlen("!include_try");
	int matched = reeve_pattern_match(conf, own->files[include->file].path, include->pattern,
	                                  &found, &is_beside);
	if (is_beside)
		reeve_doc_diag(doc, REEVE_NOTE, offset,
		               "'%s' is read beside '%s', which looks like a copy of that folder",
		               include->pattern, own->files[0].path);
	switch (matched) {
	case 0:
		r = take_files(conf, include, &found, doc, offset, is_try);
		break;
	case REEVE_PATTERN_TOO_MUCH:
		reeve_doc_diag(doc, REEVE_PROBLEM, offset, "the pattern stands for too much");
		break;
	case GLOB_NOMATCH:
		if (!is_try)
			reeve_doc_diag(doc, REEVE_PROBLEM, offset, "no file matches '%s'",
			               include->pattern);
		break;
	case GLOB_NOSPACE:
		r = -1;
		break;
	default:
		reeve_doc_diag(doc, REEVE_PROBLEM, offset, "cannot look for '%s'", include->pattern);
		break;
	}
	globfree(&found);
	return r;
}

/* ---- to the walk --------------------------------------------------------------------------- */

static struct reeve_include *add_include(struct reeve_dovecot *own, uint32_t file, const char *pattern)
{
	struct reeve_include *includes = reeve_rows_grow(own->includes, sizeof *includes,
	                                                 own->include_count, &own->include_room);

	if (includes == NULL)
		return NULL;
	own->includes = includes;
	if (!make_slots(own, &own->by_pattern, false))
		return NULL;
	uint32_t *slot = slot_of(own, &own->by_pattern, is_same_pattern, file, pattern);
	struct reeve_include *include = &includes[own->include_count];
	*include = (struct reeve_include){.file = file, .pattern = strdup(pattern)};
	if (include->pattern == NULL)
		return NULL;
	own->by_pattern.count++;
	*slot = (uint32_t)++own->include_count;
	return include;
}

struct reeve_include *reeve_include_find(struct reeve_conf *conf, uint32_t file, uint32_t node,
                                         bool look, bool *failed_r)
{
	struct reeve_dovecot *own = conf->own;
	struct reeve_doc *doc = own->files[file].doc;
	struct reeve_include *include = NULL;
	struct reeve_buf buf;

	*failed_r = false;
	reeve_buf_init(&buf, REEVE_PATTERN_MAX);
	reeve_dovecot_value(doc, node, &buf);
	const char *pattern = reeve_buf_text(&buf);
	if (buf.has_failed) {
		*failed_r = true;
		goto out;
	}
	if (own->by_pattern.room > 0) {
		uint32_t at = *slot_of(own, &own->by_pattern, is_same_pattern, file, pattern);

		if (at > 0) {
			include = &own->includes[at - 1];
			goto out;
		}
	}
	if (!look)
		goto out;
	include = add_include(own, file, pattern);
	if (include == NULL || resolve(conf, include, doc, node) < 0) {
		include = NULL;
		*failed_r = true;
	}
out:
	reeve_buf_dispose(&buf);
	return include;
}

int reeve_includes_open(struct reeve_conf *conf, struct reeve_error *err)
{
	struct reeve_dovecot *own = calloc(1, sizeof *own);

	if (own == NULL)
		return reeve_fail_nomem(err);
	own->is_24 = -1;
	conf->own = own;
	return add_file(conf, conf->how.path, err) < 0 ? -1 : 0;
}

void reeve_includes_close(struct reeve_conf *conf)
{
	struct reeve_dovecot *own = conf->own;

	if (own == NULL)
		return;
	for (size_t i = 0; i < own->file_count; i++)
		free(own->files[i].path);
	for (size_t i = 0; i < own->include_count; i++) {
		free(own->includes[i].pattern);
		free(own->includes[i].files);
	}
	free(own->files);
	free(own->includes);
	free(own->by_path.at);
	free(own->by_pattern.at);
	reeve_arena_free(own->answer);
	free(own);
}
