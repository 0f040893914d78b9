#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What we read out of main.cf and master.cf: is it what real postconf 3.7 and 3.10 read?

    BUILD=build tests/real/conf_postfix.py [--seed=N] [WORD...]

The samples and the corpus of ../shared/postfix, and files and expressions that are made here from a seed,
are put to `postconf -n`, `-xn`, `-M`, `-P`, `-F` of both versions and to us (conf_postfix_ask.c). A file
that postconf refuses must have a diagnostic of ours. The edits of ../shared/postfix are done by real
postconf once more, and by us: where the bytes differ, the case must be in DIFFERENT, of which
docs/deviations.md speaks, and no comment may be lost. And files that are made get a value from us, which
postconf must read then, and all others as before.

With WORDs, only cases whose names hold one of them.
"""

import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get('BUILD', os.path.join(TOP, 'build')))
ASK = os.path.join(BUILD, 'tests/conf_postfix_ask')
SHARED = os.path.join(os.path.dirname(TOP), 'shared/postfix')
CACHE = os.environ.get('REEVE_ORACLES', '/var/cache/mailreeve-oracles')
ROOTS = {'3.7': CACHE + '/root-2.3', '3.10': CACHE + '/root-2.4'}
FIELDS = 'service type private unprivileged chroot wakeup process_limit command'.split()
STOCK_MASTER = '''\
smtp      inet  n       -       y       -       -       smtpd
pickup    unix  n       -       y       60      1       pickup
cleanup   unix  n       -       y       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
rewrite   unix  -       -       y       -       -       trivial-rewrite
bounce    unix  -       -       y       -       0       bounce
smtp      unix  -       -       y       -       -       smtp
relay     unix  -       -       y       -       -       smtp -o syslog_name=postfix/$service_name
error     unix  -       -       y       -       -       error
local     unix  -       n       n       -       -       local
virtual   unix  -       n       n       -       -       virtual
lmtp      unix  -       -       y       -       -       lmtp
maildrop  unix  -       n       n       -       -       pipe flags=DRXhu user=vmail argv=/bin/m -d ${recipient}
'''

passed, failed, skipped = 0, 0, 0


def check(name, problems):
    global passed, failed
    if problems:
        failed += 1
        print(f'{name}:')
        for line in problems[:8]:
            print('   ', line[:300])
    else:
        passed += 1


def skip(count, why):
    global failed, skipped
    if os.environ.get('REEVE_NO_SKIP') == '1':
        failed += 1
    else:
        skipped += count
    print(f'skipped: {why}')


# ---- those who are asked ---------------------------------------------------------------------------

class Postfix:
    """Real postconf of one version, and us beside it, over folders inside its root."""

    def __init__(self, version):
        self.version, self.root = version, os.path.realpath(ROOTS[version])
        self.folder = tempfile.mkdtemp(prefix='reeve-conf.', dir=self.root + '/tmp')
        os.chmod(self.folder, 0o755)
        self.inner = self.folder[len(self.root.rstrip('/')):]
        self.ask = subprocess.Popen([ASK, self.root], stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE)
        self.count = 0

    def close(self):
        self.ask.stdin.close()
        self.ask.wait()
        shutil.rmtree(self.folder)

    def new(self, main, master):
        """A folder with two files; as old as may be, for postconf waits for files to cool."""
        self.count += 1
        name = f'{self.folder}/{self.count}'
        os.mkdir(name)
        for file, data in (('main.cf', main), ('master.cf', master)):
            with open(f'{name}/{file}', 'wb') as out:
                out.write(data)
            os.utime(f'{name}/{file}', (10 ** 9, 10 ** 9))
        return f'{self.inner}/{self.count}'

    def postconf(self, *args):
        done = subprocess.run(['chroot', self.root, 'postconf', *args], capture_output=True,
                              stdin=subprocess.DEVNULL, env={'PATH': '/usr/sbin:/usr/bin'})
        return done.returncode, done.stdout.decode('latin-1'), done.stderr.decode('latin-1')

    def us(self, *words):
        """What we say: (number returned, lines)."""
        words = [words[0], self.root.rstrip('/') + words[1], *words[2:]]
        self.ask.stdin.write('\t'.join(words).encode('latin-1') + b'\n')
        self.ask.stdin.flush()
        lines = []
        for line in self.ask.stdout:
            line = line.decode('latin-1').rstrip('\n')
            if re.fullmatch(r'\.-?\d+', line):
                return int(line[1:]), lines
            lines.append(line)
        raise SystemExit(f'conf_postfix_ask died of {words}')


def rows_of(lines):
    return [line.split('\t', 2) for line in lines if line[:1] not in ('!', '?')]


# ---- one configuration ---------------------------------------------------------------------------

def named(text):
    """"name = value" lines as a dictionary, without what -c sets."""
    rows = (line.split(' =', 1) for line in text.split('\n') if line)
    return {row[0]: row[1][1:] for row in rows}


def differences(what, theirs, ours):
    problems = []
    for name in sorted(set(theirs) | set(ours)):
        if name == 'debugger_command':  # has the process's number in it
            theirs, ours = ({**each, name: re.sub(r'\b\d+\b', '9', each.get(name, ''))}
                            for each in (theirs, ours))
        if theirs.get(name) != ours.get(name):
            problems.append(f'{what} {name}: theirs {theirs.get(name)!r}, ours {ours.get(name)!r}')
    return problems


def untold(post, folder, lines):
    """
    Names of options that lint does not speak of: those of an entry of which it says that a later one takes
    its place, and those behind "-vo", which is one word to us.
    """
    with open(f'{post.folder}/{os.path.basename(folder)}/master.cf', encoding='latin-1') as file:
        text = file.read().split('\n')
    names = set(re.findall(r'-vo\s+\{?\s*([^\s=]+)', '\n'.join(text)))
    for line in lines:
        found = re.search(r"master\.cf:(\d+):\d+: .*' is there again in line", line)
        if found:
            first = int(found[1])
            last = next((n for n in range(first, len(text)) if re.match(r'[^\s#]', text[n])), len(text))
            names |= set(re.findall(r'-o\s*\{?\s*([^\s=]+)', '\n'.join(text[first - 1:last])))
    return names


def unused(post, folder):
    """postconf's warnings of parameters that nothing uses, and those of lint."""
    _, _, err = post.postconf('-c', folder, '-n')
    _, lines = post.us('lint', folder)
    theirs = set(re.findall(r'(main|master)\.cf: unused parameter: ([^=]*)=', err))
    ours = set()
    for line in lines:
        found = re.search(r"(main|master)\.cf:\d+:\d+: (?:(?:unknown|unused) parameter '([^']*)'"
                          r"|'([^']*)' is known to Postfix|Postfix has no '([^']*)' any more)", line)
        if found:
            ours.add((found[1], found[2] or found[3] or found[4]))
        elif 'a byte order mark: Postfix takes it for a part of the name' in line:
            theirs = {pair for pair in theirs if not pair[1].startswith('???')}
    missing = theirs - ours - {('master', name) for name in untold(post, folder, lines)}
    return [f'unused: theirs {theirs}, ours {ours}'] if missing or ours - theirs else []


def compare(post, main, master):
    folder = post.new(main, master)
    problems = []
    code, text, err = post.postconf('-c', folder, '-n')
    _, written = post.us('list', folder)
    _, effective = post.us('effective', folder)
    said = [line for line in written + effective if line[:1] in ('!', '?')]
    rows = rows_of(written)
    written = {row[0]: row[2] for row in rows if '/' not in row[0] and row[1] == ''}
    effective = {row[0]: row[2] for row in rows_of(effective)}
    params = {name: value for name, value in effective.items() if '/' not in name}
    if code != 0:
        if not said:
            problems.append(f'they refuse it ({err.strip()[-150:]}), we say nothing')
        return problems
    theirs = named(text)
    if 'config_directory' not in written:
        theirs.pop('config_directory', None)
    problems += differences('-n', theirs, {name: written[name] for name in params})

    code, text, err = post.postconf('-c', folder, '-xn')
    if code == 0:
        theirs = named(text)
        if 'config_directory' not in written:
            theirs.pop('config_directory', None)
        problems += differences('-xn', theirs, params)
    elif not said:
        problems.append(f'they cannot expand it ({err.strip()[-150:]}), we say nothing')

    problems += unused(post, folder)
    services = [row for row in rows if row[0].count('/') == 1]
    ours = [row[2] for row in services]
    _, text, _ = post.postconf('-c', folder, '-M')
    if text != ''.join(line + '\n' for line in ours):
        problems.append(f'-M: theirs {text!r}, ours {ours!r}')
    names = [row[0] for row in services]
    code, text, _ = post.postconf('-c', folder, '-Mx')
    if code == 0 and len(set(names)) == len(names):
        ours = ''.join(effective[name] + '\n' for name in names)
        if text != ours:
            problems.append(f'-Mx: theirs {text!r}, ours {ours!r}')
    if len(set(names)) < len(names):
        return problems  # postconf puts the options of both together; master(8) does not

    options = {row[0].replace('/-o ', '/'): row[2] for row in rows
               if '/-o ' in row[0] and row[1] == ''}
    _, text, _ = post.postconf('-c', folder, '-P')
    problems += differences('-P', named(text), options)
    code, text, _ = post.postconf('-c', folder, '-Px')
    if code == 0:
        options = {name.replace('/-o ', '/'): value for name, value in effective.items()
                   if '/-o ' in name}
        problems += differences('-Px', named(text), options)
    code, text, _ = post.postconf('-c', folder, '-Fx')
    theirs, ours = named(text), {}
    if code != 0:
        return problems
    for name in names if len(names) < 6 else names[:2] + names[-2:]:
        for field in FIELDS:
            _, lines = post.us('get', folder, f'{name}/{field}')
            for row in rows_of(lines):
                ours[row[0]] = row[2]
    problems += differences('-F', {name: theirs.get(name) for name in ours}, ours)
    return problems


# ---- configurations that are made ------------------------------------------------------------------

TEXT_NAMES = '''relay_domains virtual_alias_domains mynetworks alias_maps relayhost smtpd_banner
header_checks body_checks transport_maps canonical_maps local_recipient_maps myorigin mydestination
smtpd_client_restrictions smtpd_helo_restrictions smtpd_sender_restrictions notify_classes
smtpd_restriction_classes default_transport relay_transport virtual_mailbox_maps'''.split()
OWN_NAMES = 'mine our_own a1 b_2 Own stress slow_destination_rate_delay db_hosts db_user'.split()
RAW_NAMES = 'mailbox_command default_rbl_reply smtpd_reject_footer'.split()
WORDS = '''a b yes no 10 9 010 3.6 3.10 2 hash:/etc/x mysql:db proxy:mysql:db [mx]:25 $$ = # a=b { } ,
127.0.0.0/8 inline:{a=b} text\\nx "q" ~ permit'''.split()


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self, *choices):
        return self.random.choice(choices)

    def blanks(self):
        return self.one('', '', ' ', '\t', '  ')

    def expression(self, depth, names):
        kind = self.random.randrange(11)
        if depth <= 0 or kind < 2:
            return self.one('', *'a b 10 9 010 yes'.split(), '3.6', 'x y')
        name = self.random.choice(names)
        deeper = [self.expression(depth - 1, names) for _ in range(4)]
        w = [self.blanks() for _ in range(8)]
        if kind == 2:
            return self.one(f'${name}', f'${{{name}}}', f'$({name})', f'${{{w[0]}{name}{w[1]}}}')
        if kind == 3:
            return self.one(f'${{{name}?{deeper[0]}}}', f'${{{name}:{deeper[0]}}}')
        if kind == 4:
            return f'${{{name}?{w[0]}{{{deeper[0]}}}{w[1]}}}'
        if kind == 5:
            return f'${{{name}{w[0]}:{w[1]}{{{deeper[0]}}}{w[2]}}}'
        if kind == 6:
            return f'${{{name}{w[0]}?{{{deeper[0]}}}{w[1]}:{w[2]}{{{deeper[1]}}}}}'
        if kind == 7:
            return f'{deeper[0]}{w[0]}{deeper[1]}'
        if kind == 8 and self.random.random() < 0.3:  # what is an error, often
            return self.one(f'${{{name}', '$', f'${{{name}-x}}', f'${{{{a}} = {{b}}?{{c}}}}',
                            f'${{{name}?{{a}}{{b}}}}', f'${{{{a}}}}', f'${{{{a}} == b}}',
                            f'${{{name}?{{{deeper[0]}}}:{deeper[1]}}}', '${}', '$()', '${ }',
                            f'${{{{a}} ==level {{b}}}}', f'${{{{1}} ==other {{1}}?y}}', '}', '{')
        operator = self.one('==', '!=', '<', '<=', '>=', '>')
        if self.random.random() < 0.2:
            operator += 'level'
            deeper[0], deeper[1] = self.one('3.6', '3', '3.10.1'), self.one('3.6', '3.7', '2')
        test = f'{{{deeper[0]}}}{w[0]}{operator}{w[1]}{{{deeper[1]}}}'
        return self.one(f'${{{w[2]}{test}{w[3]}?{w[4]}{{{deeper[2]}}}{w[5]}:{w[6]}{{{deeper[3]}}}}}',
                        f'${{{test}?{{{deeper[2]}}}}}', f'${{{test}:{{{deeper[2]}}}}}',
                        f'${{{test}}}', f'${{{test}?{deeper[2]}}}')

    def value(self):
        parts = []
        for _ in range(self.random.randrange(5)):
            if self.random.random() < 0.3:
                parts.append(self.expression(2, ['myhostname', 'mydomain', *OWN_NAMES]))
            else:
                parts.append(self.random.choice(WORDS))
        return self.one(' ', ', ', ',', '\t', '  ').join(parts)

    def end(self):
        return '\r\n' if self.is_dos else '\n'

    def between(self):
        """Lines that do not end a logical line."""
        lines = ['', ' ', '#', '# comment', '  # indented comment', '\t#x = y', '#relayhost = z']
        return ''.join(self.random.choice(lines) + self.end()
                       for _ in range(self.random.choice([0, 0, 0, 1, 2])))

    def setting(self):
        name = self.random.choice(self.random.choice([TEXT_NAMES, TEXT_NAMES, OWN_NAMES,
                                                      RAW_NAMES]))
        line = name + self.blanks() + '=' + self.blanks() + self.value()
        if self.random.random() < 0.1:
            line = name + self.end() + self.between() + ' =' + self.blanks() + self.value()
        for _ in range(self.random.choice([0, 0, 0, 1, 3])):
            line += self.blanks() + self.end() + self.between()
            line += self.random.choice([' ', '\t', '    ']) + self.value()
        return line + self.blanks() + self.end()

    def main(self):
        self.is_dos = self.random.random() < 0.1
        text = self.one('', '', '', '  stray = line\n')
        for _ in range(self.random.randrange(12)):
            text += self.between() + self.setting()
        if self.random.random() < 0.05:
            text += self.one('no equals\n', '= nothing\n', 'two words = x\n', '\0\n', 'a\0b = c\n')
        if self.random.random() < 0.2:
            text = text.rstrip('\r\n')
        if self.random.random() < 0.05:
            text += 'relayhost = a\0b\n'
        return text.encode('latin-1')

    def service(self):
        name = self.one('smtp', 'smtps', 'submission', '127.0.0.1:10025', '[::1]:25', 'slow', 'x-y')
        fields = [name, self.one('inet', 'unix', 'unix', 'pass', 'fifo'), self.one('n', '-', 'y'),
                  self.one('-', 'n'), self.one('-', 'y', 'n'), self.one('-', '60', '60?', '0'),
                  self.one('-', '1', '0'), self.one('smtpd', 'smtp', 'pipe', 'lmtp', '/x/spawn')]
        text = ''.join(field + self.one(' ', '\t', '     ') for field in fields[:-1]) + fields[-1]
        for _ in range(self.random.choice([0, 0, 1, 2, 4])):
            key = self.random.choice(TEXT_NAMES + OWN_NAMES + ['syslog_name'])
            value = self.one('a', 'a,b', '$myhostname', '${stress?{1}:{20}}', '', 'b=c', '$mine',
                             'postfix/$service_name', 'x{a b}y', '${mine:{z}}')
            option = self.one(f'-o {key}={value}', f'-o  {key}={value}', f'-o{key}={value}',
                              f'-vo {key}={value}', f'-o {{{key} = {value} and more}}',
                              f'-o {{ {key}={value} }}', '-v', '-o', f'-o {key}',
                              f'-o {{ {key} = {value},{self.end()}   # inside{self.end()}  b }}')
            text += self.one(' ', self.end() + '  ', self.end() + self.between() + '\t') + option
        for _ in range(self.random.choice([0, 0, 0, 2])):
            text += ' ' + self.one('user=vmail', 'argv=/bin/x', '{ a b }', '-f', '{x}', '--', 'a{b c}')
        return text + self.blanks() + self.end()

    def master(self):
        self.is_dos = self.random.random() < 0.1
        text = self.one('', '', '# head\n', ' stray line\n')
        for _ in range(self.random.randrange(6)):
            text += self.between() + self.service()
        if self.random.random() < 0.05:
            text += self.one('short inet n\n', 'smtp inet n - y - - smtpd\0 -v\n')
        if self.random.random() < 0.2:
            text = text.rstrip('\r\n')
        return text.encode('latin-1')


# ---- suites ----------------------------------------------------------------------------------------

def read(*parts):
    with open(os.path.join(SHARED, *parts), 'rb') as file:
        return file.read()


def samples(post, wanted):
    for name in sorted(os.listdir(SHARED + '/samples')):
        folder = f'{SHARED}/samples/{name}'
        if os.path.isdir(folder) and wanted(f'sample {name}'):
            check(f'{post.version} sample {name}',
                  compare(post, read('samples', name, 'main.cf'), read('samples', name, 'master.cf')))


def corpus(post, wanted):
    for line in read('corpus/INDEX.tsv').decode().split('\n')[1:]:
        if not line:
            continue
        row = line.split('\t')
        if not wanted(f'corpus {row[4]}'):
            continue
        data = read('corpus', row[4])
        if 'master' in os.path.basename(row[4]):
            check(f'{post.version} corpus {row[4]}', compare(post, b'', data))
        else:
            check(f'{post.version} corpus {row[4]}', compare(post, data, STOCK_MASTER.encode()))


def defaults(post, wanted):
    """Every parameter where only mynetworks is set: the table of defaults, expanded."""
    if not wanted('defaults'):
        return
    folder = post.new(b'mynetworks = 127.0.0.0/8\n', STOCK_MASTER.encode())
    _, text, _ = post.postconf('-c', folder, '-x')
    theirs, ours = named(text), {}
    for name in ('config_directory', 'debugger_command', 'process_id'):
        theirs.pop(name)  # the suite's; numbers of processes; docs/deviations.md
    for name in theirs:
        r, lines = post.us('get', folder, name)
        if r == 1:
            ours[name] = rows_of(lines)[0][2]
    check(f'{post.version} defaults', differences('-x', theirs, ours))


def made(post, wanted, seed, count):
    for i in range(count):
        name = f'{post.version} made {seed + i}'
        if wanted(name):
            maker = Maker(seed + i)
            main, master = maker.main(), maker.master()
            check(name, compare(post, main, maker.one(master, STOCK_MASTER.encode())))


def expressions(post, wanted, seed, count):
    """One at a time, for an error ends all of postconf's output."""
    maker = Maker(seed)
    names = ['mine', 'empty', 'ten', 'loop', 'myhostname', 'nosuch', 'ref', 'compatibility_level']
    for i in range(count):
        text = maker.expression(4, names)
        if not wanted(f'expression {i}') or text != ' '.join(text.split()):
            continue
        main = ('mine = yes\nempty =\nten = 10\nloop = $loop\nref = ${mine?{<$ten>}:{$nosuch}}\n'
                'compatibility_level = 3.6\n'
                f'relay_domains = [{text}]\n').encode('latin-1')
        folder = post.new(main, STOCK_MASTER.encode())
        code, theirs, err = post.postconf('-c', folder, '-xh', 'relay_domains')
        r, lines = post.us('get', folder, 'relay_domains')
        ours = rows_of(lines)[0][2] if r == 1 else None
        theirs = theirs.rstrip('\n') if code == 0 else None
        check(f'{post.version} expression {i}', [] if theirs == ours else [
            f'{text!r}: theirs {theirs!r}, ours {ours!r} {err.strip()} {lines}'])


# ---- changes ---------------------------------------------------------------------------------------

# Cases of ../shared/postfix/edits where our bytes are not postconf's: what docs/deviations.md says of
# each. A case that is not here must be equal; one that is must differ.
DIFFERENT = {
    '01-change-in-place': 'blanks behind the value stay',
    '04-duplicates': 'the one that counts is changed, the shadowed one stays',
    '05-commented-setting-stays': 'behind its commented-out default',
    '06-same-value': 'nothing is to be done',
    '07-comment-out': 'unset removes',
    '09-crlf': 'CR LF stays',
    '10-no-final-newline': 'the file ends as it did',
    '11-no-final-newline-append': 'the last line is ended first',
    '15-master-P': 'one word changes',
    '16-master-P-new': 'a line is added',
    '17-master-M-new': 'in the columns of its neighbours',
    '18-master-M-comment-out': 'unset removes',
    '19-master-F': 'one word changes',
    '24-master-P-blank': 'in braces',
}


def read_folder(folder):
    found = {}
    for name in ('main.cf', 'master.cf'):
        with open(f'{folder}/{name}', 'rb') as file:
            found[name] = file.read()
    return found


def edits(post, wanted):
    """What real postconf -e makes of a file now, and what we do."""
    for line in read('edits/INDEX.tsv').decode().split('\n')[1:]:
        case = line.split('\t')[0]
        if not case or not wanted(f'edit {case}'):
            continue
        file, args = line.split('\t')[1:3]
        args = ast.literal_eval(args)
        before = {'main.cf': b'', 'master.cf': b'', file: read('edits', case, f'before.{file}')}
        theirs, ours = (post.new(before['main.cf'], before['master.cf']) for _ in range(2))
        post.postconf('-c', theirs, *args)
        for arg in (arg for arg in args if not re.fullmatch('-[eMPFX#]', arg)):
            path, equals, value = arg.partition('=')
            if '\n' not in value:
                post.us(*(['set', ours, path, value] if equals else ['unset', ours, path]))
        theirs, ours = (read_folder(post.root.rstrip('/') + folder)[file]
                        for folder in (theirs, ours))
        problems = []
        if theirs == ours and case in DIFFERENT:
            if not (post.version == '3.10' and case == '11-no-final-newline-append'):
                problems.append('no difference any more')
        elif theirs != ours and case not in DIFFERENT:
            problems.append(f'theirs {theirs!r}, ours {ours!r}')
        for kept in re.findall(rb'(?m)^[ \t]*#.*', before[file]):
            if kept not in ours:
                problems.append(f'lost {kept!r}')
        check(f'{post.version} edit {case}', problems)


def changes(post, wanted, seed, count):
    """A parameter, or an option, set by us to what is at hand: postconf reads it, and all else as before."""
    for i in range(count):
        if not wanted(f'change {seed + i}'):
            continue
        maker = Maker(seed + i)
        main, master = maker.main(), maker.one(maker.master(), STOCK_MASTER.encode())
        folder = post.new(main, master)
        files = post.root.rstrip('/') + folder
        code, before, _ = post.postconf('-c', folder, '-n')
        code_p, before_p, _ = post.postconf('-c', folder, '-P')
        if code or code_p:
            continue
        names = re.findall(r'(?m)^(\S+?/\S+?)/(\S+) =', before_p)
        value = maker.one('a', 'a, b', 'x  y', '', '$myhostname', '${mine?{a b}}', '#', 'a=b # c')
        if names and maker.random.random() < 0.5:
            path = '/'.join(maker.random.choice(names))
        else:
            path = maker.random.choice(TEXT_NAMES)
        value = ' '.join(value.split())
        r, lines = post.us('set', folder, path, value)
        for name in ('main.cf', 'master.cf'):
            os.utime(f'{files}/{name}', (10 ** 9, 10 ** 9))
        wanted_text, wanted_p = named(before), named(before_p)
        if r >= 0:
            (wanted_p if '/' in path else wanted_text)[path] = value
        _, after, _ = post.postconf('-c', folder, '-n')
        _, after_p, _ = post.postconf('-c', folder, '-P')
        known = wanted_text.keys() & named(after).keys() | {path} & wanted_text.keys()
        problems = differences('-n', {name: wanted_text[name] for name in known},
                               {name: named(after).get(name) for name in known})
        problems += differences('-P', wanted_p, named(after_p))
        if r < 0 and read_folder(files) != {'main.cf': main, 'master.cf': master}:
            problems.append(f'changed though it failed: {lines}')
        check(f'{post.version} change {seed + i} {path}={value} ({r})', problems)


def main():
    words, seed = [], 1
    for arg in sys.argv[1:]:
        if arg.startswith('--seed='):
            seed = int(arg[7:])
        else:
            words.append(arg)

    def wanted(name):
        return not words or any(word in name for word in words)

    for version in ROOTS:
        if not os.path.exists(ROOTS[version] + '/usr/sbin/postconf'):
            skip(1, f'no Postfix {version} in {ROOTS[version]}')
            continue
        post = Postfix(version)
        try:
            if os.path.isdir(SHARED):
                samples(post, wanted)
                corpus(post, wanted)
                edits(post, wanted)
            defaults(post, wanted)
            made(post, wanted, seed, 40)
            changes(post, wanted, seed, 25)
            expressions(post, wanted, seed, 100)
        finally:
            post.close()
    if not os.path.isdir(SHARED):
        skip(2, f'no {SHARED}')
    print(f'{passed} passed, {failed} failed, {skipped} skipped')
    sys.exit(failed > 0)


main()
