/* SPDX-License-Identifier: MIT */
/* Words of a report: classes, days, others. */
#include "report.h"

#include <string.h>
#include <time.h>

static const char *age_words(uint64_t days, char buf[24])
{
	if (days >= 365 && days % 365 == 0)
		snprintf(buf, 24, "%llu year%s", (unsigned long long)(days / 365),
		         days == 365 ? "" : "s");
	else
		snprintf(buf, 24, "%llu days", (unsigned long long)days);
	return buf;
}

/* "7 to 30 days", but "90 days to 1 year". */
static const char *between(const char *from, const char *to, char buf[40])
{
	const char *unit = strchr(from, ' '), *other = strchr(to, ' ');
	int n = (int)strlen(from);

	if (unit != NULL && other != NULL &&
	    (strcmp(unit, other) == 0 || (strcmp(unit, " year") == 0 && strcmp(other, " years") == 0)))
		n = (int)(unit - from);
	snprintf(buf, 40, "%.*s to %s", n, from, to);
	return buf;
}

/* Of a class whose ends are these words. */
static const char *range(const struct reeve_report_class *class, const char *from, const char *to,
                         char buf[40])
{
	if (class->from == 0)
		snprintf(buf, 40, "under %s", to);
	else if (class->to == 0)
		snprintf(buf, 40, "over %s", from);
	else
		between(from, to, buf);
	return buf;
}

const char *report_age(const struct reeve_report_class *class, char buf[40])
{
	char from[24], to[24];

	age_words(class->from, from);
	age_words(class->to, to);
	return range(class, from, to, buf);
}

const char *report_size(const struct reeve_report_class *class, char buf[40])
{
	char from[16], to[16];

	reeve_size_format(class->from, from);
	reeve_size_format(class->to, to);
	return range(class, from, to, buf);
}

const char *report_day(int64_t seconds, char buf[40])
{
	time_t t = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || strftime(buf, 40, "%Y-%m-%d", &tm) == 0)
		snprintf(buf, 40, "?");
	return buf;
}

const char *report_name(const char *name, const char *none)
{
	return name[0] != '\0' ? name : none;
}

const char *report_others(const struct reeve_report_names *names, char buf[40])
{
	if (names->is_exact)
		snprintf(buf, 40, "%llu other%s",
		         (unsigned long long)(names->distinct - names->count),
		         names->distinct - names->count == 1 ? "" : "s");
	else
		snprintf(buf, 40, "others");
	return buf;
}

uint64_t report_missed(const struct reeve_report_names *names)
{
	uint64_t most = 0;

	for (size_t i = 0; i < names->count; i++)
		if (names->rows[i].missed_bytes > most)
			most = names->rows[i].missed_bytes;
	return most;
}
