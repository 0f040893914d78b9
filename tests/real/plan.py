#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plans with the real programs: Dovecot 2.3 and 2.4, Postfix of both systems, as they are installed.

What a real program refuses is refused, with its reason, and nothing is changed: no byte, no inode, no
time. What it takes is never refused. Files keep owner, mode, ACL, attributes and links. Two
runs at once come one after the other. And kill -9 at any moment leaves each file old or new, and
reeve-undo goes either way.
"""

import os
import random
import shutil
import signal
import subprocess
import time

import stage
from stage import BIN, Failure, Skip, check, equal, run, tool

ORACLES = os.environ.get("REEVE_ORACLES", "/var/cache/mailreeve-oracles")
CHANGE = os.path.join(BIN, "../tests/change")
KILLS = 30


class System:
    """A root with Dovecot and Postfix in it, whose configurations are copies of its own."""

    def __init__(self, world, name):
        self.name = name
        self.root = "" if name == "2.3" else f"{ORACLES}/root-{name}"
        if not os.path.exists(f"{self.root}/usr/bin/doveconf"):
            raise Skip(f"there is no {self.root}/usr/bin/doveconf")
        postfix = os.path.join(world.folder, "etc-postfix") if not self.root \
            else f"{self.root}/etc/postfix"
        self.has_postfix = os.path.exists(f"{self.root}/usr/sbin/postfix")
        self.originals = {"dovecot": f"{self.root}/etc/dovecot", "postfix": postfix}
        self.folder = os.path.join(world.folder, f"system-{name}-{time.monotonic_ns()}")
        os.mkdir(self.folder)
        self.world, self.mounted = world, []
        for part in ("dovecot", "postfix"):
            if os.path.isdir(self.originals[part]):
                self.lay(f"/etc/{part}", self.originals[part])
        if self.root:
            for part in ("/var/lib", "/var/spool", "/var/log", "/srv"):
                self.lay(part)
        os.makedirs(f"{self.root}/var/spool/postfix", exist_ok=True)
        os.makedirs(f"{self.root}/var/lib/postfix", exist_ok=True)
        self.conf = f"{self.root}/etc/dovecot/dovecot.conf"
        self.main, self.master = (f"{self.root}/etc/postfix/{n}.cf" for n in ("main", "master"))
        if self.has_postfix:
            # The first check makes the queue's folders.
            self.run("chown", "postfix", "/var/lib/postfix")
            self.run("postfix", "check")

    def lay(self, where, original=None):
        """A private folder over one of the root's, with what was in it."""
        copy = os.path.join(self.folder, where.strip("/").replace("/", "-"))
        if original:
            shutil.copytree(original, copy, symlinks=True)
            for top, dirs, files in os.walk(original):
                for name in dirs + files:
                    path = os.path.join(top, name)
                    st = os.lstat(path)
                    os.lchown(os.path.join(copy, os.path.relpath(path, original)), st.st_uid,
                              st.st_gid)
        else:
            os.mkdir(copy, 0o755)
        self.world.mount("--bind", copy, self.root + where)
        self.mounted.append(self.root + where)

    def close(self):
        for where in reversed(self.mounted):
            self.world.unmount(where)

    def run(self, *argv, **kw):
        return run("chroot", self.root or "/", *argv, **kw)

    def change(self, *pairs, dovecot=True, postfix=False, make=None, status=0):
        """Files and their new bytes, by a plan. What it said. `make` is owner and mode of new files."""
        words = [CHANGE]
        if make:
            words += ["-c", make]
        if self.root:
            words += ["-r", self.root]
        if dovecot:
            words += ["-d", self.conf]
        if postfix:
            words += ["-p", f"{self.root}/etc/postfix"]
        for i, (path, new) in enumerate(pairs):
            name = os.path.join(self.folder, f"new-{i}")
            with open(name, "wb") as f:
                f.write(new)
            words += [path, name]
        done = run(*words, status=status)
        return done.stdout.decode().strip(), done.stderr.decode().strip()

    def undo(self, *args, **kw):
        words = [f"--root={self.root}"] if self.root else []
        return tool("reeve-undo", *words, *args, **kw)


def bytes_of(path):
    with open(path, "rb") as f:
        return f.read()


def look(folder):
    """All that can be seen of what is in a folder: bytes, inode, times, owner, mode."""
    seen = {}
    for top, dirs, files in os.walk(folder):
        for name in dirs + files:
            path = os.path.join(top, name)
            st = os.lstat(path)
            what = os.readlink(path) if os.path.islink(path) else \
                bytes_of(path) if os.path.isfile(path) else b""
            seen[path] = (what, st.st_ino, st.st_mtime_ns, st.st_ctime_ns, st.st_uid, st.st_gid,
                          st.st_mode)
    return seen


def contents(folder):
    return {path: seen[0] for path, seen in look(folder).items()}


def on_each(case):
    """The case on each system that is here."""
    def on_all(world):
        said, skips = [], []
        for name in ("2.3", "2.4"):
            try:
                system = System(world, name)
            except Skip as why:
                skips.append(str(why))
                continue
            try:
                said.append(case(system))
            except Failure as why:
                raise Failure(f"with {name}: {why}") from None
            finally:
                system.close()
                world.clear()
        if not said:
            raise Skip("; ".join(skips))
        return ", ".join(s for s in said if s)

    on_all.__name__ = case.__name__
    return on_all


def nothing_lies_about(system):
    for part in ("dovecot", "postfix"):
        for top, _, files in os.walk(f"{system.root}/etc/{part}"):
            for name in files:
                check(not name.startswith(".reeve"), f"{top}/{name} is left")
    check(not os.path.exists(f"{system.root}/var/lib/mailreeve/stage"), "the stage is left")


# ---- what is refused -------------------------------------------------------------------------------

@on_each
def broken_changes_are_refused(system):
    """Each with the reason of the real program, and then nothing is changed."""
    conf, main, master = bytes_of(system.conf), b"", b""
    wrong = [(system.conf, conf + line, reason) for line, reason in (
        (b"protocol imap {\n", "Missing '}'"),
        (b"no_such_setting = 1\n", "Unknown setting"),
        (b"default_client_limit = many\n", "Invalid number"),
        (b"!include /etc/dovecot/no/such\n", "No matches"))]
    if system.has_postfix:
        main, master = bytes_of(system.main), bytes_of(system.master)
        wrong += [(system.main, main + line, reason) for line, reason in (
            (b"what is this\n", "missing '='"),
            (b"message_size_limit = many\n", "bad numerical"),
            (b"mail_owner = nobodyatall\n", "unknown user name"),
            # 3.7 says why on a terminal and in the log alone.
            (b"queue_directory = /no/such\n",
             "/no/such" if system.root else "its reason is in the log"),
            (b"myhostname = ${x\n", "macro"))]
        wrong += [(system.master, master + line, reason) for line, reason in (
            (b"smtp inet n\n", "bad field count"),
            (b"foo bar n - n - - smtp\n", "invalid type field"),
            (b"foo unix x - n - - smtp\n", "invalid private field"))]
    for path, new, reason in wrong:
        before = look(f"{system.root}/etc/dovecot") | look(f"{system.root}/etc/postfix")
        _, said = system.change((path, new), postfix=path != system.conf,
                                dovecot=path == system.conf, status=1)
        what = new.splitlines()[-1].decode()
        check(reason in said and "nothing was changed" in said, f"{what}: {said!r}")
        equal(look(f"{system.root}/etc/dovecot") | look(f"{system.root}/etc/postfix"), before,
              f"after {what}")
        equal(os.listdir(f"{system.root}/var/lib/mailreeve/undo"), [], f"records after {what}")
    nothing_lies_about(system)
    return f"{len(wrong)} with {system.name}"


@on_each
def good_changes_are_taken(system):
    """Also those about which the programs only warn; without a word of ours."""
    good = [(system.conf, line) for line in (
        b"# a comment\n", b"mail_max_userip_connections = 20\n" if system.name == "2.3"
        else b"protocol imap {\n  mail_max_userip_connections = 20\n}\n",
        b"!include_try /etc/dovecot/no/such\n")]
    if system.has_postfix:
        good += [(system.main, line) for line in (
            b"no_such_parameter = 1\n", b"message_size_limit = 20480000\n",
            b"smtpd_recipient_limit = 100\n", b"maillog_file = /var/log/postfix.log\n")]
        good += [(system.master, b"foo unix - - n - - smtp -o no_such_parameter=1\n")]
    olds = {path: bytes_of(path) for path, _ in good}
    for path, line in good:
        new = bytes_of(path) + line
        _, said = system.change((path, new), postfix=path != system.conf,
                                dovecot=path == system.conf)
        equal(said, "", line.decode())
        equal(bytes_of(path), new, path)
    for _ in good:
        system.undo()
    equal({path: bytes_of(path) for path in olds}, olds, "after the undos")
    nothing_lies_about(system)
    return f"{len(good)} with {system.name}"


@on_each
def absolute_includes_are_seen_new(system):
    """A file that is named by an absolute path is verified as it will be, not as it is."""
    part = f"{system.root}/etc/dovecot/part.conf"
    outside = f"{system.root}/srv/part.conf" if system.root else \
        os.path.join(system.folder, "outside/part.conf")
    os.makedirs(os.path.dirname(outside), exist_ok=True)
    inside = outside[len(system.root):].encode()
    for path, name in ((part, b"/etc/dovecot/part.conf"), (outside, inside)):
        with open(path, "wb") as f:
            f.write(b"# nothing yet\n")
        with open(system.conf, "ab") as f:
            f.write(b"!include " + name + b"\n")
        before = look(os.path.dirname(path))
        _, said = system.change((path, b"no_such_setting = 1\n"), status=1)
        check("Unknown setting" in said and name.decode() in said, said)
        equal(look(os.path.dirname(path)), before, "the folder")
        # And the other way: the old file is broken, the new one is not.
        with open(path, "wb") as f:
            f.write(b"no_such_setting = 1\n")
        _, said = system.change((path, b"# nothing again\n"))
        equal(said, "", "a file that is mended")
        equal(bytes_of(path), b"# nothing again\n", path)


@on_each
def a_new_file_is_seen_before_it_is_there(system):
    """One that a wildcard includes: refused with the reason, or there until it is taken back."""
    new = f"{system.root}/etc/dovecot/conf.d/99-new.conf"
    before = look(f"{system.root}/etc/dovecot")
    _, said = system.change((new, b"no_such_setting = 1\n"), make="0:0:640", status=1)
    check("Unknown setting" in said and "99-new.conf" in said, said)
    equal(look(f"{system.root}/etc/dovecot"), before, "the folder")
    system.change((new, b"login_greeting = hello\n"), make="0:8:640")
    st = os.stat(new)
    equal((st.st_uid, st.st_gid, st.st_mode & 0o7777), (0, 8, 0o640), "owner and mode")
    asked = system.run("doveconf", "-h", "login_greeting").stdout.decode().strip()
    equal(asked, "hello", "the setting")
    system.undo()
    equal(contents(f"{system.root}/etc/dovecot"),
          {path: seen[0] for path, seen in before.items()}, "the folder at last")
    nothing_lies_about(system)


@on_each
def a_broken_configuration_can_be_mended(system):
    """In steps: what was refused before may be refused after."""
    good = bytes_of(system.conf)
    with open(system.conf, "ab") as f:
        f.write(b"no_such_setting = 1\nno_other_setting = 2\n")
    _, said = system.change((system.conf, good + b"no_other_setting = 2\n"))
    check("not accepted as it is, nor with this change" in said, said)
    _, said = system.change((system.conf, good))
    equal(said, "", "the last step")
    _, said = system.change((system.conf, good + b"no_other_setting = 2\n"), status=1)
    check("no_other_setting" in said, said)


@on_each
def what_no_namespace_allows_is_verified_in_a_copy(system):
    """Without the right to mount, the programs look at a copy of the tree."""
    part = f"{system.root}/etc/dovecot/conf.d/99-part.conf"
    with open(part, "wb") as f:
        f.write(b"# nothing yet\n")
    with open(system.conf, "ab") as f:
        f.write(b"!include conf.d/99-part.conf\n")
    new = os.path.join(system.folder, "new")
    words = ["setpriv", "--bounding-set", "-sys_admin", "--inh-caps", "-sys_admin", CHANGE]
    words += ["-r", system.root] if system.root else []
    for text, status, wanted in ((b"no_such_setting = 1\n", 1, "Unknown setting"),
                                 (b"# nothing else\n", 0, "a copy is verified")):
        with open(new, "wb") as f:
            f.write(text)
        done = run(*words, "-d", system.conf, part, new, status=status)
        said = done.stderr.decode()
        check(wanted in said, said)
        check("mailreeve/stage" not in said, f"our copy is named: {said}")
    equal(bytes_of(part), b"# nothing else\n", part)
    if system.has_postfix:
        old = bytes_of(system.main)
        for line, status, wanted in ((b"message_size_limit = many\n", 1, "bad numerical"),
                                     (b"message_size_limit = 20480000\n", 0, "a copy is verified")):
            with open(new, "wb") as f:
                f.write(old + line)
            done = run(*words, "-p", f"{system.root}/etc/postfix", system.main, new, status=status)
            said = done.stderr.decode()
            check(wanted in said and "mailreeve/stage" not in said, said)
    nothing_lies_about(system)


# ---- what stays ------------------------------------------------------------------------------------

@on_each
def what_belongs_to_a_file_stays(system):
    """Owner, mode, ACL, attributes; a link stays a link."""
    target = f"{system.root}/etc/dovecot/real.conf"
    shutil.copy(system.conf, target)
    os.unlink(system.conf)
    os.symlink("real.conf", system.conf)
    os.chown(target, 65534, 8)
    os.chmod(target, 0o640)
    run("setfacl", "-m", "u:1:r,g:8:rw", target)
    run("setfattr", "-n", "user.note", "-v", "mine", target)
    run("setfattr", "-n", "trusted.note", "-v", "root's", target)
    seen = [run("getfacl", "-n", "--absolute-names", target).stdout,
            run("getfattr", "-d", "-m", "-", "--absolute-names", target).stdout]
    # A folder's default ACL goes to new files, not to one that takes another's place.
    run("setfacl", "-d", "-m", "u:2:rwx", os.path.dirname(target))
    system.change((system.conf, bytes_of(target) + b"# more\n"))
    check(os.path.islink(system.conf), "the link is gone")
    check(bytes_of(target).endswith(b"# more\n"), "the target is old")
    equal([run("getfacl", "-n", "--absolute-names", target).stdout,
           run("getfattr", "-d", "-m", "-", "--absolute-names", target).stdout], seen,
          "ACL and attributes")
    plain = f"{system.root}/etc/dovecot/plain"
    with open(plain, "wb") as f:
        f.write(b"old\n")
    run("setfacl", "-b", plain)
    os.chmod(plain, 0o600)
    system.change((plain, b"new\n"), dovecot=False)
    equal(run("getfacl", "-cn", "--absolute-names", plain).stdout,
          b"user::rw-\ngroup::---\nother::---\n\n", "the ACL of a file that has none")


@on_each
def an_attribute_that_cannot_be_kept_is_refused(system):
    before = bytes_of(system.conf)
    run("chattr", "+i", system.conf)
    try:
        _, said = system.change((system.conf, before + b"# more\n"), status=1)
        check("immutable" in said, said)
    finally:
        run("chattr", "-i", system.conf)
    run("setfattr", "-n", "trusted.note", "-v", "root's", system.conf)
    new = os.path.join(system.folder, "new")
    with open(new, "wb") as f:
        f.write(before + b"# more\n")
    words = ["-r", system.root] if system.root else []
    # Without that right root does not even see it.
    os.chown(system.conf, 65534, 8)
    done = run("setpriv", "--bounding-set", "-chown", "--inh-caps", "-chown", CHANGE, *words,
               system.conf, new, status=1)
    check("the owner of" in done.stderr.decode(), done.stderr.decode())
    equal(bytes_of(system.conf), before, "the file")
    nothing_lies_about(system)


@on_each
def what_cannot_be_written_leaves_nothing_behind(system):
    """One of two folders is read-only: neither file is changed, and the other can be changed at once."""
    if not system.has_postfix:
        raise Skip("there is no Postfix")
    where = f"{system.root}/etc/postfix"
    news = [(path, bytes_of(path) + b"# more\n") for path in (system.conf, system.main)]
    before = {path: bytes_of(path) for path, _ in news}
    run("mount", "-o", "remount,bind,ro", where)
    try:
        _, said = system.change(*news, status=1)
        check("Read-only file system" in said and "taken back" not in said, said)
        equal({path: bytes_of(path) for path in before}, before, "the files")
        equal(system.undo("--list").stdout, b"", "the list")
        system.change(news[0])
    finally:
        run("mount", "-o", "remount,bind,rw", where)
    system.undo()
    equal({path: bytes_of(path) for path in before}, before, "the files at last")
    nothing_lies_about(system)


# ---- several at once, and killed -------------------------------------------------------------------

@on_each
def two_runs_at_once_come_one_after_the_other(system):
    """reeve-conf reads under the lock: no value is lost, whoever comes first."""
    words = [f"--root={system.root}"] if system.root else []
    names = ["mail_max_userip_connections", "auth_failure_delay", "login_greeting",
             "imap_idle_notify_interval"] if system.name == "2.3" else \
        ["login_greeting", "auth_failure_delay", "imap_idle_notify_interval",
         "auth_cache_size"]
    values = ["21", "3 secs", "hello", "3 mins"] if system.name == "2.3" else \
        ["hello", "3 secs", "3 mins", "2 M"]
    before = contents(f"{system.root}/etc/dovecot")
    all_at_once = [subprocess.Popen([os.path.join(BIN, "reeve-conf"), *words, "--dovecot",
                                     "--force", "set", f"{n}={v}"], stdin=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE)
                   for n, v in zip(names, values)]
    for process in all_at_once:
        said = process.communicate(timeout=120)[1].decode()
        equal((process.returncode, said), (0, ""), "a run")
    for name, value in zip(names, values):
        equal(tool("reeve-conf", *words, "--dovecot", "get", name).stdout.decode().strip(), value, name)
    # The list has all four; taken back one by one nothing of them is left.
    equal(len(system.undo("--list").stdout.splitlines()), 4, "changes")
    for _ in names:
        system.undo()
    equal(contents(f"{system.root}/etc/dovecot"), before, "the files at last")


def killed(system, words, news, rounds):
    """`words` change files to `news`; killed at random, mended, and back at last, so many times."""
    olds = {path: bytes_of(path) for path in news}
    ended = {"old": 0, "new": 0, "mixed": 0}
    began = time.monotonic()
    run(*words)
    takes = time.monotonic() - began
    equal({path: bytes_of(path) for path in news}, news, "the files without a kill")
    system.undo()
    for number in range(rounds):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.random() * takes)
        process.send_signal(signal.SIGKILL)
        process.wait()
        sides = {("old" if bytes_of(p) == olds[p] else "new" if bytes_of(p) == news[p] else "?")
                 for p in olds}
        check("?" not in sides, "a file is neither old nor new")
        state = sides.pop() if len(sides) == 1 else "mixed"
        ended[state] += 1
        if state == "mixed":
            said = run(*words, status=1).stderr.decode()
            check("was broken off" in said, said)
            system.undo(*(["--finish"] if number % 2 else []))
        else:
            # Any run that would change something clears away.
            run(CHANGE, *(["-r", system.root] if system.root else []))
        nothing_lies_about(system)
        if any(bytes_of(path) != old for path, old in olds.items()):
            system.undo()
        equal({p: bytes_of(p) for p in olds}, olds, "the files at last")
    return ", ".join(f"{n} {word}" for word, n in ended.items())


@on_each
def killed_at_random_moments(system):
    """Two files at once; kill -9; each is old or new; reeve-undo goes back or on."""
    if not system.has_postfix:
        raise Skip("no Postfix here")
    root = ["-r", system.root] if system.root else []
    news, words = {}, [CHANGE, *root]
    for i, path in enumerate((system.conf, system.main)):
        news[path] = bytes_of(path) + b"# new\n" * 200
        name = os.path.join(system.folder, f"new-{i}")
        with open(name, "wb") as f:
            f.write(news[path])
        words += [path, name]
    said = killed(system, words, news, KILLS)

    # The tool, whose time goes by verifying most of all.
    root = [f"--root={system.root}"] if system.root else []
    words = [os.path.join(BIN, "reeve-conf"), *root, "--force", "set", "message_size_limit=20480000",
             "login_greeting=hello"]
    run(*words)
    news = {path: bytes_of(path) for path in news}
    system.undo()
    return f"{system.name}: {said}; reeve-conf: {killed(system, words, news, KILLS // 6)}"


if __name__ == "__main__":
    stage.main([broken_changes_are_refused, good_changes_are_taken,
                absolute_includes_are_seen_new, a_new_file_is_seen_before_it_is_there,
                a_broken_configuration_can_be_mended,
                what_no_namespace_allows_is_verified_in_a_copy, what_belongs_to_a_file_stays,
                an_attribute_that_cannot_be_kept_is_refused,
                what_cannot_be_written_leaves_nothing_behind,
                two_runs_at_once_come_one_after_the_other, killed_at_random_moments])
