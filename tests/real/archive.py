#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Archives as real Dovecots read them: the same messages that were in the box.

    BUILD=build tests/real/archive.py [NAME...]

The mailboxes of corpus.py are pruned twice with --archive: of all messages into an archive that is
new, and of every other one into one in which a message is already. Dovecot 2.3, Dovecot 2.4 and we
must see there the flags, dates and sizes that the messages had in the box, in their order; and
what is left of the box and what went must be all that there was.
"""

import collections
import os
import subprocess
import sys
import tempfile

import corpus
from oracle import ORACLES, VERSIONS, Oracle, Refused

PRUNE = os.path.join(os.path.dirname(corpus.LIST), '..', 'bin', 'reeve-prune')
OLD = (b'From old@mill.example  Thu Nov  1 10:00:00 2001\nReceived: by mill\nStatus: RO\n'
       b'Date: Thu, 1 Nov 2001 10:00:00 +0000\n\nold\n')
RANDOM = int(os.environ.get('REEVE_RANDOM_BOXES', '150'))


def prune(name, box, selection, old):
    """What is left of the box, and the archive; None if the box is none."""
    with tempfile.TemporaryDirectory() as folder:
        for file, content in (('box', box), ('old', old)):
            if content is not None:
                with open(os.path.join(folder, file), 'wb') as f:
                    f.write(content)
        done = subprocess.run(
            [PRUNE, f'--root={folder}', '--match', selection, '--archive', 'old', '-q', 'box'],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )
        if b'is not an mbox' in done.stdout:
            return None
        if done.returncode != 0:
            raise RuntimeError(f'{name}: {done.stdout.decode(errors="replace")}')
        left = [b'', b'']
        for i, file in enumerate(('box', 'old')):
            if os.path.exists(os.path.join(folder, file)):
                with open(os.path.join(folder, file), 'rb') as f:
                    left[i] = f.read()
        return left


def facts(messages):
    """Without UIDs, which are another mailbox's; Recent is about the messages behind, too."""
    return [(tuple(sorted(m.flags - {'Recent'})), m.received, m.sent, m.size_virtual)
            for m in messages]


def differ(was, now):
    """Whether facts differ by more than the line ends that a message got at its end."""
    if was[:3] != now[:3] and None not in was + now:
        return True
    if was[0] != now[0]:
        return True
    return None not in (was[3], now[3]) and not 0 <= now[3] - was[3] <= 4


def compare_all(box, archive):
    was, now = facts(box), facts(archive)
    if len(was) != len(now):
        return f'{len(was)} messages, archived {len(now)}'
    for i, (a, b) in enumerate(zip(was, now), 1):
        if differ(a, b):
            return f'message {i}: {a}, archived {b}'
    return None


def compare_half(box, left, archive):
    """By flags and dates alone, since it is not said which of them were held back."""
    if any(m.received is None for m in box + left + archive):
        return None  # Dovecot loses its way in it
    parts = [collections.Counter(f[:3] for f in facts(m)) for m in (box, left, archive[1:])]
    if not archive:
        parts[2] = collections.Counter()
    if parts[0] != parts[1] + parts[2]:
        return (f'{len(box)} messages, left {len(left)}, archived {len(archive) - 1}; '
                f'{parts[0] - parts[1] - parts[2]} missing, '
                f'{parts[1] + parts[2] - parts[0]} too many')
    return None


def read_all(reader, boxes, whole, half):
    """Each kind of mailbox under names of its own, read at once."""
    asked = {}
    for name in boxes:
        asked[name] = boxes[name]
        asked[name + '_a'] = whole[name][1]
        asked[name + '_l'] = half[name][0]
        asked[name + '_h'] = half[name][1]
    return reader(asked)


def judge(found, name):
    box, archive, left, mixed = (found[name + s] for s in ('', '_a', '_l', '_h'))
    for what in (box, archive, left, mixed):
        if isinstance(what, Refused):
            return f'not read: {what}'
    return compare_all(box, archive) or compare_half(box, left, mixed)


def main(wanted):
    passed = failed = 0
    corpus.RANDOM = RANDOM
    boxes, skipped = corpus.all_boxes()
    boxes = {name: box for name, box in boxes.items() if not wanted or name in wanted}
    whole, half = {}, {}
    for name in sorted(boxes):
        # The first stays: which one is the first changes what Dovecot believes of its header.
        numbers = ','.join(str(n) for n in range(2, 4000, 2))
        whole[name] = prune(name, boxes[name], 'ALL', None)
        half[name] = prune(name, boxes[name], numbers, OLD) if whole[name] else None
        if half[name] is None:
            del boxes[name]

    readers = [('we', lambda asked: corpus.ours(asked, 'UTC'))]
    for version in VERSIONS:
        oracle = Oracle(version)
        if oracle.is_there():
            readers.append((f'Dovecot {version}', oracle.read))
        else:
            print(f'no Dovecot {version} in {ORACLES} (tests/real/setup makes it)')
            skipped += 1
    for who, reader in readers:
        found = read_all(reader, boxes, whole, half)
        for name in sorted(boxes):
            if who != 'we' and (name in corpus.DIFFERENT or corpus.has_failed(found[name])):
                continue
            wrong = judge(found, name)
            passed += wrong is None
            if wrong is not None:
                failed += 1
                print(f'not ok {name}, {who}: {wrong}')
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
