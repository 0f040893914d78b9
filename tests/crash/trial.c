/* SPDX-License-Identifier: MIT */
/* One prune that goes wrong: see trial.h. */
#include "trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool fail(struct trial *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints what was wrong with the command that shows it again. Returns false. */
static bool fail(struct trial *t, const char *fmt, ...)
{
	char text[500], again[100] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (t->recover_at > 0)
		snprintf(again, sizeof again, ", recovery killed at %u", t->recover_at);
	if (t->renumbers)
		snprintf(again, sizeof again, ", device renumbered");
	if (t->delivery != NULL)
		snprintf(again + strlen(again), sizeof again - strlen(again),
		         ", %zu bytes delivered", t->delivery->n);
	if (t->shown++ < 10)
		fprintf(stderr, "kill --box=%s --deed=%s --to=%s --at=%u%s: %s\n", t->box->name,
		        t->plan.deed, t->plan.to, t->plan.at, again, text);
	return false;
}

/* ---- looking at the box ---------------------------------------------------------------------- */

static bool is_deed(const struct trial *t, const char *prefix)
{
	return strncmp(t->plan.deed, prefix, strlen(prefix)) == 0;
}

static bool is_with(const struct bytes *is, const struct bytes *base, const struct bytes *more)
{
	size_t n = more != NULL ? more->n : 0;

	return is->n == base->n + n && memcmp(is->at, base->at, base->n) == 0 &&
	       (n == 0 || memcmp(is->at + base->n, more->at, n) == 0);
}

enum state { OLD, NEW, NEITHER };

/* What the box is, not counting the message delivered. A box with nothing to remove is NEW. */
static enum state box_state(struct trial *t, const struct bytes *delivery)
{
	struct bytes is = scratch_read(t->s);
	enum state state = is_with(&is, t->new, delivery)   ? NEW
	                   : is_with(&is, t->old, delivery) ? OLD
	                                                    : NEITHER;
	bytes_free(&is);
	return state;
}

static const char *difference(struct trial *t)
{
	static char text[200];
	struct bytes is = scratch_read(t->s);
	size_t a = 0, b = 0;

	while (a < is.n && a < t->old->n && is.at[a] == t->old->at[a])
		a++;
	while (b < is.n && b < t->new->n &&is.at[b] == t->new->at[b])
		b++;
	snprintf(text, sizeof text, "%zu bytes; unlike the old (%zu) at %zu, the new (%zu) at %zu",
	         is.n, t->old->n, a, t->new->n, b);
	bytes_free(&is);
	return text;
}

static bool same_file(struct trial *t)
{
	struct stat st;

	return lstat(t->s->box, &st) == 0 && st.st_ino == t->s->ino && st.st_mode == t->s->mode;
}

/* After all is said and done: nothing lies about. */
static bool is_tidy(struct trial *t, const struct bytes *delivered)
{
	bool in_lockfile = is_deed(t, "kill") || is_deed(t, "short-kill") || is_deed(t, "eio");
	const char *litter = scratch_litter(t->s, in_lockfile);

	/* One that was not whole yet, on a device that has no number: nobody can say whose it is.
	 */
	bool useless = t->renumbers && box_state(t, delivered) == OLD;
	if (scratch_has_journal(t->s) && !useless)
		return fail(t, "a journal is left");
	if (litter != NULL)
		return fail(t, "'%s' is left in the spool", litter);
	return same_file(t) || fail(t, "the box is another file, or has another mode");
}

/* ---- one crash ------------------------------------------------------------------------------- */

/* What must hold before anything is recovered. `status` is the tool's. */
static bool check_at_once(struct trial *t, int status)
{
	bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	bool journal = scratch_has_journal(t->s);
	enum state state = box_state(t, NULL);

	if (done && state != NEW)
		return fail(t, "exit 0, but the box is not the new one: %s", difference(t));
	if (done && journal)
		return fail(t, "exit 0, but a journal is left");
	if (state == NEITHER && !journal)
		return fail(t, "half done, and no journal: %s", difference(t));
	if (state != OLD && !scratch_is_archived(t->s, t->gone, done))
		return fail(t, "what is removed is not archived, or more than that");
	if (is_deed(t, "int") || is_deed(t, "term") || is_deed(t, "full")) {
		if (state == NEITHER)
			return fail(t, "needs recovery: %s", difference(t));
		if (state == OLD && !scratch_is_archived(t->s, &(struct bytes){0}, true))
			return fail(t, "nothing is removed, yet something is archived");
		return is_tidy(t, NULL);
	}
	if (is_deed(t, "eio") || is_deed(t, "enospc")) {
		if (WIFSIGNALED(status))
			return fail(t, "died of signal %d", WTERMSIG(status));
		if (!done && journal && strstr(scratch_words(t->s), "journal") == NULL)
			return fail(t, "a journal is left, and it does not say so");
	}
	return true;
}

static bool check_recovered(struct trial *t, const struct bytes *delivered)
{
	int status = scratch_run(t->s, !t->box->is_big, "--recover", NULL);

	if (status == -1)
		return fail(t, "recovery hangs");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(t, "recovery: wait status %#x: %s", (unsigned int)status,
		            scratch_words(t->s));
	if (box_state(t, delivered) == NEITHER)
		return fail(t, "after recovery neither old nor new: %s", difference(t));
	if (box_state(t, delivered) == NEW && !scratch_is_archived(t->s, t->gone, false))
		return fail(t, "after recovery what is removed is not archived");
	return is_tidy(t, delivered);
}

static void deliver(struct trial *t, struct bytes *delivered)
{
	if (t->delivery == NULL)
		return;
	scratch_append(t->s, t->delivery);
	bytes_add(delivered, t->delivery->at, t->delivery->n);
}

bool trial_run(struct trial *t)
{
	struct bytes delivered = {0};

	scratch_reset(t->s, t->old);
	int status = scratch_run(t->s, !t->box->is_big, "--read", &t->plan);

	if (status == -1)
		return fail(t, "hangs");
	if (!check_at_once(t, status))
		return false;
	deliver(t, &delivered);
	if (t->renumbers)
		scratch_renumber(t->s);
	if (t->recover_at > 0) {
		struct plan plan = {.deed = "kill-before", .to = "all", .at = t->recover_at};
		scratch_run(t->s, !t->box->is_big, "--recover", &plan);
		t->recovery_was_killed = t->s->state->is_done;
		deliver(t, &delivered);
	}
	bool ok = check_recovered(t, &delivered);
	bytes_free(&delivered);
	return ok;
}

/* ---- another program ------------------------------------------------------------------------- */

/* One byte differs at most. */
static bool nearly(const struct bytes *a, const struct bytes *b)
{
	size_t n = 0;

	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		n += a->at[i] != b->at[i];
	return n <= 1;
}

bool trial_meddle(struct trial *t, size_t part)
{
	scratch_reset(t->s, t->old);
	scratch_run(t->s, !t->box->is_big, "--read", &t->plan);
	if (!scratch_has_journal(t->s))
		return true;

	struct bytes before = scratch_read(t->s), after;
	size_t at = before.n * part / 16;
	if (at < before.n)
		before.at[at] ^= 0x20;
	if (before.n > 0 && pwrite(t->s->fd, before.at, before.n, 0) < 0)
		return fail(t, "cannot meddle");
	int status = scratch_run(t->s, !t->box->is_big, "--recover", NULL);
	after = scratch_read(t->s);
	bool ok;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		ok = nearly(&after, t->new) || nearly(&after, t->old) ||
		     fail(t, "byte %zu meddled with: wrong after recovery: %s", at, difference(t));
	else if (!bytes_equal(&before, &after))
		ok = fail(t, "byte %zu meddled with: refused, yet touched: %s", at, difference(t));
	else
		ok = scratch_has_journal(t->s) ||
		     fail(t, "byte %zu meddled with: refused, and the journal is gone", at);
	bytes_free(&before);
	bytes_free(&after);
	return ok;
}

/* ---- no trouble -------------------------------------------------------------------------------
 */

/* The box's X-IMAPbase line may stand anywhere in the header: take it out to compare. */
static void drop_base(struct bytes *b)
{
	char *line = memmem(b->at, b->n, "X-IMAPbase:", 11);
	char *end = line != NULL ? memchr(line, '\n', b->n - (size_t)(line - b->at)) : NULL;

	if (end == NULL)
		return;
	memmove(line, end + 1, b->n - (size_t)(end + 1 - b->at));
	b->n -= (size_t)(end + 1 - line);
}

int trial_learn(struct trial *t, struct bytes *new)
{
	struct bytes is, bare = {0}, wanted = {0};

	t->plan = (struct plan){.deed = "nothing", .to = "all"};
	scratch_reset(t->s, t->old);
	int status = scratch_run(t->s, !t->box->is_big, "--read", &t->plan);
	int calls = (int)t->s->state->calls;
	is = scratch_read(t->s);
	bytes_add(&bare, is.at, is.n);
	bytes_add(&wanted, new->at, new->n);
	drop_base(&bare);
	drop_base(&wanted);
	bool ok = is.n == new->n &&bytes_equal(&bare, &wanted);
	bytes_free(&bare);
	bytes_free(&wanted);
	bytes_free(new);
	*new = is;
	if (status != 0)
		ok = fail(t, "without trouble: wait status %#x: %s", (unsigned int)status,
		          scratch_words(t->s));
	else if (!ok)
		fail(t, "without trouble: not what it should be: %s", difference(t));
	return ok && is_tidy(t, NULL) ? calls : -1;
}
