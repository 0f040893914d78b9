# SPDX-License-Identifier: MIT
"""Boxes of mkbox, and what must be left of one after a prune.

Right answers come from the list that mkbox writes beside the box, so none of our own code has a
say in them: `box.expect(lambda m: not m.is_read)` is the kept messages' bytes, with the one
exception that reeve-prune(1) allows, the X-IMAPbase header moved into the new first message.
"""

import os
import re
import subprocess

BLOCK = 1 << 20
IMAPBASE = re.compile(rb"^X-IMAPbase:[^\n]*\n", re.MULTILINE)


class Message:
    def __init__(self, seq, offset, length, letters):
        self.seq = seq
        self.offset = offset
        self.length = length
        self.is_read = "R" in letters
        self.is_flagged = "F" in letters


class Box:
    """A generated mailbox, made once and kept under `folder`."""

    def __init__(self, mkbox, folder, kind, size, *options):
        os.makedirs(folder, exist_ok=True)
        self.path = os.path.join(folder, "-".join((kind, size) + options))
        self.kind = kind
        self.size_name = size
        index = self.path + ".index"
        made_with = os.stat(mkbox).st_mtime
        if not os.path.exists(index) or os.stat(index).st_mtime < made_with:
            with open(self.path + ".new", "wb") as out:
                subprocess.run([mkbox, kind, size, *options, "--index", index + ".new"],
                               stdout=out, check=True)
                os.fsync(out.fileno())
            os.rename(self.path + ".new", self.path)
            os.rename(index + ".new", index)
        with open(index, encoding="ascii") as lines:
            self.messages = [Message(seq, int(offset), int(length), letters)
                             for seq, (offset, length, letters)
                             in enumerate(map(str.split, lines), 1)]
        self.size = os.path.getsize(self.path)

    def kept_size(self, keep):
        return sum(m.length for m in self.messages if keep(m))

    def difference(self, pruned, keep):
        """None if the file `pruned` holds what must be kept, else what is wrong, in words."""
        kept = [m for m in self.messages if keep(m)]
        with open(self.path, "rb") as box, open(pruned, "rb") as result:
            if kept and kept[0].seq != 1:
                wrong = self._difference_in_first(box, result, kept.pop(0))
                if wrong:
                    return wrong
            for offset, length in joined(kept):
                box.seek(offset)
                while length > 0:
                    want = box.read(min(length, BLOCK))
                    at = result.tell()
                    if result.read(len(want)) != want:
                        return f"differs within {len(want)} bytes from offset {at}"
                    length -= len(want)
            at = result.tell()
            left = result.seek(0, os.SEEK_END) - at
            return f"{left} bytes too many at the end" if left else None

    def _difference_in_first(self, box, result, first):
        """The new first message holds the line that the old one had, whole, and else its own."""
        base = IMAPBASE.search(box.read(BLOCK))
        box.seek(first.offset)
        want = box.read(first.length)
        if base is None:
            got = result.read(first.length)
        else:
            got = result.read(first.length + len(base.group()))
            head = got.partition(b"\n\n")[0] + b"\n"
            moved = IMAPBASE.findall(head)
            if moved != [base.group()]:
                return f"X-IMAPbase of the first message is {moved}, not {base.group()}"
            got = got.replace(base.group(), b"", 1)
        return None if got == want else f"message {first.seq}, now the first, differs"


def joined(messages):
    """Neighbours as one span, so that a box of a million messages is compared in big reads."""
    offset = length = 0
    for m in messages:
        if length and offset + length != m.offset:
            yield offset, length
            length = 0
        if not length:
            offset = m.offset
        length += m.length
    if length:
        yield offset, length
