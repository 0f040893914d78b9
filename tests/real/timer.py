#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The units by which a timer cleans mailboxes, carried out by a real systemd in their real sandbox.

A systemd of its own runs as pid 1 of a pid namespace, in a control group of its own, and starts the
unit and nothing else. So capabilities, seccomp filters and read-only folders are those of
conf-templates/reeve-prune@.service on a Debian server.
"""

import os
import shutil
import subprocess
import time

import letters
import stage
from stage import USERS, Skip, check, equal, run, tool

SYSTEMD = "/lib/systemd/systemd"
TOOLS = "/var/lib/reeve-test"  # not in /tmp or /var/tmp, where a private one is laid over
ANN, BOB = USERS[:2]
DAY = 24 * 3600

BOOT = """
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
mount -t cgroup2 none /sys/fs/cgroup
cp -r {units}/. /run/systemd/system
exec env container=other {systemd} --system --unit=test.target --log-target=null --show-status=0
"""

DROP_IN = """
[Unit]
DefaultDependencies=no
SuccessAction=exit
FailureAction=exit
[Service]
Restart=no
StandardOutput=file:{said}
StandardError=file:{said}
{more}
"""


class Systemd:
    """Starts of systemd, in each of which one unit has its turn."""

    runs_here = None

    def __init__(self, world):
        self.world = world
        self.units = os.path.join(world.folder, "units")
        if not os.path.exists(SYSTEMD):
            raise Skip("no systemd")
        if not os.path.exists(TOOLS):
            for name in ("bin", "lib"):
                shutil.copytree(os.path.join(os.path.dirname(stage.BIN), name),
                                os.path.join(TOOLS, name), symlinks=True)
        shutil.rmtree(self.units, ignore_errors=True)
        run(os.path.join(stage.TOP, "scripts", "templates"), "install",
            env=dict(os.environ, bindir=f"{TOOLS}/bin", unitdir=self.units, DESTDIR="",
                     tmpfilesdir=os.path.join(world.folder, "tmpfiles")))
        if Systemd.runs_here is None:
            with open(f"{self.units}/probe.service", "w") as f:
                f.write("[Service]\nType=oneshot\nExecStart=/bin/echo here\n")
            Systemd.runs_here = self.start("probe.service") == (0, "here")
        if not Systemd.runs_here:
            raise Skip("systemd cannot be started in these namespaces")

    def start(self, unit, more=""):
        """Its exit status and what it said."""
        said = os.path.join(self.world.folder, "said")
        open(said, "w").close()
        os.makedirs(f"{self.units}/{unit}.d", exist_ok=True)
        with open(f"{self.units}/{unit}.d/test.conf", "w") as f:
            f.write(DROP_IN.format(said=said, more=more))
        with open(f"{self.units}/test.target", "w") as f:
            f.write(f"[Unit]\nDefaultDependencies=no\nRequires={unit}\nAfter={unit}\n")

        group = os.path.join(self.world.folder, "cgroup")
        os.makedirs(group, exist_ok=True)
        self.world.mount("-t", "cgroup2", "none", group)
        mine = os.path.join(group, f"reeve-test-{os.getpid()}")
        os.mkdir(mine)

        def enter():
            stage.die_with_parent()
            with open(os.path.join(mine, "cgroup.procs"), "w") as f:
                f.write("0")

        boot = BOOT.format(units=self.units, systemd=SYSTEMD)
        try:
            done = subprocess.run(["unshare", "--mount", "--pid", "--cgroup", "--fork",
                                   "--kill-child", "--mount-proc", "sh", "-c", boot],
                                  preexec_fn=enter, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        finally:
            self.remove_groups(mine)
            self.world.unmount(group)
        with open(said, errors="replace") as f:
            return done.returncode, f.read().strip()

    @staticmethod
    def remove_groups(top):
        for _ in range(50):
            try:
                for folder, _, _ in os.walk(top, topdown=False):
                    os.rmdir(folder)
                return
            except OSError:  # the last process is still going
                time.sleep(0.1)


def box(world, user, tag):
    """Old and read, new and read, old and unread."""
    path = world.box(user)
    with open(path, "wb") as f:
        for n, (days, status) in enumerate(((30, "RO"), (2, "RO"), (30, "O")), 1):
            when = time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(time.time() - days * DAY))
            f.write(f"From cron@mill.test  {when}\nReceived: by mill\n"
                    f"Message-ID: <{tag}.{n}@mill.test>\nStatus: {status}\n\ntext {n}\n\n".encode())
    shutil.chown(path, user, "mail")
    os.chmod(path, 0o600)
    return path


def names(path):
    return [i.split(".")[1].split("@")[0] for i in letters.ids(letters.split(letters.read(path)))]


def one_user(world):
    """By default what was read, a week after it came."""
    world.clear()
    systemd = Systemd(world)
    ann, bob = box(world, ANN, "a"), box(world, BOB, "b")
    before, st = letters.read(bob), os.stat(ann)
    equal(systemd.start(f"reeve-prune@{ANN}.service"), (0, ""), "status and words")
    equal(names(ann), ["2", "3"], "left")
    now = os.stat(ann)
    equal((now.st_ino, now.st_uid, now.st_gid, now.st_mode),
          (st.st_ino, st.st_uid, st.st_gid, st.st_mode), "inode, owner, mode")
    check(letters.read(bob) == before, "another's box changed")
    equal(sorted(os.listdir("/var/mail")), sorted([ANN, BOB]), "in the spool")
    equal(os.listdir("/var/lib/mailreeve/journal"), [], "journals left")


def all_users(world):
    world.clear()
    systemd = Systemd(world)
    ann, bob = box(world, ANN, "a"), box(world, BOB, "b")
    equal(systemd.start("reeve-prune@all.service"), (0, ""), "status and words")
    equal((names(ann), names(bob)), (["2", "3"], ["2", "3"]), "left")


def other_options(world):
    """From the file in /etc; the archive's folder has to be opened by a drop-in."""
    world.clear()
    systemd = Systemd(world)
    ann = box(world, ANN, "a")
    before = letters.read(ann)
    archives = f"{TOOLS}/old"
    os.makedirs(archives, 0o700, exist_ok=True)
    options = os.path.join(world.folder, "options")
    with open(options, "w") as f:
        f.write(f"REEVE_OPTIONS=--read --archive {archives}/ann-%Y --jobs 2 --quiet\n")
    more = f"EnvironmentFile={options}"

    status, said = systemd.start(f"reeve-prune@{ANN}.service", more)
    check(status != 0 and "Read-only file system" in said,
          f"the sandbox lets it write anywhere: {status}, {said}")
    check(letters.read(ann) == before, "the box changed though nothing was archived")
    equal(os.listdir(archives), [], "in the archives' folder")

    equal(systemd.start(f"reeve-prune@{ANN}.service", f"{more}\nReadWritePaths={archives}"),
          (0, ""), "status and words")
    equal(names(ann), ["3"], "left")
    found = [n for name in sorted(os.listdir(archives)) for n in names(f"{archives}/{name}")]
    equal(found, ["1", "2"], "archived")
    for name in os.listdir(archives):
        st = os.stat(f"{archives}/{name}")
        equal((st.st_uid, st.st_mode & 0o777), (0, 0o600), "owner and mode of an archive")


def users_journal(world):
    """What a user's own run broke off is found in his home, and finished first."""
    world.clear()
    systemd = Systemd(world)
    ann = box(world, ANN, "a")
    state = f"/home/{ANN}/.local/state/mailreeve/journal"
    os.makedirs(state, 0o700)
    run("chown", "-R", ANN, f"/home/{ANN}/.local")
    st = os.stat(ann)
    # Not whole, so it was never durable: it is only to be removed.
    journal = f"{state}/{st.st_dev}-{st.st_ino}"
    with open(journal, "wb") as f:
        f.write(bytes(4096))
    shutil.chown(journal, ANN)
    os.chmod(journal, 0o600)
    equal(systemd.start(f"reeve-prune@{ANN}.service"), (0, ""), "status and words")
    equal(names(ann), ["2", "3"], "left")
    check(not os.path.exists(journal), "the journal is still there")


def busy(world):
    """75, after which systemd tries again; here it may not."""
    world.clear()
    systemd = Systemd(world)
    ann = box(world, ANN, "a")
    with open(ann + ".lock", "w") as f:
        f.write("1\n")  # in its pid namespace a process that lives: systemd
    before = letters.read(ann)
    status, said = systemd.start(f"reeve-prune@{ANN}.service",
                                 'Environment="REEVE_OPTIONS=--read --lock-timeout 1"')
    equal((status, "cannot lock" in said), (75, True), f"status, and {said!r}")
    check(letters.read(ann) == before, "the box changed")


if __name__ == "__main__":
    stage.main([one_user, all_users, other_options, users_journal, busy])
