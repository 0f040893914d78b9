/* SPDX-License-Identifier: MIT */
/*
 * Words that every room uses: errors, spans, diagnostics, progress, numbers with units.
 *
 * An error is ours: something could not be done. The caller owns a struct reeve_error and hands
 * its address in as the last argument; NULL means "I will not look". It is fixed in size, so
 * running out of memory can be reported too. A function that fails fills it once; functions above
 * may add what the failed step was for, in front.
 *
 * A diagnostic is about somebody's file: where, how bad, what. Work goes on after one.
 */
#ifndef MAILREEVE_BASE_H
#define MAILREEVE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a program does about an error; the text is for the person. */
enum reeve_code {
	REEVE_OK = 0,
	REEVE_EIO,       /* a system call failed; sys_errno has its errno */
	REEVE_ENOMEM,    /* out of memory, or a maximum was reached */
	REEVE_EUSAGE,    /* the caller asked for something that means nothing */
	REEVE_EBUSY,     /* a lock is held, a journal is waiting: try again later */
	REEVE_ECHANGED,  /* another program changed the file under us */
	REEVE_EFORMAT,   /* the file is not what it was taken for */
	REEVE_EREFUSED,  /* it could be done, but should not be */
	REEVE_ECANCELED, /* reeve_cancel_fn said stop; nothing was changed */
};

struct reeve_error {
	enum reeve_code code;
	int sys_errno;   /* 0 where no system call failed */
	char text[1000]; /* one line, lower case, no full stop, the subject quoted */
};

/* Bytes [offset, offset + length) of a source. */
struct reeve_span {
	uint64_t offset;
	uint64_t length;
};

enum reeve_severity {
	REEVE_NOTE,
	REEVE_WARNING,
	REEVE_PROBLEM,
};

/* A finding about somebody's file. Strings are good during the call only. */
struct reeve_diag {
	enum reeve_severity severity;
	const char *file;
	uint64_t line;   /* from 1; 0: not about a line */
	uint64_t column; /* in bytes, from 1; 0: not about a column */
	const char *text;
};

typedef void reeve_diag_fn(void *user, const struct reeve_diag *diag);

/*
 * Told now and then (every few MB) how far work has come. `phase` is "scan" or "move" ("lock"
 * while waiting for a lock, where done and total are milliseconds). May run in a child process
 * that moves bytes, so it may write to stderr but should not rely on changing memory.
 */
typedef void reeve_progress_fn(void *user, const char *phase, uint64_t done_bytes,
                               uint64_t total_bytes);

/* Asked often: true ends the work, as long as nothing was changed yet, with REEVE_ECANCELED. */
typedef bool reeve_cancel_fn(void *user);

/* How a library function talks while it works. {0} is silence. */
struct reeve_talk {
	reeve_diag_fn *diag;
	reeve_progress_fn *progress;
	reeve_cancel_fn *cancel;
	void *user;
};

/*
 * Read a size: digits, then nothing or a unit, perhaps with a blank between. B is 1; K, KB, Ki
 * and KiB are 1024, M, G, T likewise, in any case, as Dovecot's settings and doveadm take them
 * (lib-settings/settings-parser.c, settings_get_size). Beyond Dovecot, a fraction of up to six
 * digits ("1.5G") is taken. The whole of `text` must be the size.
 *
 * Returns 0, or -1 with err: REEVE_EUSAGE.
 */
int reeve_size_parse(const char *text, uint64_t *bytes_r, struct reeve_error *err);

/*
 * The same, with flags. REEVE_SIZE_DECIMAL: KB, MB, GB and TB are 1000, 1000 x 1000 and so on, as
 * disks and mail providers count; K, Ki and KiB stay 1024.
 */
enum { REEVE_SIZE_DECIMAL = 1 };
int reeve_size_parse_as(const char *text, unsigned int flags, uint64_t *bytes_r,
                        struct reeve_error *err);

/*
 * Write a size for people: "0 B", "999 B", "1.5 KiB", "20 MiB". At most 16 bytes with the NUL.
 * Returns buf.
 */
char *reeve_size_format(uint64_t bytes, char buf[16]);

/*
 * Read an interval in seconds: a number and a unit, "2weeks", "90 days", as Dovecot's settings
 * take them (lib-settings/settings-parser.c, settings_get_time): s sec(s) second(s), m min(s)
 * minute(s), h hour(s), d day(s), w week(s), at most 136 years. A number without a unit is an
 * error (what would "--older-than 90" be?) unless it is 0. Beyond Dovecot, several may follow
 * each other ("1h30m"). The whole of `text` must be the interval.
 *
 * Returns 0, or -1 with err: REEVE_EUSAGE.
 */
int reeve_interval_parse(const char *text, int64_t *seconds_r, struct reeve_error *err);

/* The library's version, "0.1.0". */
const char *reeve_version(void);

#ifdef __cplusplus
}
#endif

#endif
