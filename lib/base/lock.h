/* SPDX-License-Identifier: MIT */
/*
 * The two locks of a mailbox: fcntl(2) and a dotlock.
 *
 * Postfix takes them in one order, Dovecot 2.3 and 2.4 in others. Whoever waits for the second
 * while holding the first meets the other coming. So neither is waited for: fcntl is tried, then
 * the dotlock; if the dotlock is held, fcntl is released and both are tried again after a short
 * random pause.
 *
 * fcntl is F_OFD_SETLK on the box's own descriptor: it conflicts with POSIX locks, is not lost
 * when some other descriptor of the file is closed, and goes on to a forked child. The dotlock is
 * liblockfile's (base/dotlock.h), without its own retries, which sleep 5 seconds and more. It
 * carries the pid. On a full disk no dotlock can be written; then, as Dovecot does
 * (mbox-lock.c, dotlock_try), fcntl alone must do, provided that no dotlock is there.
 */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <mailreeve/base.h>

struct reeve_lock;

/*
 * Lock the file `path`, open for writing as `fd` (borrowed, must stay open). Tries for
 * timeout_ms; talk->cancel is asked between tries, talk->progress told "lock".
 *
 * `dirfd` is the open folder that the file is in (borrowed likewise), or -1. While root's rights
 * are in force the dotlock is made there, not by the path a second time: whose folder it is could
 * have put a link in its place.
 *
 * Returns the lock, or NULL with err: REEVE_EBUSY with who holds what as far as known,
 * REEVE_EIO, REEVE_ECANCELED.
 */
struct reeve_lock *reeve_lock_take(const char *path, int dirfd, int fd, int64_t timeout_ms,
                                   const struct reeve_talk *talk, struct reeve_error *err);

/* To be called at least every 30 s while the lock is held: Dovecot takes a lock over after 120. */
void reeve_lock_touch(struct reeve_lock *lock);

/* Release both, dotlock first. NULL is fine. */
void reeve_lock_release(struct reeve_lock *lock);

/*
 * If a dotlock lies there whose owner is dead, take it away. Postfix does not look at the pid: it
 * would keep mail waiting for 500 seconds (stale_lock_time). A lock that is held stays.
 */
void reeve_lock_sweep(const char *path, int fd);

/* How long it took to get, in milliseconds. */
int64_t reeve_lock_wait_ms(const struct reeve_lock *lock);

#endif
