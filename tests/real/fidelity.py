#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Boxes on which other programs that drop read mail lose, tear or rewrite what should stay.

A row is a box as a list of pieces, each to be removed by `reeve-prune --read` or kept. What is
kept must be there byte for byte, in the same file. The rows are the columns of a comparison in
which none of sixteen programs kept them all: one takes a body's "From " line for a message,
another cuts lines at NUL, a third adds a line end that was not there.
"""

import os
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
PRUNE = os.path.join(BUILD, "bin", "reeve-prune")
BASE = b"X-IMAPbase: 1700000000 0000000009 $Forwarded\n"

GONE = "gone"
KEPT = "kept"


def mail(n, status, body=b"Hello.\n", more=b"", end=b"\n"):
    """A message as Postfix delivers and Dovecot marks it."""
    head = (f"From news@shop.example  Mon Nov  3 10:0{n}:00 2025\n"
            "Return-Path: <news@shop.example>\nDelivered-To: ann@example.org\n"
            f"Message-ID: <{n}@shop.example>\nSubject: number {n}\nX-UID: {n}   \n")
    return head.encode() + more + (b"Status: %s\n" % status if status else b"") + b"\n" + body + end


def crlf(piece):
    return piece.replace(b"\n", b"\r\n")


def length(body):
    return b"Content-Length: %d\n" % len(body)


QUOTED = (b"See what I got:\n\nFrom c@x.example  Mon Nov  3 09:00:00 2025\n"
          b"Subject: quoted\nStatus: RO\n\nbuy now\n")
NO_BLANK = b"We were many.\nFrom us all, a good year.\nFrom:\nFrom \n"
NO_DATE = b"It rained.\n\nFrom now on we have umbrellas.\n\nFrom \nFrom here\n"
NULS = b"a\0b\n\0\0\n\0From x\n" + bytes(3000) + b"\nend\n"
LONG = bytes(range(128, 256)) * 47 + b"\n" + b"\xff\xfe " * 2000 + b"\n"
PSEUDO = (b"From MAILER-DAEMON Mon Nov  3 10:00:00 2025\n"
          b"Date: 03 Nov 2025 10:00:00 +0000\nFrom: Mail System Internal Data <MAILER-DAEMON@mx>\n"
          b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nMessage-ID: <1@mx>\n"
          b"X-IMAP: 1700000000 0000000009\nStatus: RO\n\n"
          b"This text is part of the internal format of your mail folder.\n\n")

# name, pieces
ROWS = [
    ("plain box", [
        (KEPT, mail(1, b"O")), (GONE, mail(2, b"RO")), (KEPT, mail(3, b"")), (GONE, mail(4, b"R")),
        (KEPT, mail(5, b"O"))]),
    ("From, no blank line before, in what stays", [
        (KEPT, mail(1, b"O", NO_BLANK)), (GONE, mail(2, b"RO")), (KEPT, mail(3, b"O", NO_BLANK))]),
    ("From, no blank line before, in what goes", [
        (KEPT, mail(1, b"O")), (GONE, mail(2, b"RO", NO_BLANK)), (KEPT, mail(3, b"O"))]),
    ("blank line, From, no date, in what stays", [
        (KEPT, mail(1, b"O", NO_DATE)), (GONE, mail(2, b"RO")), (KEPT, mail(3, b"O", NO_DATE))]),
    ("blank line, From, no date, in what goes", [
        (KEPT, mail(1, b"O")), (GONE, mail(2, b"RO", NO_DATE)), (KEPT, mail(3, b"O"))]),
    ("full From_ line in a body that has Content-Length, in what stays", [
        (KEPT, mail(1, b"O", QUOTED, length(QUOTED))), (GONE, mail(2, b"RO")),
        (KEPT, mail(3, b"O", QUOTED, length(QUOTED)))]),
    ("full From_ line in a body that has Content-Length, in what goes", [
        (KEPT, mail(1, b"O")), (GONE, mail(2, b"RO", QUOTED, length(QUOTED))),
        (KEPT, mail(3, b"O"))]),
    ("full From_ line in a body without Content-Length", [
        (KEPT, mail(1, b"O", QUOTED)), (GONE, mail(2, b"RO")), (KEPT, mail(3, b"O"))]),
    ("Content-Length too long, in what stays", [
        (KEPT, mail(1, b"O", more=b"Content-Length: 400\n")), (GONE, mail(2, b"RO")),
        (KEPT, mail(3, b"O"))]),
    ("Content-Length too long, in what goes", [
        (KEPT, mail(1, b"O")), (GONE, mail(2, b"RO", more=b"Content-Length: 90\n")),
        (KEPT, mail(3, b"O")), (GONE, mail(4, b"RO", more=b"Content-Length: 9999999\n")),
        (KEPT, mail(5, b"O"))]),
    ("Content-Length too short", [
        (KEPT, mail(1, b"O", more=b"Content-Length: 2\n")),
        (GONE, mail(2, b"RO", more=b"Content-Length: 0\n")), (KEPT, mail(3, b"O"))]),
    ("CR LF", [
        (KEPT, crlf(mail(1, b"O"))), (GONE, crlf(mail(2, b"RO"))), (KEPT, crlf(mail(3, b"O")))]),
    ("CR LF and LF by turns", [
        (KEPT, crlf(mail(1, b"O"))), (GONE, mail(2, b"RO")), (KEPT, mail(3, b"O")),
        (GONE, crlf(mail(4, b"RO"))), (KEPT, crlf(mail(5, b"O")))]),
    ("no final line end, in what stays", [
        (KEPT, mail(1, b"O")), (GONE, mail(2, b"RO")), (KEPT, mail(3, b"O", b"last", end=b""))]),
    ("no final line end, in what goes", [
        (KEPT, mail(1, b"O")), (KEPT, mail(2, b"O")), (GONE, mail(3, b"RO", b"last", end=b""))]),
    ("NUL bytes", [
        (KEPT, mail(1, b"O", NULS)), (GONE, mail(2, b"RO", NULS)), (KEPT, mail(3, b"O", NULS))]),
    ("8-bit, lines of 6 KB", [
        (KEPT, mail(1, b"O", LONG)), (GONE, mail(2, b"RO", LONG)), (KEPT, mail(3, b"O", LONG))]),
    ("pseudo message of c-client", [
        (KEPT, PSEUDO), (GONE, mail(1, b"RO")), (KEPT, mail(2, b"O"))]),
    ("first message, which has X-IMAPbase, goes", [
        (GONE, mail(1, b"RO", more=BASE)), (KEPT, mail(2, b"O")), (GONE, mail(3, b"RO")),
        (KEPT, mail(4, b""))]),
    ("Status in a body", [
        (KEPT, mail(1, b"O", b"Status: RO\n\nStatus: R\n")), (GONE, mail(2, b"RO")),
        (KEPT, mail(3, b"", b"Status: RO\n"))]),
    ("all goes", [(GONE, mail(1, b"RO", more=BASE)), (GONE, mail(2, b"RO"))]),
    ("nothing goes", [(KEPT, mail(1, b"O", more=BASE)), (KEPT, mail(2, b""))]),
]


def without_moved_base(pieces, got):
    """The one change that is right: X-IMAPbase, whole, in the header of the new first message."""
    kept = [piece for fate, piece in pieces if fate == KEPT]
    if not kept or pieces[0][0] == KEPT or BASE not in pieces[0][1]:
        return got
    head = got.partition(b"\n\n")[0] + b"\n"
    if head.count(BASE) != 1 or b"\n" + BASE not in head:
        raise AssertionError("X-IMAPbase is not in the new first message")
    return got.replace(BASE, b"", 1)


def prune(folder, *options):
    done = subprocess.run([PRUNE, f"--root={folder}", *options, "--read", "/box"], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise AssertionError(f"exit status {done.returncode}: "
                             f"{done.stdout.decode(errors='replace').strip()}")


def read(path):
    with open(path, "rb") as f:
        return f.read()


def same(got, wanted, when):
    if got != wanted:
        at = next((i for i, (a, b) in enumerate(zip(got, wanted)) if a != b),
                  min(len(got), len(wanted)))
        raise AssertionError(f"{when}: {len(got)} bytes, wanted {len(wanted)}; from byte {at}: "
                             f"{got[at:at + 60]!r}, wanted {wanted[at:at + 60]!r}")


def try_row(folder, pieces):
    box = os.path.join(folder, "box")
    before = b"".join(piece for _, piece in pieces)
    wanted = b"".join(piece for fate, piece in pieces if fate == KEPT)
    with open(box, "wb") as f:
        f.write(before)
    os.chmod(box, 0o640)
    was = os.stat(box)

    prune(folder, "--dry-run")
    same(read(box), before, "after --dry-run")
    prune(folder)
    got = read(box)
    same(without_moved_base(pieces, got), wanted, "after --read")
    now = os.stat(box)
    if (was.st_ino, was.st_mode, was.st_uid) != (now.st_ino, now.st_mode, now.st_uid):
        raise AssertionError("inode, mode or owner changed")
    prune(folder)
    same(read(box), got, "after --read again")


def main():
    failed = 0
    for name, pieces in ROWS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                try_row(folder, pieces)
            except AssertionError as trouble:
                failed += 1
                print(f"{name}: {trouble}")
    print(f"{len(ROWS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
