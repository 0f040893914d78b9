#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""kill -9 while the bytes of a large box move; mail arrives; then the box is finished.

The moment is random, within the time that the journal is there. What the kill leaves is a stale
dotlock, a half-moved box and a journal; Postfix appends to that box as soon as it takes the
dotlock over, which is what stale_lock_time is for.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import time

import letters
import servers
import stage
from pop3 import started
from stage import BIN, TOP, Failure, Skip, USERS, check, equal, run, tool

USER = USERS[0]
ROUNDS = 20
LARGE_MB, SMALLER_MB = 200, 80
JOURNALS = "/var/lib/mailreeve/journal"


class Box:
    """A box of many letters, seven of ten read, and what must be left of it."""

    def __init__(self, world, megabytes):
        self.path, self.master = world.box(USER), os.path.join(world.folder, "master")
        self.expected = os.path.join(world.folder, "expected")
        dice, size, number = random.Random(1), 0, 0
        body = letters.letter(1, 150_000).replace(b"\r\n", b"\n").partition(b"\n\n")[2]
        body = re.sub(rb"(?m)^From ", b">From ", body)
        with open(self.master, "wb") as box, open(self.expected, "wb") as left:
            while size < megabytes << 20:
                number += 1
                is_read = number > 1 and dice.random() < 0.7
                text = body[:int(min(len(body), 1500 * dice.lognormvariate(1.5, 1.5)))]
                base = b"X-IMAPbase: 1700000000 0000099999\n" if number == 1 else b""
                message = (b"From sender@client.test  Mon Nov  3 10:00:00 2025\n" + base +
                           b"Message-ID: <big.%d@client.test>\nX-UID: %d\nStatus: %s\n\n" %
                           (number, number, b"RO" if is_read else b"O") + text + b"\n\n")
                size += box.write(message)
                if not is_read:
                    left.write(message)

    def lay(self):
        """The box as it was, under the inode it has."""
        shutil.copyfile(self.master, self.path)
        shutil.chown(self.path, USER, "mail")
        os.chmod(self.path, 0o600)

    def judge(self, appended):
        """Returns "done" or "untouched"; anything else is a failure."""
        for wanted, word in ((self.expected, "done"), (self.master, "untouched")):
            if os.path.getsize(self.path) != os.path.getsize(wanted) + len(appended):
                continue
            with open(self.path, "rb") as box, open(wanted, "rb") as f:
                while want := f.read(1 << 20):
                    if box.read(len(want)) != want:
                        break
                else:
                    if box.read() == appended:
                        return word
        raise Failure(f"the box is neither what it was nor what it must be "
                      f"({os.path.getsize(self.path)} bytes, {len(appended)} appended)")


def journals():
    try:
        return [n for n in os.listdir(JOURNALS) if not n.startswith(".")]
    except FileNotFoundError:
        return []


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(n) for n in f.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def prune_begun(box):
    """A prune whose child has begun to move bytes: (process, child's pid)."""
    process = subprocess.Popen([os.path.join(BIN, "reeve-prune"), "--read", box.path],
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not (journals() and (kids := children(process.pid))):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            return process, None
    return process, kids[0]


def ready(world, megabytes=SMALLER_MB):
    """Postfix, a box, and how long its bytes move when nobody disturbs."""
    postfix, _ = started(world, "2.3")
    run("postconf", "-e", "stale_lock_time=1s", "deliver_lock_attempts=20")
    run("postfix", "reload")
    box = Box(world, megabytes)
    box.lay()
    process, child = prune_begun(box)
    check(child is not None, f"no child was seen to move bytes: {process.stderr.read().decode()}")
    began = time.monotonic()
    equal(process.wait(120), 0, "exit status")
    equal(box.judge(b""), "done", "the box, undisturbed")
    return postfix, box, time.monotonic() - began


def kill(*pids):
    """Both at the same moment, as near as it goes: stopped first, then killed."""
    for how in (signal.SIGSTOP, signal.SIGKILL):
        for pid in pids:
            try:
                os.kill(pid, how)
            except ProcessLookupError:
                pass


def both_killed(world):
    postfix, box, took = ready(world, LARGE_MB)
    dice, half, outcomes = random.Random(2), 0, {}
    for number in range(1, ROUNDS + 1):
        box.lay()
        process, child = prune_begun(box)
        time.sleep(dice.uniform(0, took))
        kill(process.pid, *([child] if child else []))
        process.communicate()
        waiting = bool(journals())
        half += waiting

        size = os.path.getsize(box.path)
        if waiting:
            # Who reads or removes must not look at a half-moved box as if it were one.
            dry = tool("reeve-prune", "--dry-run", "--read", box.path, status=None)
            equal(dry.returncode, 75, "exit status of a dry run on a half-moved box")
        postfix.deliver(USER, [letters.letter(number)])
        with open(box.path, "rb") as f:
            f.seek(size)
            appended = f.read()
        equal(len(letters.split(appended)), 1, "messages that Postfix appended")

        tool("reeve-prune", "--recover")
        outcome = box.judge(appended)
        check(outcome == "done" or not waiting, f"round {number}: recovered to the old box")
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        equal(journals(), [], "journals left")
        equal(os.listdir("/var/mail"), [USER], "what is in the spool")
    check(half >= ROUNDS // 2, f"only {half} of {ROUNDS} kills met moving bytes ({took:.2f} s)")
    words = ", ".join(f"{n} {word}" for word, n in outcomes.items())
    return f"{ROUNDS} rounds, {half} half-moved: {words}; moving takes {took:.2f} s"


def child_killed(world):
    """The parent does what the child had left."""
    _, box, took = ready(world)
    dice, met = random.Random(3), 0
    for _ in range(8):
        box.lay()
        process, child = prune_begun(box)
        time.sleep(dice.uniform(0, took / 2))
        if child and child in children(process.pid):
            os.kill(child, signal.SIGKILL)
            met += 1
        said = process.communicate(timeout=120)[1].decode()
        equal(process.returncode, 0, f"the parent's exit status ({said.strip()})")
        equal(box.judge(b""), "done", "the box")
        equal(journals(), [], "journals left")
        equal(os.listdir("/var/mail"), [USER], "what is in the spool")
    check(met >= 4, f"only {met} of 8 kills met a child")
    return f"{met} of 8 children killed"


def parent_killed(world):
    """The child goes on alone, and still holds fcntl; --recover comes at once, and waits for it."""
    _, box, took = ready(world)
    dice, alive = random.Random(4), 0
    for _ in range(8):
        box.lay()
        process, child = prune_begun(box)
        time.sleep(dice.uniform(0, took / 2))
        process.kill()
        process.wait()
        alive += bool(child) and os.path.exists(f"/proc/{child}/exe")
        tool("reeve-prune", "--recover", "--lock-timeout", "30")
        process.communicate()
        equal(journals(), [], "journals left")
        equal(box.judge(b""), "done", "the box")
        equal(os.listdir("/var/mail"), [USER], "what is in the spool")
    return f"{alive} of 8 children outlived the parent"


def interrupted(world):
    """Ctrl-C, which goes to parent and child, and SIGTERM to both: the box is old or done."""
    _, box, took = ready(world)
    dice, outcomes = random.Random(5), {}
    for number in range(10):
        box.lay()
        process = subprocess.Popen([os.path.join(BIN, "reeve-prune"), "--read", box.path],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(dice.uniform(0, 3 * took))
        how = (signal.SIGINT, signal.SIGTERM)[number % 2]
        if process.poll() is None:
            os.killpg(process.pid, how)
        process.wait(60)
        outcome = box.judge(b"")
        if process.returncode not in (0, -how):
            raise Failure(f"exit status {process.returncode}, the box is {outcome}")
        equal(journals(), [], "journals left")
        equal(os.listdir("/var/mail"), [USER], "what is in the spool")
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    return ", ".join(f"{n} {word}" for word, n in outcomes.items())


def half_moved(box, took, part):
    """Leave a half-moved box behind."""
    box.lay()
    process, child = prune_begun(box)
    time.sleep(took * part)
    kill(process.pid, *([child] if child else []))
    process.communicate()
    return bool(journals())


def next_run_finishes(world):
    """Nobody calls --recover; the next prune does it."""
    _, box, took = ready(world)
    for part in (0.1, 0.5):
        waiting = half_moved(box, took, part)
        tool("reeve-prune", "--match", "NOT ALL", box.path)
        outcome = box.judge(b"")
        check(outcome == "done" or not waiting, "the old box is back")
        equal(journals(), [], "journals left")


def client_in_between(world):
    """
    A client opens the half-moved box before anybody finishes it, and Dovecot may write to it.
    Either all that must be left is left, or nothing is touched, and that is said.
    """
    _, box, took = ready(world)
    dovecot = next(s for s in world.servers if s.name == "Dovecot 2.3")
    outcomes = []
    for part, marks in ((0.05, False), (0.3, False), (0.6, False), (0.2, True), (0.5, True)):
        if not half_moved(box, took, part):
            continue
        os.unlink(box.path + ".lock")
        shutil.rmtree(f"/home/{USER}/mail", ignore_errors=True)
        imap = dovecot.imap(USER)
        imap.select("INBOX")
        if marks:
            imap.store("1:*", "+FLAGS", r"(\Flagged)")
        imap.logout()
        before = letters.read(box.path)
        done = tool("reeve-prune", "--recover", status=None)
        now = letters.read(box.path)
        if done.returncode == 0:
            outcomes.append(f"{'marked' if marks else 'read'}, finished")
            ids = letters.ids(letters.split(now))
            equal(ids, letters.ids(letters.split(letters.read(box.expected))), "messages left")
        else:
            lines = done.stderr.decode().splitlines()
            outcomes.append(f"{'marked' if marks else 'read'}, left alone: {lines[-1]} "
                            f"({len(lines)} lines)")
            check(now == before and journals(), "it gave up, and changed something")
            check(b"reeve-prune: " in done.stderr, "it gave up and said nothing")
        world.clear()
    return "; ".join(outcomes)


def boot_unit(world):
    """What systemd says about the unit with its program in place."""
    if not shutil.which("systemd-analyze"):
        raise Skip("no systemd-analyze")
    with open(os.path.join(TOP, "conf-templates", "reeve-recover.service")) as f:
        text = f.read().replace("${bindir}", BIN)
    unit = os.path.join(world.folder, "reeve-recover.service")
    with open(unit, "w") as f:
        f.write(text)
    done = run("systemd-analyze", "verify", "--man=no", unit)
    equal((done.stdout + done.stderr).decode().strip(), "", "systemd-analyze")


if __name__ == "__main__":
    stage.main([both_killed, child_killed, parent_killed, interrupted, next_run_finishes,
                client_in_between, boot_unit])
