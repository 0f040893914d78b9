/* SPDX-License-Identifier: MIT */
/* Opening a configuration of Postfix: a folder, or one of its two files; and closing it. */
#include "base/diag.h"
#include "base/error.h"
#include "conf/postfix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum need {
	NEEDED,   /* it must be there */
	EXPECTED, /* that it is not is told */
	WELCOME,  /* the one beside it was asked for by name */
};

static int open_file(struct reeve_conf *conf, enum reeve_syntax syntax, const char *path,
                     enum need need, struct reeve_error *err)
{
	struct postfix *own = conf->own;
	struct reeve_error why = {0};
	struct reeve_doc *doc = reeve_conf_add_doc(conf, syntax, path, &why);

	if (doc == NULL) {
		if (need == NEEDED || why.code == REEVE_ENOMEM) {
			if (err != NULL)
				*err = why;
			return -1;
		}
		if (need == EXPECTED || why.sys_errno != ENOENT)
			reeve_diag(&conf->talk, REEVE_WARNING, path, 0, 0, "%s", why.text);
		return 0;
	}
	if (syntax == REEVE_SYNTAX_MAIN_CF)
		own->main = doc;
	else
		own->master = doc;
	return 0;
}

/* folder[0..n) and a name behind it. */
static char *join(const char *folder, size_t n, const char *name)
{
	char *path = malloc(n + strlen(name) + 2);

	if (path == NULL)
		return NULL;
	memcpy(path, folder, n);
	path[n] = '/';
	strcpy(path + n + 1, name);
	return path;
}

static int open_both(struct reeve_conf *conf, const char *folder, size_t n, enum need needs_main,
                     enum need needs_master, struct reeve_error *err)
{
	char *main_cf = join(folder, n, "main.cf"), *master_cf = join(folder, n, "master.cf");
	int r = -1;

	if (main_cf == NULL || master_cf == NULL)
		reeve_fail_nomem(err);
	else if (open_file(conf, REEVE_SYNTAX_MAIN_CF, main_cf, needs_main, err) == 0)
		r = open_file(conf, REEVE_SYNTAX_MASTER_CF, master_cf, needs_master, err);
	free(main_cf);
	free(master_cf);
	return r;
}

/* The folder as Postfix names it: absolute, without the root. */
static const char *folder_name(const struct reeve_conf *conf, const char *folder, size_t n)
{
	size_t root = strlen(conf->how.root);

	while (n > 1 && folder[n - 1] == '/')
		n--;
	if (strncmp(folder, conf->how.root, root) == 0 && n > root)
		folder += root, n -= root;
	return strndup(n > 0 ? folder : ".", n > 0 ? n : 1);
}

int reeve_pf_open(struct reeve_conf *conf, struct reeve_error *err)
{
	const char *path = conf->how.path, *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	size_t length = slash == NULL ? 0 : (size_t)(slash - path);
	struct postfix *own = calloc(1, sizeof *own);
	struct stat st;
	bool is_folder;

	conf->own = own;
	if (own == NULL)
		return reeve_fail_nomem(err);
	reeve_buf_init(&own->text, SIZE_MAX);
	reeve_buf_init(&own->path, SIZE_MAX);
	is_folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	if (is_folder)
		length = strlen(path);
	own->folder = folder_name(conf, path, length);
	if (own->folder == NULL)
		return reeve_fail_nomem(err);
	if (is_folder)
		return open_both(conf, path, length, NEEDED, EXPECTED, err);
	if (strcmp(base, "main.cf") == 0 || strcmp(base, "master.cf") == 0)
		return open_both(conf, slash == NULL ? "." : path, slash == NULL ? 1 : length,
		                 base[2] == 'i' ? NEEDED : WELCOME,
		                 base[2] == 's' ? NEEDED : WELCOME, err);
	/* A file of another name, a template perhaps, is alone. */
	return open_file(conf, strstr(base, "master") != NULL ? REEVE_SYNTAX_MASTER_CF
	                                                      : REEVE_SYNTAX_MAIN_CF,
	                 path, NEEDED, err);
}

struct reeve_conf *reeve_pf_of(const void *main_cf, size_t main_size, const void *master_cf,
                               size_t master_size, const struct reeve_talk *talk,
                               struct reeve_error *err)
{
	struct reeve_conf *conf = calloc(1, sizeof *conf);
	struct postfix *own = calloc(1, sizeof *own);

	if (conf == NULL || own == NULL) {
		free(conf);
		free(own);
		reeve_fail_nomem(err);
		return NULL;
	}
	conf->kind = REEVE_CONF_POSTFIX;
	conf->ops = &reeve_postfix_ops;
	conf->own = own;
	conf->talk = talk == NULL ? (struct reeve_talk){0} : *talk;
	conf->how = (struct reeve_conf_how){strdup(""), strdup("/etc/postfix"), &conf->talk, false};
	conf->docs = calloc(2, sizeof(struct reeve_doc *));
	reeve_buf_init(&own->text, SIZE_MAX);
	reeve_buf_init(&own->path, SIZE_MAX);
	own->version = PF_310;
	own->folder = strdup("/etc/postfix");
	strcpy(own->host, "host.example.org");
	if (conf->how.root == NULL || conf->how.path == NULL || conf->docs == NULL ||
	    own->folder == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	own->main = reeve_doc_of(REEVE_SYNTAX_MAIN_CF, "main.cf", main_cf, main_size, &conf->talk, err);
	if (own->main == NULL)
		goto fail;
	conf->docs[conf->doc_count++] = own->main;
	own->master = reeve_doc_of(REEVE_SYNTAX_MASTER_CF, "master.cf", master_cf, master_size,
	                           &conf->talk, err);
	if (own->master == NULL)
		goto fail;
	conf->docs[conf->doc_count++] = own->master;
	conf->doc_room = 2;
	return conf;
fail:
	reeve_conf_close(conf);
	return NULL;
}

void reeve_pf_close(struct reeve_conf *conf)
{
	struct postfix *own = conf->own;

	if (own == NULL)
		return;
	reeve_pf_index_drop(conf);
	reeve_buf_dispose(&own->text);
	reeve_buf_dispose(&own->path);
	free((char *)own->folder);
	free(own);
	conf->own = NULL;
}
