#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scanner against real Dovecots: are these the same messages?

    BUILD=build tests/real/corpus.py [NAME...]

Every sample of ../shared/mbox/corpus, the mailboxes of tricky.py, and 300 more made at random are
read by Dovecot 2.3, by Dovecot 2.4 and by us (list.c); number, flags, UIDs, sizes and dates of the
messages must agree. All but the random ones are read in a second time zone, too. Where they do not
agree and should not, DIFFERENT names the mailbox, and docs/deviations.md says why.
"""

import glob
import os
import subprocess
import sys
import tempfile
import zlib

import tricky
from oracle import ORACLES, VERSIONS, Message, Oracle, Refused

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIST = os.path.join(
    os.path.abspath(os.environ.get('BUILD', os.path.join(TOP, 'build'))), 'tests/list'
)
CORPUS = os.path.join(os.path.dirname(TOP), 'shared/mbox/corpus')
ZONES = ('UTC', 'Asia/Kolkata')
RANDOM = int(os.environ.get('REEVE_RANDOM_BOXES', '300'))
SEED = int(os.environ.get('REEVE_RANDOM_SEED', '1'))

LETTERS = {'R': 'Seen', 'A': 'Answered', 'F': 'Flagged', 'T': 'Draft', 'D': 'Deleted'}
HIDDEN = (
    b'content-length',
    b'status',
    b'x-imap',
    b'x-imapbase',
    b'x-keywords',
    b'x-status',
    b'x-uid',
)

# Where we read a mailbox otherwise than both Dovecots, on purpose.
DIFFERENT = {
    'base_no_uid_left': 'Dovecot counts UIDs from 1 again',
    'header_huge': 'Dovecot looks for Date in the first 10 MB',
    'length_at_buffer': 'Dovecot does not believe the length',
    'length_huge_3': 'Dovecot seeks where no file reaches',
    'length_huge_4': 'Dovecot seeks where no file reaches',
    'length_to_first': 'Dovecot seeks where no file reaches',
    'no_header_crlf_last': 'Dovecot finds no end of the header',
}


def physical(box, start, end):
    """Dovecot's size.physical: its own fields left out, bare line ends in the header."""
    if end > start and box[end - 1 : end] == b'\n':
        end -= 1
        if end > start and box[end - 1 : end] == b'\r':
            end -= 1
    text, size, shown, is_first = box[start:end], 0, True, True
    while text:
        line, eol, text = text.partition(b'\n')
        if line in (b'', b'\r') and eol:
            return size + 1 + len(text)
        if is_first or line[:1] not in (b' ', b'\t'):
            name, colon, _ = line.partition(b':')
            name = name.rstrip(b' \t').split(b'\0')[0].lower()
            shown = not (colon and name in HIDDEN)
        is_first = False
        if shown:
            size += len(line) - (bool(eol) and line.endswith(b'\r')) + len(eol)
    return size


def ours(boxes, zone):
    """What list.c prints, in Dovecot's terms."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, content in boxes.items():
            with open(os.path.join(folder, name), 'wb') as file:
                file.write(content)
        printed = subprocess.run(
            [LIST, *sorted(boxes)],
            cwd=folder,
            stdout=subprocess.PIPE,
            check=True,
            text=True,
            env={**os.environ, 'TZ': zone},
        ).stdout
    rows = {name: [] for name in boxes}
    for line in printed.splitlines():
        name, *rest = line.split('\t')
        rows[name].append(rest)
    for name, messages in rows.items():
        box = boxes[name]
        if messages and messages[-1][0] == 'error':
            found[name] = Refused(messages[-1][1])
            continue
        spans = [(int(row[5]), int(row[6])) for row in messages]
        if spans and (
            spans[0][0] != 0
            or sum(length for _, length in spans) != len(box)
            or any(a + b != c for (a, b), (c, _) in zip(spans, spans[1:]))
        ):
            found[name] = Refused('messages do not tile the mailbox')
            continue
        messages = [row for row in messages if row[4] == '0']
        last_old = max([i for i, row in enumerate(messages) if 'O' in row[2]], default=-1)
        found[name] = []
        for i, row in enumerate(messages):
            flags = {LETTERS[letter] for letter in row[2] if letter in LETTERS}
            # Dovecot: nothing before a message with "Status: O" is recent.
            if i > last_old:
                flags.add('Recent')
            found[name].append(
                Message(
                    int(row[1]),
                    frozenset(flags),
                    int(row[14]),
                    physical(box, int(row[7]), int(row[5]) + int(row[6])),
                    int(row[11]),
                    int(row[12]),
                )
            )
    return found


def differs(we, they):
    """What is not the same, in words, or None."""
    if isinstance(we, Refused) or isinstance(they, Refused):
        if isinstance(we, Refused) and isinstance(they, Refused) and not they.startswith('died'):
            return None
        return 'we: %s\n    they: %s' % tuple(
            x if isinstance(x, Refused) else '%d messages' % len(x) for x in (we, they)
        )
    if len(we) != len(they):
        return 'we see %d messages, they %d' % (len(we), len(they))
    for i, (mine, its) in enumerate(zip(we, they)):
        fields = [
            '%s %s, they %s' % (field, a, b)
            for field, a, b in zip(Message._fields, mine, its)
            if b not in (a, None)
        ]
        if fields:
            return 'message %d: %s' % (i + 1, ', '.join(fields))
    return None


def has_failed(they):
    """Whether Dovecot fails over a mailbox, instead of saying that it is none."""
    return isinstance(they, Refused) and "isn't a valid mbox file" not in they


def all_boxes():
    boxes = tricky.by_hand()
    for number in range(SEED, SEED + RANDOM):
        boxes['random_%d' % number] = tricky.at_random(number)
    skipped = 0
    samples = [path for path in sorted(glob.glob(CORPUS + '/*/*')) if os.path.isfile(path)]
    if not samples:
        print('no samples in ../shared/mbox/corpus')
        skipped = 1
    for path in samples:
        name = os.path.relpath(path, CORPUS)
        name = ''.join(c if c.isalnum() else '_' for c in name) + '_%08x' % zlib.crc32(
            name.encode()
        )
        with open(path, 'rb') as file:
            boxes[name] = file.read()
    return boxes, skipped


def main(wanted):
    passed = failed = 0
    boxes, skipped = all_boxes()
    if wanted:
        boxes = {name: box for name, box in boxes.items() if name in wanted}
    for zone in ZONES:
        if zone != ZONES[0]:
            boxes = {name: box for name, box in boxes.items() if not name.startswith('random_')}
        mine = ours(boxes, zone)
        for version in VERSIONS:
            oracle = Oracle(version, zone)
            if not oracle.is_there():
                print('no Dovecot %s in %s (tests/real/setup makes it)' % (version, ORACLES))
                skipped += 1
                continue
            theirs = oracle.read(boxes)
            for name in sorted(boxes):
                found = differs(mine[name], theirs[name])
                if name.startswith('random_') and has_failed(theirs[name]):
                    found = None
                if (found is None) == (name not in DIFFERENT):
                    passed += 1
                    continue
                failed += 1
                print(
                    'not ok %s, Dovecot %s, %s: %s'
                    % (name, version, zone, found or 'should differ, and does not')
                )
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
