#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A fetcher takes part of a box that Postfix filled, Dovecot marks it, the tools clean it.

What must come out: the bytes of what is left, the UIDs and UIDVALIDITY that clients know, and
nothing lost or torn for a client that was connected meanwhile.
"""

import os
import poplib

import letters
import servers
import stage
from stage import USERS, check, equal, tool

USER = USERS[0]
VERSIONS = ("2.3", "2.4")


def started(world, version):
    """Postfix and that Dovecot, started once, and an empty spool."""
    running = {server.name: server for server in world.servers}
    postfix = running.get("Postfix") or servers.Postfix(world)
    dovecot = running.get(f"Dovecot {version}") or servers.Dovecot(world, version)
    world.clear()
    return postfix, dovecot


def five(postfix, size=3000):
    """Five letters, delivered."""
    sent = [letters.letter(n, size) for n in range(1, 6)]
    postfix.deliver(USER, sent)
    return sent


def retrieve(pop, number):
    return b"\n".join(pop.retr(number)[1]) + b"\n"


def fetch(dovecot, numbers):
    """What a fetcher that leaves mail on the server does."""
    pop = dovecot.pop3(USER)
    for number in numbers:
        check(letters.is_whole(retrieve(pop, number)), f"message {number} is not what was sent")
    pop.quit()


def pop3_view(dovecot):
    """UIDL and content of each message, in order. By TOP: RETR marks, even without QUIT."""
    pop = dovecot.pop3(USER)
    view = []
    for number in range(1, pop.stat()[0] + 1):
        text = b"\n".join(pop.top(number, 1_000_000)[1]) + b"\n"
        view.append((pop.uidl(number).split()[2], text))
    pop.quit()
    return view


def imap_view(dovecot):
    """UIDVALIDITY, and UID and Message-ID of each message."""
    imap = dovecot.imap(USER)
    imap.select("INBOX", readonly=True)
    validity = imap.response("UIDVALIDITY")[1][0]
    rows = []
    for row in imap.uid("FETCH", "1:*", "(UID BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]:
        if isinstance(row, tuple):
            uid = row[0].split(b"UID ")[1].split()[0]
            rows.append((int(uid), row[1].split(b":", 1)[1].strip().decode()))
    imap.logout()
    return validity, rows


def prune_and_compare(path, *options):
    """reeve-prune --read, and the box compared with what it must be, byte for byte."""
    before, inode = letters.read(path), os.stat(path).st_ino
    was = letters.split(before)
    equal(b"".join(was), before, "the test reads the box wrongly")
    kept = [m for m in was if not letters.is_read(m)]
    tool("reeve-prune", "--read", *options, path)
    now = letters.split(letters.read(path))
    equal(letters.ids(now), letters.ids(kept), "messages left")
    equal(os.stat(path).st_ino, inode, "inode")
    if kept and kept[0] is not was[0]:
        base = letters.base_lines(was[0])[0]
        check(base, "Dovecot wrote no X-IMAPbase; the test proves nothing")
        equal(letters.base_lines(now[0]), (base, letters.base_lines(kept[0])[1]), "first message")
        now, kept = now[1:], kept[1:]
    check(now == kept, "bytes of a kept message changed")


def three_of_five(world, version, numbers):
    postfix, dovecot = started(world, version)
    five(postfix)
    validity, uids = imap_view(dovecot)
    uidls = pop3_view(dovecot)
    fetch(dovecot, numbers)
    left = [n - 1 for n in range(1, 6) if n not in numbers]
    facts = "uid flags size.virtual size.physical date.received date.sent hdr.subject"
    rows = dovecot.fetch(USER, facts)
    equal(["\\Seen" in row[1] for row in rows], [n in numbers for n in range(1, 6)], "marks")

    prune_and_compare(world.box(USER))
    equal(pop3_view(dovecot), [uidls[n] for n in left], "what POP3 shows")
    equal(imap_view(dovecot), (validity, [uids[n] for n in left]), "what IMAP shows")
    equal(dovecot.fetch(USER, facts), [rows[n] for n in left], "what doveadm shows")

    # New mail gets a new UID, and a second look finds nothing to complain about.
    postfix.deliver(USER, [letters.letter(6)])
    equal(imap_view(dovecot)[1][-1][0], 6, "UID of a sixth message")
    equal(dovecot.complaints(), [], f"{dovecot.name}'s log")


def index_lost(world, version):
    """Without Dovecot's index, the box itself must know its UIDs."""
    postfix, dovecot = started(world, version)
    five(postfix)
    validity, uids = imap_view(dovecot)
    fetch(dovecot, (1, 2, 4))
    prune_and_compare(world.box(USER))
    stage.run("rm", "-rf", f"/home/{USER}/mail")
    equal(imap_view(dovecot), (validity, [uids[2], uids[4]]), "what IMAP shows")


def open_pop3(world, version):
    """A session that knows five messages, two of them unread, is open across the prune."""
    postfix, dovecot = started(world, version)
    five(postfix)
    fetch(dovecot, (1, 2, 4))
    unread = pop3_view(dovecot)[2::2]

    pop = dovecot.pop3(USER)
    equal(pop.stat()[0], 5, "messages before the prune")
    prune_and_compare(world.box(USER))
    seen = []
    try:
        for number in (3, 1, 5, 2, 4):
            try:
                text = retrieve(pop, number)
            except poplib.error_proto as refused:
                seen.append(f"{number} refused")
                if b"closed" in refused.args[0] or b"EOF" in str(refused).encode():
                    break
            else:
                seen.append(f"{number} given")
                check(letters.is_whole(text), f"message {number} came torn")
                name = letters.field(text, "Message-ID")
                equal(name, f"<letter.{number}@client.test>", "message")
        pop.quit()
    except (poplib.error_proto, OSError):
        seen.append("ended by the server")
        pop.close()
    after_session(world, dovecot, unread)
    return ", ".join(seen)


def after_session(world, dovecot, unread):
    """All that was unread is there once and whole, and nothing else."""
    equal(pop3_view(dovecot), unread, "what POP3 shows afterwards")
    box = letters.split(letters.read(world.box(USER)))
    equal(letters.ids(box), [letters.field(m, "Message-ID") for _, m in unread], "the box")
    check(all(letters.is_whole(m) for m in box), "a message in the box is torn")


def stalled_pop3(world, version):
    """A client stops reading in the middle of a message that is larger than all buffers."""
    postfix, dovecot = started(world, version)
    postfix.deliver(USER, [letters.letter(1), letters.letter(2, 20_000_000), letters.letter(3)])
    fetch(dovecot, (1, 2))
    path = world.box(USER)
    before = letters.read(path)

    pop = dovecot.pop3(USER)
    pop._putcmd("RETR 2")
    first = [pop.file.readline() for _ in range(10)]
    done = tool("reeve-prune", "--read", "--lock-timeout", "1", path, status=None)
    check(done.returncode in (0, 75), f"exit status {done.returncode}: {done.stderr.decode()}")
    if done.returncode == 75:
        equal(letters.read(path) == before, True, "the box is what it was")
    lines = first[1:]
    try:
        while (line := pop.file.readline()) and line != b".\r\n":
            lines.append(line)
    except OSError:
        line = b""
    if line:
        text = b"".join(l[1:] if l.startswith(b"..") else l for l in lines)
        check(letters.is_whole(text), "the message came torn")
        pop.quit()
    else:
        pop.close()
    tool("reeve-prune", "--read", path)
    equal(letters.ids(letters.split(letters.read(path))), ["<letter.3@client.test>"], "the box")
    equal([letters.is_whole(m) for _, m in pop3_view(dovecot)], [True], "what POP3 shows")
    return f"the prune {'waited in vain' if done.returncode else 'went through'}, " \
           f"the client {'got all' if line else 'was cut off'}"


def idle_imap(world, version):
    """IMAP IDLE across the prune, then a flag."""
    postfix, dovecot = started(world, version)
    five(postfix)
    validity, uids = imap_view(dovecot)
    fetch(dovecot, (1, 2, 4))

    imap = dovecot.imap(USER)
    imap.select("INBOX")
    imap.send(b"x1 IDLE\r\n")
    check(imap.readline().startswith(b"+"), "no IDLE")
    prune_and_compare(world.box(USER))
    imap.sock.settimeout(60)
    told = 0
    while told < 3:
        told += b"EXPUNGE" in imap.readline()
    imap.send(b"DONE\r\n")
    while not imap.readline().startswith(b"x1 OK"):
        pass
    equal(imap.uid("STORE", "5", "+FLAGS", r"(\Flagged)")[0], "OK", "STORE")
    imap.logout()
    flag_is_on_five(world, dovecot, validity, uids)


def stale_imap(world, version):
    """
    An IMAP session that was told nothing sets flags after the prune. Dovecot may forget this
    first flag: so it does (2.3 and 2.4) if the file has changed at all, be it by a delivery.
    """
    postfix, dovecot = started(world, version)
    five(postfix)
    validity, uids = imap_view(dovecot)
    fetch(dovecot, (1, 2, 4))

    imap = dovecot.imap(USER)
    imap.select("INBOX")
    prune_and_compare(world.box(USER))
    first = imap.uid("STORE", "4,5", "+FLAGS", r"(\Flagged)")
    imap.noop()
    imap.uid("STORE", "4,5", "+FLAGS", r"(\Flagged)")
    imap.logout()
    flag_is_on_five(world, dovecot, validity, uids)
    return f"the first answer was {first[1]}"


def flag_is_on_five(world, dovecot, validity, uids):
    equal(imap_view(dovecot), (validity, [uids[2], uids[4]]), "what IMAP shows")
    box = letters.split(letters.read(world.box(USER)))
    equal([letters.field(m, "X-Status") for m in box], [None, "F"], "X-Status in the box")
    check(all(letters.is_whole(m) for m in box), "a message in the box is torn")


def truncated(world, version):
    """reeve-truncate: refuses unread mail, drops the oldest, the read ones first, empties."""
    postfix, dovecot = started(world, version)
    path = world.box(USER)
    five(postfix, 10_000)
    validity, uids = imap_view(dovecot)
    fetch(dovecot, (2, 4))

    before = letters.read(path)
    equal(tool("reeve-truncate", path, status=None).returncode, 1, "exit status with unread mail")
    check(letters.read(path) == before, "it refused, and changed the box")

    size = len(before) * 7 // 10
    tool("reeve-truncate", "--max-size", str(size), "--read-first", path)
    equal(imap_view(dovecot), (validity, [uids[n] for n in (0, 2, 4)]), "read ones dropped first")
    check(os.path.getsize(path) <= size, "the box is still too large")
    tool("reeve-truncate", "--max-size", "20K", path)
    equal(dovecot.fetch(USER, "uid"), [["5"]], "the oldest dropped")
    tool("reeve-truncate", "--all", path)
    equal(os.path.getsize(path), 0, "size")
    equal(dovecot.fetch(USER, "uid"), [], "what doveadm shows")
    postfix.deliver(USER, [letters.letter(6)])
    equal(len(dovecot.fetch(USER, "uid")), 1, "messages after a delivery")


def new_mail(world, version):
    """atime below mtime says "you have new mail" to shells and to mutt."""
    postfix, dovecot = started(world, version)
    path = world.box(USER)
    for is_new in (True, False):
        world.clear()
        five(postfix)
        fetch(dovecot, (1, 2))
        os.utime(path, (1_700_000_000, 1_700_000_000 + (100 if is_new else -100)))
        began = os.stat(path).st_ctime
        tool("reeve-prune", "--read", path)
        st = os.stat(path)
        equal(len(letters.split(letters.read(path))), 3, "messages")
        check(st.st_mtime >= began, "mtime is not now")
        equal(st.st_atime < st.st_mtime, is_new, "new mail")
        os.utime(path, (1_700_000_000, 1_700_000_000 + 100))
        fetch(dovecot, (1, 2, 3))
        os.utime(path, (1_700_000_000, 1_700_000_000 + 100))
        tool("reeve-prune", "--read", path)
        st = os.stat(path)
        equal((st.st_size, st.st_atime < st.st_mtime), (0, False), "size and new mail, all read")


def cases():
    rows = (("three of five, the first among them", three_of_five, (1, 2, 4)),
            ("three of five, the first left", three_of_five, (2, 3, 5)),
            ("index lost", index_lost), ("POP3 session open", open_pop3),
            ("POP3 client stalled", stalled_pop3), ("IMAP session in IDLE", idle_imap),
            ("IMAP session not told", stale_imap), ("truncate", truncated), ("new mail", new_mail))
    for version in VERSIONS:
        for name, test, *more in rows:
            def case(world, test=test, version=version, more=more):
                return test(world, version, *more)
            case.__name__ = f"{version}: {name}"
            yield case


if __name__ == "__main__":
    stage.main(list(cases()))
