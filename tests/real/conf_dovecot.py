#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a Dovecot configuration means: do we agree with `doveconf` of 2.3 and 2.4?

    BUILD=build tests/real/conf_dovecot.py [WORD...]     only trees whose name holds a WORD

Of every tree that the real program accepts our effective list (conf_list.c) is compared in two ways:

    rows    each row stands where doveconf -N says that it is set, with that value
    again   one file written from the list alone means the same to doveconf -n
    thin    without one of its rows the list does not: the judge sees what is missing

Trees: those of ../shared/dovecot/corpus (skipped where it is not), rules of our own (RULES), and
made-up ones out of a grammar. REEVE_TREES=500 makes more of them, REEVE_SEED=7 others.
"""

import ipaddress
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import conf_trees
from doveconf import FILTERS, LISTS, ORACLES, TOP, Doveconf, flat, names, order, ours, split, written

VERSIONS = ('2.3', '2.4')
FILTER_LISTS = set(names('filter_lists'))
SHARED = os.path.join(TOP, '../shared/dovecot')
SEED = int(os.environ.get('REEVE_SEED', '20261129'))
TREES = int(os.environ.get('REEVE_TREES', '60'))


class Counts:
    passed = failed = skipped = rows = renamed = thin = noticed = 0


def fail(name, text):
    Counts.failed += 1
    print('FAIL: %s: %s' % (name, text))


def differences(one, other):
    """What two trees do not agree in."""
    a, b = flat(one), flat(other)
    found = ['only in the files: %s = %s' % (' / '.join(map(str, k)), a[k]) for k in a.keys() - b.keys()]
    found += ['only in the list: %s = %s' % (' / '.join(map(str, k)), b[k]) for k in b.keys() - a.keys()]
    found += ['%s: %s, and by the list %s' % (' / '.join(map(str, k)), a[k], b[k])
              for k in a.keys() & b.keys() if a[k] != b[k]]
    if order(one) != order(other):
        found.append('order: %s, and by the list %s' % (order(one), order(other)))
    return sorted(found)


# ---- rows ---------------------------------------------------------------------------------------


def shown_block(block):
    """As doveconf prints it."""
    kind, name, number = block
    if name is None and kind in ('passdb', 'userdb', 'namespace'):
        return (kind, number or 1)
    if kind == 'auth' or name is None:
        return kind
    if kind in ('local', 'remote'):
        net = ipaddress.ip_interface(name.strip('[]'))
        name = str(net.ip) if net.network.prefixlen == net.max_prefixlen else str(net)
    if kind == 'local_name':
        name = name.lower()
    if re.search(r'[ "{=<\'$]', name) and kind != 'group' or name == '':
        name = '"' + name + '"'
    return kind + ' ' + name


def places(path):
    """Where doveconf may print a setting of this PATH: 2.4 has several names for one."""
    blocks, key = split(path)
    above = [shown_block(b) for b in blocks]
    yield tuple(above) + (key,)
    if len(blocks) > 1 and blocks[-1][1] is None:  # `userdb_fields` is printed as `fields`
        yield tuple(above[:-1]) + (above[-1].removeprefix(blocks[-2][0] + '_') if
                                   isinstance(above[-1], str) else above[-1], key)
    for i, (kind, name, _) in enumerate(blocks):
        full = '%s_%s' % (blocks[i - 1][0], kind) if i else kind
        if full in LISTS or full in FILTERS or full in FILTER_LISTS:
            shown = full + above[i][len(kind):] if isinstance(above[i], str) else full
            yield tuple(above[:i]) + (shown,) + tuple(above[i + 1:]) + (key,)
    words = key.split('_')
    for n in range(1, len(words)):
        prefix, rest = '_'.join(words[:n]), '_'.join(words[n:])
        if prefix in FILTERS:
            yield tuple(above) + (prefix, rest)
            yield tuple(above) + (prefix, key)
        if above:
            yield tuple(above) + (rest,)
    if blocks:
        kind, name, _ = blocks[-1]
        for prefix in (kind, '%s_%s' % (kind, name)):
            yield tuple(above) + ('%s_%s' % (prefix, key),)
            for n in range(1, len(words)):
                filter_name = '_'.join([kind] + words[:n])
                if filter_name in FILTERS:
                    yield tuple(above) + (filter_name, '_'.join(words[n:]))


def lower_hosts(found):
    return {tuple(k.lower() if isinstance(k, str) and k.startswith('local_name ') else k for k in place): value
            for place, value in found.items()}


def check_rows(name, rows, files, again):
    """Each row against what doveconf says is set in the files, and in the file written from the list."""
    a, b = (lower_hosts(flat(tree)) for tree in (files, again))
    for path, value, file, line in rows:
        if path.endswith('/'):
            continue
        place = next((p for p in places(path) if p in b), None)
        if place is None:
            Counts.renamed += 1
            if os.environ.get('REEVE_SHOW'):
                print('no place: %s: %s = %s' % (name, path, value))
        elif a.get(place) != b[place]:
            fail(name, '%s:%s: %s = %s, but doveconf says %s' % (file, line, path, value, a.get(place)))
            return False
        else:
            Counts.rows += 1
    return True


# ---- many trees at once -------------------------------------------------------------------------


def check_trees(version, trees):
    """Compare {name: {file name: text}}; each has a dovecot.conf. The names that doveconf accepted."""
    with tempfile.TemporaryDirectory(prefix='reeve-conf.') as scratch:
        home = os.path.join(scratch, 'etc/dovecot')
        for name, files in trees.items():
            for file, text in files.items():
                path = os.path.join(home, name, file)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, 'w', encoding='utf-8', errors='surrogateescape') as out:
                    out.write(text)
        return check_folder(version, scratch, [name + '/dovecot.conf' for name in trees])


def check_folder(version, scratch, files):
    """The same of files (their names below scratch/etc/dovecot) that are there."""
    oracle, home, lists = Doveconf(version), os.path.join(scratch, 'etc/dovecot'), {}
    said = oracle.run(home, files, '-n', '-P')
    said_set = oracle.run(home, files, '-N', '-P')
    accepted = [f for f in files if said[f].status == 0]
    for file in accepted:
        lists[file] = ours(os.path.join(home, file), '-e', '-b', '-r', scratch)
        with open(os.path.join(home, file) + '.list', 'w', encoding='utf-8',
                  errors='surrogateescape') as out:
            out.write(written(lists[file]))
        lines = written(lists[file]).split('\n')
        settings = [i for i, line in enumerate(lines) if ' = ' in line]
        del lines[settings[len(settings) // 2]]
        with open(os.path.join(home, file) + '.thin', 'w', encoding='utf-8',
                  errors='surrogateescape') as out:
            out.write('\n'.join(lines))
    thin = oracle.run(home, [f + '.thin' for f in accepted], '-N', '-P')
    again = oracle.run(home, [f + '.list' for f in accepted], '-n', '-P')
    again_set = oracle.run(home, [f + '.list' for f in accepted], '-N', '-P')
    for file in accepted:
        name, listed = '%s of %s' % (version, file), file + '.list'
        Counts.thin += 1
        Counts.noticed += flat(thin[file + '.thin'].tree) != flat(said_set[file].tree)
        if again[listed].status != 0:
            fail(name, 'doveconf refuses what the list says: ' + again[listed].errors.strip())
        elif found := differences(said[file].tree, again[listed].tree):
            fail(name, '\n    '.join(['does not mean the same:'] + found[:8]))
        elif check_rows(name, lists[file], said_set[file].tree, again_set[listed].tree):
            Counts.passed += 1
            continue
        if os.environ.get('REEVE_KEEP'):
            shutil.copytree(os.path.dirname(os.path.join(home, file)),
                            os.path.join(os.environ['REEVE_KEEP'], version, file.replace('/', '_')),
                            dirs_exist_ok=True)
    return accepted


# ---- the corpus ---------------------------------------------------------------------------------


def copy_of_system(version, scratch):
    """What the program's package has outside of /etc/dovecot that stock files include."""
    root = os.path.realpath(os.path.join(ORACLES, 'root-' + version))
    for folder in ('usr/share/dovecot/protocols.d',):
        if os.path.isdir(os.path.join(root, folder)):
            shutil.copytree(os.path.join(root, folder), os.path.join(scratch, folder))


def corpus(wanted):
    """The trees as the oracle of the corpus stages them: see its staged.py."""
    sys.path.insert(0, os.path.join(SHARED, 'oracle'))
    import staged  # pylint: disable=import-error,import-outside-toplevel
    with open(os.path.join(SHARED, 'corpus/TREES.tsv'), encoding='utf-8') as table:
        rows = [line.rstrip('\n').split('\t') for line in table][1:]
    agreed = {v: [0, 0] for v in VERSIONS}
    for root, _, base, template, *_ in rows:
        if not wanted(root):
            continue
        tree = staged.Staged(os.path.join(SHARED, 'corpus', root),
                             None if base == '-' else os.path.join(SHARED, 'corpus', base),
                             template == 't')
        for version in VERSIONS:
            failed = Counts.failed
            if check_staged(tree, version, root):
                agreed[version][1] += 1
                agreed[version][0] += Counts.failed == failed
        shutil.rmtree(tree.scratch)
    for version, (same, all_of_them) in agreed.items():
        print('corpus: %d of the %d trees that %s accepts agree' % (same, all_of_them, version))


def check_staged(tree, version, root):
    """Whether it was accepted."""
    def said(*options):
        status, text, errors = tree.run(version, *options)
        return status, text, errors

    status, text, _ = said('-n', '-P')
    if status != 0:
        return False
    scratch = tempfile.mkdtemp(dir=tree.scratch)
    for home in ('etc/dovecot', 'usr/local/etc/dovecot'):
        shutil.copytree(tree.tree, os.path.join(scratch, home), symlinks=True)
    copy_of_system(version, scratch)
    rows = ours(os.path.join(scratch, 'etc/dovecot', tree.name), '-e', '-b', '-r', scratch)
    name = '%s of %s' % (version, root)
    with open(os.path.join(tree.tree, 'reeve.list'), 'w', encoding='utf-8',
              errors='surrogateescape') as out:
        out.write(written(rows))
    _, text_set, _ = said('-N', '-P')
    before, tree.name = tree.name, 'reeve.list'
    status, again, errors = said('-n', '-P')
    _, again_set, _ = said('-N', '-P')
    tree.name = before
    from doveconf import parse
    if status != 0:
        fail(name, 'doveconf refuses what the list says: ' + errors.strip()[-400:])
    elif found := differences(parse(text), parse(again)):
        fail(name, '\n    '.join(['does not mean the same:'] + found[:12]))
    elif check_rows(name, rows, parse(text_set), parse(again_set)):
        Counts.passed += 1
    return True


# ---- all ----------------------------------------------------------------------------------------


def main(words):
    def wanted(name):
        return not words or any(word in name for word in words)

    if os.geteuid() != 0:
        print('conf_dovecot: needs root (mount namespaces)')
        Counts.skipped += 1
    else:
        if os.path.isdir(SHARED):
            corpus(wanted)
        else:
            print('conf_dovecot: no ../shared/dovecot: its trees are left out')
            Counts.skipped += 1
        for version in VERSIONS:
            rules = {name: files for name, files in conf_trees.rules(version).items() if wanted(name)}
            accepted = check_trees(version, rules)
            for name in sorted(set(rules) - {os.path.dirname(a) for a in accepted}):
                fail('%s of %s' % (version, name), 'doveconf refuses this rule')
            if wanted('random'):
                random.seed(SEED)
                trees = {'random%d' % i: conf_trees.made_up(version, random) for i in range(TREES)}
                if version == '2.3':
                    trees.update(('random1.%d' % i, conf_trees.made_up('1', random)) for i in range(TREES))
                accepted = check_trees(version, trees)
                print('random: %d of %d trees accepted by %s' % (len(accepted), len(trees), version))
    print('%d of %d lists with a row missing were noticed' % (Counts.noticed, Counts.thin))
    if Counts.noticed < Counts.thin * .97:
        fail('the judge', 'it overlooks rows that are missing')
    print('%d rows at their places, %d under names that 2.3 gives away' % (Counts.rows, Counts.renamed))
    print('%d passed, %d failed, %d skipped' % (Counts.passed, Counts.failed, Counts.skipped))
    return Counts.failed > 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
