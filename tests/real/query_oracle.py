#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The query against real Dovecots: does it choose what `doveadm search` chooses? Texts: text_oracle.py.

    BUILD=build tests/real/query_oracle.py [WORD...]

One mailbox with messages of many kinds; each query is put to doveadm 2.3, to doveadm 2.4 and to us
(query_list.c), dates in three time zones. Where we differ and mean to (docs/deviations.md), the
rows below say how, and that doveadm does what is said of it there is tested as well.

With WORDs, only queries that hold one of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate

from oracle import CONFIG, ORACLES, VERSIONS, Oracle, words

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIST = os.path.join(os.path.abspath(os.environ.get('BUILD', os.path.join(TOP, 'build'))),
                    'tests/query_list')
ZONES = ('UTC', 'Asia/Kolkata', 'America/New_York')
DAY, HOUR = 86400, 3600
NOW = int(time.time())
NOV_3 = 1762128000  # 2025-11-03 00:00:00 UTC

# ---- the mailbox --------------------------------------------------------------------------------


def message(received, sent=None, flags='', size=200, uid=0, first=''):
    """`sent` is a time, a Date: field as text, or None for no field; `size` is the virtual one."""
    status = ''.join(c for c in flags if c in 'RO')
    x_status = ''.join(c for c in flags if c in 'AFTD')
    if isinstance(sent, int):
        sent = formatdate(sent)
    shown = 'Message-ID: <%d.%s@example.org>\n' % (received, uid)
    if sent is not None:
        shown += 'Date: %s\n' % sent
    hidden = first
    hidden += 'Status: %s\n' % status if status else ''
    hidden += 'X-Status: %s\n' % x_status if x_status else ''
    hidden += 'X-UID: %d\n' % uid if uid else ''
    left = size - len(shown) - shown.count('\n') - 2
    assert left == 0 or left > 2
    body = ''
    while left > 1002:
        body += 'x' * 98 + '\n'
        left -= 100
    if left:
        body += 'y' * (left - 2) + '\n'
    return 'From ann@example.org %s\n%s%s\n%s\n' % (
        time.strftime('%a %b %e %H:%M:%S %Y', time.gmtime(received)), hidden, shown, body)


def mailbox():
    box = [
        message(NOW - 400 * DAY, NOW - 401 * DAY, 'O', uid=11, first='X-IMAPbase: 1700000000 600\n'),
        message(NOW - 91 * DAY, NOW - 90 * DAY - HOUR, 'RO', uid=12),
        message(NOW - 90 * DAY - HOUR, NOW - 90 * DAY + HOUR, 'RO', uid=13),
        message(NOW - 90 * DAY + HOUR, NOW - 89 * DAY, 'ROF', uid=14),
        message(NOW - 40 * DAY, None, 'RO', uid=20),
        message(NOW - 15 * DAY, '', 'ROA', uid=21),
        message(NOW - 14 * DAY - HOUR, 'yesterday', 'O', uid=22),
        message(NOW - 14 * DAY + HOUR, 'Mon, 31 Feb 2020 10:00:00 +0000', 'OAFTD', uid=23),
    ]
    # Flags, one by one and together.
    for flags in ('O', 'RO', 'OA', 'OF', 'OT', 'OD', 'ROAFTD', 'ROAD', 'OFT'):
        box.append(message(NOW - 200 * DAY, NOW - 200 * DAY, flags, uid=30 + len(box)))
    # Sizes at the edges of units.
    for size in (1000, 1001, 1023, 1024, 1025, 2047, 2048, 2049, 10240, 1048575, 1048576, 1048577):
        box.append(message(NOW - 300 * DAY, NOW - 300 * DAY, 'RO', size, uid=30 + len(box)))
    # Around midnights; what the sender's clock said is another day.
    for seconds in (-2 * DAY, -DAY, -8 * HOUR, -1, 0, 1, 8 * HOUR, DAY - 1, DAY, 2 * DAY):
        for zone in ('+0000', '-0800', '+1100'):
            at = NOV_3 + seconds
            offset = (int(zone) // 100) * HOUR
            sent = time.strftime('%a, %e %b %Y %H:%M:%S ', time.gmtime(at + offset)) + zone
            box.append(message(at, sent, 'RO', uid=100 + len(box)))
    # Without X-UID: 600 and up. Not marked old, and none after them is: recent.
    for flags in ('', 'R', 'F', 'RD'):
        box.append(message(NOW - 2 * DAY, NOW - 2 * DAY, flags))
    return ''.join(box).encode('ascii')


# ---- the queries --------------------------------------------------------------------------------

# The same to all three.
SAME = '''
ALL
NOT ALL
all
SEEN
UNSEEN
ANSWERED
UNANSWERED
FLAGGED
UNFLAGGED
DELETED
UNDELETED
DRAFT
UNDRAFT
OLD
RECENT
NEW
NOT NEW
OLD SEEN
seen
Seen
NOT SEEN
NOT UNSEEN
NOT NOT SEEN
NOT NOT NOT SEEN
SEEN FLAGGED
SEEN NOT FLAGGED
SEEN ANSWERED DELETED
SEEN OR FLAGGED
SEEN or FLAGGED
ANSWERED OR DRAFT OR DELETED
NOT SEEN OR FLAGGED
SEEN OR NOT FLAGGED
( SEEN )
((SEEN))
(SEEN OR FLAGGED) DELETED
DELETED (SEEN OR FLAGGED)
SEEN (ANSWERED OR (DRAFT FLAGGED))
NOT (SEEN OR FLAGGED)
NOT (SEEN FLAGGED)
NOT (NOT SEEN)
(SEEN FLAGGED) OR (UNSEEN DRAFT)
"SEEN" "FLAGGED"
1
1,3
2:5
5:2
7,2:3,5
1:3,2:6
3,3,3
*
*:*
5:*
*:5
2,*
1:*
1:4294967295
10:4294967294
NOT 1:5
NOT 5:*
NOT *
1:5 SEEN
1:5 OR 9
1000
1000:1001
1000:*
NOT 1000:*
UID 11
UID 11:14
UID 14:11
UID 12,20:22
UID 15:19
UID 1:*
UID 600:*
UID 600:602
uid 11
UID 1000
NOT UID 11:30
UID 11:30 SEEN
UID 11:14 OR UID 20
1:3 UID 12:20
LARGER 1000
LARGER 1001
SMALLER 1001
SMALLER 1000
LARGER 1k
LARGER 1K
LARGER 1ki
LARGER 1kb
LARGER 1KiB
LARGER 1kB
larger 1024
LARGER 1024b
LARGER 1024B
SMALLER 1k
SMALLER 2k
LARGER 2k
LARGER "2 k"
LARGER "2 kb"
LARGER 1M
SMALLER 1M
LARGER 1m
LARGER 1MB
LARGER 1MiB
LARGER 1G
LARGER 1T
SMALLER 1T
LARGER 0
SMALLER 0
LARGER 18446744073709551615
SMALLER 18446744073709551615
LARGER 1k SMALLER 2k
LARGER 10k OR SMALLER 1k
NOT LARGER 1k
BEFORE 90d
BEFORE 90days
BEFORE "90 days"
BEFORE 90day
BEFORE 90D
BEFORE 2160h
BEFORE 2160hours
BEFORE 129600m
BEFORE 129600mins
BEFORE 129600minutes
BEFORE 7776000s
BEFORE 7776000secs
BEFORE 7776000seconds
BEFORE 2w
BEFORE 2weeks
BEFORE 2week
BEFORE 2wee
SINCE 2weeks
SINCE 90d
ON 90d
ON 91d
ON 2weeks
NOT BEFORE 90d
BEFORE 0d
SINCE 0s
BEFORE 4294967295s
SENTBEFORE 90d
SENTSINCE 90d
SENTON 90d
SENTBEFORE 2weeks
SENTSINCE 2weeks
NOT SENTBEFORE 90d
SENTBEFORE 4294967295s
BEFORE 90d SENTBEFORE 90d
BEFORE 90d SEEN LARGER 1000
(BEFORE 90d OR LARGER 1M) SEEN
BEFORE 90d BEFORE 300d
SINCE 90d OR SINCE 14d
ON 90d OR ON 91d
SINCE 1762128000
SINCE 1762128001
BEFORE 1762128000
ON 1762128000
SENTBEFORE 1762128000
SENTSINCE 1762128000
SENTON 1762128000
SENTON 1762128001
SINCE 900000000
'''

# Dates of days, in each zone.
DAYS = '''
BEFORE 3-Nov-2025
BEFORE 03-Nov-2025
BEFORE 03-nov-2025
BEFORE " 3-Nov-2025"
ON 03-Nov-2025
SINCE 03-Nov-2025
SINCE 04-Nov-2025
ON 02-Nov-2025
ON 04-Nov-2025
NOT ON 03-Nov-2025
SENTBEFORE 03-Nov-2025
SENTON 03-Nov-2025
SENTSINCE 03-Nov-2025
SENTON 02-Nov-2025
SENTON 04-Nov-2025
SENTSINCE 1-Jan-1970
SENTBEFORE 1-Jan-1970
SENTBEFORE 2-Jan-1970
BEFORE 31-Dec-9999
SINCE 01-Jan-0001
ON 1762128000
SENTON 1762128000
BEFORE 90d
'''

# The days of DAYS in ISO's words. In UTC, doveadm 2.3 agrees; elsewhere it begins the day at
# another hour, and 2.4 at midnight UTC everywhere, even that of a sender's day.
ISO_DAYS = '''
BEFORE 2025-11-03
ON 2025-11-03
SINCE 2025-11-03
SENTBEFORE 2025-11-03
SENTON 2025-11-03
SENTSINCE 2025-11-03
'''

# All three refuse.
WRONG = '''
SEEEN
!SEEN
AND
"("
""
(SEEN
SEEN)
()
SEEN ()
NOT
NOT NOT
OR
SEEN OR
SEEN OR FLAGGED DRAFT
(SEEN OR FLAGGED DRAFT)
BEFORE
LARGER
UID
BEFORE SEEN
BEFORE tomorrow
BEFORE 30x
BEFORE 30dayss
BEFORE 5000000000s
BEFORE 8000w
BEFORE 3-Nov-25
BEFORE 03-Jam-2025
BEFORE 03/11/2025
BEFORE 2025-1-1
BEFORE 20251103T000000
BEFORE ""
LARGER x
LARGER ""
LARGER 1x
LARGER 1kk
LARGER 1bb
LARGER 1ik
LARGER 1k1
LARGER 99999999T
LARGER 18446744073709551616
LARGER +1
0
1:0
0:5
1,,2
1:2:3
*1
5x
1:
UID x
UID 0
UID 1,x
'''

# (ours, the same in doveadm's words, which versions refuse ours or choose something else)
BEYOND = (
    ('OR SEEN FLAGGED', 'SEEN OR FLAGGED', '2.3 2.4'),
    ('OR OR SEEN FLAGGED DRAFT', 'SEEN OR FLAGGED OR DRAFT', '2.3 2.4'),
    ('BEFORE 2159h60m', 'BEFORE 90d', '2.3 2.4'),
    ('BEFORE "89 days 24 hours"', 'BEFORE 90d', '2.3 2.4'),
    ('LARGER 1.5k', 'LARGER 1536', '2.3 2.4'),
    ('LARGER 0.5M', 'LARGER 524288', '2.3 2.4'),
    ('SINCE "03-Nov-2025 00:00:00 +0000"', 'SINCE 1762128000', '2.3'),
    ('BEFORE "3-Nov-2025 01:00:00 +0100"', 'BEFORE 1762128000', '2.3'),
    ('SENTSINCE "02-Nov-2025 20:00:00 -0400"', 'SENTSINCE 1762128000', '2.3'),
    ('UID *', '*', '2.3 2.4'),
    ('UID 1000:*', '*', '2.3 2.4'),
    ('UID 5000,1000:*', '*', '2.3 2.4'),
    ('UID 12,*', '2,*', '2.3 2.4'),
)

# We refuse; these versions take it.
REFUSED = (
    ('SEEN DRAFT OR FLAGGED', '2.3 2.4'),
    ('SEEN BEFORE 90d OR FLAGGED', '2.3 2.4'),
    ('OR SEEN', '2.3 2.4'),
    ('OR SEEN OR FLAGGED', '2.3 2.4'),
    ('SEEN OR OR FLAGGED', '2.3 2.4'),
    ('SEEN NOT OR FLAGGED', '2.3 2.4'),
    ('BEFORE 31-Feb-2025', '2.3'),
    ('BEFORE 2025-02-31', '2.3'),
    ('SINCE 31-Feb-1999', '2.3 2.4'),
    ('SINCE 0', '2.3 2.4'),
    ('SINCE 30', '2.3 2.4'),
    ('SINCE 20251103', '2.3 2.4'),
    ('SINCE 17621280000', '2.3 2.4'),
    ('BEFORE 5000ms', '2.3 2.4'),
    ('BEFORE 5000msecs', '2.3 2.4'),
    ('BEFORE "3-Nov-2025 10:00:00 CET"', '2.4'),
    ('1,', '2.3 2.4'),
    ('4294967297', '2.3 2.4'),
    ('UID ""', '2.3 2.4'),
    ('UID $', '2.3 2.4'),
    ('OLDER 1000', '2.3 2.4'),
    ('SAVEDBEFORE 1d', '2.3 2.4'),
    ('MAILBOX box SEEN', '2.3 2.4'),
)

# ---- the three ----------------------------------------------------------------------------------


class Search:
    """One doveadm. A query has a copy of the mailbox of its own, so none sees the other's marks."""

    def __init__(self, version, box):
        self.oracle = Oracle(version)
        self.box = box

    def __call__(self, query, zone):
        """Sequence numbers, or "error: " and what doveadm says."""
        with tempfile.TemporaryDirectory(dir=os.path.join(self.oracle.root, 'tmp')) as work:
            inside = '/' + os.path.relpath(work, self.oracle.root)
            for folder in ('mail', 'home', 'run'):
                os.mkdir(os.path.join(work, folder))
            with open(os.path.join(work, 'mail/box'), 'wb') as file:
                file.write(self.box)
            with open(os.path.join(work, 'dovecot.conf'), 'w', encoding='ascii') as file:
                file.write(CONFIG[self.oracle.version].format(inside))
            for path in (work, *(os.path.join(work, name) for name in
                                 ('mail', 'home', 'run', 'mail/box', 'dovecot.conf'))):
                shutil.chown(path, 'nobody', 'nogroup')
            return self._ask(inside, query, zone)

    def _ask(self, inside, query, zone):
        command = ['chroot', '--userspec=nobody:nogroup', '--groups=', self.oracle.root, 'doveadm',
                   '-c', inside + '/dovecot.conf', '-f', 'flow', 'fetch']
        if self.oracle.version != '2.3':
            command.append('--no-userdb-lookup')
        # The parentheses keep the mailbox out of the query's own ANDs and ORs.
        command += ['seq', 'mailbox', 'box', '(', *words(query), ')']
        done = subprocess.run(command, cwd='/', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=60, text=True,
                              env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'TZ': zone,
                                   'HOME': inside + '/home', 'USER': 'nobody'})
        if done.returncode != 0:
            return 'error: ' + (done.stderr.strip().splitlines() or ['?'])[-1]
        return ' '.join(line.removeprefix('seq=') for line in done.stdout.split())


class Ours:
    def __init__(self, path, box):
        self.path = path
        with open(path, 'wb') as file:
            file.write(box)

    def __call__(self, query, zone):
        done = subprocess.run([LIST, self.path], input=query + '\n', stdout=subprocess.PIPE,
                              check=True, text=True, env={**os.environ, 'TZ': zone})
        return done.stdout.strip()


# ---- comparing ----------------------------------------------------------------------------------


def cases():
    """(our query, zone, version, doveadm's query, how the answers compare)."""
    def lines(text):
        return [line for line in text.splitlines() if line]

    for version in VERSIONS:
        for query in lines(SAME):
            yield query, 'UTC', version, query, 'same'
        for query in lines(WRONG):
            yield query, 'UTC', version, query, 'both refuse'
        for zone in ZONES:
            for query in lines(DAYS):
                yield query, zone, version, query, 'same'
            for query in lines(ISO_DAYS):
                imap = query.replace('2025-11-03', '03-Nov-2025')
                is_same = zone == 'UTC' and (version == '2.3' or not query.startswith('SENT'))
                yield query, zone, version, imap, 'same'
                yield query, zone, version, query, 'same' if is_same else 'differ'
        for query, theirs, differing in BEYOND:
            yield query, 'UTC', version, theirs, 'same'
            yield query, 'UTC', version, query, 'differ' if version in differing else 'same'
        for query, taking in REFUSED:
            yield query, 'UTC', version, query, 'we refuse' if version in taking else 'both refuse'


def is_as(how, ours, theirs):
    wrong = [text.startswith('error: ') for text in (ours, theirs)]
    return {'same': ours == theirs and wrong == [False, False],
            'differ': ours != theirs and not wrong[0],
            'we refuse': wrong == [True, False],
            'both refuse': wrong == [True, True]}[how]


def main(wanted):
    box = mailbox()
    searches = {version: Search(version, box) for version in VERSIONS}
    passed = failed = skipped = 0
    for version in VERSIONS:
        if not searches[version].oracle.is_there():
            print('no Dovecot %s in %s (tests/real/setup makes it)' % (version, ORACLES))
            del searches[version]
            skipped += 1
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        ours = Ours(os.path.join(folder, 'box'), box)
        todo = [case for case in cases() if case[2] in searches and
                (not wanted or any(word in case[0] for word in wanted))]
        answers = pool.map(lambda case: searches[case[2]](case[3], case[1]), todo)
        for (query, zone, version, asked, how), theirs in zip(todo, answers):
            mine = ours(query, zone)
            if is_as(how, mine, theirs):
                passed += 1
                continue
            failed += 1
            print('FAIL  %s (%s, doveadm %s): should be: %s\n      ours:   %s\n      theirs: %s%s'
                  % (query, zone, version, how, mine, theirs,
                     '' if asked == query else '  of ' + asked))
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
