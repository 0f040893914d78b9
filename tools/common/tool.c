/* SPDX-License-Identifier: MIT */
/* How a tool begins, talks and ends. */
#include "tool.h"

#include "json.h"
#include "progress.h"
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_signal;
static enum tool_status worst;
static enum reeve_severity least = REEVE_WARNING;
static int stdout_errno; /* of the first write that failed; 0 */
static bool wants_json;
static enum reeve_code last_code; /* of the last error that tool_fail() told */

/* ---- signals ------------------------------------------------------------------------------- */

static void remember_signal(int signo)
{
	if (stop_signal == 0)
		stop_signal = signo;
}

/*
 * A mailbox whose bytes are on the move must not be left by a signal, so signals only set a flag;
 * the library asks for it while it can still turn back. SIGPIPE too: a pager that is gone
 * is a reason to stop before the next mailbox, not in the midst of this one.
 */
static void catch_signals(void)
{
	/* Where a file may not become larger (ulimit -f), the write says so: EFBIG. */
	signal(SIGXFSZ, SIG_IGN);

	static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
	struct sigaction act = {.sa_handler = remember_signal, .sa_flags = SA_RESTART};
	struct sigaction old;

	sigemptyset(&act.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
		/* nohup(1) and a shell's & ignore signals for us; that is to stay. */
		if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
			continue;
		sigaction(caught[i], &act, NULL);
	}
}

bool tool_is_stopped(void)
{
	return stop_signal != 0;
}

bool tool_cancel(void *user)
{
	(void)user;
	return tool_is_stopped();
}

/* Die as the signal would have had us die, so that a shell's loop ends too. */
static void die_by_signal(void)
{
	int signo = stop_signal;
	sigset_t set;

	signal(signo, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, signo);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signo);
}

/* ---- talk ---------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 0))) static void put_line(FILE *out, const char *prefix,
                                                           const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0) {
		fputs("out of memory\n", stderr);
		worst = TOOL_FAILED;
		return;
	}
	for (char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';

	progress_erase();
	fprintf(out, "%s%s%s\n", prefix, prefix[0] != '\0' ? ": " : "", text);
	/* A reader that is gone is noticed now, not after the last mailbox. */
	if (fflush(out) != 0 && out == stdout && stdout_errno == 0)
		stdout_errno = errno;
	free(text);
}

void tool_say(FILE *out, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(out, "", fmt, ap);
	va_end(ap);
}

static char last_error[512];

const char *tool_last_error(void)
{
	return last_error[0] == '\0' ? NULL : last_error;
}

__attribute__((format(printf, 1, 0))) static void remember_and_put(const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	vsnprintf(last_error, sizeof last_error, fmt, again);
	va_end(again);
	put_line(stderr, program_invocation_short_name, fmt, ap);
}

void tool_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	remember_and_put(fmt, ap);
	va_end(ap);
}

/* The same for what is no error, and not remembered as one. */
__attribute__((format(printf, 1, 2))) static void remark(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_line(stderr, program_invocation_short_name, fmt, ap);
	va_end(ap);
}

void tool_fail(const struct reeve_error *err)
{
	tool_error("%s", err->text);
	last_code = err->code;
	tool_worse(tool_status_of(err->code));
}

void tool_talk(bool is_quiet, bool is_verbose)
{
	if (is_quiet && is_verbose)
		tool_usage("--quiet and --verbose contradict each other");
	if (is_quiet)
		least = REEVE_PROBLEM;
	if (is_verbose)
		least = REEVE_NOTE;
}

const char *tool_severity_word(enum reeve_severity severity)
{
	switch (severity) {
	case REEVE_NOTE:
		return "note";
	case REEVE_WARNING:
		return "warning";
	case REEVE_PROBLEM:
		return "error";
	}
	return "error";
}

void tool_diag(const struct reeve_diag *diag)
{
	char where[64] = "";

	if (diag->severity < least)
		return;
	if (diag->line != 0 && diag->column != 0)
		snprintf(where, sizeof where, ":%llu:%llu", (unsigned long long)diag->line,
		         (unsigned long long)diag->column);
	else if (diag->line != 0)
		snprintf(where, sizeof where, ":%llu", (unsigned long long)diag->line);
	(diag->severity == REEVE_PROBLEM ? tool_error : remark)(
		"%s%s%s%s: %s", diag->file != NULL ? diag->file : "", where,
		diag->file != NULL ? ": " : "", tool_severity_word(diag->severity), diag->text);
}

void tool_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	remember_and_put(fmt, ap);
	va_end(ap);
	/* As argp_error() says it, which wants a parser's state. */
	fprintf(stderr, "Try `%s --help' or `%s --usage' for more information.\n",
	        program_invocation_short_name, program_invocation_short_name);
	exit(TOOL_USAGE);
}

/* ---- begin and end ------------------------------------------------------------------------- */

void tool_worse(enum tool_status status)
{
	static const enum tool_status order[] = {TOOL_DONE, TOOL_FOUND, TOOL_AGAIN, TOOL_FAILED};
	size_t is = 0, was = 0;

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		if (order[i] == status)
			is = i;
		if (order[i] == worst)
			was = i;
	}
	if (is > was)
		worst = status;
}

enum tool_status tool_status_of(enum reeve_code code)
{
	switch (code) {
	case REEVE_OK:
		return TOOL_DONE;
	case REEVE_EBUSY:
		return TOOL_AGAIN;
	case REEVE_EIO:
	case REEVE_ENOMEM:
	case REEVE_EUSAGE:
	case REEVE_ECHANGED:
	case REEVE_EFORMAT:
	case REEVE_EREFUSED:
	case REEVE_ECANCELED:
		return TOOL_FAILED;
	}
	return TOOL_FAILED;
}

/*
 * Whoever reads our report must be able to trust that it is whole: a full disk under stdout is a
 * failure. Also at the end of argp's --help and --version, which exit by themselves.
 */
static void close_stdout(void)
{
	bool failed = ferror(stdout) != 0;

	if (fclose(stdout) != 0 && !failed) {
		failed = true;
		stdout_errno = errno;
	}
	if (!failed || tool_is_stopped())
		return;
	if (stdout_errno != 0)
		tool_error("cannot write to standard output: %s", strerror(stdout_errno));
	else
		tool_error("cannot write to standard output");
	_exit(TOOL_FAILED);
}

/* What getopt(3) and argp take for --json: also what is shorter. */
static bool is_json_asked(int argc, char *const *argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strlen(argv[i]) > 2 && strncmp(argv[i], "--json", strlen(argv[i])) == 0)
			return true;
	return false;
}

/* The object of a run that ends without one. argp says itself, on stderr, what it found wrong. */
static void print_failure(int status, void *unused)
{
	struct reeve_error err = {.code = last_code == REEVE_OK ? REEVE_EIO : last_code};
	struct json *map;

	(void)unused;
	if (!wants_json || status == TOOL_DONE || json_is_printed())
		return;
	if (status == TOOL_USAGE)
		err.code = REEVE_EUSAGE;
	snprintf(err.text, sizeof err.text, "%s",
	         last_error[0] == '\0' ? "wrong command line" : last_error);
	map = json_map();
	json_put_error(map, &err);
	json_put(map, "diagnostics", json_list());
	json_print(map);
}

static void print_version(FILE *out, struct argp_state *state)
{
	(void)state;
	fprintf(out, "%s (mailreeve) %s\n", program_invocation_short_name, reeve_version());
}

/*
 * A descriptor that our caller closed would be given to the next file we open, a mailbox, and what
 * we say would be written into it. Standard output is opened such that writing fails.
 */
static void open_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
		if (fd < 0)
			exit(TOOL_FAILED);
	} while (fd <= STDERR_FILENO);
	close(fd);
}

void tool_begin(int argc, char *const *argv)
{
	open_standard_files();
	argp_program_version_hook = print_version;
	argp_err_exit_status = TOOL_USAGE;
	catch_signals();
	atexit(close_stdout);
	/* Before that: the last that is registered comes first. */
	wants_json = is_json_asked(argc, argv);
	on_exit(print_failure, NULL);
}

int tool_end(void)
{
	progress_end();
	fflush(stdout);
	if (stop_signal != 0)
		die_by_signal();
	return worst;
}
