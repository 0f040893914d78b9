/* SPDX-License-Identifier: MIT */
/* Chance, output, and the pools of lines that bodies are cut from. */
#include "mkbox_words.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- chance ---------------------------------------------------------------------------------- */

uint64_t chance;

uint64_t draw(void)
{
	uint64_t z = (chance += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned int below(unsigned int n)
{
	return (unsigned int)((draw() >> 32) * n >> 32);
}

bool percent(unsigned int p)
{
	return below(100) < p;
}

/* Sizes of mail are lognormal. Twelve draws summed are normal enough, and e^x by squaring is the
   same on every machine, which a libm's exp() is not. */
size_t lognormal(double median, double sigma, size_t max)
{
	double sum = -6;

	for (int i = 0; i < 12; i++)
		sum += (double)(draw() >> 11) / 9007199254740992.0;

	double factor = 1 + sigma * sum / 1024;
	for (int i = 0; i < 10; i++)
		factor *= factor;
	return median * factor < (double)max ? (size_t)(median * factor) : max;
}

/* ---- output ---------------------------------------------------------------------------------- */

struct out out;

void die(const char *what)
{
	fprintf(stderr, "mkbox: %s: %s\n", what, strerror(errno));
	exit(1);
}

void out_flush(void)
{
	for (size_t done = 0; done < out.n;) {
		ssize_t n = write(STDOUT_FILENO, out.buf + done, out.n - done);

		if (n < 0)
			die("write");
		done += (size_t)n;
	}
	out.n = 0;
}

void put(const void *bytes, size_t n)
{
	out.at += n;
	if (out.is_counting)
		return;
	if (out.n + n > OUT_BYTES)
		out_flush();
	memcpy(out.buf + out.n, bytes, n);
	out.n += n;
}

void say(const char *fmt, ...)
{
	char line[1200];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	put(line, (size_t)n);
}

/* ---- bodies ---------------------------------------------------------------------------------- */

/* clang-format off */
static const char *const words[] = {
	"account", "afternoon", "again", "answer", "apple", "autumn", "backup", "basket",
	"before", "bicycle", "bread", "bridge", "calendar", "candle", "chapter", "cheese",
	"copper", "corner", "delivery", "distance", "early", "evening", "exactly", "farmer",
	"feather", "follow", "forest", "garden", "glass", "harbour", "hour", "invoice",
	"island", "journey", "kitchen", "ladder", "later", "letter", "little", "market",
	"meadow", "meeting", "minute", "morning", "mountain", "number", "orange", "order",
	"paper", "parcel", "pepper", "picture", "please", "question", "railway", "receipt",
	"report", "river", "sample", "season", "server", "silver", "station", "summer",
	"table", "thank", "ticket", "tomorrow", "travel", "update", "village", "water",
	"weather", "window", "winter", "with", "without", "yellow", "yesterday", "and", "the",
	"of", "to", "in", "for", "is", "on", "that", "by", "this", "we", "you", "not", "or",
	"be", "are",
};
/* clang-format on */

#define POOL_BYTES ((size_t)1 << 20)

struct pool text_pool, html_pool, base64_pool, qp_pool, log_pool;

static size_t line_words(char *line, size_t max, const char *accent)
{
	size_t n = 0;

	while (n + 20 < max) {
		const char *word = PICK(words);

		n += (size_t)sprintf(line + n, "%s%s%s", n > 0 ? " " : "", word,
				     below(30) == 0 ? accent : "");
		if (below(12) == 0)
			line[n++] = below(2) ? '.' : ',';
	}
	return n;
}

static size_t line_text(char *line)
{
	if (below(8) == 0)
		return 0;
	/* As Postfix writes a body line that begins with "From ". */
	if (below(400) == 0)
		return (size_t)sprintf(line, ">From %s on we saw it", PICK(words));
	return line_words(line, 60 + below(20), "\xc3\xa4");
}

static size_t line_qp(char *line)
{
	size_t n = line_words(line, 74, "=C3=A4");

	line[n++] = '=';
	return n;
}

static size_t line_html(char *line)
{
	char inner[160];

	inner[line_words(inner, 30 + below(120), "&auml;")] = '\0';
	unsigned int id = (unsigned int)draw();
	return (size_t)sprintf(
		line,
		"<tr><td style=\"padding:%upx 0;font:%upx/1.4 Arial,sans-serif;"
		"color:#%06x\"><a href=\"https://click.shop.example/%08x\">%s</a></td></tr>",
		id % 30, 11 + id % 9, id >> 8, id, inner);
}

static size_t line_base64(char *line)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (int i = 0; i < 76; i++)
		line[i] = digits[below(64)];
	return 76;
}

static size_t line_log(char *line)
{
	const char *job = PICK(words);
	const char *what = PICK(words);
	unsigned int done = below(10000);

	return (size_t)sprintf(line, "/etc/cron.daily/%s: checked the %s, %u of %u done, rc=%u",
			       job, what, done, done + done % 100, done % 3);
}

static void pool_make(struct pool *pool, size_t (*make_line)(char *line))
{
	pool->bytes = malloc(POOL_BYTES + 1024);
	pool->starts = malloc(POOL_BYTES / 8 * sizeof *pool->starts);
	if (pool->bytes == NULL || pool->starts == NULL)
		die("malloc");
	while (pool->n < POOL_BYTES && pool->lines < POOL_BYTES / 8) {
		pool->starts[pool->lines++] = pool->n;
		pool->n += make_line((char *)pool->bytes + pool->n);
		pool->bytes[pool->n++] = '\n';
	}
}

void put_lines(const struct pool *pool, size_t n)
{
	size_t from = pool->starts[below((unsigned int)pool->lines)];

	while (n > pool->n - from) {
		put(pool->bytes + from, pool->n - from);
		n -= pool->n - from;
		from = 0;
	}
	if (n == 0)
		return;

	const unsigned char *last = pool->bytes + from + n - 1;
	const unsigned char *end = memchr(last, '\n', (size_t)(pool->bytes + pool->n - last));
	put(pool->bytes + from, (size_t)(end + 1 - (pool->bytes + from)));
}

const char *pick_word(void)
{
	return PICK(words);
}

void pools_make(void)
{
	pool_make(&text_pool, line_text);
	pool_make(&html_pool, line_html);
	pool_make(&base64_pool, line_base64);
	pool_make(&qp_pool, line_qp);
	pool_make(&log_pool, line_log);
}
