#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our two locks against those of real doveadm 2.3 and 2.4 and of real Postfix local(8).

tests/real/hold.c takes the locks as the tools do. The others are held up while they have one lock
or both by strace(1), which delays a system call; nobody's timing is left to luck.
"""

import os
import re
import shutil
import subprocess
import threading
import time

import servers
import stage
from stage import USERS, Skip, check, equal, run, wait_until

HOLD = os.path.join(os.path.dirname(stage.BIN), "tests", "hold")
USER = USERS[0]
BOX = f"/var/mail/{USER}"
DOTLOCK = BOX + ".lock"
ROUNDS = 200
DELAY_S = 1.5
MESSAGES = [f"Subject: {n}\r\nMessage-ID: <{n}@client.test>\r\n\r\n{n * 20}\r\n".encode()
            for n in ("one", "two", "three")]


class Hold:
    """A process that takes the locks; `held`, or `busy` with its text."""

    def __init__(self, timeout_ms, *rounds, box=BOX, user=None):
        become = ["setpriv", "--reuid", user, "--regid", user, "--init-groups"] if user else []
        self.process = subprocess.Popen(become + [HOLD, box, str(timeout_ms), *map(str, rounds)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        preexec_fn=stage.die_with_parent)

    def line(self):
        return self.process.stdout.readline().strip()

    def let_go(self):
        """Close its stdin; the last line it says. Its exit status must be 0."""
        self.process.stdin.close()
        said = self.process.stdout.read().strip()
        equal(self.process.wait(60), 0, f"hold, which said {said!r}")
        return said

    @staticmethod
    def hold():
        holder = Hold(10000)
        check(holder.line().startswith("held"), "we do not get the locks of a quiet box")
        return holder


def content():
    with open(BOX, "rb") as f:
        st = os.stat(BOX)
        return f.read(), st.st_mtime_ns, st.st_ino


def fcntl_is_held():
    """As /proc/locks(5) has it."""
    with open("/proc/locks") as f:
        return any(line.split()[1] == "POSIX" and line.split()[5].endswith(f":{os.stat(BOX).st_ino}")
                   for line in f if "->" not in line)


def leftovers():
    return sorted(name for name in os.listdir("/var/mail") if name != USER)


# ---- the others ----------------------------------------------------------------------------------


class Doveadm:
    """One run of doveadm that changes the box, under strace if asked to."""

    running = []

    def __init__(self, dovecot):
        self.dovecot, self.name = dovecot, dovecot.name
        # Relative, because Dovecot goes into the spool before it takes its group's rights.
        self.dotlock_as_named = f"{USER}.lock"
        self.last_call = "ftruncate"

    def begin(self, *words, strace=()):
        self.trace = os.path.join(self.dovecot.folder, "trace")
        words = words or ("expunge", "-u", USER, "mailbox", "INBOX", "1")
        before = ["strace", "-f", "--seccomp-bpf", "-y", "-o", self.trace] if strace else []
        self.process = subprocess.Popen([*before, *strace, "chroot", self.dovecot.root, "doveadm",
                                         "-c", self.dovecot.there + "/dovecot.conf", *words],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT,
                                        preexec_fn=stage.die_with_parent)
        self.running.append(self.process)

    def is_done(self):
        return self.process.poll() is not None

    def finish(self):
        said = self.process.communicate(timeout=60)[0].decode()
        equal(self.process.returncode, 0, f"{self.name} said {said!r}, exit status")

    def effect(self):
        """Whether the box shows what begin() was to do."""
        return b"Subject: one" not in content()[0]


class Delivery:
    """One delivery by Postfix, whose local(8) is under strace if asked to."""

    name = "Postfix"
    dotlock_as_named = DOTLOCK
    last_call = "fsync"

    def __init__(self, postfix):
        self.postfix, self.tracer = postfix, None

    @staticmethod
    def local():
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/comm") as f:
                    if f.read() == "local\n":
                        return pid
            except OSError:
                pass
        return None

    def begin(self, strace=()):
        if strace:
            self.trace = os.path.join(self.postfix.folder, "trace")
            pid = wait_until(self.local, 10, "a local(8)")
            self.tracer = subprocess.Popen(["strace", "-f", "-y", "-o", self.trace, *strace, "-p",
                                            pid], stderr=subprocess.PIPE, text=True,
                                           preexec_fn=stage.die_with_parent)
            check("attached" in self.tracer.stderr.readline(), "strace does not attach to local(8)")
        self.before = len(self.postfix.sent)
        self.postfix.submit(USER, [b"Subject: four\r\nMessage-ID: <4@client.test>\r\n\r\nfour\r\n"])

    def is_done(self):
        return len(self.postfix.sent) > self.before

    def finish(self):
        wait_until(self.is_done, 60, "a delivery")
        if self.tracer is not None:
            self.tracer.terminate()
            self.tracer.communicate(timeout=10)
            self.tracer = None

    def effect(self):
        return b"Subject: four" in content()[0]


def each(world):
    """Postfix and both doveadms, each with a box of three messages; skips what is not here."""
    if world.servers:
        postfix, *dovecots = world.servers
    else:
        check(os.path.exists(HOLD), f"{HOLD} is not built")
        if shutil.which("strace") is None:
            raise Skip("no strace")
        postfix = servers.Postfix(world)
        dovecots = [servers.Dovecot(world, version) for version in ("2.3", "2.4")]
    while Doveadm.running: # what a case that failed has left
        Doveadm.running.pop().kill()
    for other in (Doveadm(dovecots[0]), Doveadm(dovecots[1]), Delivery(postfix)):
        world.clear()
        postfix.deliver(USER, MESSAGES)
        yield other


# ---- (a) we hold, they wait ----------------------------------------------------------------------


def they_wait_for_us(world):
    said = []
    for other in each(world):
        commands = [()]
        if isinstance(other, Doveadm):
            # The index must be there, or the first run locks before it changes anything.
            other.dovecot.fetch(USER, "uid")
            commands = [("flags", "add", "-u", USER, "\\Flagged", "mailbox", "INBOX", "2"), ()]
        for command in commands:
            holder = Hold.hold()
            before = content()
            other.begin(*command)
            time.sleep(DELAY_S)
            check(not other.is_done(), f"{other.name} did not wait for our locks")
            equal(content(), before, "the box under our locks")
            equal(leftovers(), [USER + ".lock"], "in the spool")
            check(holder.let_go().startswith("released"), "the box changed under our locks")
            released = time.monotonic()
            other.finish()
            said.append(f"{other.name} {command[0] if command else ''} "
                        f"{time.monotonic() - released:.2f} s after")
            if command:
                equal(other.dovecot.fetch(USER, "uid", "FLAGGED"), [["2"]], "flagged")
            else:
                check(other.effect(), f"{other.name} did not do its work")
        equal(leftovers(), [], "in the spool")
    return "; ".join(" ".join(s.split()) for s in said)


# ---- (b) they hold, we give up in time -----------------------------------------------------------


def meet(other, by, strace, is_there):
    """Hold `other` up, see that we are told who holds what, and that we get the locks after."""
    other.begin(strace=strace)
    wait_until(is_there, 20, f"{other.name} holding {by}")
    before, names = content(), leftovers()

    began = time.monotonic()
    hold = Hold(300)
    said = hold.line()
    status, took = hold.process.wait(10), time.monotonic() - began
    check(is_there(), f"{other.name} was not held up for long enough")
    equal(status, 75, f"hold, which said {said!r}, against {other.name} holding {by}")
    check(0.3 <= took < 0.8, f"we gave up after {took:.2f} s, not 0.3")
    check(re.search(rf"cannot lock '{BOX}': held by (pid \d+|another process) \({by}\)", said),
          f"against {other.name} holding {by}: {said}")
    equal((content(), leftovers()), (before, names), "box and spool after we gave up")

    hold = Hold(20000)
    check(hold.line().startswith("held"), f"no locks after {other.name} has let go")
    hold.let_go()
    other.finish()
    check(other.effect(), f"{other.name} did not do its work")
    equal(leftovers(), [], "in the spool")
    return f"{other.name}: {said.split(': ', 1)[1]}"


def we_give_up_when_they_hold_both(world):
    said = []
    for other in each(world):
        delay = ("-e", f"trace={other.last_call}",
                 "-e", f"inject={other.last_call}:delay_enter={int(DELAY_S * 1e6)}")
        # We look for a dotlock first, and so it is what we meet. The call that is held up is the
        # one after the last byte was written.
        said.append(meet(other, "dotlock", delay,
                         lambda: os.path.exists(DOTLOCK) and fcntl_is_held() and other.effect()))
    return "; ".join(said)


def we_give_up_when_they_hold_one(world):
    said = []
    for other in each(world):
        when, by = ("enter", "fcntl") if other.name.endswith("2.3") else ("exit", "dotlock")
        delay = ("-P", other.dotlock_as_named, "-e", "trace=openat", "-e",
                 f"inject=openat:delay_{when}={int(DELAY_S * 1e6)}:when=1")
        said.append(meet(other, by, delay, lambda: fcntl_is_held() if by == "fcntl"
                         else os.path.exists(DOTLOCK) and not fcntl_is_held()))
    return "; ".join(said)


# ---- (c) who takes them how ----------------------------------------------------------------------


def order(trace):
    """The locks of the box in the order of the first two that were taken."""
    with open(trace, errors="replace") as f:
        took = [("dotlock" if ".lock" in line.split("(", 1)[1] else "fcntl") for line in f
                if re.search(rf'(openat\(.*{USER}\.lock", .*O_EXCL.*\) = \d'
                             rf'|link\(.*{USER}\.lock"\) = 0'
                             rf'|fcntl\(\d+<[^>]*/{USER}>, F_(OFD_)?SETLKW?, .*F_WRLCK.*\) = 0)', line)]
    return took[:2]


def orders(world):
    said = []
    for other in each(world):
        other.begin(strace=("-e", "trace=openat,link,fcntl"))
        other.finish()
        took = order(other.trace)
        equal(sorted(took), ["dotlock", "fcntl"], f"locks of {other.name}")
        said.append(f"{other.name}: {took[0]}, {took[1]}")
    trace = os.path.join(world.folder, "trace")
    run("strace", "-f", "-y", "-o", trace, HOLD, BOX, "1000")
    equal(order(trace), ["fcntl", "dotlock"], "our locks")
    return "; ".join(said + ["we: fcntl, dotlock"])


# ---- (d) all at once -----------------------------------------------------------------------------


def at_once(name, work):
    """Let work() go on while we take and let go; its answer is the longest of its waits."""
    hold = Hold(20000, ROUNDS)
    began = time.monotonic()
    try:
        longest = work()
    finally:
        said = hold.let_go()
    m = re.fullmatch(r"rounds (\d+) longest (\d+) changed (\d+)", said)
    check(m, f"we, against {name}: {said}")
    equal(m.group(3), "0", f"{name} changed the box under our locks, times")
    return (f"{name} {ROUNDS} rounds, longest {longest:.1f} s, we {m.group(1)} rounds, longest "
            f"{int(m.group(2)) / 1000:.2f} s, all in {time.monotonic() - began:.0f} s")


def imap_rounds(dovecot):
    imap, longest = dovecot.imap(USER), 0
    imap.select("INBOX")
    for i in range(ROUNDS):
        began = time.monotonic()
        for answer in (imap.append("INBOX", None, None, b"Subject: x\r\n\r\nx\r\n"),
                       imap.store("4", "+FLAGS", r"(\Deleted)"), imap.expunge()):
            equal(answer[0], "OK", f"round {i}: {answer}")
        longest = max(longest, time.monotonic() - began)
    imap.logout()
    return longest


def delivery_rounds(postfix):
    before = len(postfix.sent)

    def submit(first):
        postfix.submit(USER, [b"Subject: x\r\nMessage-ID: <x%d@client.test>\r\n\r\nx\r\n" % i
                              for i in range(first, ROUNDS, 4)])

    clients = [threading.Thread(target=submit, args=(n,)) for n in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    wait_until(lambda: len(postfix.sent) >= before + ROUNDS, 300, f"{ROUNDS} deliveries")
    ids = re.findall(rb"(?i)^Message-ID: <x(\d+)@", content()[0], re.M)
    equal(sorted(map(int, ids)), list(range(ROUNDS)), "messages in the box")
    # Of the four delays of a delivery the last is the one in local(8).
    return max(delays[3] for _, _, _, delays, _ in postfix.sent[before:])


def nobody_deadlocks(world):
    said = []
    for other in each(world):
        if isinstance(other, Doveadm):
            said.append(at_once(other.name, lambda: imap_rounds(other.dovecot)))
        else:
            said.append(at_once(other.name, lambda: delivery_rounds(other.postfix)))
        for n in (b"one", b"two", b"three"):
            equal(content()[0].count(b"Subject: " + n), 1, f"the message {n.decode()} in the box")
        equal(leftovers(), [], "in the spool")
    return "; ".join(said)


# ---- folders where a dotlock is not so easy ------------------------------------------------------


def make_box(path, user=USER):
    with open(path, "wb") as f:
        f.write(b"From a@b.c  Tue Nov 24 17:16:34 2026\n\nx\n")
    os.chmod(path, 0o600)
    shutil.chown(path, user, user)


def a_user_has_his_dotlock_made(world):
    """Without root, in root:mail 2775, by liblockfile's setgid helper."""
    world.clear()
    make_box(BOX)
    hold = Hold(1000, user=USER)
    check(hold.line().startswith("held"), "no locks")
    st = os.stat(DOTLOCK)
    equal((st.st_uid, st.st_gid), (servers.FIRST_UID, os.stat("/var/mail").st_gid), "the dotlock's")
    with open(DOTLOCK) as f:
        equal(int(f.read()), hold.process.pid, "pid in the dotlock")
    again = Hold(100, user=USER)
    equal(again.line().split(": ", 1)[1], f"held by pid {hold.process.pid} (dotlock)", "a second one")
    again.process.wait()
    hold.let_go()
    equal(leftovers(), [], "in the spool")


def a_full_disk(world):
    """No room for a dotlock: fcntl alone, unless a dotlock is there."""
    folder = f"/home/{USER}/full"
    os.mkdir(folder)
    world.mount("-t", "tmpfs", "-o", "size=64k,mode=0777", "tmpfs", folder)
    box = os.path.join(folder, "box")
    make_box(box)
    with open(os.path.join(folder, "fill"), "wb", buffering=0) as f:
        try:
            while f.write(b"x" * 4096):
                pass
        except OSError:
            pass
    hold = Hold(100, box=box)
    check(hold.line().startswith("held"), "no lock on a full disk")
    equal(sorted(os.listdir(folder)), ["box", "fill"], "in the folder")
    second = Hold(100, box=box)
    equal(second.line().split(": ", 1)[1], "held by another process (fcntl)", "a second one")
    second.process.wait()
    hold.let_go()
    with open(box + ".lock", "w"):
        pass
    hold = Hold(100, box=box)
    equal(hold.line().split(": ", 1)[1], "held by another process (dotlock)", "with a dotlock there")
    hold.process.wait()
    equal(sorted(os.listdir(folder)), ["box", "box.lock", "fill"], "in the folder")
    world.unmount(folder)


def a_spool_for_root_only(world):
    """root:root 0755: the owner cannot make a dotlock, and the text says what to do."""
    world.clear()
    make_box(BOX)
    before = content()
    os.chmod("/var/mail", 0o755)
    try:
        hold = Hold(5000)
        said = hold.line()
        equal(hold.process.wait(10), 1, "exit status")
    finally:
        os.chmod("/var/mail", 0o2775)
    check("no dotlock can be made in '/var/mail'; make it writable for its group" in said, said)
    equal((content(), leftovers()), (before, []), "box and spool")
    return said.split(" ", 2)[2]


if __name__ == "__main__":
    stage.main([they_wait_for_us, we_give_up_when_they_hold_both, we_give_up_when_they_hold_one,
                orders, nobody_deadlocks, a_user_has_his_dotlock_made, a_full_disk,
                a_spool_for_root_only])
