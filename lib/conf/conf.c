/* SPDX-License-Identifier: MIT */
/* A configuration of either kind: the public door. */
#include "base/error.h"
#include "base/open.h"
#include "base/rows.h"
#include "conf/kinds.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const struct reeve_conf_ops *ops;
	const char *path; /* below the root, where none is given */
} kinds[] = {
	[REEVE_CONF_DOVECOT] = {&reeve_dovecot_ops, "/etc/dovecot/dovecot.conf"},
	[REEVE_CONF_POSTFIX] = {&reeve_postfix_ops, "/etc/postfix"},
};

/* Strings of ours instead of the caller's. */
static bool keep(struct reeve_conf *conf, const struct reeve_conf_how *how)
{
	char *root = strdup(how->root == NULL ? "" : how->root), *path = NULL;
	size_t n;

	if (root == NULL)
		return false;
	for (n = strlen(root); n > 0 && root[n - 1] == '/';)
		root[--n] = '\0';
	if (how->path != NULL) {
		path = strdup(how->path);
	} else {
		const char *usual = kinds[conf->kind].path;

		path = malloc(n + strlen(usual) + 1);
		if (path != NULL) {
			memcpy(path, root, n);
			strcpy(path + n, usual);
		}
	}
	if (how->talk != NULL)
		conf->talk = *how->talk;
	conf->how = (struct reeve_conf_how){root, path, &conf->talk, how->may_be_copy};
	return path != NULL;
}

struct reeve_conf *reeve_conf_open(enum reeve_conf_kind kind, const struct reeve_conf_how *how,
                                   struct reeve_error *err)
{
	static const struct reeve_conf_how usual = {0};
	struct reeve_conf *conf = calloc(1, sizeof *conf);

	if (conf == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	conf->kind = kind;
	conf->ops = kinds[kind].ops;
	if (!keep(conf, how == NULL ? &usual : how)) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (conf->ops->open(conf, err) < 0)
		goto fail;
	for (size_t i = 0; i < conf->doc_count; i++)
		conf->told += conf->docs[i]->found;
	return conf;
fail:
	reeve_conf_close(conf);
	return NULL;
}

void reeve_conf_close(struct reeve_conf *conf)
{
	if (conf == NULL)
		return;
	conf->ops->close(conf);
	for (size_t i = 0; i < conf->doc_count; i++)
		reeve_doc_free(conf->docs[i]);
	free(conf->docs);
	free((char *)conf->how.root);
	free((char *)conf->how.path);
	free(conf);
}

struct reeve_doc *reeve_conf_add_doc(struct reeve_conf *conf, enum reeve_syntax syntax,
                                     const char *path, struct reeve_error *err)
{
	struct reeve_doc **docs = reeve_rows_grow(conf->docs, sizeof(struct reeve_doc *),
	                                          conf->doc_count, &conf->doc_room);

	if (docs == NULL) {
		reeve_fail_nomem(err);
		return NULL;
	}
	conf->docs = docs;
	struct reeve_doc *doc = reeve_doc_open(syntax, conf->how.root, path, &conf->talk, err);
	if (doc != NULL)
		conf->docs[conf->doc_count++] = doc;
	return doc;
}

enum reeve_conf_kind reeve_conf_kind(const struct reeve_conf *conf)
{
	return conf->kind;
}

int reeve_conf_get(struct reeve_conf *conf, const char *path, unsigned int flags,
                   struct reeve_conf_setting *setting_r, struct reeve_error *err)
{
	return conf->ops->get(conf, path, flags, setting_r, err);
}

bool reeve_conf_knows(const struct reeve_conf *conf, const char *path)
{
	return conf->ops->knows(conf, path);
}

const char *reeve_conf_nearest(const struct reeve_conf *conf, const char *path)
{
	return conf->ops->nearest(conf, path);
}

int reeve_conf_try_file(const struct reeve_conf *conf, const char *path)
{
	int fd = reeve_open_in_root(conf->how.root, path);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

long reeve_conf_lint(struct reeve_conf *conf, struct reeve_error *err)
{
	long n = conf->ops->lint(conf, err);

	return n < 0 ? n : conf->told + n;
}

int reeve_conf_set(struct reeve_conf *conf, const char *path, const char *value,
                   struct reeve_error *err)
{
	return conf->ops->set(conf, path, value, err);
}

int reeve_conf_unset(struct reeve_conf *conf, const char *path, struct reeve_error *err)
{
	return conf->ops->unset(conf, path, err);
}

size_t reeve_conf_file_count(const struct reeve_conf *conf)
{
	return conf->doc_count;
}

struct reeve_conf_file reeve_conf_file(const struct reeve_conf *conf, size_t i)
{
	const struct reeve_doc *doc = conf->docs[i];

	return (struct reeve_conf_file){
		.path = doc->path,
		.old_bytes = doc->read.bytes,
		.old_size = doc->read.size,
		.new_bytes = doc->bytes,
		.new_size = doc->size,
	};
}
