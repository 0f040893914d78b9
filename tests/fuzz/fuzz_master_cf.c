/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as master.cf: nodes tile them, all questions are answered, and fields, options and services
 * that are changed are then as they should be, or every byte is as it was.
 */
#include "conf/postfix.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char main_cf[] = "mine = $own\nown = 1\nsmtpd_restriction_classes = other\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool so, const char *what)
{
	if (!so) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

static void change(struct reeve_conf *conf, const char *service, const char *part,
                   const char *value)
{
	struct reeve_doc *doc = conf->docs[1];
	struct reeve_conf_setting setting;
	size_t size = doc->size;
	unsigned char *before = malloc(size > 0 ? size : 1);
	char *path = malloc(strlen(service) + strlen(part) + 1);
	int r;

	must(before != NULL && path != NULL, "no memory");
	memcpy(before, doc->bytes, size);
	strcpy(path, service);
	strcat(path, part);
	r = value != NULL ? reeve_conf_set(conf, path, value, NULL)
	                  : reeve_conf_unset(conf, path, NULL);
	must(reeve_tree_tiles(doc), "nodes do not tile what was changed");
	if (r <= 0)
		must(doc->size == size && memcmp(doc->bytes, before, size) == 0,
		     "bytes changed without a change");
	else if (value == NULL)
		must(reeve_conf_get(conf, path, 0, &setting, NULL) <= 0, "it is still set");
	else
		must(reeve_conf_set(conf, path, value, NULL) == 0, "it is set once more");
	free(before);
	free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_conf *conf = reeve_pf_of(main_cf, sizeof main_cf - 1, data, size, NULL, NULL);
	struct reeve_conf_list *rows;
	const struct pf_service *service;
	struct pf_index *index;
	char *name = NULL;

	must(conf != NULL, "cannot be opened");
	must(reeve_tree_tiles(conf->docs[1]), "nodes do not tile");
	rows = reeve_conf_list(conf, 0, NULL);
	must(rows != NULL, "no list");
	reeve_conf_list_free(rows);
	rows = reeve_conf_list(conf, REEVE_CONF_EFFECTIVE, NULL);
	must(rows != NULL, "no effective list");
	reeve_conf_list_free(rows);
	must(reeve_conf_lint(conf, NULL) >= 0, "lint fails");

	index = reeve_pf_index(conf, NULL);
	if (index->service_count > 0) {
		service = &index->services[size % index->service_count];
		name = malloc(strlen(service->words[0].text) + strlen(service->words[1].text) + 2);
		must(name != NULL, "no memory");
		sprintf(name, "%s/%s", service->words[0].text, service->words[1].text);
		change(conf, name, "/chroot", "n");
		change(conf, name, "/wakeup", "1000?");
		change(conf, name, "/-o mynetworks", "a, b");
		change(conf, name, "/-o mynetworks", "c");
		change(conf, name, "/-o mynetworks", NULL);
		change(conf, name, "/-o own", "");
		change(conf, name, "/command", "smtpd -v -o { a = b c } {x y}");
		change(conf, name, "/-o a", "d");
		change(conf, name, "/-o a", NULL);
		change(conf, name, "", NULL);
	}
	change(conf, "new/unix", "", "new unix - n - 10 1 pipe -o a=b flags=R");
	change(conf, "new/unix", "", NULL);
	free(name);
	reeve_conf_close(conf);
	return 0;
}
