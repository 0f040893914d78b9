/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as main.cf: nodes tile them, all questions are answered, and a setting that is changed has
 * its new value then, while what cannot be changed leaves every byte as it was.
 */
#include "conf/postfix.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char master[] = "smtp unix - - y - - smtp -o mine=$own\nslow unix - - y - - pipe\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so, const char *what)
{
	if (!so) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

static void list(struct reeve_conf *conf, unsigned int flags)
{
	struct reeve_conf_list *rows = reeve_conf_list(conf, flags, NULL);

	must(rows != NULL, "no list");
	for (size_t i = 0; i < reeve_conf_list_count(rows); i++)
		must(reeve_conf_list_at(rows, i)->value != NULL, "a row without a value");
	reeve_conf_list_free(rows);
}

static void change(struct reeve_conf *conf, const char *path, const char *value)
{
	struct reeve_doc *doc = conf->docs[0];
	struct reeve_conf_setting setting;
	size_t size = doc->size;
	unsigned char *before = malloc(size > 0 ? size : 1);
	int r;

	must(before != NULL, "no memory");
	memcpy(before, doc->bytes, size);
	r = value != NULL ? reeve_conf_set(conf, path, value, NULL)
	                  : reeve_conf_unset(conf, path, NULL);
	must(reeve_tree_tiles(doc), "nodes do not tile what was changed");
	if (r <= 0) {
		must(doc->size == size && memcmp(doc->bytes, before, size) == 0,
		     "bytes changed without a change");
	} else if (value == NULL) {
		must(reeve_conf_get(conf, path, 0, &setting, NULL) == 0, "it is still set");
	} else {
		must(reeve_conf_get(conf, path, 0, &setting, NULL) == 1 &&
		             strcmp(setting.value, value) == 0,
		     "it has another value");
		must(reeve_conf_set(conf, path, value, NULL) == 0, "it is set once more");
	}
	free(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_conf *conf = reeve_pf_of(data, size, master, sizeof master - 1, NULL, NULL);
	struct pf_index *index;
	char *name = NULL;

	must(conf != NULL, "cannot be opened");
	must(reeve_tree_tiles(conf->docs[0]), "nodes do not tile");
	list(conf, 0);
	list(conf, REEVE_CONF_EFFECTIVE);
	must(reeve_conf_lint(conf, NULL) >= 0, "lint fails");

	index = reeve_pf_index(conf, NULL);
	if (index->settings.count > 0)
		name = strdup(index->settings.rows[size % index->settings.count].name);
	if (name != NULL) {
		change(conf, name, "one two");
		change(conf, name, "");
		change(conf, name, "one {three}");
		change(conf, name, NULL);
		change(conf, name, "a, b");
	}
	change(conf, "relayhost", "mx");
	change(conf, "relayhost", NULL);
	free(name);
	reeve_conf_close(conf);
	return 0;
}
