/* SPDX-License-Identifier: MIT */
/*
 * Every file of ../shared/dovecot/corpus: its nodes tile it, and when one of its settings gets
 * another value, one line changes. Without the samples the suite is skipped.
 */
#include "conf/dovecot_path.h"
#include "conf/dovecot_walk.h"
#include "unit.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CORPUS "../shared/dovecot/corpus"

enum { SETTINGS = 5 }; /* changed in each file, evenly spread */

static unsigned int files, changed, added, refused;

/* The PATH of setting number `pick` of the root file, and its node. Returns how many there are. */
static unsigned int pick_setting(struct reeve_conf *conf, unsigned int pick, struct reeve_buf *path,
                                 uint32_t *node_r)
{
	struct reeve_places *places = reeve_places_new(NULL);
	unsigned int count = 0;

	for (int times = 0; times < 2; times++) {
		struct reeve_walk walk;
		enum reeve_walk_event event;

		count = 0;
		reeve_places_rewind(places);
		reeve_walk_init(&walk, conf);
		while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
			if (event == REEVE_WALK_ENTER)
				reeve_places_enter(places, walk.doc, walk.node);
			else if (event == REEVE_WALK_LEAVE)
				reeve_places_leave(places);
			else if (event == REEVE_WALK_SETTING && walk.doc == conf->docs[0] &&
			         count++ == pick && times == 1) {
				struct reeve_buf name;

				reeve_buf_init(&name, 1000);
				reeve_dovecot_name(walk.doc, walk.node, &name);
				reeve_places_path(places, places->at, name.bytes, name.length,
				                  path);
				reeve_buf_dispose(&name);
				*node_r = walk.node;
			}
		}
		ck_assert(!walk.has_failed);
		reeve_walk_dispose(&walk);
	}
	reeve_places_free(places);
	return count;
}

static unsigned int count_lines(const unsigned char *bytes, size_t n)
{
	unsigned int count = 0;

	for (size_t i = 0; i < n; i++)
		count += bytes[i] == '\n';
	return count;
}

/* Where two files differ, that is one line of each, or the lines of one value. */
static void check_lines(const struct reeve_conf_file *file, const char *setting)
{
	const unsigned char *was = file->old_bytes, *is = file->new_bytes;
	size_t start = 0, behind = 0,
	       least = file->old_size < file->new_size ? file->old_size : file->new_size;

	while (start < least && was[start] == is[start])
		start++;
	while (behind < least - start &&
	       was[file->old_size - behind - 1] == is[file->new_size - behind - 1])
		behind++;
	ck_assert_msg(count_lines(is + start, file->new_size - behind - start) == 0,
	              "%s: '%s' is more than one line", file->path, setting);
	unsigned int lines = count_lines(was + start, file->old_size - behind - start);
	/* A value that was continued is one line now. */
	for (size_t at = start; lines > 0; lines--) {
		const unsigned char *end = memchr(was + at, '\n', file->old_size - at);

		ck_assert_msg(memchr(was + at, '\\', (size_t)(end - was) - at) != NULL,
		              "%s: '%s' took a line with it", file->path, setting);
		at = (size_t)(end - was) + 1;
	}
}

static void change_setting(const char *path, unsigned int pick)
{
	struct reeve_conf_how how = {.root = "/nonexistent", .path = path};
	struct reeve_error err = {0};
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);
	struct reeve_buf setting;
	uint32_t node = 0;

	ck_assert_msg(conf != NULL, "%s: %s", path, err.text);
	reeve_buf_init(&setting, 10000);
	unsigned int count = pick_setting(conf, 0, &setting, &node);
	if (count == 0 || pick >= count || pick >= SETTINGS)
		goto out;
	reeve_buf_clear(&setting);
	pick_setting(conf, pick * count / (count < SETTINGS ? count : SETTINGS), &setting, &node);

	const char *text = reeve_buf_text(&setting);
	int r = reeve_conf_set(conf, text, "another value", &err);
	if (r < 0) {
		ck_assert_msg(err.code == REEVE_EREFUSED, "%s: %s", path, err.text);
		refused++;
		goto out;
	}
	ck_assert_int_eq(r, 1);
	changed++;
	unsigned int others = 0;
	for (size_t i = 0; i < reeve_conf_file_count(conf); i++) {
		struct reeve_conf_file file = reeve_conf_file(conf, i);

		if (file.new_bytes == file.old_bytes)
			continue;
		others++;
		check_lines(&file, text);
	}
	ck_assert_uint_eq(others, 1);
out:
	reeve_buf_dispose(&setting);
	reeve_conf_close(conf);
}

/* A new setting is one new line; without it the file is what it was. */
static void add_setting(const char *path, const char *setting)
{
	struct reeve_conf_how how = {.root = "/nonexistent", .path = path};
	struct reeve_error err = {0};
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, &err);
	int r;

	ck_assert_msg(conf != NULL, "%s: %s", path, err.text);
	r = reeve_conf_set(conf, setting, "new value", &err);
	if (r < 0) {
		ck_assert_msg(err.code == REEVE_EREFUSED, "%s: %s", path, err.text);
		refused++;
	} else {
		struct reeve_conf_file file = reeve_conf_file(conf, 0);
		const unsigned char *was = file.old_bytes, *is = file.new_bytes;

		ck_assert_int_eq(r, 1);
		ck_assert_int_eq(
			(int)(count_lines(is, file.new_size) - count_lines(was, file.old_size)), 1);
		ck_assert_int_eq(reeve_conf_unset(conf, setting, &err), 1);
		file = reeve_conf_file(conf, 0);
		if (file.old_size > 0 && was[file.old_size - 1] == '\n')
			ck_assert_msg(file.new_size == file.old_size &&
			                      memcmp(file.new_bytes, was, file.new_size) == 0,
			              "%s: '%s' left something behind", path, setting);
		added++;
	}
	reeve_conf_close(conf);
}

static int see_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type != FTW_F)
		return 0;
	struct reeve_error err = {0};
	struct reeve_doc *doc = reeve_doc_open(REEVE_SYNTAX_DOVECOT, NULL, path, NULL, &err);

	ck_assert_msg(doc != NULL, "%s: %s", path, err.text);
	ck_assert_msg(reeve_tree_tiles(doc), "%s has gaps", path);
	reeve_doc_free(doc);
	files++;
	for (unsigned int pick = 0; pick < SETTINGS; pick++)
		change_setting(path, pick);
	add_setting(path, "a_new_one");
	return 0;
}

START_TEST(corpus)
{
	ck_assert_int_eq(nftw(CORPUS, see_file, 20, FTW_PHYS), 0);
	ck_assert_uint_ge(files, 640);
	ck_assert_uint_ge(changed, 1500);
	ck_assert_uint_ge(added, 640);
	ck_assert_uint_le(refused, 1); /* a template whose brackets are no blocks */
}
END_TEST

Suite *suite_dovecot_corpus(void)
{
	Suite *s = suite_create("conf/dovecot_corpus");
	TCase *c = tcase_create("dovecot_corpus");
	struct stat st;

	if (stat(CORPUS, &st) == 0 || getenv("REEVE_NO_SKIP") != NULL)
		tcase_add_test(c, corpus);
	else
		unit_skip(1, "no samples in " CORPUS);
	suite_add_tcase(s, c);
	return s;
}
