#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A box is pruned again and again while Postfix fills it and Dovecot's clients read and mark it.

Every letter must at the end be in the box, once and whole, or have been marked read by a client
and removed by us; the tools' own counts must add up to what was delivered. And the deliveries
must really have met our locks: the dotlock is watched (inotify(7)), and the time that each
delivery took is in Postfix's log.
"""

import ctypes
import imaplib
import json
import os
import poplib
import random
import struct
import subprocess
import threading
import time

import letters
import stage
from pop3 import USER, VERSIONS, started
from stage import BIN, Failure, check, equal, wait_until

PRUNES = 100
OVERLAPS = 50
LONGEST = 300  # seconds for one version; half of that on an idle machine
FILL = 8       # letters of 2 MB that lie in the box from the beginning, so that a prune takes time


class Locks(threading.Thread):
    """When our dotlock was there: (from, to), both of time.monotonic()."""

    IN_CREATE, IN_DELETE, IN_MOVED_TO = 0x100, 0x200, 0x80

    def __init__(self, path):
        super().__init__(daemon=True)
        self.name_of_lock = os.path.basename(path).encode() + b".lock"
        self.path = path + ".lock"
        self.held, self.pids, self.ending = [], set(), False
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        mask = self.IN_CREATE | self.IN_DELETE | self.IN_MOVED_TO
        check(libc.inotify_add_watch(self.fd, os.path.dirname(path).encode(), mask) >= 0, "inotify")

    def run(self):
        since = None
        while not self.ending:
            try:
                events = os.read(self.fd, 65536)
            except BlockingIOError:
                time.sleep(0.001)
                continue
            now, at = time.monotonic(), 0
            while at < len(events):
                _, mask, _, length = struct.unpack_from("iIII", events, at)
                name = events[at + 16:at + 16 + length].rstrip(b"\0")
                at += 16 + length
                if name != self.name_of_lock:
                    continue
                if mask & self.IN_DELETE:
                    if since is not None:
                        self.held.append((since, now))
                    since = None
                elif self.is_ours():
                    since = now

    def is_ours(self):
        """Whether the dotlock holds the pid of a prune; Postfix's is empty."""
        try:
            with open(self.path, "rb") as f:
                pid = f.read(32).split(b":")[0].strip()
            return pid.isdigit() and int(pid) in self.pids
        except OSError:
            return False


class Actor(threading.Thread):
    """Does act() until told to stop. What goes wrong in it is a failure of the case."""

    def __init__(self, act):
        super().__init__(daemon=True)
        self.act, self.ending, self.failure, self.refused = act, threading.Event(), None, 0

    def run(self):
        while not self.ending.is_set():
            try:
                self.act(self)
            except (poplib.error_proto, imaplib.IMAP4.error, OSError, EOFError):
                # A server may end a session whose box has changed, or not answer in time while it
                # and Postfix block each other; mail it must not lose.
                self.refused += 1
            except Exception as why:
                self.failure = why
                return


class Live:
    """What was sent and what clients have marked, for one version."""

    def __init__(self, world, version):
        self.postfix, self.dovecot = started(world, version)
        self.box = world.box(USER)
        self.dice = random.Random(version)
        self.sent, self.marked = set(), set()
        self.read_whole = 0
        self.stock = self.make()
        self.submitted = threading.Event()
        self.prunes = []
        self.before = len(self.postfix.sent)

    # ---- Postfix ----

    def make(self):
        """Letters, all different: many small ones, a few of MBs."""
        for number in range(1, 100_000):
            size = int(min(2_000_000, 1000 * self.dice.lognormvariate(1.5, 1.6)))
            yield letters.letter(number, size, f"live-{self.dovecot.version}")

    def send(self, actor):
        """Three letters at a time, several a second, unless three still wait."""
        if len(self.sent) - self.delivered() <= 3:
            messages = [next(self.stock) for _ in range(3)]
            self.sent.update(letters.field(m.replace(b"\r\n", b"\n"), "Message-ID")
                             for m in messages)
            self.submitted.set()
            self.postfix.submit(USER, messages)
        actor.ending.wait(self.dice.uniform(0.1, 0.7))

    def delivered(self):
        return len(self.postfix.sent) - self.before

    # ---- clients ----

    def look(self, text):
        """A message that a client was given must be one that was sent, and whole."""
        name = letters.field(text.replace(b"\r\n", b"\n"), "Message-ID")
        if name not in self.sent:
            raise Failure(f"a client was given a message that nobody sent: {name}")
        if not letters.is_whole(text):
            raise Failure(f"a client was given {name}, torn")
        self.read_whole += 1
        return name

    def imap(self, actor):
        imap = self.dovecot.imap(USER)
        try:
            imap.select("INBOX")
            uids = imap.uid("SEARCH", "UNSEEN")[1][0].split()
            chosen = [u for u in uids if self.dice.random() < 0.6][:12]
            for uid in chosen[:3]:
                for row in imap.uid("FETCH", uid, "(BODY.PEEK[])")[1] or []:
                    if isinstance(row, tuple):
                        self.look(row[1])
            for uid in chosen:
                head = imap.uid("FETCH", uid, "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1] or []
                names = [row[1].split(b":", 1)[1].strip().decode() for row in head
                         if isinstance(row, tuple) and b":" in row[1]]
                self.marked.update(names)  # before the server hears of it
                if names:
                    imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        finally:
            imap.logout()
        actor.ending.wait(self.dice.uniform(1, 3))

    def pop3(self, actor):
        pop = self.dovecot.pop3(USER)
        try:
            count = pop.stat()[0]
            for number in self.dice.sample(range(1, count + 1), min(4, count)):
                head = b"\n".join(pop.top(number, 0)[1]) + b"\n\n"
                self.marked.add(letters.field(head, "Message-ID"))
                self.look(b"\n".join(pop.retr(number)[1]) + b"\n")
        finally:
            pop.quit()
        actor.ending.wait(self.dice.uniform(1, 3))

    # ---- the prune ----

    def holders(self):
        """Who holds what, for a failure's text."""
        said = stage.run("sh", "-c", f"ls -l --full-time {self.box}.lock; cat {self.box}.lock; "
                         f"cat /proc/locks; stat -c 'inode %i' {self.box}; ps ax", status=None)
        return (said.stdout + said.stderr).decode(errors="replace")

    def prune(self, locks):
        # Longer than the default: Postfix and Dovecot 2.3 may block each other for 40 s and more.
        argv = [os.path.join(BIN, "reeve-prune"), "--read", "--json", "--lock-timeout", "180",
                self.box]
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        locks.pids.add(process.pid)
        out, err = process.communicate(timeout=240)
        if process.returncode != 0:
            raise Failure(f"reeve-prune: exit status {process.returncode}: {err.decode()}"
                          f"\n{self.holders()}")
        self.prunes.append(json.loads(out)["boxes"][0])

    def overlaps(self, locks):
        """Deliveries that were under way while we held the lock."""
        count = 0
        for _, _, end, delays, _ in self.postfix.sent[self.before:]:
            begin = end - delays[3]
            count += any(since < end and begin < until for since, until in locks.held)
        return count


def live(world, version):
    it = Live(world, version)
    fill = [letters.letter(n, 2_000_000, "fill") for n in range(FILL)]
    it.sent.update(letters.field(m.replace(b"\r\n", b"\n"), "Message-ID") for m in fill)
    it.postfix.deliver(USER, fill)

    locks = Locks(it.box)
    locks.start()
    actors = [Actor(act) for act in (it.send, it.imap, it.pop3)]
    for actor in actors:
        actor.start()
    began = time.monotonic()
    try:
        while len(it.prunes) < PRUNES or it.overlaps(locks) < OVERLAPS:
            it.prune(locks)
            if time.monotonic() - began > LONGEST or any(a.failure for a in actors):
                break
            it.submitted.clear()
            it.submitted.wait(2)  # so that the next prune meets a delivery
    finally:
        for actor in actors:
            actor.ending.set()
        for actor in actors:
            actor.join(60)
    took = time.monotonic() - began
    for actor in actors:
        if actor.failure:
            raise actor.failure
    wait_until(lambda: it.delivered() == len(it.sent), 60, "the last deliveries")
    it.prune(locks)
    locks.ending = True
    return judge(it, locks, took)


def judge(it, locks, took):
    found = letters.split(letters.read(it.box))
    names = letters.ids(found)
    equal(len(names), len(set(names)), "different messages in the box (some are there twice)")
    equal([n for n in names if n not in it.sent], [], "messages that nobody sent")
    equal([n for n, m in zip(names, found) if not letters.is_whole(m)], [], "torn messages")
    lost = it.sent - set(names) - it.marked
    equal(sorted(lost), [], "messages that are gone although no client marked them")
    removed = sum(p["messages_removed"] for p in it.prunes)
    equal(removed + len(names), len(it.sent), "removed and left, against sent")
    equal(len(it.dovecot.fetch(USER, "uid")), len(names), "messages that doveadm sees")
    equal([n for n, m in zip(names, found) if letters.is_read(m)], [], "read ones left")
    check(removed >= 20, f"the clients marked too little: {removed} removed")

    overlaps = it.overlaps(locks)
    deliveries = it.postfix.sent[it.before:]
    deferred = [d for d in it.postfix.deferred if d[1].startswith(USER)]
    waits = sorted(sum(d[3]) for d in deliveries)
    figures = (f"{len(it.prunes)} prunes in {took:.0f} s removed {removed} of {len(it.sent)}; "
               f"{len(deliveries)} deliveries, {overlaps} met our lock, longest wait "
               f"{waits[-1]:.1f} s, {len(deferred)} put off; lock held "
               f"{max(p['lock_held_ms'] for p in it.prunes)} ms at most, waited for "
               f"{max(p['lock_wait_ms'] for p in it.prunes)} ms at most; "
               f"clients read {it.read_whole} whole messages")
    check(len(it.prunes) > PRUNES, f"too slow: {figures}")
    check(overlaps >= OVERLAPS, f"too few overlaps: {figures}")
    return figures


def cases():
    for version in VERSIONS:
        def case(world, version=version):
            return live(world, version)
        case.__name__ = f"{version}: live box"
        yield case


if __name__ == "__main__":
    stage.main(list(cases()))
