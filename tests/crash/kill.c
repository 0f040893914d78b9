/* SPDX-License-Identifier: MIT */
/*
 * kill: whatever happens to a prune at whichever of its calls, the box is the old one or the new
 * one, at once or after `reeve-prune --recover`, and what was delivered in between is there too.
 *
 *     kill [--quick] [--box=NAME] [--deed=WORD] [--to=WHOM] [--at=N] [--jobs=N]
 *
 * For each box of boxes.c, each deed of shim.h and each call N: fill the box, prune it with the
 * shim, look; perhaps deliver a message; recover; look again. Then kill the recovery at each of
 * its calls, and meddle with half-moved boxes as another program might.
 */
#include "jobs.h"
#include "scratch.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	bool quick;
	const char *box, *deed, *to;
	uint32_t at;
	int jobs;
	const char *argv0;
} option = {.jobs = 2};

/* What a test is about, while it runs. */
struct test {
	struct scratch *s;
	const struct crash_box *box;
	const struct bytes *old, *new;
	struct plan plan;
	uint32_t recover_at;   /* the recovery is killed at this call too */
	const struct bytes *delivery; /* NULL: none between crash and recovery */
	unsigned int shown;    /* failures printed */
};

static bool fail(struct test *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints what was wrong with the command that shows it again. Returns false. */
static bool fail(struct test *t, const char *fmt, ...)
{
	char text[500], again[100] = "";
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (t->recover_at > 0)
		snprintf(again, sizeof again, ", recovery killed at %u", t->recover_at);
	if (t->delivery != NULL)
		snprintf(again + strlen(again), sizeof again - strlen(again), ", %zu bytes delivered",
			 t->delivery->n);
	if (t->shown++ < 10)
		fprintf(stderr, "kill --box=%s --deed=%s --to=%s --at=%u%s: %s\n", t->box->name,
			t->plan.deed, t->plan.to, t->plan.at, again, text);
	return false;
}

/* ---- looking at the box ---------------------------------------------------------------------- */

static bool is_deed(const struct test *t, const char *prefix)
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
static enum state box_state(struct test *t, const struct bytes *delivery)
{
	struct bytes is = scratch_read(t->s);
	enum state state = is_with(&is, t->new, delivery)   ? NEW
			   : is_with(&is, t->old, delivery) ? OLD
							    : NEITHER;
	bytes_free(&is);
	return state;
}

static const char *difference(struct test *t)
{
	static char text[200];
	struct bytes is = scratch_read(t->s);
	size_t a = 0, b = 0;

	while (a < is.n && a < t->old->n && is.at[a] == t->old->at[a])
		a++;
	while (b < is.n && b < t->new->n && is.at[b] == t->new->at[b])
		b++;
	snprintf(text, sizeof text, "%zu bytes; unlike the old (%zu) at %zu, the new (%zu) at %zu", is.n,
		 t->old->n, a, t->new->n, b);
	bytes_free(&is);
	return text;
}

static bool same_file(struct test *t)
{
	struct stat st;

	return lstat(t->s->box, &st) == 0 && st.st_ino == t->s->ino && st.st_mode == t->s->mode;
}

/* After all is said and done: nothing lies about. */
static bool is_tidy(struct test *t)
{
	bool in_lockfile = is_deed(t, "kill") || is_deed(t, "short-kill") || is_deed(t, "eio");
	const char *litter = scratch_litter(t->s, in_lockfile);

	if (scratch_has_journal(t->s))
		return fail(t, "a journal is left");
	if (litter != NULL)
		return fail(t, "'%s' is left in the spool", litter);
	return same_file(t) || fail(t, "the box is another file, or has another mode");
}

/* ---- one crash ------------------------------------------------------------------------------- */

/* What must hold before anything is recovered. `status` is the tool's. */
static bool check_at_once(struct test *t, int status)
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
	if (is_deed(t, "int") || is_deed(t, "term") || is_deed(t, "full")) {
		if (state == NEITHER)
			return fail(t, "needs recovery: %s", difference(t));
		return is_tidy(t);
	}
	if (is_deed(t, "eio") || is_deed(t, "enospc")) {
		if (WIFSIGNALED(status))
			return fail(t, "died of signal %d", WTERMSIG(status));
		if (!done && journal && strstr(scratch_words(t->s), "journal") == NULL)
			return fail(t, "a journal is left, and it does not say so");
	}
	return true;
}

static bool check_recovered(struct test *t)
{
	int status = scratch_run(t->s, !t->box->is_big, "--recover", NULL);

	if (status == -1)
		return fail(t, "recovery hangs");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(t, "recovery: wait status %#x: %s", (unsigned int)status,
			    scratch_words(t->s));
	if (box_state(t, t->delivery) == NEITHER)
		return fail(t, "after recovery neither old nor new: %s", difference(t));
	return is_tidy(t);
}

static bool one_crash(struct test *t)
{
	scratch_reset(t->s, t->old);
	int status = scratch_run(t->s, !t->box->is_big, "--read", &t->plan);

	if (status == -1)
		return fail(t, "hangs");
	if (!check_at_once(t, status))
		return false;
	if (t->delivery != NULL)
		scratch_append(t->s, t->delivery);
	if (t->recover_at > 0) {
		struct plan plan = {.deed = "kill-before", .to = "all", .at = t->recover_at};
		status = scratch_run(t->s, !t->box->is_big, "--recover", &plan);
	}
	return check_recovered(t);
}

/* ---- all of them ----------------------------------------------------------------------------- */

static const struct deed {
	const char *word, *to;
	unsigned int quick; /* for make check: each so many-th call; 0: none */
	bool big;	    /* also for big boxes */
} deeds[] = {
	{"kill-before", "all", 1, true},
	{"kill-before", "self", 2, true},
	{"kill-before", "main", 0, false},
	{"kill-after", "self", 0, false},
	{"short-kill", "all", 0, true},
	{"short-kill", "self", 0, false},
	{"short", "all", 7, false},
	{"int", "all", 7, true},
	{"int", "self", 0, false},
	{"term", "main", 7, true},
	{"term", "self", 0, false},
	{"enospc", "all", 0, false},
	{"enospc-ever", "all", 0, false},
	{"eio", "all", 7, false},
	{"eio-ever", "all", 0, false},
	{"full", "all", 7, true},
};

static bool is_asked(const struct deed *deed, const struct crash_box *box)
{
	if (option.deed != NULL && strcmp(option.deed, deed->word) != 0)
		return false;
	if (option.to != NULL && strcmp(option.to, deed->to) != 0)
		return false;
	return (deed->quick > 0 || !option.quick) && (deed->big || !box->is_big);
}

/* Each call and each deed; a kill of everything also with mail delivered before the recovery: a
   little, and more than the prune removes, so that the box is longer than it ever was. */
static void each_deed(struct test *t, uint32_t calls)
{
	struct bytes little = crash_delivery(700), much = crash_delivery(t->old->n + 3000);

	for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
		if (!is_asked(&deeds[i], t->box))
			continue;
		bool delivers = strcmp(deeds[i].word, "kill-before") == 0 &&
				strcmp(deeds[i].to, "all") == 0 && !option.quick;
		t->shown = 0;
		/* An error can make the way longer; the call after the last is reached by none. */
		uint32_t step = option.quick ? deeds[i].quick : 1;
		for (uint32_t at = step; at <= calls + 3; at += step) {
			if (option.at != 0 && option.at != at)
				continue;
			t->plan = (struct plan){.deed = deeds[i].word, .to = deeds[i].to, .at = at};
			t->delivery = NULL;
			jobs_count(one_crash(t));
			if (!delivers)
				continue;
			t->delivery = &little;
			jobs_count(one_crash(t));
			t->delivery = &much;
			jobs_count(one_crash(t));
			t->delivery = NULL;
		}
	}
	bytes_free(&little);
	bytes_free(&much);
}

/* Killed, and killed again while recovering, at each pair of calls. */
static void each_pair(struct test *t, uint32_t calls)
{
	struct bytes little = crash_delivery(700);

	t->shown = 0;
	t->plan = (struct plan){.deed = "kill-before", .to = "all"};
	for (uint32_t at = 1; at <= calls; at++) {
		if (option.at != 0 && option.at != at)
			continue;
		t->plan.at = at;
		t->delivery = at % 3 == 1 ? &little : NULL;
		for (t->recover_at = 1; jobs_count(one_crash(t)); t->recover_at++)
			if (!t->s->state->is_done) /* check_recovered() ran without the shim */
				break;
	}
	t->recover_at = 0;
	t->delivery = NULL;
	bytes_free(&little);
}

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

/*
 * Another program changes a byte of a half-moved box (Dovecot marks a message). Either the
 * recovery sees it, says so and touches nothing, or the change is kept and all else is right.
 */
static bool one_meddling(struct test *t, size_t part)
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

static void each_meddling(struct test *t, uint32_t calls)
{
	t->shown = 0;
	t->plan = (struct plan){.deed = "kill-before", .to = "all"};
	for (uint32_t at = 1; at <= calls; at++) {
		if (option.at != 0 && option.at != at)
			continue;
		t->plan.at = at;
		for (size_t part = at % 2; part < 16; part += 2)
			jobs_count(one_meddling(t, part));
	}
}

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

/* A run without trouble: is it right, and how many calls does it take? *new becomes its result. */
static uint32_t learn(struct test *t, struct bytes *new)
{
	struct bytes is, bare = {0}, wanted = {0};

	t->plan = (struct plan){.deed = "nothing", .to = "all"};
	scratch_reset(t->s, t->old);
	int status = scratch_run(t->s, !t->box->is_big, "--read", &t->plan);
	uint32_t calls = t->s->state->calls;
	is = scratch_read(t->s);
	bytes_add(&bare, is.at, is.n);
	bytes_add(&wanted, new->at, new->n);
	drop_base(&bare);
	drop_base(&wanted);
	bool ok = is.n == new->n && bytes_equal(&bare, &wanted);
	bytes_free(&bare);
	bytes_free(&wanted);
	bytes_free(new);
	*new = is;
	if (status != 0)
		ok = fail(t, "without trouble: wait status %#x: %s", (unsigned int)status,
			  scratch_words(t->s));
	else if (!ok)
		fail(t, "without trouble: not what it should be: %s", difference(t));
	jobs_count(ok && is_tidy(t));
	return ok ? calls : 0;
}

static const struct crash_box *chosen[64];

static void test_box(size_t i)
{
	const struct crash_box *box = chosen[i];
	struct scratch scratch;
	struct bytes old = crash_box_old(box), new = crash_box_new(box);
	struct test t = {.s = &scratch, .box = box, .old = &old, .new = &new};

	scratch_open(&scratch, option.argv0, box);
	uint32_t calls = learn(&t, &new);
	if (calls > 0) {
		each_deed(&t, calls);
		bool pairs = strcmp(box->name, "chunks") == 0 || strcmp(box->name, "direct") == 0;
		if (pairs && !option.quick && option.deed == NULL)
			each_pair(&t, calls);
		if (!box->is_big && !option.quick && option.deed == NULL)
			each_meddling(&t, calls);
	}
	scratch_close(&scratch);
	bytes_free(&old);
	bytes_free(&new);
}

static void read_options(int argc, char **argv)
{
	static const struct option rows[] = {
		{"quick", no_argument, NULL, 'q'},  {"box", required_argument, NULL, 'b'},
		{"deed", required_argument, NULL, 'd'}, {"to", required_argument, NULL, 't'},
		{"at", required_argument, NULL, 'a'},   {"jobs", required_argument, NULL, 'j'},
		{NULL, 0, NULL, 0},
	};

	option.argv0 = argv[0];
	for (int c; (c = getopt_long(argc, argv, "", rows, NULL)) != -1;) {
		switch (c) {
		case 'q':
			option.quick = true;
			break;
		case 'b':
			option.box = optarg;
			break;
		case 'd':
			option.deed = optarg;
			break;
		case 't':
			option.to = optarg;
			break;
		case 'a':
			option.at = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'j':
			option.jobs = (int)strtol(optarg, NULL, 10);
			break;
		default:
			exit(2);
		}
	}
}

static bool box_is_asked(const struct crash_box *box)
{
	if (option.box != NULL)
		return strcmp(option.box, box->name) == 0;
	return !option.quick || strcmp(box->name, "imapbase") == 0;
}

int main(int argc, char **argv)
{
	size_t n = 0;

	read_options(argc, argv);
	setvbuf(stderr, NULL, _IOLBF, 0);
	for (size_t i = 0; i < crash_box_count; i++)
		if (box_is_asked(&crash_boxes[i]))
			chosen[n++] = &crash_boxes[i];
	return jobs_run(n, option.jobs, test_box);
}
