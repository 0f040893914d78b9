/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a Dovecot file, in which one setting is changed, and a new one is set and removed.
 *
 * The first byte says which setting, the first line what its value shall be. Nodes tile the file;
 * what is changed lies inside the setting's node; what was set reads so; what was set and removed
 * is as if nothing had been.
 */
#include "conf/dovecot_path.h"
#include "conf/dovecot_walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int file = -1;

static void must(bool so, const char *what)
{
	if (!so) {
		fprintf(stderr, "%s\n", what);
		abort();
	}
}

/* What files are included is not for chance to say. */
static void forbid_includes(unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '!')
			bytes[i] = '?';
	}
}

static struct reeve_conf *open_conf(const unsigned char *bytes, size_t n)
{
	char path[64];
	struct reeve_conf_how how = {.path = path};

	if (file < 0)
		file = memfd_create("dovecot.conf", 0);
	must(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, bytes, n, 0) == (ssize_t)n,
	     "no file");
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	struct reeve_conf *conf = reeve_conf_open(REEVE_CONF_DOVECOT, &how, NULL);
	must(conf != NULL, "not opened");
	return conf;
}

/*
 * The PATH of the setting number `pick`, and its node; false if there are fewer. Blocks' numbers
 * are known only after one walk.
 */
static bool pick_setting(struct reeve_conf *conf, unsigned int pick, struct reeve_buf *path,
                         uint32_t *node_r)
{
	struct reeve_places *places = reeve_places_new(NULL);
	bool is_found = false;

	for (int times = 0; times < 2; times++) {
		struct reeve_walk walk;
		enum reeve_walk_event event;
		unsigned int count = 0;

		reeve_places_rewind(places);
		reeve_walk_init(&walk, conf);
		while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
			if (event == REEVE_WALK_ENTER)
				reeve_places_enter(places, walk.doc, walk.node);
			else if (event == REEVE_WALK_LEAVE)
				reeve_places_leave(places);
			else if (event == REEVE_WALK_SETTING && count++ == pick && times == 1) {
				struct reeve_buf name;

				reeve_buf_init(&name, 1 << 20);
				reeve_dovecot_name(walk.doc, walk.node, &name);
				reeve_places_path(places, places->at, name.bytes, name.length,
				                  path);
				reeve_buf_dispose(&name);
				*node_r = walk.node;
				is_found = true;
			}
		}
		reeve_walk_dispose(&walk);
	}
	reeve_places_free(places);
	return is_found;
}

/* Bytes before and behind the node are as they were. */
static void check_around(const struct reeve_conf *conf, uint32_t start, uint32_t end)
{
	struct reeve_conf_file f = reeve_conf_file(conf, 0);
	const unsigned char *was = f.old_bytes, *is = f.new_bytes;
	size_t behind = f.old_size - end;

	must(f.new_size >= start + behind, "too much is gone");
	must(memcmp(was, is, start) == 0, "something before was changed");
	must(memcmp(was + end, is + f.new_size - behind, behind) == 0,
	     "something behind was changed");
}

static void check_set(struct reeve_conf *conf, unsigned int pick, const char *value)
{
	struct reeve_error err = {0};
	struct reeve_buf path;
	uint32_t node = 0, last = 0;
	int r;

	reeve_buf_init(&path, 1 << 20);
	if (!pick_setting(conf, pick, &path, &node))
		goto out;
	const char *text = reeve_buf_text(&path);
	if (strlen(text) != path.length)
		goto out;
	r = reeve_conf_set(conf, text, value, &err);
	must(r >= 0 || err.code == REEVE_EUSAGE || err.code == REEVE_EREFUSED, "no reason");
	must(reeve_tree_tiles(conf->docs[0]), "gaps after a change");
	if (r <= 0) {
		struct reeve_conf_file f = reeve_conf_file(conf, 0);

		must(f.old_bytes == f.new_bytes, "changed though it said no");
		goto out;
	}
	must(reeve_conf_set(conf, text, value, NULL) == 0, "set, and is not");
	/* Which of several was changed: that counts. All are settings, one was. */
	struct reeve_doc *old = reeve_doc_of(REEVE_SYNTAX_DOVECOT, "", conf->docs[0]->read.bytes,
	                                     conf->docs[0]->read.size, NULL, NULL);
	must(old != NULL, "no memory");
	const struct reeve_doc *new = conf->docs[0];
	must(old->count == new->count, "nodes came or went");
	for (uint32_t n = 1; n < old->count; n++) {
		const struct reeve_node *a = &old->nodes[n], *b = &new->nodes[n];

		if (a->kind == REEVE_NODE_SETTING && last == 0 &&
		    (a->value_end - a->value != b->value_end - b->value ||
		     memcmp(old->bytes + a->value, new->bytes + b->value,
		            a->value_end - a->value) != 0 ||
		     a->flags != b->flags || a->end - a->start != b->end - b->start))
			last = n;
	}
	must(last != 0, "nothing changed");
	check_around(conf, old->nodes[last].start, old->nodes[last].end);
	reeve_doc_free(old);
out:
	reeve_buf_dispose(&path);
}

static void check_new(struct reeve_conf *conf, const char *path, const char *value)
{
	struct reeve_conf_file f;
	int r;

	if (reeve_conf_unset(conf, path, NULL) != 0)
		return;
	r = reeve_conf_set(conf, path, value, NULL);

	must(reeve_tree_tiles(conf->docs[0]), "gaps after an insertion");
	if (r <= 0)
		return;
	must(reeve_conf_set(conf, path, value, NULL) == 0, "inserted, and is not");
	must(reeve_conf_unset(conf, path, NULL) == 1, "not removed");
	must(reeve_tree_tiles(conf->docs[0]), "gaps after a removal");
	f = reeve_conf_file(conf, 0);
	/* A line end that was missing, and a new block, stay. */
	if (strchr(path, '/') == NULL && f.old_size > 0 &&
	    ((const char *)f.old_bytes)[f.old_size - 1] == '\n')
		must(f.old_size == f.new_size && memcmp(f.old_bytes, f.new_bytes, f.old_size) == 0,
		     "not as it was");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int pick = size > 0 ? data[0] : 0;
	size_t first = 0, n;

	while (first < size && data[first] != '\n')
		first++;
	char *value = calloc(first + 1, 1);
	if (value == NULL)
		abort();
	if (first > 1)
		memcpy(value, data + 1, first - 1);
	first += first < size;
	n = size - first;
	unsigned char *bytes = malloc(n + 1);
	if (bytes == NULL)
		abort();
	memcpy(bytes, data + first, n);
	forbid_includes(bytes, n);

	struct reeve_conf *conf = open_conf(bytes, n);
	must(reeve_tree_tiles(conf->docs[0]), "gaps");
	check_set(conf, pick, value);
	reeve_conf_close(conf);

	conf = open_conf(bytes, n);
	check_new(conf, "zz", value);
	reeve_conf_close(conf);

	conf = open_conf(bytes, n);
	check_new(conf, "a/zz", value);
	reeve_conf_lint(conf, NULL);
	reeve_conf_close(conf);
	free(bytes);
	free(value);
	return 0;
}
