/* SPDX-License-Identifier: MIT */
/*
 * plans: whatever breaks off a plan, an undo, or the ending of one that was broken off, each file
 * is the old one or the new one; the next run knows what happened; it can go either way.
 *
 *     plans [--quick] [--scene=NAME] [--deed=WORD] [--at=N] [--jobs=N]   killed, or a call fails
 *     plans --power [--quick] [--scene=NAME] [--ignore=SYNC] [--list]    the power fails
 *     plans --mutants                                                    a kind of sync is a lie
 *
 * Like kill.c and replay.c for mailboxes. With --mutants some disk must not recover: the test must
 * be able to fail, and each sync must be missed by somebody.
 */
#include "jobs.h"
#include "power.h"
#include "scene.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define SHOWN 5

static struct {
	bool quick, power, mutants;
	const char *scene, *deed;
	uint32_t at;
	struct power_how how;
	int jobs;
} option = {.jobs = 2};

/* ---- killed, or a call fails -------------------------------------------------------------- */

struct trial {
	struct scene s;
	struct scene_order order;
	enum scene_side way; /* how a person decides */
	bool was_asked;      /* out: a person had to */
	unsigned int shown;
};

static bool fail(struct trial *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints what was wrong with the command that shows it again. Returns false. */
static bool fail(struct trial *t, const char *fmt, ...)
{
	char text[1500];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (t->shown++ < SHOWN)
		fprintf(stderr, "plans --scene=%s --deed=%s --at=%u, going %s: %s\n",
		        t->s.row->name, t->order.deed, t->order.at,
		        t->way == SCENE_OLD ? "back" : "on", text);
	return false;
}

static bool is_deed(const struct trial *t, const char *prefix)
{
	return strncmp(t->order.deed, prefix, strlen(prefix)) == 0;
}

/* Before anything is mended. */
static bool check_at_once(struct trial *t, int status)
{
	struct scene *s = &t->s;
	bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	for (int i = 0; i < SCENE_FILES; i++)
		if (scene_file(s, i) == SCENE_OTHER)
			return fail(t, "file %d is neither old nor new", i);
	if (done && scene_side(s) != scene_goal(s))
		return fail(t, "exit 0, but it is not done");
	if (WIFSIGNALED(status) && !is_deed(t, "kill") && !is_deed(t, "short-kill"))
		return fail(t, "died of signal %d", WTERMSIG(status));
	/* One error: it is taken back, or the person is told. What was broken off stays so. */
	if (WIFEXITED(status) && !done && scene_side(s) != SCENE_OLD && !s->row->is_refused &&
	    !(s->row->has_mid && scene_side(s) == SCENE_MID) &&
	    strstr(scene_words(s), "reeve-undo") == NULL)
		return fail(t, "it failed, and is not as before, but does not say so: %s",
		            scene_words(s));
	return true;
}

/* The next run: clean, or a person decides. */
static bool check_next(struct trial *t)
{
	struct reeve_error err = {0};
	int next = scene_next(&t->s, &err);
	enum scene_side side = scene_side(&t->s);

	t->was_asked = next == 0;
	if (next < 0)
		return fail(t, "the next run fails: %s", err.text);
	if (next == 0 && side != SCENE_OTHER)
		return fail(t, "a person is asked, and all files are on one side: %s", err.text);
	if (next == 0 && !scene_decide(&t->s, t->way, &err))
		return fail(t, "cannot go there: %s", err.text);
	if (next == 0)
		side = scene_after(&t->s, t->way);
	if (scene_side(&t->s) == SCENE_OTHER || scene_side(&t->s) != side)
		return fail(t, "after the next run some files are old, some are new");
	if (scene_litter(&t->s) != NULL)
		return fail(t, "%s", scene_litter(&t->s));
	if (scene_next(&t->s, &err) != 1)
		return fail(t, "the run after the next: %s", err.text);
	if (!scene_can_be_undone(&t->s, &err))
		return fail(t, "cannot be undone: %s", err.text);
	return true;
}

static bool trial_run(struct trial *t)
{
	if (!scene_reset(&t->s))
		return fail(t, "cannot be prepared");
	int status = scene_run(&t->s, &t->order);

	return check_at_once(t, status) && check_next(t);
}

static const struct deed {
	const char *word;
	bool is_quick;
} deeds[] = {
	{"kill-before", true}, {"kill-after", false}, {"short-kill", false},
	{"short", false},      {"enospc", false},     {"enospc-ever", false},
	{"eio", false},        {"eio-ever", false},   {"full", false},
};

/* How many calls the act takes without trouble; 0: it fails. */
static uint32_t learn(struct trial *t)
{
	t->order = (struct scene_order){.deed = "nothing"};
	if (!scene_reset(&t->s) || scene_run(&t->s, &t->order) != 0) {
		fail(t, "without trouble: %s", scene_words(&t->s));
		return 0;
	}
	return t->s.state->calls;
}

static void each_call(struct trial *t, const char *deed, uint32_t calls)
{
	/* An error can make the way longer. */
	for (uint32_t at = 1; at <= calls + 20; at++) {
		if (option.at != 0 && option.at != at)
			continue;
		t->order = (struct scene_order){.deed = deed, .at = at};
		t->way = SCENE_OLD;
		jobs_count(trial_run(t));
		bool was_done = t->s.state->is_done || strcmp(deed, "short") == 0;
		if (t->was_asked) {
			t->way = SCENE_NEW;
			jobs_count(trial_run(t));
		}
		if (!was_done && at > calls)
			break;
	}
}

static const struct scene_row *chosen[32];

static void test_scene(size_t i)
{
	struct trial t = {.way = SCENE_OLD};

	scene_open(&t.s, chosen[i]);
	uint32_t calls = learn(&t);
	if (jobs_count(calls > 0))
		for (size_t k = 0; k < sizeof deeds / sizeof deeds[0]; k++)
			if (option.deed != NULL ? strcmp(option.deed, deeds[k].word) == 0
			                        : deeds[k].is_quick || !option.quick) {
				t.shown = 0;
				each_call(&t, deeds[k].word, calls);
			}
	scene_close(&t.s);
}

/* ---- the power fails ---------------------------------------------------------------------- */

static void test_power(size_t i)
{
	power_test(chosen[i], &option.how);
}

static void test_mutant(size_t i)
{
	bool caught = false;

	struct power_how how = {.ignore = (enum power_sync_kind)(i + 1)};
	for (int k = 0; k < scene_row_count && !caught; k++)
		caught = power_is_caught(&scene_rows[k], &how);
	jobs_count(caught);
	printf("%s: a plan %s without the sync of %s\n", power_syncs[how.ignore].word,
	       caught ? "breaks" : "survives", power_syncs[how.ignore].text);
}

/* ---- options ------------------------------------------------------------------------------ */

static enum power_sync_kind sync_of(const char *word)
{
	for (int i = 0; i < SYNC_COUNT; i++)
		if (strcmp(word, power_syncs[i].word) == 0)
			return (enum power_sync_kind)i;
	fprintf(stderr, "no sync is called '%s'\n", word);
	exit(2);
}

static void read_options(int argc, char **argv)
{
	static const struct option rows[] = {
		{"quick", no_argument, NULL, 'q'},        {"power", no_argument, NULL, 'p'},
		{"mutants", no_argument, NULL, 'm'},      {"list", no_argument, NULL, 'l'},
		{"scene", required_argument, NULL, 's'},  {"deed", required_argument, NULL, 'd'},
		{"at", required_argument, NULL, 'a'},     {"jobs", required_argument, NULL, 'j'},
		{"ignore", required_argument, NULL, 'i'}, {NULL, 0, NULL, 0},
	};

	for (int c; (c = getopt_long(argc, argv, "", rows, NULL)) != -1;) {
		switch (c) {
		case 'q':
			option.quick = option.how.quick = true;
			break;
		case 'p':
			option.power = true;
			break;
		case 'm':
			option.mutants = true;
			break;
		case 'l':
			option.how.list = true;
			break;
		case 's':
			option.scene = optarg;
			break;
		case 'd':
			option.deed = optarg;
			break;
		case 'a':
			option.at = (uint32_t)strtoul(optarg, NULL, 10);
			break;
		case 'j':
			option.jobs = (int)strtol(optarg, NULL, 10);
			break;
		case 'i':
			option.how.ignore = sync_of(optarg);
			break;
		default:
			exit(2);
		}
	}
}

static bool is_asked(const struct scene_row *row)
{
	if (option.scene != NULL)
		return strcmp(option.scene, row->name) == 0;
	/* To fail is a deed of its own where calls fail anyhow. */
	return option.power ? !option.quick || strcmp(row->name, "two") == 0 : !row->fails;
}

int main(int argc, char **argv)
{
	size_t n = 0;

	read_options(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stderr, NULL, _IOLBF, 0);
	if (option.mutants)
		return jobs_run(SYNC_OTHER - 1, option.jobs, test_mutant);
	for (int i = 0; i < scene_row_count; i++)
		if (is_asked(&scene_rows[i]))
			chosen[n++] = &scene_rows[i];
	return jobs_run(n, option.jobs, option.power ? test_power : test_scene);
}
