#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Mail users that reeve-user makes, in Debian 12 with Dovecot 2.3 and Debian 13 with Dovecot 2.4.

Each user logs in by the real IMAP, POP3 and SMTP AUTH, or is refused by all three. What a second run may
not touch is compared by inode and time; what a password may not be in is searched for it.
"""

import concurrent.futures
import imaplib
import json
import os
import random
import re
import signal
import subprocess
import tarfile
import time

import stage
import user_roots
from stage import BIN, Failure, check, equal, run, wait_until

OLD, NEW = "correct horse 7", "battery: staple=\\ 8"
SECRETS = (OLD, NEW)
VIRTUAL = "vera@example.org"
VIRTUAL_MAIL = "/var/vmail/example.org/vera"
roots = {}


def mode(path):
    return os.stat(path).st_mode & 0o7777


def owner(path):
    st = os.stat(path)
    return st.st_uid, st.st_gid


def unchanged(root, *args, **kw):
    """Said again: it says so, and nothing is written."""
    before = root.snapshot()
    equal(json.loads(root.user(*args, "--json", **kw).stdout)["changed"], False, f"{args} again: changed")
    root.same(before, f"what {args} wrote, said again")


def in_and_out(root, name):
    """A user with the password OLD: another one, locked, unlocked."""
    check(root.logs_in(name, OLD), f"{name} cannot log in")
    check(not root.logs_in(name, OLD + "x"), f"{name} logs in with a wrong password")
    root.user("passwd", name, password=NEW)
    check(root.logs_in(name, NEW), f"{name} cannot log in with the new password")
    check(not root.logs_in(name, OLD), f"{name} logs in with the old password")
    root.user("lock", name)
    check(not root.logs_in(name, NEW), f"{name} logs in although locked")
    unchanged(root, "lock", name)
    root.user("unlock", name)
    check(root.logs_in(name, NEW), f"{name} cannot log in after unlock")
    unchanged(root, "unlock", name)
    root.user("verify", name, password=NEW)
    root.user("verify", name, password=OLD, status=3)


# ---- cases ---------------------------------------------------------------------------------------

def system_user(root):
    root.user("add", "ann", password=OLD)
    line, shadow = root.of("passwd", "ann"), root.of("shadow", "ann")
    equal(line[3:], ["8", line[4], "/home/mail-users/ann", "/usr/sbin/nologin"], "ann in passwd(5)")
    check(shadow[1].startswith("$y$"), f"not yescrypt: {shadow[1][:6]}")
    equal(root.of("subuid", "ann"), None, "sub-uids")
    box, home = root.at("/var/mail/ann"), root.at("/home/mail-users/ann")
    equal((oct(mode(box)), owner(box)), ("0o600", (int(line[2]), 8)), "the mailbox")
    equal((oct(mode(home)), owner(home)), ("0o700", (int(line[2]), 8)), "the home")
    equal(os.listdir(home), [], "the home's files")
    unchanged(root, "add", "ann", password=OLD)
    unchanged(root, "add", "ann", password=NEW)  # one that is there stays
    in_and_out(root, "ann")
    root.user("add", "ann", "--quota=1G", password=OLD)
    unchanged(root, "add", "ann", "--quota=1G", password=OLD)
    equal(root.quota("ann"), "1G", "the quota of ann")
    check(root.logs_in("ann", NEW), "ann cannot log in with a quota")
    root.deliver("ann@reeve.test", "greeting")
    wait_until(lambda: os.path.getsize(box) > 0, 30, "mail for ann")
    row = json.loads(root.user("list", "ann", "--json").stdout)["users"][0]
    equal((row["name"], row["mailbox_bytes"]), ("ann", os.path.getsize(box)), "list")


def virtual_user(root):
    schemes = {"crypt": (), "sha512": ("--scheme=SHA512-CRYPT",), "bcrypt": ("--scheme=BLF-CRYPT",)}
    starts = {"crypt": "{CRYPT}$y$", "sha512": "{SHA512-CRYPT}$6$", "bcrypt": "{BLF-CRYPT}$2"}
    for local, options in schemes.items():
        name = f"{local}@example.org"
        root.user("add", name, "--quota=2G", *options, password=OLD)
        line = root.of("dovecot/users", name)
        check(line[1].startswith(starts[local]), f"{name}: {line[1][:20]}")
        equal(line[2:6], [str(user_roots.VMAIL)] * 2 + ["", f"/var/vmail/example.org/{local}"], f"{name}'s line")
        unchanged(root, "add", name, "--quota=2G", *options, password=OLD)
        if not options:
            in_and_out(root, name)
        check(root.logs_in(name, NEW if not options else OLD), f"{name} cannot log in")
        equal(oct(mode(root.at(f"/var/vmail/example.org/{local}"))), "0o700", f"{name}'s home")
        equal(root.quota(name), "2G", f"the quota of {name}")
    # A hash of Dovecot's own that we do not make.
    made = run("chroot", root.path, "doveadm", "pw", "-s", "ARGON2ID", "-p", OLD).stdout.decode().strip()
    root.user("add", VIRTUAL, "--hashed", password=made)
    names = ["sha512@example.org", "bcrypt@example.org", VIRTUAL]
    lines = [root.of("dovecot/users", name) for name in names]
    root.user("lock", *names)
    equal([root.logs_in(name, OLD) for name in names], [False] * 3, f"who logs in of {names}, all locked")
    root.user("unlock", *names)
    equal([root.of("dovecot/users", name) for name in names], lines, "the lines after lock and unlock")
    check(root.logs_in(VIRTUAL, OLD), "ARGON2ID is refused")


def hashes_of_dovecots_own(root):
    """Each scheme is taken with --hashed; of a digest verify tells whether a password fits, else it says so."""
    weak = {"SMD5", "PLAIN-MD5", "LDAP-MD5"}
    digests = ["SHA", "SHA1", "SHA256", "SHA512", "SSHA", "SSHA256", "SSHA512", "PBKDF2", "SHA256.HEX", "SSHA.b64",
               "PLAIN.HEX", *sorted(weak)]
    others = ["ARGON2ID", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"]
    root.user("add", VIRTUAL, password=OLD)
    for scheme in digests + others:
        options = ["-o", "auth_allow_weak_schemes=yes"] if scheme in weak and root.version == "2.4" else []
        made = run("chroot", root.path, "doveadm", *options, "pw", "-u", VIRTUAL, "-s", scheme, "-p", OLD)
        root.user("passwd", VIRTUAL, "--hashed", password=made.stdout.decode().strip())
        statuses = [root.user("verify", VIRTUAL, password=word, status=None).returncode for word in (OLD, NEW)]
        equal(statuses, [0, 3] if scheme in digests else [1, 1], f"verify of {scheme}")


def other_members_of_group_mail(root):
    for name in ("ann", "bob"):
        root.user("add", name, password=OLD)
    root.deliver("ann@reeve.test", "private")
    wait_until(lambda: os.path.getsize(root.at("/var/mail/ann")) > 0, 30, "mail for ann")
    check(root.logs_in("ann", OLD), "ann cannot log in")
    equal(root.as_user("ann", "cat", "/var/mail/ann").returncode, 0, "ann reads her own box")
    for argv in (("cat", "/var/mail/ann"), ("grep", "-c", "", "/var/mail/ann"), ("ls", "/home/mail-users/ann"),
                 ("cp", "/var/mail/ann", "/tmp/x"), ("sh", "-c", ": >>/var/mail/ann"),
                 ("sh", "-c", ": >/home/mail-users/ann/x")):
        done = root.as_user("bob", *argv)
        check(done.returncode != 0 and b"denied" in done.stderr, f"bob, {argv}: {done}")
    # He has no shell to do it from.
    said = run("chroot", root.path, "su", "-", "bob", "-c", "id", status=None)
    check(said.returncode != 0 and b"uid=" not in said.stdout, f"su bob: {said}")
    equal(root.user("add", "eve", "--shell=/bin/sh", password=OLD, status=None).returncode in (1, 2), True,
          "a login shell in group mail")
    equal(root.of("passwd", "eve"), None, "eve")
    run("chroot", root.path, "usermod", "-s", "/bin/sh", "bob")
    os.chmod(root.at("/var/mail/ann"), 0o660)
    said = root.user("check", status=3).stdout.decode()
    check("'bob'" in said and "/var/mail/ann" in said, f"check: {said}")
    root.user("check", "--repair", status=None)
    equal(oct(mode(root.at("/var/mail/ann"))), "0o600", "the box after check --repair")


def csv_of(rows, columns="name,password,quota"):
    return columns + "\r\n" + "".join(",".join(row) + "\r\n" for row in rows)


def batch_file(root, text):
    path = os.path.join(root.world.folder, f"batch-{root.version}.csv")
    with open(path, "w") as f:
        os.fchmod(f.fileno(), 0o600)
        f.write(text)
    return path


def spool_that_group_mail_cannot_write(root):
    """Dovecot makes its lock beside a mailbox with group mail (mail_privileged_group)."""
    root.user("add", "ann", password=OLD)
    for mode, word, deleted in ((0o755, "cannot make locks", False), (0o2775, "", True)):
        os.chmod(root.at("/var/mail"), mode)
        found = root.user("check", status=None)
        equal((found.returncode, word in found.stdout.decode()), (3 if word else 0, True), found.stdout)
        size = os.path.getsize(root.at("/var/mail/ann"))
        root.deliver("ann@reeve.test", "keepsake")
        wait_until(lambda: os.path.getsize(root.at("/var/mail/ann")) > size, 30, "mail for ann")
        imap = imaplib.IMAP4("127.0.0.1", root.imap_port, timeout=60)
        imap.login("ann", OLD)
        try:
            imap.select()
            said = [imap.store("1:*", "+FLAGS", "\\Deleted")[0], imap.expunge()[0]]
        except imaplib.IMAP4.error as why:
            said = [str(why)]
        imap.shutdown()
        equal(b"keepsake" not in open(root.at("/var/mail/ann"), "rb").read(), deleted, f"deleted: {said}")


def batch_of_100(root):
    names = [f"user{i:02}" for i in range(50)] + [f"user{i:02}@example.org" for i in range(50)]
    random.Random(8).shuffle(names)
    path = batch_file(root, csv_of([(n, OLD, "1G" if "@" in n else "") for n in names]))
    before = root.snapshot()
    root.user("add", "--batch=" + path, "--dry-run")
    root.same(before, "what the dry run wrote")
    began = time.monotonic()
    root.user("add", "--batch=" + path)
    first = time.monotonic() - began
    for name in names:
        check(root.of("dovecot/users" if "@" in name else "passwd", name), f"{name} is not there")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for name, is_in in zip(names[:12], pool.map(lambda n: root.logs_in(n, OLD), names[:12])):
            check(is_in, f"{name} cannot log in")
    time.sleep(0.05)
    before = root.snapshot()
    began = time.monotonic()
    done = root.user("add", "--batch=" + path, "--json")
    second = time.monotonic() - began
    equal(json.loads(done.stdout)["changed"], False, "the second run: changed")
    root.same(before, "what the second run wrote")

    # One that cannot be: nothing of the others.
    for bad in (("Not A Name", OLD, ""), ("zed", OLD, "much"), ("zed", "", "", ""), ("new0", OLD, "")):
        path = batch_file(root, csv_of([("new0", OLD, ""), ("new1@example.org", OLD, ""), bad]))
        said = root.user("add", "--batch=" + path, status=None)
        check(said.returncode in (1, 2, 3), f"{bad}: exit status {said.returncode}")
        check(re.search(rb"\.csv:4:", said.stderr + said.stdout), f"{bad}: no line is named: {said.stderr}")
        check(OLD.encode() not in said.stderr + said.stdout, f"{bad}: the password is told")
        root.same(before, f"what a batch with {bad} wrote")
    return f"100 users in {first:.1f} s, again in {second * 1000:.0f} ms"


def removed_with_archive(root):
    os.makedirs(root.at("/srv/archive"))
    os.chmod(root.at("/srv/archive"), 0o700)
    for name in ("ann", "bob", VIRTUAL):
        root.user("add", name, password=OLD)
    root.deliver("ann@reeve.test", "keepsake")
    wait_until(lambda: os.path.getsize(root.at("/var/mail/ann")) > 0, 30, "mail for ann")
    for path, name in (("/home/mail-users/ann/notes", "ann"), (VIRTUAL_MAIL + "/notes", "vmail")):
        root.write(path, "notes of " + name)
    root.user("alias", "add", "sales", "ann")
    root.deliver("sales@reeve.test", "by alias")
    wait_until(lambda: b"by alias" in open(root.at("/var/mail/ann"), "rb").read(), 30, "mail for sales")

    for known in ("", "ann"):  # the alias goes, and with the undo of the undo it comes back
        undo = [os.path.join(BIN, "reeve-undo"), f"--root={root.path}"]
        run(*undo, run(*undo, "--list").stdout.decode().split()[0])
        said = run("chroot", root.path, "postalias", "-q", "sales", "hash:/etc/aliases", status=None).stdout
        equal(said.decode().strip(), known, "sales in the table of aliases after an undo")

    equal(root.user("remove", "ann", status=None).returncode, 2, "remove without a word on mail")
    check(root.of("passwd", "ann"), "ann is gone")
    root.user("remove", "ann", "--archive=/srv/archive")
    equal([root.of(f, "ann") for f in ("passwd", "shadow")], [None, None], "ann after remove")
    check(not os.path.exists(root.at("/var/mail/ann")), "ann's box is there")
    check(not os.path.exists(root.at("/home/mail-users/ann")), "ann's home is there")
    check(not root.logs_in("ann", OLD), "ann logs in after remove")
    check(root.logs_in("bob", OLD), "bob cannot log in")
    root.user("remove", VIRTUAL, "--archive=/srv/archive")
    equal(root.of("dovecot/users", VIRTUAL), None, "vera after remove")
    check(not root.logs_in(VIRTUAL, OLD), "vera logs in after remove")
    archives = sorted(os.listdir(root.at("/srv/archive")))
    equal([a.rsplit("-", 2)[0] for a in archives], ["ann", VIRTUAL], "archives")
    for name, words in zip(archives, (("keepsake", "notes of ann"), ("notes of vmail",))):
        path = root.at("/srv/archive/" + name)
        equal((oct(mode(path)), owner(path)), ("0o600", (0, 0)), name)
        with tarfile.open(path) as tar:
            text = "".join(tar.extractfile(m).read().decode() for m in tar if m.isfile())
        check(all(w in text for w in words), f"{name} lacks {words}")
    unchanged(root, "remove", "ann", "--archive=/srv/archive")


# ---- killed, at once, secret ---------------------------------------------------------------------

def whole(root, names, alias):
    """Each is there once, whole, with his password; nothing else is left."""
    for name in names:
        if "@" in name:
            check(root.of("dovecot/users", name), f"{name} is not there")
        else:
            check(root.of("passwd", name) and root.of("shadow", name)[1].startswith("$y$"),
                  f"{name}: {root.of('passwd', name)} {root.of('shadow', name)}")
            equal(oct(mode(root.at(f"/var/mail/{name}"))), "0o600", f"{name}'s box")
        root.user("verify", name, password=OLD)
    check(root.of("aliases", alias), "the alias is not there")
    said = run("chroot", root.path, "postalias", "-q", alias, "hash:/etc/aliases").stdout.decode().strip()
    equal(said, names[0], "the alias in its table")
    left = [n for n in os.listdir(root.at("/etc")) + os.listdir(root.at("/etc/dovecot"))
            if re.search(r"reeve|~$", n)]
    equal(left, [], "files left behind")


def broken_off(root, rounds, before, argv, after):
    """Kill argv at `rounds` moments of its run, each after before(); say it again, then after(). How many met it."""
    chance, cut = random.Random(8), 0
    before()
    began = time.monotonic()
    run(*argv)
    takes = time.monotonic() - began
    after()
    for i in range(rounds):
        before()
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, start_new_session=True) as process:
            time.sleep(takes * (i + chance.random()) / rounds)
            # By itself, or with the programs that it has started.
            if i % 2 == 0:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            cut += process.wait() == -signal.SIGKILL
        try:
            run(*argv)
            after()
        except Failure as why:
            raise Failure(f"killed for the {i + 1}th time: {why}") from None
    # On a busy machine the first run may be the slowest, and many moments come too late.
    check(cut > rounds / 4, f"only {cut} of {rounds} were killed")
    return f"{cut} of {rounds} killed before their end"


def killed_adding(root):
    names = ("ann", "bob", VIRTUAL)
    path = batch_file(root, csv_of([("ann", OLD, "", "sales"), ("bob", OLD, "", ""), (VIRTUAL, OLD, "1G", "")],
                                   "name,password,quota,alias"))
    argv = [os.path.join(BIN, "reeve-user"), f"--root={root.path}", "add", "--batch=" + path]

    def after():
        whole(root, names, "sales")
        unchanged(root, "add", "--batch=" + path)

    return broken_off(root, 20, root.clear, argv, after)


def killed_removing(root):
    made = run("chroot", root.path, "openssl", "passwd", "-6", OLD).stdout.decode().strip()
    argv = [os.path.join(BIN, "reeve-user"), f"--root={root.path}", "remove", "ann", "bob", VIRTUAL,
            "--archive=/srv/archive"]
    boxes = {"/var/mail/ann": "From a\n\nkeepsake\n" * 1000, "/srv/odd/ann/notes": "notes of ann",
             "/srv/odd/bob/notes": "notes of bob",
             VIRTUAL_MAIL + "/notes": "notes of vera"}

    def before():
        root.clear()
        os.makedirs(root.at("/srv/archive"), 0o700)
        for name in ("ann", "bob"):
            root.user("add", name, "--hashed", "--home=/srv/odd", password=made)
        root.user("add", VIRTUAL, "--hashed", password=made)
        for path, text in boxes.items():
            root.write(path, text)

    def after():
        equal([root.of(file, name) for file in ("passwd", "shadow") for name in ("ann", "bob")] +
              [root.of("dovecot/users", VIRTUAL)], [None] * 5, "who was removed")
        equal([path for path in boxes if os.path.exists(root.at(path))], [], "mail left behind")
        equal([n for n in os.listdir(root.at("/var/mail")) if n.startswith(".lk")], [], "locks left behind")
        kept = ""
        for name in (n for n in os.listdir(root.at("/srv/archive")) if not n.endswith(".part")):
            with tarfile.open(root.at("/srv/archive/" + name)) as tar:
                kept += "".join(tar.extractfile(m).read().decode() for m in tar if m.isfile())
        equal([path for path, text in boxes.items() if text not in kept], [], "mail that is in no archive")

    return broken_off(root, 12, before, argv, after)


def two_at_once(root):
    both = [(f"both{i}{at}", OLD, "") for i in range(4) for at in ("", "@example.org")]
    paths = []
    for who in ("one", "two"):
        rows = both + [(f"{who}{i}{at}", OLD, "") for i in range(4) for at in ("", "@example.org")]
        paths.append(batch_file(root, csv_of(rows)) + who)
        os.rename(paths[-1][:-3], paths[-1])
    running = [subprocess.Popen([os.path.join(BIN, "reeve-user"), f"--root={root.path}", "add", "--batch=" + p],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
               for p in paths]
    for process in running:
        said = process.communicate(timeout=120)[0]
        equal(process.returncode, 0, f"one of two at once: {said.decode()}")
    for who in ("both", "one", "two"):
        for i in range(4):
            check(root.of("passwd", f"{who}{i}") and root.of("shadow", f"{who}{i}"), f"{who}{i} is not there")
            check(root.of("dovecot/users", f"{who}{i}@example.org"), f"{who}{i}@example.org is not there")
    lines = root.read("/etc/dovecot/users").splitlines()
    equal(len(lines), 12, "lines in the passwd-file")
    uids = [line.split(":")[2] for line in root.read("/etc/passwd").splitlines()]
    equal(len(uids), len(set(uids)), "uids")


def secrets(root):
    """In no argument and no environment of any program that is run, no file but as a hash, no output."""
    trace, said = os.path.join(root.world.folder, "trace"), b""
    path = batch_file(root, csv_of([("bob", OLD, ""), (VIRTUAL, OLD, "")]))
    passwords = {}
    for secret in SECRETS:
        passwords[secret] = os.path.join(root.world.folder, f"secret{len(passwords)}")
        with open(passwords[secret], "w") as f:
            f.write(secret + "\n")
    for args in (("add", "--batch=" + path), ("add", "ann", "--password-file=" + passwords[OLD]),
                 ("passwd", "ann", "--password-file=" + passwords[NEW]),
                 ("passwd", VIRTUAL, "--password-file=" + passwords[NEW]),
                 ("lock", "ann", VIRTUAL), ("unlock", "ann", VIRTUAL), ("list", "--json"), ("check", "-v")):
        done = run("strace", "-f", "-v", "-s", "9999", "-e", "trace=execve", "-A", "-o", trace,
                   os.path.join(BIN, "reeve-user"), f"--root={root.path}", "-v", *args, status=None)
        check(done.returncode in (0, 3), f"{args}: {done.stderr.decode()}")
        said += done.stdout + done.stderr
    check(root.logs_in("ann", NEW) and root.logs_in(VIRTUAL, NEW), "ann and vera cannot log in")
    with open(trace) as f:
        ran = f.read()
    check("chpasswd" in ran, "chpasswd(8) was not run")
    hashes = [root.of("shadow", n)[1] for n in ("ann", "bob")] + [root.of("dovecot/users", VIRTUAL)[1][7:]]
    for secret in (OLD, NEW.split("=")[0], *hashes):
        check(secret not in ran, f"'{secret}' is an argument")
        check(secret.encode() not in said, f"'{secret}' is printed")
    for secret in (OLD, NEW):
        equal(root.holds(secret), [], f"files with '{secret}'")


# ---- both ----------------------------------------------------------------------------------------

def in_root(case, version):
    def run_case(world):
        if not roots:
            for each in ("2.3", "2.4"):
                roots[each] = user_roots.Root(world, each)
            for each in roots.values():
                each.ready()
        roots[version].clear()
        return case(roots[version])
    run_case.__name__ = f"{case.__name__}_by_{version}"
    return run_case


CASES = (system_user, virtual_user, hashes_of_dovecots_own, other_members_of_group_mail,
         spool_that_group_mail_cannot_write, batch_of_100,
         removed_with_archive, killed_adding, killed_removing, two_at_once, secrets)

if __name__ == "__main__":
    stage.main([in_root(case, version) for version in ("2.3", "2.4") for case in CASES])
