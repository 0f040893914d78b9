# SPDX-License-Identifier: MIT
"""What real doveconf says of configurations, and a configuration written from our list.

    with Doveconf('2.3') as oracle:
        oracle.run(folder, ['a/dovecot.conf', ...], '-n', '-P')   -> {name: Said(status, tree, errors)}

The folder is seen as /etc/dovecot in a mount namespace of its own. A tree is a list of (key, value), in
which a value is a text, or of a block such a list.
"""

import os
import re
import subprocess
import tempfile
from typing import NamedTuple

ORACLES = os.environ.get('REEVE_ORACLES', '/var/cache/mailreeve-oracles')
TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIST = os.path.join(os.path.abspath(os.environ.get('BUILD', os.path.join(TOP, 'build'))),
                    'tests/conf_list')
LOOP = '''
mount -t tmpfs none "$1"; mkdir "$1/up" "$1/work" "$1/root"
mount -t overlay overlay -o lowerdir="$2",upperdir="$1/up",workdir="$1/work" "$1/root"
mount --rbind /dev "$1/root/dev"; mount --rbind /proc "$1/root/proc"
mkdir -p "$1/root/etc/dovecot"; mount --bind "$3" "$1/root/etc/dovecot"
root=$1/root; shift 3
exec chroot "$root" sh -c 'cd /etc/dovecot; while read -r f; do
doveconf -c "/etc/dovecot/$f" "$@" >"$f.out" 2>"$f.err"; echo $? >"$f.status"; done' sh "$@"
'''


class Said(NamedTuple):
    status: int
    tree: list
    errors: str


def parse(text):
    """doveconf's output as a tree."""
    stack = [[]]
    for line in text.splitlines():
        line = line.strip()
        if line.startswith('#') or not line:
            continue
        if line.endswith('{') and ' = ' not in line:
            stack[-1].append((line[:-1].strip(), []))
            stack.append(stack[-1][-1][1])
        elif line == '}':
            stack.pop()
        else:
            key, _, value = line.partition(' =')
            value = value[1:] if value[:1] == ' ' else value
            # Given back in quotes it loses the blank that `$protocols imap` put in front.
            if key == 'protocols':
                value = ' '.join(value.strip('"').split())
            stack[-1].append((key, value))
    return stack[0]


def flat(tree, above=()):
    """{(block, ..., key): value}; blocks of one name in one place are numbered where there are several."""
    found, count = {}, {}
    for key, value in tree:
        if isinstance(value, list):
            count[key] = count.get(key, 0) + 1
            name = (key, count[key]) if key in ('passdb', 'userdb', 'namespace') else key
            found.update(flat(value, above + (name,)))
        else:
            found[above + (key,)] = value
    return found


def order(tree):
    """The blocks of types whose order means something, in their order."""
    return [key for key, value in tree
            if isinstance(value, list) and key.split(' ')[0] in ('passdb', 'userdb')]


class Doveconf:
    def __init__(self, version):
        self.root = os.path.realpath(os.path.join(ORACLES, 'root-' + version))

    def run(self, folder, names, *options):
        """Of each name in the folder; a Said."""
        mount = tempfile.mkdtemp(prefix='reeve-conf.')
        done = subprocess.run(['unshare', '-m', 'sh', '-ec', LOOP, 'sh', mount, self.root, folder, *options],
                              input=''.join(n + '\n' for n in names), capture_output=True, text=True,
                              errors='surrogateescape', check=False)
        os.rmdir(mount)
        said = {}
        for name in names:
            base = os.path.join(folder, name)
            if not os.path.exists(base + '.status'):
                raise RuntimeError('doveconf did not run: ' + done.stderr)
            with open(base + '.out', encoding='utf-8', errors='surrogateescape') as out:
                text = out.read()
            with open(base + '.err', encoding='utf-8', errors='surrogateescape') as err:
                errors = err.read()
            with open(base + '.status', encoding='ascii') as status:
                said[name] = Said(int(status.read()), parse(text), errors)
            for suffix in ('.out', '.err', '.status'):
                os.unlink(base + suffix)
        return said


# ---- our list -----------------------------------------------------------------------------------


def ours(path, *options):
    """Our list of a configuration: (PATH, value, file, line)."""
    done = subprocess.run([LIST, *options, path], capture_output=True, check=True)
    words = done.stdout.decode('utf-8', 'surrogateescape').split('\0')[:-1]
    return [tuple(words[i:i + 4]) for i in range(0, len(words), 4)]


def names(table):
    """The names of a table of lib/conf/dovecot_names.c."""
    with open(os.path.join(TOP, 'lib/conf/dovecot_names.c'), encoding='ascii') as source:
        text = re.search(r'\b%s\[\] = \{(.*?)\};' % table, source.read(), re.S)[1]
    return re.findall(r'"([^"]+)"', text)


FILTERS, LISTS = set(names('filters')), set(names('text_lists')) | set(names('bool_lists'))
PREFIXED = FILTERS | LISTS
NAMELESS = {'plugin', 'dict', 'passdb', 'userdb', 'namespace', 'mailbox', 'client', 'master',
            'inet_listener', 'unix_listener', 'fifo_listener', 'metric', 'event_exporter'}


# Of which `type/name/key` is written, too
SLASHED = {'service', 'namespace', 'mailbox', 'unix_listener', 'inet_listener', 'fifo_listener'}


def is_nameless(word, above):
    """Whether a word between slashes is a block without name, and not a piece of a name."""
    word = re.sub(r'\[\d+\]$', '', word)
    return word in NAMELESS | PREFIXED or any(
        prefix + '_' + word in PREFIXED for kind, name, _ in above[-1:]
        for prefix in (kind, '%s_%s' % (kind, name)))


def split(path):
    """A PATH as blocks (type, name or None, number) and the setting's name, as reeve-conf(8) says."""
    pieces, piece, is_quoted = [], '', False
    i = 0
    while i < len(path):
        c = path[i]
        if is_quoted and c == '\\':
            piece += path[i:i + 2]
            i += 1
        elif c == '"':
            is_quoted = not is_quoted
            piece += c
        elif c == '/' and not is_quoted:
            pieces.append(piece)
            piece = ''
        else:
            piece += c
        i += 1
    key, blocks = piece, []
    for i, piece in enumerate(pieces):
        if piece in SLASHED and i + 1 < len(pieces) and ' ' not in pieces[i + 1]:
            pieces[i + 1] = piece + ' ' + pieces[i + 1]  # type/name/
            continue
        kind, blank, name = piece.partition(' ')
        if blank or is_nameless(piece, blocks) or not blocks or blocks[-1][1] is None:
            number = re.search(r'\[(\d+)\]$', piece)
            if number:
                piece = piece[:number.start()]
                kind, blank, name = piece.partition(' ')
            blocks.append([kind, name if blank else None, int(number[1]) if number else 0])
        else:
            blocks[-1][1] += '/' + piece
    return [(kind, unquoted(name), number) for kind, name, number in blocks], unquoted(key)


def unquoted(word):
    if word and len(word) > 1 and word[0] == word[-1] == '"':
        return re.sub(r'\\(.)', r'\1', word[1:-1])
    return word


def quoted(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


def line_of(key, value):
    """As an administrator writes it: in quotes only if it must be."""
    if re.search(r'[\s"\\#=/]', key) and not key.startswith('"') and re.search(r'[\s"\\#=]', key):
        key = quoted(key)
    # `$word` stays a variable; `$word,` was in quotes, for there is none of that name.
    must = (value[:1] in ' \t' or value[-1:] in (' ', '\t', '\\') or '#' in value or
            value[:1] in ('"', "'") or '$' + key in value or '$SET:' + key in value or
            re.search(r'(^| )\$(?!\w[\w:]*( |$))', value) or ('$' in value and '  ' in value))
    return '%s = %s' % (key, quoted(value) if value and must else value)


def written(rows):
    """One file that says what the rows do."""
    lines, open_blocks = [], []
    for path, value, *_ in rows:
        blocks, key = split(path)
        same = 0
        while same < min(len(blocks), len(open_blocks)) and blocks[same] == open_blocks[same]:
            same += 1
        while len(open_blocks) > same:
            open_blocks.pop()
            lines.append('  ' * len(open_blocks) + '}')
        for block in blocks[same:]:
            kind, name, _ = block
            if name is not None and kind != 'group' and (not name or re.search(r'[\s"{=\\#]', name)):
                name = quoted(name)
            lines.append('  ' * len(open_blocks) + kind + (' ' + name if name is not None else '') + ' {')
            open_blocks.append(block)
        if key:
            lines.append('  ' * len(open_blocks) + line_of(key, value))
    lines += ['  ' * n + '}' for n in reversed(range(len(open_blocks)))]
    return '\n'.join(lines) + '\n'
