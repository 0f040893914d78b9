/* SPDX-License-Identifier: MIT */
/* Bringing a configuration from one version to another, hop by hop. */
#include "base/error.h"
#include "migrate/hop.h"

#include <stdlib.h>
#include <string.h>

struct reeve_migrate *reeve_migrate_open(const struct reeve_migrate_how *how,
                                         struct reeve_error *err)
{
	struct reeve_conf_how conf = {
		.root = how->root, .path = how->path, .talk = how->talk, .may_be_copy = true};
	struct reeve_migrate *migrate = calloc(1, sizeof *migrate);
	struct migrate_hop hop = {0};
	bool is_sound = true;

	if (migrate == NULL || (migrate->arena = reeve_arena_new()) == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	migrate->without_sieve = how->without_sieve;
	if (reeve_migrate_rules_read(&migrate->rules, reeve_migrate_rows, reeve_migrate_row_count,
	                             err) < 0)
		goto fail;
	migrate->conf = reeve_conf_open(REEVE_CONF_DOVECOT, &conf, err);
	if (migrate->conf == NULL)
		goto fail;
	migrate->origins = calloc(migrate->conf->doc_count, sizeof *migrate->origins);
	migrate->starts = calloc(migrate->conf->doc_count, sizeof *migrate->starts);
	if (migrate->origins == NULL || migrate->starts == NULL ||
	    !reeve_migrate_read(&hop, migrate)) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (!reeve_migrate_is_sound(&hop, &is_sound)) {
		reeve_fail_nomem(err);
		goto fail;
	}
	if (how->needs_syntax && !is_sound) {
		reeve_fail(err, REEVE_EFORMAT,
		           "the configuration has errors: mend them first; nothing was changed");
		goto fail;
	}
	reeve_migrate_detect(&hop);
	reeve_migrate_done(&hop);
	return migrate;
fail:
	reeve_migrate_done(&hop);
	reeve_migrate_close(migrate);
	return NULL;
}

void reeve_migrate_close(struct reeve_migrate *migrate)
{
	if (migrate == NULL)
		return;
	for (size_t i = 0;
	     migrate->origins != NULL && migrate->conf != NULL && i < migrate->conf->doc_count; i++)
		free(migrate->origins[i]);
	for (size_t i = 0;
	     migrate->starts != NULL && migrate->conf != NULL && i < migrate->conf->doc_count; i++)
		free(migrate->starts[i]);
	free(migrate->origins);
	free(migrate->starts);
	reeve_conf_close(migrate->conf);
	reeve_migrate_rules_dispose(&migrate->rules);
	reeve_arena_free(migrate->arena);
	free(migrate->changes);
	free(migrate);
}

struct reeve_migrate_version reeve_migrate_version(const struct reeve_migrate *migrate)
{
	return migrate->told;
}

/* ---- running ------------------------------------------------------------------------------- */

/* A second auth section: 2.x has one auth. */
static void second_auth(struct migrate_hop *hop, struct migrate_site *site)
{
	for (const struct migrate_site *s = hop->sites; s < site; s++)
		if (s->main != NULL && s->main->action == MIGRATE_UNWRAP) {
			reeve_migrate_decide(
				hop, site, site->main,
				"there is only one auth now: the passdbs and userdbs below come "
				"after those above, and of every other setting the last one "
				"counts; see that this is what you want");
			return;
		}
}

/* A block cannot lose its head alone, nor with a brace that ends another block. */
static void keep_open(struct migrate_hop *hop)
{
	for (uint32_t i = 0; i < hop->count; i++) {
		struct migrate_site *site = &hop->sites[i];

		if (site->main == NULL || site->main->action != MIGRATE_UNWRAP ||
		    reeve_migrate_is_closed(hop, site))
			continue;
		reeve_migrate_decide(hop, site, site->main,
		                     reeve_migrate_has_end(hop, site)
		                             ? "a file that is included here ends this block, or "
		                               "leaves one open: end each block in its own file"
		                             : "the file does not close this block: close it here");
		site->main = NULL;
	}
}

/* Whether it came into a block where it stands: plugin. */
static bool goes_inside(const struct migrate_site *site)
{
	return site->main != NULL && site->main->action == MIGRATE_MOVE &&
	       strncmp(site->main->row.new_path, "./", 2) == 0;
}

/* Returns 1 if blocks went or came: what is inside stands elsewhere now, and may have rules of that
 * place, of earlier hops, too. */
static int run_hop(struct reeve_migrate *migrate, int from, struct reeve_error *err)
{
	struct migrate_hop hop;
	bool has_other_places = false;
	int r = -1;

	if (!reeve_migrate_read(&hop, migrate)) {
		reeve_fail_nomem(err);
		goto out;
	}
	reeve_migrate_match(&hop, from);
	keep_open(&hop);
	for (uint32_t i = 0; i < hop.count; i++) {
		struct migrate_site *site = &hop.sites[i];

		if (site->main != NULL && site->main->action == MIGRATE_UNWRAP) {
			second_auth(&hop, site);
			reeve_migrate_unwrap(&hop, site);
			reeve_migrate_tell(&hop, site, REEVE_MIGRATE_CHANGED, site->main, "",
			                   site->main->row.note);
			has_other_places = true;
		}
	}
	for (uint32_t i = 0; i < hop.count; i++)
		if (hop.sites[i].thing.name != NULL &&
		    strcmp(hop.sites[i].thing.type, "protocol") == 0)
			reeve_migrate_break(&hop, &hop.sites[i]);
	reeve_migrate_clashes(&hop);
	for (uint32_t i = 0; i < hop.count; i++) {
		reeve_migrate_act(&hop, &hop.sites[i]);
		has_other_places |= goes_inside(&hop.sites[i]);
	}
	r = reeve_migrate_carry(&hop, err);
	if (r == 0 && migrate->has_failed)
		r = reeve_fail_nomem(err);
	if (r == 0 && has_other_places)
		r = 1;
out:
	reeve_migrate_done(&hop);
	return r;
}

/* One more step over all files, after the hops. Returns 1 if it has to be made again. */
static int run_step(struct reeve_migrate *migrate, bool (*step)(struct migrate_hop *),
                    struct reeve_error *err)
{
	struct migrate_hop hop;
	bool again = false;
	int r = -1;

	if (!reeve_migrate_read(&hop, migrate)) {
		reeve_fail_nomem(err);
		goto out;
	}
	again = step(&hop);
	r = reeve_migrate_carry(&hop, err);
	if (r == 0 && migrate->has_failed)
		r = reeve_fail_nomem(err);
	if (r == 0)
		r = again;
out:
	reeve_migrate_done(&hop);
	return r;
}

/* A step that is made until there is nothing left to do. */
static int run_again(struct reeve_migrate *migrate, bool (*step)(struct migrate_hop *),
                     struct reeve_error *err)
{
	int r;

	do
		r = run_step(migrate, step, err);
	while (r > 0);
	return r;
}

/* A change, and what its place in the list is by. */
struct place {
	struct reeve_migrate_change change;
	size_t file, number;
};

static int compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->change.line != y->change.line)
		return x->change.line < y->change.line ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

/* In the order of files and lines, and of hops. False without memory. */
static bool sort_changes(struct reeve_migrate *migrate)
{
	struct place *places = calloc(migrate->change_count + 1, sizeof *places);

	if (places == NULL)
		return false;
	for (size_t i = 0; i < migrate->change_count; i++) {
		places[i].change = migrate->changes[i];
		places[i].number = i;
		while (places[i].file < migrate->conf->doc_count &&
		       migrate->conf->docs[places[i].file]->path != migrate->changes[i].file)
			places[i].file++;
	}
	qsort(places, migrate->change_count, sizeof *places, compare);
	for (size_t i = 0; i < migrate->change_count; i++)
		migrate->changes[i] = places[i].change;
	free(places);
	return true;
}

static bool was_changed(const struct reeve_migrate *migrate)
{
	for (size_t i = 0; i < migrate->change_count; i++)
		if (migrate->changes[i].kind == REEVE_MIGRATE_CHANGED ||
		    migrate->changes[i].kind == REEVE_MIGRATE_REMOVED)
			return true;
	return false;
}

long reeve_migrate_run(struct reeve_migrate *migrate, const char *to, struct reeve_error *err)
{
	int target = reeve_migrate_version_number(to, strlen(to)), r;

	if (target < MIGRATE_2_0 || target > MIGRATE_2_3)
		return reeve_fail(err, REEVE_EUSAGE,
		                  "cannot migrate to version '%s'; 2.0 to 2.3 are known", to);
	if (migrate->was_run)
		return reeve_fail(err, REEVE_EREFUSED, "was migrated already");
	migrate->was_run = true;
	if (migrate->version > target)
		return 0;
	for (int from = MIGRATE_1_0; from < target;) {
		r = run_hop(migrate, from, err);
		if (r < 0)
			return -1;
		from = r > 0 ? MIGRATE_1_0 : from + 1;
	}
	migrate->target = target;
	migrate->is_late = was_changed(migrate);
	if (migrate->is_late && run_hop(migrate, target - 1, err) < 0)
		return -1;
	migrate->is_late = false;
	if (migrate->has_advice && run_step(migrate, reeve_migrate_advise, err) < 0)
		return -1;
	if (run_again(migrate, reeve_migrate_empty, err) < 0 ||
	    run_again(migrate, reeve_migrate_join, err) < 0 ||
	    run_step(migrate, reeve_migrate_unknown, err) < 0 ||
	    run_step(migrate, reeve_migrate_dollars, err) < 0)
		return -1;
	if (!sort_changes(migrate))
		return reeve_fail_nomem(err);
	return (long)migrate->change_count;
}

/* ---- asking -------------------------------------------------------------------------------- */

size_t reeve_migrate_change_count(const struct reeve_migrate *migrate)
{
	return migrate->change_count;
}

const struct reeve_migrate_change *reeve_migrate_change_at(const struct reeve_migrate *migrate,
                                                           size_t i)
{
	return &migrate->changes[i];
}

size_t reeve_migrate_file_count(const struct reeve_migrate *migrate)
{
	return reeve_conf_file_count(migrate->conf);
}

struct reeve_conf_file reeve_migrate_file(const struct reeve_migrate *migrate, size_t i)
{
	return reeve_conf_file(migrate->conf, i);
}

uint64_t reeve_migrate_old_line(const struct reeve_migrate *migrate, size_t i, uint64_t line,
                                uint64_t *column_r)
{
	const struct reeve_doc *doc = migrate->conf->docs[i];
	uint64_t count = 0, old;

	for (uint32_t at = 0; at < doc->size; at = reeve_line_after(doc, at))
		count++;
	if (line == 0 || line > count)
		return 0;
	old = migrate->origins[i][line - 1];
	if (column_r != NULL)
		*column_r = reeve_migrate_column(doc, migrate->starts[i][old - 1]);
	return old;
}

size_t reeve_migrate_rule_count(void)
{
	return reeve_migrate_row_count;
}

const struct reeve_migrate_rule *reeve_migrate_rule_at(size_t i)
{
	return &reeve_migrate_rows[i];
}
