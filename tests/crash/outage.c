/* SPDX-License-Identifier: MIT */
/* The power fails: see outage.h. The library recovers in this process, which is quicker. */
#include "outage.h"

#include <mailreeve/mbox.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN 5

/* ---- one disk -------------------------------------------------------------------------------- */

static void put_files(struct outage *o, const struct disk_files *files)
{
	bool has_box = false;

	scratch_clear(&o->s);
	for (size_t i = 0; i < files->n; i++) {
		const struct disk_file *f = &files->files[i];
		bool is_box = strcmp(f->path, o->s.box) == 0;
		/* A folder that did not come takes what is in it along: ENOENT. */
		if (f->is_dir) {
			if (mkdir(f->path, strstr(f->path, "journal") != NULL ? 0700 : 0755) != 0 &&
			    errno != EEXIST && errno != ENOENT)
				perror(f->path);
			continue;
		}
		mode_t mode = strstr(f->path, "journal") != NULL ? 0600 : 0644;
		int fd = is_box ? o->s.fd : open(f->path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (ftruncate(fd, 0) != 0 ||
		    pwrite(fd, f->content.at, f->content.n, 0) != (ssize_t)f->content.n)
			perror(f->path);
		if (!is_box)
			close(fd);
		has_box = has_box || is_box;
	}
	if (!has_box)
		fprintf(stderr, "%s: the box itself is gone\n", o->box->name);
}

static bool ends_as(const struct bytes *is, const struct bytes *base, const struct bytes *more)
{
	size_t n = more != NULL ? more->n : 0;

	return is->n == base->n + n && memcmp(is->at, base->at, base->n) == 0 &&
	       (n == 0 || memcmp(is->at + base->n, more->at, n) == 0);
}

static void show_failure(struct outage *o, const char *why, const struct bytes *more)
{
	o->failed++;
	if (o->stop_at_failure || o->failed > SHOWN)
		return;
	fprintf(stderr, "replay --box=%s, %s, after change %zu%s: %s\n", o->box->name, o->what,
	        o->choices.applied - 1, more != NULL ? ", mail delivered" : "", why);
	choices_show(&o->choices);
}

static void recover(struct outage *o, const struct bytes *more)
{
	struct reeve_prune prune = {.root = o->s.root, .lock_timeout_ms = 1000};
	struct reeve_error err = {0};
	char why[1200];

	if (more != NULL)
		scratch_append(&o->s, more);
	int rc = reeve_mbox_recover(o->s.box, &prune, &err);
	struct bytes is = scratch_read(&o->s);
	bool is_new_box = ends_as(&is, &o->new, more), is_old_box = ends_as(&is, &o->old, more);
	size_t a = 0, b = 0;
	while (a < is.n && a < o->old.n && is.at[a] == o->old.at[a])
		a++;
	while (b < is.n && b < o->new.n &&is.at[b] == o->new.at[b])
		b++;
	const char *litter = scratch_litter(&o->s, true);

	o->tried++;
	if (rc < 0)
		snprintf(why, sizeof why, "recovery fails: %s", err.text);
	else if (!is_new_box && !is_old_box)
		snprintf(why, sizeof why,
		         "%zu bytes; unlike the old (%zu) at %zu, the new (%zu) at %zu", is.n,
		         o->old.n, a, o->new.n, b);
	else if (!is_new_box && o->ends_new && o->choices.applied == o->log.n)
		snprintf(why, sizeof why, "it was done, and is undone");
	else if (is_new_box && !is_old_box && !scratch_is_archived(&o->s, &o->gone, false))
		snprintf(why, sizeof why, "what is removed is not archived");
	else if (scratch_has_journal(&o->s))
		snprintf(why, sizeof why, "a journal is left");
	else if (litter != NULL)
		snprintf(why, sizeof why, "'%s' is left", litter);
	else
		why[0] = '\0';
	bytes_free(&is);
	if (why[0] != '\0')
		show_failure(o, why, more);
}

/* Every other disk also gets mail before it is recovered. */
static bool try_disk(void *user, const struct disk_files *files, uint64_t key)
{
	struct outage *o = user;

	put_files(o, files);
	recover(o, NULL);
	if (key >> 62 < 2) {
		put_files(o, files);
		recover(o, &o->deliveries[key >> 62]);
	}
	return !(o->stop_at_failure && o->failed > 0);
}

void outage_try(struct outage *o)
{
	choices_each(&o->choices, try_disk, o);
}
