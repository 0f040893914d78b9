#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The keys of a query that look into text: do they choose what `doveadm search` chooses?

    BUILD=build tests/real/text_oracle.py [WORD...]

The mailboxes of texts.py and all samples of ../shared/mbox/corpus; each query is put to doveadm 2.3,
to doveadm 2.4 and to us (query_list.c). A message that we choose and they do not, or the other way
round, must be in DIFFERENT, of which docs/deviations.md speaks, and must really differ.

With WORDs, only queries that hold one of them.
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from oracle import CONFIG, ORACLES, VERSIONS, Oracle, words
from texts import boxes as made_boxes

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIST = os.path.join(os.path.abspath(os.environ.get('BUILD', os.path.join(TOP, 'build'))),
                    'tests/query_list')
CORPUS = os.path.join(os.path.dirname(TOP), 'shared/mbox/corpus')

# ---- the queries --------------------------------------------------------------------------------

ADDRESS_TEXTS = '''
ann
ANN@EXAMPLE.ORG
"Ann Example"
"Example, Ann"
"ann example <ann"
"Ann  Example"
"<ann@example.org>"
"ann@example.org>"
@example.org
example
comment
great
friends
"Friends: <ann"
";"
undisclosed
MISSING
MISSING_DOMAIN
relay
"\\""
"\\\\"
größe
GRÖSSE
"Jörg Größe"
"=?"
x-nobody
unclosed
team
"A.N.N."
192.0.2.1
"ann@example.org, <bob"
,
" "
""
'''

QUERIES = '''
SUBJECT invoice
SUBJECT INVOICE
SUBJECT "invoice 42"
SUBJECT "over two and three lines and blanks"
SUBJECT "over  two"
SUBJECT größe
SUBJECT GRÖSSE
SUBJECT GRÖßE
SUBJECT grosse
SUBJECT strasse
SUBJECT straße
SUBJECT "größe der straße"
SUBJECT €uro
SUBJECT “
SUBJECT СЧЁТ
SUBJECT "за октябрь"
SUBJECT 請求書
SUBJECT unknown
SUBJECT UNKNOWN
SUBJECT here
SUBJECT bad
SUBJECT "=?"
SUBJECT "?="
SUBJECT "split in two words"
SUBJECT "split over two lines"
SUBJECT "half"
SUBJECT "ö letter"
SUBJECT gluedwordglued
SUBJECT "two  blanks after"
SUBJECT "two blanks"
SUBJECT language
SUBJECT unpadded
SUBJECT fine
SUBJECT ﬁne
SUBJECT angstrom
SUBJECT ångström
SUBJECT Å
SUBJECT a
SUBJECT σίσυφος
SUBJECT ΣΊΣΥΦΟΣ
SUBJECT istanbul
SUBJECT İSTANBUL
SUBJECT ısı
SUBJECT 한국
SUBJECT 한
SUBJECT ǆ
SUBJECT ǅ
SUBJECT ǲ
SUBJECT [list]
SUBJECT "*special*"
SUBJECT "(chars)"
SUBJECT "\\"quoted\\""
SUBJECT "back\\\\slash"
SUBJECT nul
SUBJECT inside
SUBJECT café
SUBJECT cafe
SUBJECT "broken"
SUBJECT "and broken �"
SUBJECT �
SUBJECT end
SUBJECT overlong
SUBJECT 发票
SUBJECT abc
SUBJECT needle-far-out
SUBJECT " "
SUBJECT ""
NOT SUBJECT a
NOT SUBJECT ""
HEADER Subject invoice
HEADER subject "over  two"
HEADER SUBJECT "over two"
HEADER Subject größe
HEADER Subject "invoice 42"
HEADER From ann
HEADER From "ann example <ann"
HEADER From "\\"Ann"
HEADER From "(comment)"
HEADER From größe
HEADER X-Word alpha
HEADER x-word ALPHA
HEADER X-WORD beta
HEADER X-Word "al pha"
HEADER X-Word "al  pha"
HEADER X-Word "al\tpha"
HEADER X-Word "al\t\tpha"
HEADER X-Word älpha
HEADER X-Word " "
HEADER X-Word " alpha"
HEADER X-Word ""
HEADER X-Nobody ""
NOT HEADER X-Word ""
HEADER X-Words alpha
HEADER X-Other beta
HEADER X-Other ""
HEADER List-Id alpha
HEADER List-Id "alpha users"
HEADER List-Id <alpha
HEADER Received "by b"
HEADER Received "from c"
HEADER Received beta
HEADER X-Long alpha
HEADER X-Many alpha
HEADER X-Many "word399 alpha"
HEADER Message-ID m@example.org
HEADER Date ""
HEADER Date 2
HEADER Content-Type text
HEADER MIME-Version 1.0
HEADER To ""
HEADER Cc ""
HEADER X "" HEADER Y ""
FROM ann TO bob
FROM ann OR SUBJECT größe
FROM ann NOT SUBJECT a
FROM ann HEADER From comment
HEADER From comment FROM ann
(FROM ann OR TO ann) NOT CC x
SUBJECT a SUBJECT e SUBJECT i
BODY needle
BODY NEEDLE
BODY "needle plain"
BODY needle2
BODY needle3
BODY needle4
BODY needle5
BODY needle6
BODY needle7
BODY needle8
BODY needle9
BODY needle10
BODY needle11
BODY needle12
BODY needle13
BODY needle14
BODY needle15
BODY needle16
BODY needle17
BODY needle18
BODY needle19
BODY needle20
BODY needle21
BODY needle22
BODY needle23
BODY needle24
BODY größe
BODY GRÖSSE
BODY GRÖßE
BODY straße
BODY "größe und straße: needle größe"
BODY октябрь
BODY СЧЁТ
BODY 請求書
BODY 發票
BODY 发票
BODY 한국어
BODY café
BODY cafe
BODY "quick brown fox jumps over the lazy dog"
BODY "haystack, größe. the quick"
BODY "haystack, groesse. the quick"
BODY "soft broken"
BODY "that is soft"
BODY neEEdle2
BODY "=ZZ"
BODY "bad =ZZ escape"
BODY "bad "
BODY "escape =4 needle"
BODY "blanks needle"
BODY "trailing"
BODY "second"
BODY "xx needle far"
BODY "after"
BODY "needle after"
BODY �
BODY "broken �"
BODY "end"
BODY "letter at the end"
BODY line
BODY "<b>"
BODY inner
BODY inside
BODY deep
BODY ann
BODY Content-Type
BODY third
BODY first
BODY body
BODY "a needle here"
BODY uncode
BODY "nothing to see"
NOT BODY needle
NOT BODY e
BODY e
BODY needle BODY größe
BODY needle OR BODY größe
BODY needle NOT BODY needle2
BODY needle SUBJECT x
TEXT needle
TEXT needle2
TEXT needle4
TEXT needle6
TEXT needle7
TEXT needle9
TEXT needle10
TEXT needle12
TEXT needle13
TEXT needle16
TEXT needle18
TEXT needle19
TEXT needle20
TEXT needle21
TEXT größe
TEXT "größe inside"
TEXT inner.example
TEXT ann
TEXT "subject: first"
TEXT "subject:first"
TEXT "subject : first"
TEXT "subject: fir st"
TEXT "subject: größe"
TEXT "größe: in"
TEXT "(the third)"
TEXT Status
TEXT "Status: RO"
TEXT X-UID
TEXT Content-Type
TEXT "content-type: text/plain"
TEXT alpha
TEXT "x-word:alpha"
TEXT colon
TEXT third
TEXT fourth
TEXT hidden
TEXT "cut he"
TEXT "nothing to see"
TEXT e
NOT TEXT e
TEXT needle BODY größe
TEXT needle FROM ann
KEYWORD alpha
KEYWORD ALPHA
KEYWORD beta
KEYWORD gamma
KEYWORD Junk
KEYWORD NonJunk
KEYWORD $Forwarded
KEYWORD $label1
KEYWORD alphabet
KEYWORD a/b
KEYWORD a.b
KEYWORD word0
KEYWORD word1499
KEYWORD word1500
UNKEYWORD alpha
UNKEYWORD Junk
UNKEYWORD nobody
NOT UNKEYWORD alpha
KEYWORD alpha KEYWORD Beta
KEYWORD alpha OR KEYWORD Junk
KEYWORD alpha BODY body
'''

# Both Dovecots take these, we refuse (docs/deviations.md).
REFUSED = '''
BODY ""
TEXT ""
KEYWORD ""
UNKEYWORD ""
KEYWORD "a b"
UNKEYWORD "a b"
UNKEYWORD a*b
KEYWORD größe
HEADER "" alpha
HEADER "X-Word:" alpha
HEADER "X Word" alpha
HEADER X-Wörd alpha
NOT HEADER Status R
HEADER status ""
HEADER X-UID 1
'''

# All refuse.
WRONG = '''
FROM
SUBJECT
HEADER
HEADER X-Word
BODY
TEXT
KEYWORD
UNKEYWORD
'''

def twins(**numbers):
    """Numbers in boxes and in their CR LF twins."""
    return {box + twin: found for box, found in numbers.items() for twin in ('', 'crlf')}


# Where we differ, and mean to: why, in which versions, queries, and {box: numbers that only we choose}
# and {box: numbers that only they choose}.
DIFFERENT = (
    ('words in an unknown charset', VERSIONS, ('SUBJECT invoice', 'SUBJECT INVOICE',
                                               'HEADER Subject invoice'),
     twins(subjects={15, 22}), {}),
    ('words in an unknown charset', VERSIONS, ('SUBJECT unknown', 'SUBJECT UNKNOWN'),
     twins(subjects={15}), {}),
    ('words in an unknown charset', VERSIONS,
     ('FROM "Ann Example"', 'FROM "ann example <ann"', 'HEADER From "ann example <ann"'),
     {'from': {51}, 'fromcrlf': {51}}, {}),
    ('each key looks for itself', VERSIONS, ('FROM ann HEADER From comment',),
     {'from': {11}, 'fromcrlf': {11}}, {}),
    ('an empty charset', VERSIONS,
     ('BODY größe', 'BODY GRÖßE', 'BODY café', 'BODY cafe', 'BODY needle BODY größe', 'TEXT größe',
      'TEXT needle BODY größe'),
     twins(charsets={28, 30}), {}),
    ('an empty charset', VERSIONS, ('BODY �',), {}, twins(charsets={28, 30})),
    ('cut off at the end', VERSIONS, ('BODY �',), twins(encodings={28}), {}),
    ('cut off at the end', ('2.3',), ('BODY �',), {},
     {**twins(encodings={29}), 'charsets': {26, 34, 36, 38, 40}}),
)


def queries():
    for line in QUERIES.splitlines():
        if line:
            yield line
    for key in ('FROM', 'TO', 'CC', 'BCC'):
        for text in ADDRESS_TEXTS.splitlines():
            if text and (key == 'FROM' or text in ('ann', 'größe', '""')):
                yield key + ' ' + text


# ---- the three ----------------------------------------------------------------------------------


class Search:
    """One doveadm over all boxes at once. It may not write to them, so they need no copies."""

    def __init__(self, version, boxes):
        self.oracle = Oracle(version)
        self.work = tempfile.TemporaryDirectory(dir=os.path.join(self.oracle.root, 'tmp'))
        self.inside = '/' + os.path.relpath(self.work.name, self.oracle.root)
        os.chmod(self.work.name, 0o755)
        for folder in ('mail', 'home', 'run'):
            os.mkdir(os.path.join(self.work.name, folder))
            shutil.chown(os.path.join(self.work.name, folder), 'root' if folder == 'mail' else 'nobody')
        for name, box in boxes.items():
            path = os.path.join(self.work.name, 'mail', name)
            with open(path, 'wb') as file:
                file.write(box)
            os.chmod(path, 0o444)
        with open(os.path.join(self.work.name, 'dovecot.conf'), 'w', encoding='ascii') as file:
            file.write(CONFIG[self.oracle.version].format(self.inside))

    def __call__(self, query):
        """{box: [number]}, or what doveadm says of an error."""
        command = ['chroot', '--userspec=nobody:nogroup', '--groups=', self.oracle.root, 'doveadm',
                   '-c', self.inside + '/dovecot.conf', '-f', 'flow', 'fetch']
        if self.oracle.version != '2.3':
            command.append('--no-userdb-lookup')
        command += ['mailbox seq', 'mailbox', '*', '(', *words(query), ')']
        done = subprocess.run(command, cwd='/', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=60,
                              env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'TZ': 'UTC',
                                   'HOME': self.inside + '/home', 'USER': 'nobody'})
        said = done.stderr.decode('utf-8', 'replace')
        if done.returncode != 0:
            return (said.strip().splitlines() or ['status %d' % done.returncode])[-1]
        found = {}
        for line in done.stdout.decode('ascii').splitlines():
            box, seq = line.split()
            found.setdefault(box.removeprefix('mailbox='), []).append(int(seq.removeprefix('seq=')))
        return found


class Ours:
    def __init__(self, boxes):
        self.work = tempfile.TemporaryDirectory()
        self.boxes = boxes
        for name, box in boxes.items():
            with open(os.path.join(self.work.name, name), 'wb') as file:
                file.write(box)

    def __call__(self, queries_):
        """{query: what Search gives}"""
        found = {query: {} for query in queries_}
        for name in self.boxes:
            done = subprocess.run([LIST, os.path.join(self.work.name, name)],
                                  input='\n'.join(queries_) + '\n', stdout=subprocess.PIPE,
                                  check=True, encoding='utf-8')
            for query, line in zip(queries_, done.stdout.split('\n')):
                if line.startswith('error: query:'):
                    found[query] = line
                elif line.startswith('error: '):
                    raise RuntimeError('%s, %s: %s' % (name, query, line))
                elif line and isinstance(found[query], dict):
                    found[query][name] = [int(number) for number in line.split()]
        return found


# ---- comparing ----------------------------------------------------------------------------------


def samples():
    """All samples in one mailbox: to open many takes Dovecot longer than to search them."""
    found = b''
    for path in sorted(glob.glob(CORPUS + '/*/*')):
        with open(path, 'rb') as file:
            box = file.read()
        if box.startswith(b'From '):
            # An empty line more, for a Content-Length may count the last line end.
            found += box + (b'\n' if box.endswith(b'\n') else b'\n\n')
    return {'samples': found} if found else {}


def differences(mine, theirs):
    """{(box, number, whether we choose it)}"""
    return {(box, number, number in mine.get(box, ())) for box in {*mine, *theirs}
            for number in {*mine.get(box, ())} ^ {*theirs.get(box, ())}}


def expected(query, version):
    found = set()
    for _, versions, queries_, only_ours, only_theirs in DIFFERENT:
        if version in versions and query in queries_:
            for boxes, is_ours in ((only_ours, True), (only_theirs, False)):
                found |= {(box, number, is_ours) for box, numbers in boxes.items()
                          for number in numbers}
    return found


def main(asked):
    boxes = made_boxes()
    passed = failed = skipped = 0
    found = samples()
    if not found:
        print('no samples in ../shared/mbox/corpus')
        skipped += 1
    boxes.update(found)
    todo = [query for query in dict.fromkeys(queries())
            if not asked or any(word in query for word in asked)]
    refused = [query for query in REFUSED.splitlines() + WRONG.splitlines() if query]
    ours = Ours(boxes)(todo + refused)
    for query in refused:
        if isinstance(ours[query], str):
            passed += 1
        else:
            failed += 1
            print('FAIL  %s: we take it' % query)
    for version in VERSIONS:
        if not Oracle(version).is_there():
            print('no Dovecot %s in %s (tests/real/setup makes it)' % (version, ORACLES))
            skipped += 1
            continue
        search = Search(version, boxes)
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(search, todo))
        for query, theirs in zip(todo, answers):
            if isinstance(ours[query], str) or isinstance(theirs, str):
                failed += 1
                print('FAIL  %s (doveadm %s)\n      ours:   %s\n      theirs: %s'
                      % (query, version, ours[query], theirs))
                continue
            found, wanted = differences(ours[query], theirs), expected(query, version)
            if found == wanted:
                passed += 1
                continue
            failed += 1
            print('FAIL  %s (doveadm %s):' % (query, version))
            for sign, words_ in ((found - wanted, 'chosen'), (wanted - found, 'no more chosen')):
                for box, number, is_ours in sorted(sign):
                    print('      %s %d: %s by %s only'
                          % (box, number, words_, 'us' if is_ours else 'them'))
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
