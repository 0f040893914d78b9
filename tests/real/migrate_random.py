#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reeve-migrate on made-up files of Dovecot 1.x, against real Dovecot 2.3 and the rules of comments.

    BUILD=build tests/real/migrate_random.py [FIRST [COUNT]]      other numbers, to look for more

Settings that rules move, take out or rename stand in blocks, between comments, empty lines and each
other, some of them in an included file. Of each number one file is made, always the same, and:

    meaning   2.3 reads the old and the new as the same
    comments  as in migrate.py: all there, in their order, above what they were about
    twice     a second migration changes nothing
"""

import os
import random
import shutil
import sys
import tempfile

import migrate

ROOT = ["auth_user = root", "auth_chroot = /x", "auth_process_size = 64", "auth_verbose = yes",
        "auth_count = 1", "login_user = dovenull", "login_process_size = 32", "login_chroot = yes",
        "login_max_connections = 9", "max_mail_processes = 99", "mail_uid = 8", "mail_gid = 8",
        "verbose_ssl = yes", "umask = 0077", "dict_process_count = 2", "ssl_disable = yes"]
PROTOCOL = ["listen = *:1143", "ssl_listen = *:1993", "mail_uid = 9", "mail_gid = 9", "listen =",
            "login_user = dovenull", "mail_executable = imap", "mail_process_size = 77",
            "umask = 0077", "auth_count = 1", "login_max_connections = 7", "auth_chroot = /y"]
AUTH = ["user = root", "verbose = yes", "mechanisms = plain", "count = 1", "failure_delay = 2",
        "chroot = /y"]
SERVICE = ["user = root", "chroot = /z", "vsz_limit = 99M", "process_limit = 5"]
FILTER = ["listen = *", "login_user = x", "mail_uid = 7"]
PLUGIN = ["quota = maildir", "sieve = ~/x"]


class Maker:
    """A file and what it includes, from a number."""

    def __init__(self, number):
        self.random = random.Random(number)
        self.comments = 0
        self.indent = self.random.choice(["  ", "    ", "\t"])
        self.files = {}

    def comment(self, indent):
        self.comments += 1
        return f"{indent}# comment {self.comments}\n"

    def lines(self, indent, pool, most=5):
        text = ""
        for _ in range(self.random.randint(0, most)):
            kind = self.random.random()
            if kind < .25:
                text += self.comment(indent)
            elif kind < .35:
                text += "\n"
            elif kind < .85 or indent:
                note = " # behind" if self.random.random() < .05 else ""
                text += indent + self.random.choice(pool) + note + "\n"
            else:
                text += self.block()
        return text

    def block(self):
        kind, step = self.random.random(), self.indent
        if kind < .5:
            name = self.random.choice(["imap", "pop3", "lda"])
            return f"protocol {name} {{\n{self.lines(step, PROTOCOL)}}}\n"
        if kind < .6:
            name = self.random.choice(["auth", "imap-login", "pop3-login"])
            return f"service {name} {{\n{self.lines(step, SERVICE)}}}\n"
        if kind < .7:
            return f"remote 10.0.0.{self.random.randint(1, 2)} {{\n{self.lines(step, FILTER)}}}\n"
        if kind < .75:
            return f"plugin {{\n{self.lines(step, PLUGIN)}}}\n"
        if kind < .8 and not self.files:
            self.files["more.inc"] = self.lines("", ROOT)
            return "!include more.inc\n"
        return f"auth default {{\n{self.lines(step, AUTH)}{self.socket()}{self.lines(step, AUTH)}}}\n"

    def socket(self):
        step = self.indent
        if self.random.random() < .4:
            return ""
        mode = f"{step * 3}mode = 0660\n" if self.random.random() < .7 else ""
        above = self.comment(step) if self.random.random() < .5 else ""
        inside = self.comment(step * 3) if self.random.random() < .3 else ""
        path = f"{step * 3}path = /x/{self.random.randint(1, 3)}\n"
        return (f"{above}{step}socket listen {{\n{step * 2}client {{\n{inside}{path}{mode}"
                f"{step * 2}}}\n{step}}}\n")

    def make(self):
        text = "".join(self.lines("", ROOT) for _ in range(self.random.randint(1, 4)))
        self.files["dovecot.conf"] = text
        if self.random.random() < .1:
            self.files = {name: text.replace("\n", "\r\n") for name, text in self.files.items()}
        return self.files


def put(folder, files):
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as f:
            f.write(text)


def get(folder, name, files):
    path = os.path.join(folder, name)
    return migrate.read(path).decode() if os.path.exists(path) else files[name]


def meaning(folder):
    """What doveconf says of it, each setting with its blocks, in no order. None: refused."""
    done = migrate.run("doveconf", "-n", "-c", os.path.join(folder, "dovecot.conf"))
    around, settings = [], []
    for line in done.stdout.splitlines():
        line = line.strip()
        if line.endswith("{"):
            around.append(line)
        elif line == "}":
            around.pop()
        elif line and not line.startswith("#"):
            settings.append((*around, line))
    return None if done.returncode != 0 else sorted(settings)


def changed(source, into, files):
    """Migrate a folder; its files and what is said of each."""
    shutil.rmtree(into, ignore_errors=True)
    done = migrate.run(migrate.MIGRATE, "--to", "2.3", "-c", os.path.join(source, "dovecot.conf"),
                       "--output", into, "--json")
    if done.returncode != 0:
        raise migrate.Failure(f"exit status {done.returncode}: {done.stdout} {done.stderr}")
    said = {name: {} for name in files}
    for change in migrate.json.loads(done.stdout)["changes"]:
        said[os.path.basename(change["file"])].setdefault(change["line"], []).append(change)
    return {name: get(into, name, files) for name in files}, said


def one(number, scratch):
    old, new, out = (os.path.join(scratch, name) for name in ("old", "new", "out"))
    files = Maker(number).make()
    put(old, files)
    after, said = changed(old, out, files)
    put(new, after)
    for name, text in files.items():
        migrate.compare_comments(name, text.splitlines(), after[name].splitlines(), said[name])
    if changed(new, out, after)[0] != after:
        raise migrate.Failure("changes a second time")
    before = meaning(old)
    if before is not None and before != meaning(new):
        raise migrate.Failure(f"means something else: {set(before) ^ set(meaning(new) or [])}")


def main():
    version = migrate.run("dovecot", "--version").stdout if shutil.which("dovecot") else ""
    if not version.startswith("2.3."):
        print("no doveconf 2.3")
        print(f"0 passed, {int(migrate.NO_SKIP)} failed, {int(not migrate.NO_SKIP)} skipped")
        return int(migrate.NO_SKIP)
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    failed = 0
    for number in range(first, first + count):
        with tempfile.TemporaryDirectory(prefix="reeve-migrate.") as scratch:
            try:
                one(number, scratch)
            except migrate.Failure as failure:
                failed += 1
                print(f"number {number}: {failure}")
    print(f"{count - failed} passed, {failed} failed, 0 skipped")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
