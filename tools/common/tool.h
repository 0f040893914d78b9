/* SPDX-License-Identifier: MIT */
/*
 * What every tool of ours does the same way: how it begins and ends, how it talks.
 *
 *     tool_begin(argc, argv);          argp's settings, signals, a checked stdout
 *     argp_parse(...)                  a wrong command line ends here, with status 2
 *     tool_warn(), tool_fail() ...     talk on stderr; the worst status is remembered
 *     return tool_end();               or dies by the signal that asked it to stop
 *
 * With --json, every end but a good one and a signal has an object on stdout.
 *
 * Exit status: 0 done, 1 failed, 2 wrong usage, 3 a check found something, 75 try again. Over
 * many files the worst counts, in the order 1, 75, 3, 0.
 */
#ifndef COMMON_TOOL_H
#define COMMON_TOOL_H

#include <mailreeve/base.h>
#include <stdio.h>

enum tool_status {
	TOOL_DONE = 0,
	TOOL_FAILED = 1,
	TOOL_USAGE = 2,
	TOOL_FOUND = 3,
	TOOL_AGAIN = 75, /* EX_TEMPFAIL of sysexits.h */
};

/*
 * The words are looked at for --json: who asked for it gets an object also where the tool ends before
 * it prints one (at a wrong command line, say): {"error":{"code", "text"},"diagnostics":[]}.
 */
void tool_begin(int argc, char *const *argv);

/* The status to return from main(). Does not return if a signal asked the tool to stop. */
int tool_end(void);

/* Remember a status, if it is worse than what is remembered. */
void tool_worse(enum tool_status status);

/* The status that an error stands for. */
enum tool_status tool_status_of(enum reeve_code code);

/* --quiet: no notes and warnings. --verbose: notes too. Both are wrong usage. Errors are always said. */
void tool_talk(bool is_quiet, bool is_verbose);

/* "reeve-x: text" on stderr. */
void tool_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The text that it said last, cut where it is long; NULL: none. */
const char *tool_last_error(void);

/* An error of the library: say it, and remember the status it stands for. */
void tool_fail(const struct reeve_error *err);

/* "reeve-x: FILE:LINE:COL: warning: text" on stderr. */
void tool_diag(const struct reeve_diag *diag);
const char *tool_severity_word(enum reeve_severity severity);

/* "reeve-x: text", a hint at --help, and exit(2). */
void tool_usage(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/*
 * Text for people that holds names which others chose: control characters come out as '?', so
 * that a file name cannot speak to the terminal. Ends the line.
 */
void tool_say(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Whether SIGINT, SIGTERM, SIGHUP or SIGPIPE asked the tool to stop. Its end is in tool_end(). */
bool tool_is_stopped(void);

/* The same, for the cancel of a struct reeve_talk. */
bool tool_cancel(void *user);

#endif
