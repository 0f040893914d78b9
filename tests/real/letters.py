# SPDX-License-Identifier: MIT
"""Letters for the tests to send, and the mailboxes that hold them."""

import base64
import hashlib
import random
import re

# Lines that have split, cut or doubled mailboxes in other programs.
AWKWARD = ("From now on this is a body line.", "", "From here@client.test Mon Nov  3 10:00:00 2025",
           ".", "..two dots", ">From the quoted", "gr\u00fc\u00dfe", "trailing blanks  ", "-- ", "")


def letter(number, size=1000, tag="letter"):
    """A message of about `size` bytes, as it goes over the wire. Same arguments, same bytes."""
    dice = random.Random(f"{tag} {number}")
    body = bytearray("\r\n".join(AWKWARD).encode() + b"\r\n")
    for block in range(max(0, size - 700) // 7000 + 1):
        if block % 10 == 0:
            noise = base64.encodebytes(dice.randbytes(min(size, 7000) * 3 // 4))
            noise = noise.replace(b"\n", b"\r\n")
        body += b"block %d\r\n" % block + noise
    body += f"end of {tag} {number}\r\n".encode()
    head = (f"From: Sender <sender@client.test>\r\nTo: you@localhost\r\nSubject: {tag} {number}\r\n"
            f"Date: Mon, 3 Nov 2025 10:00:00 +0100\r\nMessage-ID: <{tag}.{number}@client.test>\r\n"
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: 8bit\r\n"
            f"X-Body: {digest(body)}\r\n\r\n")
    return head.encode() + bytes(body)


def digest(body):
    """Of a body, whichever line ends it has, and whether or not local(8) quoted its From lines."""
    plain = re.sub(rb"(?m)^>+From ", b"From ", body.replace(b"\r\n", b"\n"))
    return hashlib.sha256(plain.rstrip(b"\n")).hexdigest()[:32]


def split(box):
    """The messages of a box that Postfix wrote: it quotes every From_ line inside one."""
    starts = [0] if box.startswith(b"From ") else []
    at = box.find(b"\n\nFrom ")
    while at >= 0:
        starts.append(at + 2)
        at = box.find(b"\n\nFrom ", at + 2)
    return [box[a:b] for a, b in zip(starts, starts[1:] + [len(box)])]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def field(message, name):
    """A header field's value, or None."""
    head = message.partition(b"\n\n")[0].replace(b"\r", b"")
    m = re.search(rb"(?im)^" + name.encode() + rb":[ \t]*(.*)$", head)
    return m and m.group(1).decode(errors="replace").strip()


def is_read(message):
    return "R" in (field(message, "Status") or "")


def body(message):
    """What follows the header, without the empty line that ends a message in a box."""
    text = message.replace(b"\r\n", b"\n")
    return text.partition(b"\n\n")[2]


def is_whole(message):
    return digest(body(message)) == field(message, "X-Body")


def ids(messages):
    return [field(m, "Message-ID") for m in messages]


def base_lines(message):
    """The X-IMAPbase or X-IMAP lines of a message with their line ends, and the message without."""
    head, empty, rest = message.partition(b"\n\n")
    lines = re.findall(rb"(?im)^X-IMAP(?:base)?:.*\n", head + b"\n")
    return b"".join(lines), re.sub(rb"(?im)^X-IMAP(?:base)?:.*\n", b"", head + b"\n") + b"\n" + rest
