#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reeve-limits --reload: the running Postfix 3.7 and Dovecot 2.3 have the new sizes, or it is said who does not run.

In a world of its own, since both are stopped here.
"""

import json
import os

import limits
import servers
import stage
from limits import announced, reeve
from stage import check, equal, wait_until

SUBMISSION = 2588
SAID = "reeve-limits: {} does not run: nothing is reloaded\n"
REFUSED = """#!/bin/sh
[ "$1" != reload ] || { echo 'doveadm: something'; echo 'doveadm: is wrong'; exit 1; } >&2
"""


class Dovecot(limits.Dovecot):
    """As Debian starts it: with the file that everybody knows."""

    def start(self, *argv):
        folder = os.path.join(self.folder, "etc")
        os.makedirs(folder, exist_ok=True)
        with open(self.path) as f, open(f"{folder}/dovecot.conf", "w") as to:
            to.write(f.read())
        self.world.mount("--bind", folder, "/etc/dovecot")
        super().start("dovecot", "-F")


def both(world):
    limits.started(world)
    return Dovecot(world, "  quota_rule = *:storage=1G", "submission_max_mail_size = 198976B")


def set_to(size, *more):
    """What is changed, and what is said; the values are those that a message of that size makes."""
    done = reeve("--message", str(size), "--reload", "--json", *more)
    document = json.loads(done.stdout)
    equal(document["goal"], {"message_bytes": size}, "goal")
    return document["changed"], done.stderr.decode()


def have(size):
    """Both have it soon, since they were told: Postfix as it is, Dovecot less what it keeps."""
    wait_until(lambda: announced() == str(size), 20, f"SIZE {size} of Postfix")
    wait_until(lambda: announced(SUBMISSION) == str(size - 1024), 20, f"SIZE {size - 1024} of Dovecot")


def both_are_reloaded(world):
    dovecot = both(world)
    equal(announced(SUBMISSION), "198976", "SIZE before")
    equal(set_to(300000), (True, ""), "changed")
    have(300000)
    # Without --reload both go on as before; said again, nothing is changed and both are told.
    equal(json.loads(reeve("--message", "400000", "--json").stdout)["changed"], True, "changed")
    equal((announced(), announced(SUBMISSION)), ("300000", str(300000 - 1024)), "SIZE without --reload")
    equal(set_to(400000), (False, ""), "changed, the second time")
    have(400000)
    done = reeve("--message", "400000", "--reload", "-v").stdout.decode().splitlines()
    equal(sorted(line for line in done if "reload" in line), ["Dovecot was reloaded", "Postfix was reloaded"],
          "said with -v")
    pid = dovecot.process.pid
    check(dovecot.process.poll() is None, f"Dovecot, pid {pid}, ended")

    # A reload that fails: the change is made, and the exit status says so.
    script = os.path.join(world.folder, "doveadm")
    with open(script, "w") as f:
        f.write(REFUSED)
    os.chmod(script, 0o755)
    world.mount("--bind", script, "/usr/bin/doveadm")
    done = reeve("--message", "300000", "--reload", status=1)
    world.unmount("/usr/bin/doveadm")
    check("'doveadm reload' failed: doveadm: is wrong" in done.stderr.decode(), done.stderr)
    equal(set_to(300000), (False, ""), "after a reload that failed")
    have(300000)
    return "300000, 400000 and 300000 again, by what they announce"


def one_that_does_not_run_is_named(world):
    # The Dovecot of the case before, or a new one.
    dovecot = next((s for s in world.servers if isinstance(s, Dovecot)), None) or both(world)
    dovecot.stop()
    world.servers.remove(dovecot)
    changed, said = set_to(500000)
    equal((changed, said), (True, SAID.format("Dovecot")), "without Dovecot")
    wait_until(lambda: announced() == "500000", 20, "the new SIZE of Postfix")
    equal(reeve("--message", "500000", "--reload", "-q").stderr, b"", "said with -q")

    # And the other way round: Dovecot has what was changed while it did not run, and the new.
    dovecot = Dovecot(world, "  quota_rule = *:storage=1G", f"submission_max_mail_size = {500000 - 1024}B")
    equal(announced(SUBMISSION), str(500000 - 1024), "SIZE of the new Dovecot")
    limits.real("postfix", "stop", timeout=60)
    wait_until(lambda: limits.real("postfix", "status", status=None).returncode != 0, 20, "Postfix's end")
    equal(set_to(600000), (True, SAID.format("Postfix")), "without Postfix")
    wait_until(lambda: announced(SUBMISSION) == str(600000 - 1024), 20, "the new SIZE of Dovecot")
    dovecot.stop()
    world.servers.remove(dovecot)
    equal(set_to(700000), (True, SAID.format("Dovecot") + SAID.format("Postfix")), "without both")
    return "Dovecot, Postfix, both: exit status 0, the files are changed, and it is said"


if __name__ == "__main__":
    stage.main([both_are_reloaded, one_that_does_not_run_is_named])
