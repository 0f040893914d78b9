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
#include "trial.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
	bool quick;
	const char *box, *deed, *to;
	uint32_t at;
	int jobs;
	const char *argv0;
} option = {.jobs = 2};

/* ---- all of them ----------------------------------------------------------------------------- */

static const struct deed {
	const char *word, *to;
	unsigned int quick, big; /* for make check, for big boxes: each so many-th call; 0: none */
} deeds[] = {
	{"kill-before", "all", 1, 3}, {"kill-before", "self", 2, 4}, {"kill-before", "main", 0, 0},
	{"kill-after", "self", 0, 0}, {"short-kill", "all", 0, 5},   {"short-kill", "self", 0, 0},
	{"short", "all", 7, 0},       {"int", "all", 7, 0},          {"int", "self", 0, 0},
	{"term", "main", 7, 9},       {"term", "self", 0, 0},        {"enospc", "all", 0, 0},
	{"enospc-ever", "all", 0, 0}, {"eio", "all", 7, 0},          {"eio-ever", "all", 0, 0},
	{"full", "all", 7, 9},
};

/* Each which call is to be tried; 0: none. */
static uint32_t step_of(const struct deed *deed, const struct crash_box *box)
{
	if (option.deed != NULL && strcmp(option.deed, deed->word) != 0)
		return 0;
	if (option.to != NULL && strcmp(option.to, deed->to) != 0)
		return 0;
	if (option.at != 0)
		return 1;
	if (option.quick || box->is_big)
		return option.quick ? deed->quick : deed->big;
	/* Where a way is only another mixture of the same steps, some calls will do. */
	bool is_each = strcmp(deed->word, "kill-before") == 0 ||
	               strcmp(box->name, "imapbase") == 0 || strcmp(box->name, "direct") == 0 ||
	               strcmp(box->name, "chunks") == 0;
	return is_each || option.deed != NULL ? 1 : 4;
}

/* Each call and each deed; a kill of everything also with mail delivered before the recovery: a
   little, and more than the prune removes, so that the box is longer than it ever was; and with
   another number for the device. */
static void each_deed(struct trial *t, uint32_t calls)
{
	struct bytes little = crash_delivery(700), much = crash_delivery(t->old->n + 3000);

	for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
		uint32_t step = step_of(&deeds[i], t->box);
		bool delivers = strcmp(deeds[i].word, "kill-before") == 0 &&
		                strcmp(deeds[i].to, "all") == 0 && !option.quick && !t->box->is_big;
		t->shown = 0;
		/* An error can make the way longer; the call after the last is reached by none. */
		uint32_t first = step > 1 ? 1 + (uint32_t)(t->box - crash_boxes) % step : 1;
		for (uint32_t at = first; step > 0 && at <= calls + 3; at += step) {
			if (option.at != 0 && option.at != at)
				continue;
			t->plan = (struct plan){.deed = deeds[i].word, .to = deeds[i].to, .at = at};
			t->delivery = NULL;
			jobs_count(trial_run(t));
			if (!delivers)
				continue;
			t->delivery = &little;
			jobs_count(trial_run(t));
			t->delivery = &much;
			jobs_count(trial_run(t));
			t->delivery = NULL;
			t->renumbers = true;
			jobs_count(trial_run(t));
			t->renumbers = false;
		}
	}
	bytes_free(&little);
	bytes_free(&much);
}

/* Killed, and killed again while recovering, at each pair of calls. */
static void each_pair(struct trial *t, uint32_t calls)
{
	struct bytes little = crash_delivery(700);

	t->shown = 0;
	t->plan = (struct plan){.deed = "kill-before", .to = "all"};
	for (uint32_t at = 1; at <= calls; at++) {
		if (option.at != 0 && option.at != at)
			continue;
		t->plan.at = at;
		t->delivery = at % 3 == 1 ? &little : NULL;
		t->recover_at = 0;
		do {
			t->recover_at++;
			t->recovery_was_killed = false;
			jobs_count(trial_run(t));
		} while (t->recovery_was_killed);
	}
	t->recover_at = 0;
	t->delivery = NULL;
	bytes_free(&little);
}

static void each_meddling(struct trial *t, uint32_t calls)
{
	t->shown = 0;
	t->plan = (struct plan){.deed = "kill-before", .to = "all"};
	for (uint32_t at = 1; at <= calls; at++) {
		if (option.at != 0 && option.at != at)
			continue;
		t->plan.at = at;
		for (size_t part = at % 2; part < 16; part += 2)
			jobs_count(trial_meddle(t, part));
	}
}

static const struct crash_box *chosen[64];

static void test_box(size_t i)
{
	const struct crash_box *box = chosen[i];
	struct scratch scratch;
	struct bytes old = crash_box_old(box), new = crash_box_new(box), gone = crash_box_gone(box);
	struct trial t = {.s = &scratch, .box = box, .old = &old, .new = &new, .gone = &gone};

	scratch_open(&scratch, option.argv0, box);
	int learned = trial_learn(&t, &new);
	if (jobs_count(learned >= 0)) {
		uint32_t calls = (uint32_t)learned;
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
	bytes_free(&gone);
}

static void read_options(int argc, char **argv)
{
	static const struct option rows[] = {
		{"quick", no_argument, NULL, 'q'},
		{"box", required_argument, NULL, 'b'},
		{"deed", required_argument, NULL, 'd'},
		{"to", required_argument, NULL, 't'},
		{"at", required_argument, NULL, 'a'},
		{"jobs", required_argument, NULL, 'j'},
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
