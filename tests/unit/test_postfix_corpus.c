/* SPDX-License-Identifier: MIT */
/*
 * Every file of ../shared/postfix/corpus and samples: its nodes tile it; each of its settings gets another
 * value, one word more, goes, comes; each service another field, an option. One line changes, or as many
 * as the value has. Without the samples the suite is skipped.
 */
#include "conf/postfix.h"
#include "unit.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const folders[] = {"../shared/postfix/corpus", "../shared/postfix/samples"};

static unsigned int files, settings, services, refused;

static unsigned int count_lines(const unsigned char *bytes, size_t n)
{
	unsigned int count = 0;

	for (size_t i = 0; i < n; i++)
		count += bytes[i] == '\n';
	return count;
}

/* How many lines of the file went, and how many came, between what is equal at both ends. */
static void compare(const struct reeve_conf_file *file, unsigned int *went_r, unsigned int *came_r)
{
	const unsigned char *was = file->old_bytes, *is = file->new_bytes;
	size_t least = file->old_size < file->new_size ? file->old_size : file->new_size;
	size_t start = 0, behind = 0;

	while (start < least && was[start] == is[start])
		start++;
	while (start > 0 && start < file->old_size && was[start - 1] != '\n')
		start--;
	while (start < least && behind < least - start &&
	       was[file->old_size - behind - 1] == is[file->new_size - behind - 1])
		behind++;
	while (behind > 0 && was[file->old_size - behind] != '\n')
		behind--;
	/* A last line that is ended to put another behind it is no line more. */
	if (start == file->old_size && start < file->new_size && was[start - 1] != '\n')
		start++;
	*went_r = count_lines(was + start, file->old_size < start ? 0 : file->old_size - behind - start) + 1;
	*came_r = count_lines(is + start, file->new_size - behind - start) + 1;
}

static struct reeve_conf *open_conf(const char *path)
{
	struct reeve_conf_how how = {.path = path};
	struct reeve_error err = {0};
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_POSTFIX, &how, &err);

	ck_assert_msg(conf != NULL, "%s: %s", path, err.text);
	return conf;
}

/* The document that is `path`: beside a main.cf may stand a master.cf. */
static size_t which(const struct reeve_conf *conf, const char *path)
{
	for (size_t i = 0; i < conf->doc_count; i++) {
		if (strcmp(conf->docs[i]->path, path) == 0)
			return i;
	}
	ck_abort_msg("%s was not opened", path);
	return 0;
}

/* Change it; *lines_r: lines that went and came. False if it is refused. */
static bool change(const char *file_path, const char *path, const char *value, unsigned int *went_r,
                   unsigned int *came_r)
{
	struct reeve_conf *conf = open_conf(file_path);
	size_t i = which(conf, file_path);
	struct reeve_error err = {0};
	struct reeve_conf_file file;
	int r;

	*went_r = *came_r = 0;
	r = value != NULL ? reeve_conf_set(conf, path, value, &err)
	                  : reeve_conf_unset(conf, path, &err);
	ck_assert_msg(r >= 0 || err.code == REEVE_EREFUSED, "%s: %s", file_path, err.text);
	refused += r < 0;
	file = reeve_conf_file(conf, i);
	ck_assert((file.new_bytes != file.old_bytes) == (r == 1));
	ck_assert(reeve_tree_tiles(conf->docs[i]));
	if (r == 1)
		compare(&file, went_r, came_r);
	reeve_conf_close(conf);
	return r == 1;
}

static void try_setting(const char *path, const struct reeve_doc *doc,
                        const struct pf_setting *setting)
{
	const struct reeve_node *node = &doc->nodes[setting->node];
	unsigned int lines = count_lines(doc->bytes + node->value, node->value_end - node->value) + 1;
	unsigned int went, came;
	struct reeve_buf text;

	settings++;
	if (change(path, setting->name, "another value", &went, &came))
		ck_assert_msg(came <= went && went <= lines, "%s: '%s': %u lines went, %u came", path,
		              setting->name, went, came);
	reeve_buf_init(&text, 100000);
	reeve_pf_squeeze(&text, setting->value);
	reeve_buf_add_text(&text, text.length > 0 ? " more" : "more");
	if (change(path, setting->name, reeve_buf_text(&text), &went, &came))
		ck_assert_msg(lines == 1 ? went == 1 && came == 1 : came <= went + 1 && came <= 2,
		              "%s: '%s': %u lines went, %u came", path, setting->name, went, came);
	reeve_buf_dispose(&text);
	change(path, setting->name, NULL, &went, &came);
}

static void try_service(const char *path, const struct pf_service *service)
{
	char text[1000];
	unsigned int went, came;

	services++;
	snprintf(text, sizeof text, "%s/%s/process_limit", service->words[0].text,
	         service->words[1].text);
	if (change(path, text, "123", &went, &came))
		ck_assert_msg(went == 1 && came == 1, "%s: '%s': %u lines went, %u came", path, text,
		              went, came);
	snprintf(text, sizeof text, "%s/%s/-o smtpd_banner", service->words[0].text,
	         service->words[1].text);
	/* One line comes; at the end of a line that went on, it is that line that changes. */
	if (change(path, text, "a b", &went, &came))
		ck_assert_msg(came <= went + 1 && came <= 2, "%s: '%s': %u lines went, %u came", path,
		              text, went, came);
	snprintf(text, sizeof text, "%s/%s", service->words[0].text, service->words[1].text);
	change(path, text, NULL, &went, &came);
}

static int see_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *base = path + ftw->base;
	unsigned int went, came;

	(void)st;
	if (type != FTW_F || strstr(base, ".tsv") != NULL)
		return 0;
	files++;
	struct reeve_conf *conf = open_conf(path);
	const struct pf_index *index = reeve_pf_index(conf, NULL);
	const struct postfix *own = conf->own;
	bool is_main = strstr(base, "master") == NULL;

	for (size_t i = 0; i < conf->doc_count; i++)
		ck_assert_msg(reeve_tree_tiles(conf->docs[i]), "%s has gaps", path);
	for (size_t i = 0; is_main && i < index->settings.count; i++) {
		if (!index->settings.rows[i].is_shadowed)
			try_setting(path, own->main, &index->settings.rows[i]);
	}
	for (size_t i = 0; !is_main && i < index->service_count; i++) {
		if (!index->services[i].is_shadowed)
			try_service(path, &index->services[i]);
	}
	reeve_conf_close(conf);
	if (is_main && change(path, "a_new_one", "new value", &went, &came))
		ck_assert_msg(came == went + 1, "%s: %u lines went, %u came", path, went, came);
	return 0;
}

START_TEST(corpus)
{
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(nftw(folders[i], see_file, 20, FTW_PHYS), 0);
	ck_assert_uint_ge(files, 88 + 64);
	ck_assert_uint_ge(settings, 1800);
	ck_assert_uint_ge(services, 800);
	ck_assert_uint_le(refused, 0);
}
END_TEST

Suite *suite_postfix_corpus(void)
{
	Suite *suite = suite_create("conf/postfix_corpus");
	TCase *tcase = tcase_create("corpus");
	struct stat st;

	if (stat(folders[0], &st) == 0 || getenv("REEVE_NO_SKIP") != NULL)
		tcase_add_test(tcase, corpus);
	else
		unit_skip(1, "no samples in ../shared/postfix");
	suite_add_tcase(suite, tcase);
	return suite;
}
