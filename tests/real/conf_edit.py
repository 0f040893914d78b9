#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What we set in a Dovecot configuration: does `doveconf` of 2.3 and 2.4 read that, and only that?

    BUILD=build tests/real/conf_edit.py

    values  each of VALUES, into some of LINES: doveconf says the value, byte for byte
    one     one setting of a tree gets another value: doveconf -n differs in it alone
    new     a setting that is not there, in a block that is, and one that is not
    unset   what was new is gone: doveconf -n is what it was

Trees: the rules of conf_trees.py, and made-up ones (REEVE_TREES=40, REEVE_SEED=20261129).
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

import conf_trees
from doveconf import TOP, Doveconf, flat, ours

EDIT = os.path.join(os.path.abspath(os.environ.get('BUILD', os.path.join(TOP, 'build'))), 'tests/conf_edit')
SEED = int(os.environ.get('REEVE_SEED', '20261129'))
TREES = int(os.environ.get('REEVE_TREES', '20'))
START = {'2.3': '', '2.4': 'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n'}

VALUES = ['x', 'two words', ' before', 'behind ', '\ttab', 'a  b', 'a # b', 'a #b', 'a#b', '#', '# a',
          '"', "'", '"a"', "'a'", '"a', "it's", "it's \"so\"", '"a" b', "'a' b", 'a "b"', '\\', 'a\\',
          'a\\\\', '\\a', 'a\\"b', "a\\'b", '" # \' \\', '{', '}', 'a }', 'a {', '= b', '!include x',
          '$', '$x', '$ecret', 'pa$word', 'a $b c', 'a  $b', '$  $', '%', '%%', '%{x}', 'a;b', 'a,b',
          '\xe4\xf6', 'a\xa0b', 'x' * 3000]
LINES = ['login_greeting = old\n', 'login_greeting=old # note\n', 'login_greeting = "old"\n',
         "login_greeting = 'old' # it's a note\n", 'login_greeting = \r\n', '#login_greeting = x\n', '',
         'login_greeting = a \\\n  b\n', '\tlogin_greeting =\t"a \\" b" #note\n', 'login_greeting = old']


class Counts:
    passed = failed = skipped = refused = 0


def fail(name, text):
    Counts.failed += 1
    print('FAIL: %s: %s' % (name, text))


def edit(path, *words):
    """True, or the reason why not."""
    done = subprocess.run([EDIT, path, *(w.encode('utf-8') for w in words)], capture_output=True, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(done.stderr.decode())
    return done.returncode == 0 or done.stderr.decode('utf-8', 'replace').strip()


def put(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8', errors='surrogateescape', newline='') as out:
        out.write(text)


def unquoted(value):
    """What doveconf prints in quotes."""
    if len(value) > 1 and value[0] == value[-1] == '"':
        text, i, value = value[1:-1], 0, ''
        while i < len(text):
            i += text[i] == '\\'
            value += text[i:i + 1]
            i += 1
    return value


# ---- values -------------------------------------------------------------------------------------


def check_values(version, scratch):
    names = {}
    for i, value in enumerate(VALUES):
        for k, line in enumerate(LINES):
            if (i + k) % 3:
                continue
            name = 'v%d-%d.conf' % (i, k)
            path = os.path.join(scratch, name)
            put(path, START[version] + line)
            done = edit(path, 'set', 'login_greeting', value)
            if done is not True:
                fail(version, '%r into %r: %s' % (value[:30], line, done))
                continue
            names[name] = (value, line)
    said = Doveconf(version).run(scratch, list(names), '-n')
    for name, (value, line) in names.items():
        found = flat(said[name].tree).get(('login_greeting',))
        if said[name].status != 0 or found is None or unquoted(found) != value and found != value:
            with open(os.path.join(scratch, name), encoding='utf-8', newline='') as file:
                fail(version, '%r into %r: %r is %r %s' % (value, line, file.read()[-100:], found,
                                                          said[name].errors.strip()))
        else:
            Counts.passed += 1


# ---- trees --------------------------------------------------------------------------------------


def another(value):
    if value in ('yes', 'no'):
        return 'no' if value == 'yes' else 'yes'
    if value.isdigit():
        return '0660' if value.startswith('0') and len(value) > 2 else str(int(value) + 1)
    return value + 'x'


def wishes(version, rows):
    """(what is done, its words, PATHs of which one is expected to change)"""
    plain = [r for r in rows if not r[1].startswith('<') and '\n' not in r[1] and '$' not in r[1] and
             not r[0].startswith('dovecot_') and '@' not in r[0]]
    # One setting of 1.x is several of 2.x.
    plain = [r for r in plain if not r[0].startswith('login_processes')]
    for path, value, *_ in random.sample(plain, min(3, len(plain))):
        yield 'one', ('set', path, another(value)), path
    yield 'new', ('set', 'auth_realms' if version == '2.3' else 'auth_default_domain', 'new.example'), None
    yield 'new', ('set', 'service imap-hibernate/vsz_limit', '77 M'), None
    yield 'new', ('set', 'protocol lmtp/postmaster_address', 'new@example.org'), None
    yield 'unset', ('set', 'login_log_format', 'x', 'unset', 'login_log_format'), None


def same_path(path, rows):
    """Whether other rows may hang on this one."""
    name = path.split('/')[-1]
    return any('$' in value and name in value for _, value, *_ in rows)


def check_tree(version, trees, scratch):
    oracle, done = Doveconf(version), {}
    for name, files in trees.items():
        for file, text in files.items():
            put(os.path.join(scratch, name, file), text)
    said = oracle.run(scratch, [n + '/dovecot.conf' for n in trees], '-n', '-P')
    for name in trees:
        if said[name + '/dovecot.conf'].status != 0:
            continue
        before = os.path.join(scratch, name)
        rows = ours(os.path.join(before, 'dovecot.conf'))
        for i, (what, words, path) in enumerate(wishes(version, rows)):
            if path is not None and same_path(path, rows):
                continue
            copy = '%s-%d' % (name, i)
            shutil.copytree(before, os.path.join(scratch, copy))
            why = edit(os.path.join(scratch, copy, 'dovecot.conf'), *words)
            if why is True:
                done[copy + '/dovecot.conf'] = (name, what, words)
            else:
                Counts.refused += 1
                print('refused: %s of %s: %s' % (version, name, why))
                if os.environ.get('REEVE_KEEP'):
                    shutil.copytree(before, os.path.join(os.environ['REEVE_KEEP'], version, copy))
    after = oracle.run(scratch, list(done), '-n', '-P')
    for copy, (name, what, words) in done.items():
        compare('%s of %s, %s' % (version, name, ' '.join(words)), what, words,
                said[name + '/dovecot.conf'], after[copy])


def compare(name, what, words, was, now):
    if now.status != 0:
        # A value that doveconf does not take is none of the edit's faults.
        if what == 'one' and (words[2].endswith('x') or any(
                word in now.errors for word in ('must be', 'nvalid', 'No language with'))):
            Counts.skipped += 1
        else:
            fail(name, now.errors.strip()[-300:])
        return
    a, b = flat(was.tree), flat(now.tree)
    changed = [k for k in a.keys() | b.keys() if a.get(k) != b.get(k)]
    if what == 'unset' and changed:
        fail(name, 'is not as it was: %s' % changed)
    elif what != 'unset' and len(changed) > 1:
        fail(name, 'changed more: %s' % [(k, a.get(k), b.get(k)) for k in changed])
    elif what == 'new' and len(changed) != 1:
        fail(name, 'changed nothing')
    else:
        Counts.passed += 1


def main():
    if os.geteuid() != 0:
        print('conf_edit: needs root (mount namespaces)')
        Counts.skipped += 1
    else:
        random.seed(SEED)
        for version in ('2.3', '2.4'):
            with tempfile.TemporaryDirectory(prefix='reeve-edit.') as scratch:
                check_values(version, scratch)
            trees = dict(conf_trees.rules(version))
            trees.update(('random%d' % i, conf_trees.made_up(version, random)) for i in range(TREES))
            with tempfile.TemporaryDirectory(prefix='reeve-edit.') as scratch:
                check_tree(version, trees, scratch)
        print('%d changes refused, %d values that doveconf does not take' % (Counts.refused, Counts.skipped))
        Counts.skipped = 0
    print('%d passed, %d failed, %d skipped' % (Counts.passed, Counts.failed, Counts.skipped))
    return Counts.failed > 0


if __name__ == '__main__':
    sys.exit(main())
