/* SPDX-License-Identifier: MIT */
/*
 * What a change makes wrong: lint before and after, and what is new. Where the real program is not
 * installed (an image, another machine's files) nobody else looks at it.
 */
#include "conf_change.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BASELINE_MAX 1000 /* findings; who has more will not read one more */

/* Numbers do not count: lines have moved. */
static bool is_same_text(const char *a, const char *b)
{
	while (*a != '\0' && *b != '\0') {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			a += strspn(a, "0123456789");
			b += strspn(b, "0123456789");
		} else if (*a++ != *b++) {
			return false;
		}
	}
	return *a == *b;
}

static bool is_new(const struct conf_side *side, size_t baseline,
                   const struct conf_finding *finding)
{
	for (size_t i = 0; i < baseline; i++)
		if (strcmp(side->findings[i].file, finding->file) == 0 &&
		    is_same_text(side->findings[i].text, finding->text))
			return false;
	return true;
}

/* Take findings [from, to) out. */
static void drop(struct conf_side *side, size_t from, size_t to)
{
	if (from == to)
		return;
	for (size_t i = from; i < to; i++) {
		free(side->findings[i].file);
		free(side->findings[i].text);
	}
	memmove(&side->findings[from], &side->findings[to],
	        (side->finding_count - to) * sizeof *side->findings);
	side->finding_count -= to - from;
}

int conf_check_before(struct conf_side *side, struct reeve_error *err)
{
	if (side->is_checked)
		return 0;
	side->is_checked = true;
	side->opening = side->finding_count;
	return reeve_conf_lint(side->conf, err) < 0 ? -1 : 0;
}

int conf_check_after(struct conf_side *side, bool is_forced, struct reeve_error *err)
{
	size_t baseline = side->finding_count, kept = baseline;
	const struct conf_finding *worst = NULL;

	if (!side->is_checked)
		return 0;
	if (reeve_conf_lint(side->conf, err) < 0)
		return -1;
	for (size_t i = baseline; i < side->finding_count; i++) {
		struct conf_finding finding = side->findings[i];

		if (baseline > BASELINE_MAX || finding.severity == REEVE_NOTE ||
		    !is_new(side, baseline, &finding))
			continue;
		side->findings[i] = side->findings[kept];
		side->findings[kept++] = finding;
	}
	drop(side, kept, side->finding_count);
	/* What was wrong before nobody asked for. */
	drop(side, side->opening, baseline);
	for (size_t i = side->opening; i < side->finding_count && worst == NULL; i++)
		if (side->findings[i].severity == REEVE_PROBLEM)
			worst = &side->findings[i];
	if (worst == NULL || is_forced)
		return 0;
	return conf_error(err, REEVE_EREFUSED,
	                  "%s would refuse that: nothing was changed; --force does it all the same",
	                  conf_program(side->kind));
}
