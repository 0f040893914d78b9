#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mailboxes given to their owners by a plan, while mail comes and while somebody is in the way."""

import os
import shutil
import signal
import subprocess
import sys
import time

import stage
from stage import BIN, check, equal, run, tool

CHANGE = os.path.join(BIN, "../tests/change")
ROUNDS = 40
SECONDS = 6
OWNER, OTHER = stage.FIRST_UID, stage.FIRST_UID + 1
MAIL = 8

# Appends numbered lines, as deliverers do: some open the box for each, one holds it open.
DELIVERER = r"""
import os, sys
held = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
number = 0
while not os.path.exists(sys.argv[1] + ".stop"):
    fd = held if number % 2 else os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND)
    os.write(fd, b"%d\n" % number)
    if fd != held:
        os.close(fd)
    number += 1
print(number)
"""

def rights(path):
    st = os.lstat(path)
    return st.st_uid, st.st_gid, st.st_mode & 0o7777


def attack(box, victim, mine):
    """A member of group mail puts this and that under the name of his box, for ever."""
    os.setgroups([MAIL])
    os.setgid(MAIL)
    os.setuid(OWNER)
    plain = lambda: os.close(os.open(box, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
    ways = (plain, lambda: os.symlink(victim, box), lambda: os.link(mine, box), plain,
            lambda: os.mkfifo(box), lambda: os.link(victim, box), lambda: os.mkdir(box))
    number = 0
    while True:
        for way in (os.unlink, os.rmdir):
            try:
                way(box)
            except OSError:
                pass
        way = ways[number % len(ways)]
        try:
            way()
        except OSError:
            pass
        number += 1
        # Where he puts what may be given, so that some runs get through; else he is in a hurry.
        time.sleep(0.008 if way is plain else 0.001)


def attacker(*args):
    """A process that does it."""
    pid = os.fork()
    if pid == 0:
        stage.die_with_parent()
        attack(*args)
    return pid


def mail_comes_meanwhile(world):
    """Nothing of it is lost, and the box stays the same file."""
    box = os.path.join(world.spool, "reevetest1")
    with open(box, "wb"):
        pass
    os.chown(box, 0, 0)
    os.chmod(box, 0o644)
    before, inode = rights(box), os.stat(box).st_ino
    deliverer = subprocess.Popen([sys.executable, "-c", DELIVERER, box], stdout=subprocess.PIPE)
    for _ in range(ROUNDS):
        run(CHANGE, "-g", f"{OWNER}:{MAIL}:600", box)
        equal(rights(box), (OWNER, MAIL, 0o600), "given")
        tool("reeve-undo")
        equal(rights(box), before, "taken back")
    run(CHANGE, "-g", f"{OWNER}:{MAIL}:600", box, world.spool)
    with open(box + ".stop", "wb"):
        pass
    count = int(deliverer.communicate(timeout=60)[0])
    os.unlink(box + ".stop")
    with open(box, "rb") as f:
        equal(f.read(), b"".join(b"%d\n" % n for n in range(count)), "the mail")
    equal(os.stat(box).st_ino, inode, "the inode")
    equal(rights(world.spool), (OWNER, MAIL, 0o600), "the folder")
    tool("reeve-undo")
    equal(rights(world.spool), (0, MAIL, 0o2775), "the folder, taken back")
    check(count > ROUNDS, "no mail came")
    return f"{count} lines came in {ROUNDS} rounds"


def nobody_leads_us_elsewhere(world):
    """Whatever he puts under the name: a file of root's never becomes somebody else's."""
    box, mine = (os.path.join(world.spool, name) for name in ("box", "mine"))
    victim = os.path.join(world.spool, "victim")
    for path in (victim, mine):
        with open(path, "wb") as f:
            f.write(b"secret\n")
    os.chown(victim, 0, 0)
    os.chmod(victim, 0o600)
    os.chown(mine, OWNER, MAIL)
    before = rights(victim)
    given = refused = 0
    pid = attacker(box, victim, mine)
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            done = run(CHANGE, "-g", f"{OTHER}:{MAIL}:600", box, status=None)
            check(done.returncode in (0, 1), done.stderr.decode())
            given += done.returncode == 0
            refused += done.returncode != 0
            equal(rights(victim), before, "the victim")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    check(given > 0 and refused > 0, f"{given} given, {refused} refused: nothing was tried")
    shutil.rmtree("/var/lib/mailreeve")
    return f"{given} given, {refused} refused"


if __name__ == "__main__":
    stage.main([mail_comes_meanwhile, nobody_leads_us_elsewhere])
