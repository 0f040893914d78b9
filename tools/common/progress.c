/* SPDX-License-Identifier: MIT */
/* The progress bar: abc: scan  45% [=========>           ] 1.2 GiB/s, 0:12 left */
#include "progress.h"

#include <mailreeve/base.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 500 /* shorter work needs no bar */
#define REDRAW_MS 100
#define LINE_MAX_BYTES 256
#define NAME_MAX_BYTES 24
#define BAR_MIN 8 /* a shorter bar says nothing */

static struct {
	bool is_allowed;
	bool is_working;
	const char *name;
	int64_t start_ms;
	int64_t drawn_ms;
	char phase[16];
	int64_t phase_ms;    /* when the phase began, */
	uint64_t phase_done; /* and how far it was then */
} bar;

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static size_t terminal_width(void)
{
	struct winsize size;
	size_t width = 80;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		width = size.ws_col;
	/* The last column stays free: some terminals wrap when it is written. */
	return (width < LINE_MAX_BYTES ? width : LINE_MAX_BYTES) - 1;
}

/* " 1.2 GiB/s, 0:12 left", or as much of it as is known. */
static void format_pace(char *buf, size_t n, uint64_t done, uint64_t total, int64_t now)
{
	int64_t ms = now - bar.phase_ms;
	char rate[16];

	buf[0] = '\0';
	if (ms < PATIENCE_MS || done <= bar.phase_done)
		return;

	double per_second = (double)(done - bar.phase_done) * 1000 / (double)ms;
	uint64_t left = (uint64_t)((double)(total - done) / per_second + 0.5);
	reeve_size_format((uint64_t)per_second, rate);
	if (left >= 3600)
		snprintf(buf, n, " %s/s, %llu:%02u:%02u left", rate,
		         (unsigned long long)(left / 3600), (unsigned)(left / 60 % 60),
		         (unsigned)(left % 60));
	else
		snprintf(buf, n, " %s/s, %u:%02u left", rate, (unsigned)(left / 60),
		         (unsigned)(left % 60));
}

/* Fill line, at most width bytes, with what stands before and after the bar, and the bar. */
static void format_line(char line[LINE_MAX_BYTES], size_t width, uint64_t done, uint64_t total,
                        int64_t now)
{
	char left[96], pace[64];
	unsigned percent = (unsigned)((double)done * 100 / (double)total);

	snprintf(left, sizeof left, "%.*s: %s %3u%%", NAME_MAX_BYTES, bar.name, bar.phase, percent);
	format_pace(pace, sizeof pace, done, total, now);

	size_t used = strlen(left) + strlen(pace) + 3;
	if (used + BAR_MIN > width) {
		snprintf(line, LINE_MAX_BYTES, "%s%s", left, pace);
		line[width] = '\0';
		return;
	}
	size_t room = width - used;
	size_t full = (size_t)((double)room * (double)done / (double)total);
	char *p = line + sprintf(line, "%s [", left);
	for (size_t i = 0; i < room; i++)
		*p++ = i < full ? '=' : i == full ? '>' : ' ';
	*p++ = ']';
	memcpy(p, pace, strlen(pace) + 1);
}

/* One write, so that the bar does not flicker or mix with another process's. */
static void put(const char *line)
{
	char out[LINE_MAX_BYTES + 8];
	size_t n = 0;

	out[n++] = '\r';
	for (const char *p = line; *p != '\0'; p++)
		out[n++] = (unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p;
	memcpy(out + n, "\033[K", 3);
	n += 3;
	if (write(STDERR_FILENO, out, n) < 0)
		bar.is_allowed = false;
}

void progress_allow(void)
{
	const char *term = getenv("TERM");

	bar.is_allowed = isatty(STDERR_FILENO) && term != NULL && strcmp(term, "dumb") != 0;
}

void progress_begin(const char *name)
{
	const char *slash = strrchr(name, '/');

	bar.is_working = true;
	bar.name = slash != NULL ? slash + 1 : name;
	bar.start_ms = now_ms();
	bar.drawn_ms = 0;
	bar.phase[0] = '\0';
}

void progress_show(const char *phase, uint64_t done, uint64_t total)
{
	char line[LINE_MAX_BYTES];
	int64_t now;

	if (!bar.is_allowed || !bar.is_working || total == 0)
		return;
	if (done > total)
		done = total;
	now = now_ms();
	if (strncmp(bar.phase, phase, sizeof bar.phase - 1) != 0) {
		snprintf(bar.phase, sizeof bar.phase, "%s", phase);
		bar.phase_ms = now;
		bar.phase_done = done;
	}
	if (now - bar.start_ms < PATIENCE_MS || now - bar.drawn_ms < REDRAW_MS)
		return;
	bar.drawn_ms = now;

	/* While a lock is waited for, done and total are milliseconds, not bytes. */
	if (strcmp(phase, "lock") == 0) {
		size_t width = terminal_width();
		snprintf(line, sizeof line, "%.*s: waiting for the lock, %u of %u s",
		         NAME_MAX_BYTES, bar.name, (unsigned)(done / 1000),
		         (unsigned)(total / 1000));
		line[width] = '\0';
	} else {
		format_line(line, terminal_width(), done, total, now);
	}
	put(line);
}

void progress_count(const char *what, uint64_t done, uint64_t total)
{
	char line[LINE_MAX_BYTES];
	int64_t now = now_ms();

	if (!bar.is_allowed || !bar.is_working || now - bar.start_ms < PATIENCE_MS ||
	    now - bar.drawn_ms < REDRAW_MS)
		return;
	bar.drawn_ms = now;
	snprintf(line, sizeof line, "%llu of %llu %s", (unsigned long long)done,
	         (unsigned long long)total, what);
	line[terminal_width()] = '\0';
	put(line);
}

/*
 * A child of ours may have drawn the bar, of which we know nothing; so whenever it could be
 * there, the line is cleared.
 */
void progress_erase(void)
{
	if (bar.is_allowed && bar.is_working && now_ms() - bar.start_ms >= PATIENCE_MS)
		put("");
	bar.drawn_ms = 0;
}

void progress_end(void)
{
	progress_erase();
	bar.is_working = false;
}
