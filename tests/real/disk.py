#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where mailboxes lie: on full disks, with ACLs and attributes, beside links and FIFOs, and in a
spool that belongs to others.

A full disk is what the tools are for. Spool and journals lie on a small file system that is filled
to the last byte; the box that is to be cleaned was filled by Postfix and marked by Dovecot.
"""

import os
import re
import shutil
import socket
import stat

import letters
import stage
from pop3 import started
from stage import FIRST_UID, USERS, check, equal, run, tool

USER, OTHER = USERS[:2]
IMAGE_MB = 24
AS_USER = ("setpriv", f"--reuid={FIRST_UID}", f"--regid={FIRST_UID}", "--clear-groups",
           "--reset-env")


# ---- full disks --------------------------------------------------------------------------------

class SmallDisk:
    """A small file system over the spool, and over /var/lib as well if the journals go there."""

    def __init__(self, world, kind, with_state):
        self.world, self.top = world, os.path.join(world.folder, "disk")
        os.mkdir(self.top)
        if kind == "tmpfs":
            world.mount("-t", "tmpfs", "-o", f"size={IMAGE_MB}m", "none", self.top)
        else:
            self.image = self.top + ".img"
            run("truncate", "-s", f"{IMAGE_MB}M", self.image)
            run("mkfs.ext4", "-q", "-m", "5", self.image)
            world.mount("-o", "loop,user_xattr,acl", self.image, self.top)
        os.mkdir(self.top + "/mail")
        shutil.chown(self.top + "/mail", "root", "mail")
        os.chmod(self.top + "/mail", 0o2775)
        os.mkdir(self.top + "/lib")
        os.mkdir(self.top + "/filler", 0o777)
        os.chmod(self.top + "/filler", 0o777)
        self.over = [("/mail", "/var/mail")]
        if with_state:
            self.over.append(("/lib", "/var/lib/mailreeve"))
        os.makedirs("/var/lib/mailreeve", exist_ok=True)
        for name, over in self.over:
            world.mount("--bind", self.top + name, over)
        os.makedirs("/var/lib/mailreeve/journal", 0o700)  # as an installed system has it

    def fill(self, as_user):
        """Write until nothing more goes in, not even a byte; as a user, root's reserve stays."""
        prefix = AS_USER if as_user else ()
        for n, size in enumerate(("1M", "64k", "4k", "512", "1")):
            run(*prefix, "dd", "if=/dev/zero", f"of={self.top}/filler/{n}", f"bs={size}", status=1)

    def close(self):
        for _, over in self.over:
            self.world.unmount(over)
        self.world.unmount(self.top)
        shutil.rmtree(self.top)
        if hasattr(self, "image"):
            os.unlink(self.image)


def full(world, kind, by_user, with_state):
    postfix, dovecot = started(world, "2.3")
    disk = SmallDisk(world, kind, with_state)
    path = world.box(USER)
    try:
        postfix.deliver(USER, [letters.letter(n, 300_000) for n in range(1, 31)])
        dovecot.doveadm("flags", "add", "-u", USER, r"\Seen", "mailbox", "INBOX",
                        "2:9,11:19,21:29")
        disk.fill(by_user)
        before = letters.read(path)
        kept = b"".join(m for m in letters.split(before) if not letters.is_read(m))
        check(len(kept) < len(before) // 4, "Dovecot marked too little")
        st = os.stat(path)

        done = tool("reeve-prune", "--read", path, status=None)
        now = letters.read(path)
        equal((os.stat(path).st_ino, os.stat(path).st_mode), (st.st_ino, st.st_mode), "inode, mode")
        if done.returncode != 0:
            check(now == before, "it failed, and changed the box")
            check(done.stderr, "it failed and said nothing")
            return f"not pruned: {done.stderr.decode().strip()}"
        check(now == kept, "the box is not what it must be")
        postfix.deliver(USER, [letters.letter(31)])
        equal(letters.read(path)[:len(kept)] == kept, True, "the delivery left the box alone")
        equal(letters.ids(letters.split(letters.read(path)))[-1], "<letter.31@client.test>", "last")
        return "pruned"
    finally:
        world.clear()
        disk.close()


def full_disks():
    for kind in ("ext4", "tmpfs"):
        for by_user in (True, False):
            if kind == "tmpfs" and by_user:
                continue  # it has no reserve
            for with_state in (True, False):
                def case(world, row=(kind, by_user, with_state)):
                    return full(world, *row)
                reserve = ", root's reserve left" if by_user else ", reserve used"
                case.__name__ = (f"full {kind}{reserve if kind == 'ext4' else ''}, journals "
                                 f"{'there too' if with_state else 'elsewhere'}")
                yield case


def read_only_disk(world):
    world.clear()
    path = ready_box(world, USER)
    before = letters.read(path)
    run("mount", "-o", "remount,bind,ro", "/var/mail")
    try:
        equal(tool("reeve-prune", "--read", path, status=None).returncode, 1, "exit status")
    finally:
        run("mount", "-o", "remount,bind,rw", "/var/mail")
    check(letters.read(path) == before, "the box changed")


# ---- what else a file has ----------------------------------------------------------------------

def ready_box(world, user):
    """A box as Postfix and Dovecot leave it, made by hand: four messages, two of them read."""
    path = world.box(user)
    with open(path, "wb") as f:
        for n in range(1, 5):
            head, _, text = letters.letter(n).replace(b"\r\n", b"\n").partition(b"\n\n")
            base = b"X-IMAPbase: 1700000000 0000000004\n" if n == 1 else b""
            text = re.sub(rb"(?m)^From ", b">From ", text)
            f.write(b"From sender@client.test  Mon Nov  3 10:00:00 2025\n" + base + head +
                    b"\nX-UID: %d\nStatus: %s\n\n" % (n, b"RO" if n in (2, 3) else b"O") + text +
                    b"\n")
    shutil.chown(path, user, "mail")
    os.chmod(path, 0o660)
    return path


def acl_and_attributes(world):
    """On ext4, whatever the temporary folder is on."""
    disk = SmallDisk(world, "ext4", False)
    try:
        path = ready_box(world, USER)
        run("setfacl", "-m", f"u:{OTHER}:r,g:users:---", path)
        run("setfattr", "-n", "user.note", "-v", "keep me", path)
        run("setfattr", "-n", "user.binary", "-v", "0x00ff0a", path)
        run("setfattr", "-n", "trusted.note", "-v", "root's", path)

        def facts():
            st = os.stat(path)
            # numeric: names need no passwd file
            return (st.st_ino, st.st_mode, st.st_uid, st.st_gid, st.st_nlink,
                    run("getfacl", "-n", "-p", path).stdout,
                    run("getfattr", "-d", "-e", "hex", "-m", "-", path).stdout)

        before = facts()
        kept = [m for m in letters.split(letters.read(path)) if not letters.is_read(m)]
        tool("reeve-prune", "--read", path)
        check(letters.read(path) == b"".join(kept), "the box is not what it must be")
        equal(facts(), before, "inode, mode, owner, links, ACL and attributes")
    finally:
        world.clear()
        disk.close()


def modes_and_owners(world):
    """As Postfix makes boxes, as Debian's adduser does, and odd ones."""
    world.clear()
    for mode, group in ((0o600, "mail"), (0o660, "mail"), (0o600, USER), (0o400, "mail"),
                        (0o666, "root"), (0o640, OTHER)):
        path = ready_box(world, USER)
        shutil.chown(path, USER, group)
        os.chmod(path, mode)
        st = os.stat(path)
        done = tool("reeve-prune", "--read", path, status=None)
        now = os.stat(path)
        equal((now.st_mode, now.st_uid, now.st_gid, now.st_ino),
              (st.st_mode, st.st_uid, st.st_gid, st.st_ino), f"mode {mode:o}, group {group}")
        count = len(letters.split(letters.read(path)))
        if mode & 0o200:
            equal((done.returncode, count), (0, 2), f"mode {mode:o}: status and messages")
        else:
            # Root acts as the owner, who may not write here.
            equal((done.returncode, count), (1, 4), f"mode {mode:o}: status and messages")


# ---- not a plain file --------------------------------------------------------------------------

def links_and_devices(world):
    """Refused without a look inside, and without waiting for a writer; the rest is left alone."""
    world.clear()
    victim = ready_box(world, OTHER)
    before, path = letters.read(victim), world.box(USER)

    def listen():
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path)

    rows = (("symbolic link", lambda: os.symlink(victim, path)),
            ("dangling link", lambda: os.symlink("/var/mail/nobody", path)),
            ("hard link", lambda: os.link(victim, path)),
            ("FIFO", lambda: os.mkfifo(path)),
            ("device", lambda: os.mknod(path, stat.S_IFBLK | 0o666, os.makedev(7, 0))),
            ("terminal", lambda: os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(5, 0))),
            ("socket", listen), ("folder", lambda: os.mkdir(path)))
    for name, make in rows:
        make()
        try:
            for argv in (("reeve-prune", "--match", "ALL", path),
                         ("reeve-truncate", "--all", path)):
                done = tool(*argv, status=None, timeout=20)
                equal(done.returncode, 1, f"{argv[0]}, {name}: exit status")
                check(done.stderr.strip(), f"{argv[0]}, {name}: nothing said")
            equal(os.path.lexists(path), True, f"{name}: still there")
            check(letters.read(victim) == before, f"{name}: another's box changed")
        finally:
            os.rmdir(path) if name == "folder" else os.unlink(path)
    equal(sorted(os.listdir("/var/mail")), [OTHER], "what is in the spool")


# ---- without root ------------------------------------------------------------------------------

def as_user(world, *args, status=0):
    """A tool as an ordinary user with no groups but his own, as after login(1)."""
    return run(*AS_USER, f"{world.folder}/tools/bin/{args[0]}", *args[1:], status=status)


def ordinary_user(world):
    """He cleans his own box in root:mail 2775: the dotlock comes from liblockfile's helper."""
    world.clear()
    if not os.path.exists(f"{world.folder}/tools"):
        # Wherever it was built may be root's alone.
        shutil.copytree(os.path.dirname(stage.BIN), f"{world.folder}/tools", symlinks=True,
                        ignore=lambda folder, names: [n for n in names if n in ("obj", "deps")])
    own, others = ready_box(world, USER), ready_box(world, OTHER)
    before, theirs = letters.read(own), letters.read(others)

    # Somebody holds the dotlock, and lives; without it the user's fcntl lock would do.
    with open(own + ".lock", "w") as f:
        f.write(f"{os.getpid()}\n")
    equal(as_user(world, "reeve-prune", "--read", "--lock-timeout", "1", own,
                  status=None).returncode, 75, "exit status under a dotlock")
    check(letters.read(own) == before, "the box changed under a dotlock")
    os.unlink(own + ".lock")

    inode = os.stat(own).st_ino
    as_user(world, "reeve-prune", "--read", own)
    kept = b"".join(m for m in letters.split(before) if not letters.is_read(m))
    check(letters.read(own) == kept, "the box is not what it must be")
    equal(os.stat(own).st_ino, inode, "inode")

    as_user(world, "reeve-prune", "--match", "ALL", others, status=1)
    as_user(world, "reeve-truncate", "--all", others, status=1)
    os.chmod(others, 0o666)  # even if he could write to it, he may not lock it
    done = as_user(world, "reeve-prune", "--match", "ALL", "--lock-timeout", "1", others,
                   status=None)
    check(done.returncode in (1, 75), f"another's open box: exit status {done.returncode}")
    check(letters.read(others) == theirs, "another's box changed")
    equal(sorted(os.listdir("/var/mail")), [USER, OTHER], "what is in the spool")
    check(not os.path.exists("/var/lib/mailreeve"), "a user made root's folder of journals")
    as_user(world, "reeve-truncate", "--all", own)
    equal(os.path.getsize(own), 0, "size after reeve-truncate --all")


if __name__ == "__main__":
    stage.main([*full_disks(), read_only_disk, acl_and_attributes, modes_and_owners,
                links_and_devices, ordinary_user])
