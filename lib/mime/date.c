/* SPDX-License-Identifier: MIT */
/*
 * The Date: field as Dovecot reads it: RFC 5322 section 3.3, and what clients write instead.
 *
 * A query must choose the messages that doveadm would, so its tolerance is copied in kind: any
 * three letters are a weekday, "." separates times as ":" does, words after the zone are passed
 * over, an unknown zone is UTC. Dovecot 2.3.19 and 2.4.1 agree here.
 */
#include "mime/date.h"

#include <string.h>
#include <strings.h>

/* What is left of the field. */
struct cursor {
	const char *p, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char to_upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* RFC 5322 section 3.2.3, and every byte above ASCII. */
static bool is_atext(char c)
{
	unsigned char u = (unsigned char)c;

	return u > ' ' && u != 0x7f && memchr("\"(),.:;<>@[\\]", u, 13) == NULL;
}

/* Behind a comment, which may hold comments. False if it does not end. */
static bool skip_comment(struct cursor *c)
{
	int level = 0;

	for (; c->p < c->end; c->p++) {
		if (*c->p == '(') {
			level++;
		} else if (*c->p == ')' && --level == 0) {
			c->p++;
			return true;
		} else if (*c->p == '\\') {
			if (c->p + 1 == c->end)
				break;
			/* A backslash does not hide a line end (or NUL). */
			if (c->p[1] != '\r' && c->p[1] != '\n' && c->p[1] != '\0')
				c->p++;
		}
	}
	c->p = c->end;
	return false;
}

/* Behind blanks, line ends and comments. */
static bool skip_blanks(struct cursor *c)
{
	while (c->p < c->end) {
		if (*c->p == ' ' || *c->p == '\t' || *c->p == '\r' || *c->p == '\n')
			c->p++;
		else if (*c->p != '(')
			break;
		else if (!skip_comment(c))
			return false;
	}
	return true;
}

/* The next word, and behind what follows it: 1, 0 at the end, -1 if no word can be here. */
static int next_word(struct cursor *c, const char **word_r, size_t *n_r)
{
	const char *start = c->p;

	*word_r = start;
	*n_r = 0;
	if (c->p == c->end)
		return 0;
	while (c->p < c->end && is_atext(*c->p))
		c->p++;
	*n_r = (size_t)(c->p - start);
	return *n_r > 0 && skip_blanks(c) ? 1 : -1;
}

/* A word of min to max digits; -1 if it is none. */
static int next_number(struct cursor *c, size_t min, size_t max, size_t *n_r)
{
	const char *word;
	int value = 0;

	if (next_word(c, &word, n_r) <= 0 || *n_r < min || *n_r > max)
		return -1;
	for (size_t i = 0; i < *n_r; i++) {
		if (!is_digit(word[i]))
			return -1;
		value = value * 10 + (word[i] - '0');
	}
	return value;
}

static bool take_time_separator(struct cursor *c)
{
	if (c->p == c->end || (*c->p != ':' && *c->p != '.'))
		return false;
	c->p++;
	skip_blanks(c); /* a comment without an end leaves nothing: the next word says so */
	return true;
}

int reeve_date_month(const char *letters)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12; i++) {
		if (strncasecmp(names + i * 3, letters, 3) == 0)
			return i;
	}
	return -1;
}

/*
 * Military zones count as RFC 822 meant them, not as it says (RFC 5322 section 4.3). Dovecot
 * looks up the letter in upper case but counts from the byte itself, so a lower-case letter is
 * 32 hours off, and a digit has a zone too.
 */
static int military_zone(char letter)
{
	int upper = to_upper(letter), byte = (unsigned char)letter;

	if (upper < 'J') /* bytes above ASCII are negative, as in Dovecot on amd64 */
		return (byte - 'A' + 1) * 60;
	if (upper > 'J' && upper <= 'M')
		return (byte - 'A') * 60;
	if (upper > 'M' && upper < 'Z')
		return ('M' - byte) * 60;
	return 0;
}

/* RFC 5322 section 4.3: EST, EDT and so on. */
static int american_zone(const char *word)
{
	int offset;

	switch (to_upper(word[0])) {
	case 'E':
		offset = -5 * 60;
		break;
	case 'C':
		offset = -6 * 60;
		break;
	case 'M':
		offset = -7 * 60;
		break;
	case 'P':
		offset = -8 * 60;
		break;
	default:
		return 0;
	}
	if (to_upper(word[1]) == 'D')
		return offset + 60;
	return to_upper(word[1]) == 'S' ? offset : 0;
}

/* Minutes east of UTC; 0 for what nobody knows, "UT" and "GMT" among it. */
static int parse_zone(const char *word, size_t n)
{
	if (n == 5 && (word[0] == '+' || word[0] == '-')) {
		int minutes;

		for (size_t i = 1; i < 5; i++) {
			if (!is_digit(word[i]))
				return 0;
		}
		minutes = ((word[1] - '0') * 10 + word[2] - '0') * 60 + (word[3] - '0') * 10 +
		          word[4] - '0';
		return word[0] == '+' ? minutes : -minutes;
	}
	if (n == 1)
		return military_zone(word[0]);
	if (n == 3 && word[2] == 'T')
		return american_zone(word);
	return 0;
}

bool reeve_date_utc(const struct tm *date, int64_t *seconds_r)
{
	struct tm want = *date, got;

	if (want.tm_sec == 60)
		want.tm_sec = 59;
	got = want;
	time_t t = timegm(&got);
	if (got.tm_year != want.tm_year || got.tm_mon != want.tm_mon ||
	    got.tm_mday != want.tm_mday || got.tm_hour != want.tm_hour ||
	    got.tm_min != want.tm_min || got.tm_sec != want.tm_sec)
		return false;
	if (t == -1) /* the last second of 1969, which Dovecot takes for a failure */
		return false;
	*seconds_r = t;
	return true;
}

/* "[Mon,] 3 Nov 2025" */
static bool parse_day(struct cursor *c, struct tm *date)
{
	struct cursor before = *c;
	const char *word;
	size_t n;

	if (next_word(c, &word, &n) <= 0)
		return false;
	if (n == 3) {
		if (c->p == c->end || *c->p != ',')
			return false;
		c->p++;
		skip_blanks(c);
	} else {
		*c = before;
	}
	date->tm_mday = next_number(c, 1, 2, &n);
	if (date->tm_mday < 0 || next_word(c, &word, &n) <= 0 || n < 3)
		return false;
	date->tm_mon = reeve_date_month(word);
	if (date->tm_mon < 0)
		return false;

	date->tm_year = next_number(c, 2, 4, &n);
	if (date->tm_year < 0 || n == 3)
		return false;
	if (n == 4) {
		date->tm_year -= 1900;
		return date->tm_year >= 0;
	}
	if (date->tm_year < 70) /* two digits: 1970 to 2069 */
		date->tm_year += 100;
	return true;
}

/* "10:00[:00]" */
static bool parse_time(struct cursor *c, struct tm *date)
{
	size_t n;

	date->tm_hour = next_number(c, 1, 2, &n);
	if (date->tm_hour < 0 || !take_time_separator(c))
		return false;
	date->tm_min = next_number(c, 2, 2, &n);
	if (date->tm_min < 0)
		return false;
	if (!take_time_separator(c))
		return true;
	date->tm_sec = next_number(c, 2, 2, &n);
	return date->tm_sec >= 0;
}

bool reeve_date_parse(const char *text, size_t n, int64_t *seconds_r, int *zone_minutes_r)
{
	struct cursor c = {text, text + n};
	struct tm date = {0};
	int64_t seconds;
	const char *word;
	int zone = 0;

	skip_blanks(&c);
	if (!parse_day(&c, &date) || !parse_time(&c, &date))
		return false;
	int more = next_word(&c, &word, &n);
	if (more < 0)
		return false;
	if (more > 0)
		zone = parse_zone(word, n);
	if (!reeve_date_utc(&date, &seconds))
		return false;
	*seconds_r = seconds - (int64_t)zone * 60;
	*zone_minutes_r = zone;
	return true;
}
