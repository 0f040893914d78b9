#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reeve-migrate against real Dovecot 2.3: is a migrated tree accepted, and does it mean the same?

    BUILD=build tests/real/migrate.py [WORD...]      only trees with a WORD in their path

The trees of ../shared/dovecot/corpus (TREES.tsv) are migrated in copies; ../shared/dovecot/oracle
judges them (check-2.3, same-2.3). Of each tree:

    judged    accepted, no obsolete setting, the same meaning; what 2.3 refused is accepted then
    twice     a second migration changes nothing
    quiet     trees of stock Dovecots and for 2.4 come back byte for byte
    comments  every comment is there, in its order, and the next setting below it is what the rules
              make of the one that it stood above
    mutants   leave out or change any line that sets something: what comes out differs, or what is
              said about that very line (mutants.c)

Besides, of every name that any version knew outside of blocks, 2.3 refuses what is called unknown,
and nothing else; and no tree that it accepts has such a name. The same of `$name`.

Where 2.3 itself does not understand the old file, DIFFERENT says what we write, and 2.3 does not.
"""

import concurrent.futures
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(TOP, "build")))
MIGRATE = os.path.join(BUILD, "bin/reeve-migrate")
MUTANTS = os.path.join(BUILD, "tests/mutants")
SHARED = os.path.join(os.path.dirname(TOP), "shared/dovecot")
CORPUS = os.path.join(SHARED, "corpus")
NO_SKIP = os.environ.get("REEVE_NO_SKIP", "") not in ("", "0")

# ssl_protocols with SSLv2 in it: 2.3 says that it does not understand it, and takes its default.
DIFFERENT = re.compile(r"\+ssl_min_protocol = (SSLv3|TLSv1(\.[123])?)|[-+]{3} .*|@@ .*")
# A cache of less than 1024 was that many kilobytes in 1.x, as its documentation says; 2.3 takes the
# number for megabytes.
CACHE = re.compile(r"-auth_cache_size = (\d+) ?M\n\+auth_cache_size = \1 ?[kK]\n")
# Trees that 2.3 refuses as they are; what must be gone from what it says.
REFUSED = ("bearstech-bearmail", "matthijskooijman-Tika")


UNKNOWN = "does not know"


class Failure(Exception):
    pass


def run(*argv):
    return subprocess.run(argv, capture_output=True, encoding="utf-8", errors="replace", check=False)


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Tree:
    """A copy of a tree, as it is and migrated."""

    def __init__(self, row, scratch):
        self.row = row
        self.source = os.path.join(CORPUS, row["root"])
        self.name = os.path.basename(self.source)
        self.old = os.path.join(scratch, "old")
        self.new = os.path.join(scratch, "new")
        self.options = ["-t"] if row["template"] == "t" else []
        if row["base"] != "-":
            base = os.path.join(CORPUS, row["base"])
            shutil.copytree(base, self.old)
            self.options += ["-b", base]
        shutil.copytree(os.path.dirname(self.source), self.old, dirs_exist_ok=True)
        shutil.copytree(self.old, self.new)
        self.said = self.migrate(self.old, self.new, os.path.join(scratch, "out"))

    def migrate(self, source, into, scratch):
        """Lay what comes out over the folder `into`; return what is said."""
        done = run(MIGRATE, "--to", "2.3", "-c", os.path.join(source, self.name), "--output", scratch,
                   "--json")
        if done.returncode != 0:
            raise Failure(f"exit status {done.returncode}: {done.stdout} {done.stderr}")
        for folder, _, names in os.walk(scratch):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), scratch)
                if os.path.exists(os.path.join(into, path)):
                    shutil.copy(os.path.join(scratch, path), os.path.join(into, path))
        return json.loads(done.stdout)

    def files(self):
        """Paths of what may have changed."""
        return sorted(os.path.relpath(os.path.join(folder, name), self.old)
                      for folder, _, names in os.walk(self.old) for name in names)

    def changed(self):
        return [f for f in self.files()
                if read(os.path.join(self.old, f)) != read(os.path.join(self.new, f))]


def judged(tree):
    conf = os.path.join(tree.new, tree.name)
    accepted = run(os.path.join(SHARED, "oracle/check-2.3"), *tree.options, conf)
    if accepted.returncode != 0 or ", 0 obsolete" not in accepted.stdout:
        raise Failure(accepted.stdout.strip())
    same = run(os.path.join(SHARED, "oracle/same-2.3"), *tree.options, tree.source, conf)
    if any(name in tree.row["root"] for name in REFUSED):
        if same.stdout != "" or "Fatal" not in same.stderr:
            raise Failure("2.3 takes the old one, too")
    elif same.stdout != "same\n":
        said = CACHE.sub("", same.stdout)
        other = [line for line in said.splitlines() if not DIFFERENT.fullmatch(line)]
        if other or same.stdout == "":
            raise Failure(same.stdout + same.stderr)


def known(tree):
    """Nothing is called unknown in what Dovecot takes."""
    if tree.row["accepted_2.3"] != "yes":
        return
    for change in tree.said["changes"]:
        if UNKNOWN in change["text"]:
            raise Failure(f"{change['file']}:{change['line']}: {change['text']}")


def twice(tree):
    with tempfile.TemporaryDirectory() as scratch:
        into = os.path.join(scratch, "new")
        shutil.copytree(tree.new, into)
        tree.migrate(tree.new, into, os.path.join(scratch, "out"))
        for path in tree.files():
            if read(os.path.join(into, path)) != read(os.path.join(tree.new, path)):
                raise Failure(f"{path} changes a second time")


def quiet(tree):
    if tree.changed():
        raise Failure(f"changed: {tree.changed()}")


# ---- comments ----------------------------------------------------------------------------------

SETTING = re.compile(r"\s*([^\s#={}]+)\s*=")


def lines_of(path):
    return read(path).decode("utf-8", "surrogateescape").splitlines()


def comments(tree):
    """Comments keep their order, so they are compared one after the other."""
    for path in tree.files():
        old = lines_of(os.path.join(tree.old, path))
        new = lines_of(os.path.join(tree.new, path))
        if old == new:
            continue
        changes = {}
        for change in tree.said["changes"]:
            if os.path.relpath(change["file"], tree.old) == path:
                changes.setdefault(change["line"], []).append(change)
        compare_comments(path, old, new, changes)


def next_old(old, at, changes):
    """The names that may stand below a comment in line `at`; None: any, at the end."""
    names = set()
    for i in range(at, len(old)):
        stays = [c for c in changes.get(i + 1, []) if c["kind"] != "noted" and c["kind"] != "decide"]
        found = SETTING.match(old[i])
        if old[i].lstrip().startswith("#"):
            continue
        if not stays:
            if found:
                return names | {found[1]}
            continue
        after = " ".join(c["after"] for c in stays)
        made = set(re.findall(r"([^\s{},=]+) =", after))
        rules = {c["rule"]["new_value"] for c in stays if c["rule"]["action"] == "block"}
        made |= {rule.split(" ")[0] for rule in rules if rule}
        names |= made
        if made and found:
            return names
    return None


def compare_comments(path, old, new, changes):
    wanted = [(line.strip(), i) for i, line in enumerate(old) if line.lstrip().startswith("#")]
    there = [(line.strip(), i) for i, line in enumerate(new)
             if line.lstrip().startswith("#") and "# mailreeve: " not in line]
    at = 0
    for text, line in wanted:
        while at < len(there) and there[at][0] != text:
            at += 1
        if at == len(there):
            raise Failure(f"{path}:{line + 1}: the comment is gone: {text}")
        names = next_old(old, line, changes)
        below = next((SETTING.match(n)[1] for n in new[there[at][1]:]
                      if SETTING.match(n) and not n.lstrip().startswith("#")), None)
        if names is not None and below not in names:
            raise Failure(f"{path}:{line + 1}: below the comment is {below}, wanted one of {names}")
        at += 1


def mutants(tree):
    done = run(MUTANTS, os.path.join(tree.old, tree.name), tree.old)
    if done.returncode != 0:
        raise Failure(done.stdout + done.stderr)
    return int(done.stdout.split()[0])


# ---- the example -------------------------------------------------------------------------------

EXAMPLE = """# Users of the system. <doc/wiki/PasswordDatabase>
auth default {
    # Postfix asks here.
    socket listen {
        client {
            path = /var/spool/postfix/private/auth-dovecot
            mode = 0660
            user = postfix
            group = postfix
        }
    }
}
# The end.
"""
WANTED = """# Users of the system. <doc/wiki/PasswordDatabase>
# Postfix asks here.
service auth {
    unix_listener /var/spool/postfix/private/auth-dovecot {
        mode = 0660
        user = postfix
        group = postfix
    }
}
# The end.
"""


def example(scratch):
    """Dovecot warns of it, and after the migration does not."""
    conf, ext = os.path.join(scratch, "dovecot.conf"), os.path.join(scratch, "auth-system.conf.ext")
    with open(conf, "w", encoding="utf-8") as f:
        f.write("protocols = imap\n!include auth-system.conf.ext\n")
    with open(ext, "w", encoding="utf-8") as f:
        f.write(EXAMPLE)
    check = os.path.join(SHARED, "oracle/check-2.3")
    before = run(check, conf).stdout
    if not re.search(r", [1-9]\d* obsolete", before):
        raise Failure(f"Dovecot does not mind: {before}")
    done = run(MIGRATE, "--to", "2.3", "-c", conf, "--root", "/", "--output", scratch + "/new")
    if done.returncode != 0:
        raise Failure(done.stderr)
    if read(scratch + "/new/auth-system.conf.ext").decode() != WANTED:
        raise Failure(read(scratch + "/new/auth-system.conf.ext").decode())
    after = run(check, scratch + "/new/dovecot.conf").stdout
    if "accepted, 0 obsolete" not in after:
        raise Failure(after)


def refused(scratch):
    """What Dovecot says of a line of the new file is told of the one that it comes from."""
    conf = os.path.join(scratch, "refused.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write("login_user = root\n\n# why\n  mail_max_userip_connections = many\n")
    for how, status in (("--check", 3), ("--dry-run", 0), ("--output=" + scratch + "/refused", 0)):
        done = run(MIGRATE, "--to", "2.3", "-c", conf, how)
        if done.returncode != status or not re.search(
                r"/refused\.conf:4:3: warning: Dovecot refuses this, .*: Invalid number many.* \(line "
                r"1[0-9] of the new file\)", done.stderr):
            raise Failure(f"{how}: exit status {done.returncode}: {done.stderr}")


def refuses(scratch, name):
    """Whether Dovecot calls a name unknown."""
    conf = os.path.join(scratch, name + ".conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"{name} = 1\n")
    return "Unknown setting: " + name in run("doveconf", "-n", "-c", conf).stderr


def names(scratch):
    """Names outside of blocks: what is called unknown, and what Dovecot does."""
    with open(os.path.join(TOP, "lib/conf/dovecot_old_names.c"), encoding="utf-8") as f:
        every = sorted(set(re.findall(r'"(\w+)"', f.read())))
    conf = os.path.join(scratch, "names.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.writelines(f"{name} = 1\n" for name in every)
    done = run(MIGRATE, "--to", "2.3", "-c", conf, "--json", "--check")
    if done.returncode != 3:
        raise Failure(f"exit status {done.returncode}: {done.stderr}")
    told, changed = set(), set()
    for change in json.loads(done.stdout)["changes"]:
        (told if UNKNOWN in change["text"] else changed).add(every[change["line"] - 1])
    for name in every:
        if name not in changed and (name in told) != refuses(scratch, name):
            raise Failure(f"{name}: " + ("Dovecot knows it" if name in told else "nothing is said"))
    if len(told) < 20:
        raise Failure(f"only {len(told)} names are unknown")


def variables(scratch):
    """`$name` of each of these: what is called no setting, and what Dovecot does not expand."""
    with open(os.path.join(TOP, "lib/conf/dovecot_old_names.c"), encoding="utf-8") as f:
        every = sorted(set(re.findall(r'"(\w+)"', f.read())) | {"plugin", "passdb", "ENV:HOME"})
    lines = ["ssl = no\n", "service imap {\n", "}\n", "plugin {\n"]
    lines += [f"  x{i} = x ${name}\n" for i, name in enumerate(every)]
    conf = os.path.join(scratch, "variables.conf")

    def write():
        with open(conf, "w", encoding="utf-8") as f:
            f.writelines(lines + ["}\n"])

    write()
    done = run(MIGRATE, "--to", "2.3", "-c", conf, "--json", "--check")
    told = {every[change["line"] - 5] for change in json.loads(done.stdout)["changes"]
            if "is no setting" in change["text"]}
    refused_ones = set()
    while True:  # it stops at the first
        said = run("doveconf", "-n", "-x", "-m", "master", "-c", conf).stderr
        found = re.search(r"line (\d+): (Unknown|Invalid) variable", said)
        if found is None:
            break
        refused_ones.add(every[int(found[1]) - 5])
        lines[int(found[1]) - 1] = "\n"
        write()
    if told != refused_ones or len(told) < 50:
        raise Failure("nothing is said, or Dovecot knows it: " +
                      " ".join(sorted(told ^ refused_ones)))


def checks_of(row):
    era, warns = row["era"], row["obsolete_2.3"] != "0"
    if era in ("1.x", "stock-1.x") or warns:
        return (judged, known, twice, comments, mutants)
    if era in ("2.4", "stock-2.4", "stock-2.x"):
        return (quiet, known, mutants)
    return (judged, known, twice, comments, mutants)


def one(row):
    with tempfile.TemporaryDirectory(prefix="reeve-migrate.") as scratch:
        problems, count = [], 0
        try:
            tree = Tree(row, scratch)
        except Failure as failure:
            return row, [str(failure)], 0
        for check in checks_of(row):
            try:
                count += check(tree) or 0
            except Failure as failure:
                problems.append(f"{check.__name__}: {failure}")
        return row, problems, count


def main():
    if not os.path.isdir(CORPUS) or os.geteuid() != 0:
        print("no trees (../shared/dovecot/corpus), or not root")
        print(f"0 passed, {int(NO_SKIP)} failed, {int(not NO_SKIP)} skipped")
        return int(NO_SKIP)
    subprocess.run([os.path.join(SHARED, "oracle/setup-oracles")], check=True, capture_output=True)
    with open(os.path.join(CORPUS, "TREES.tsv"), encoding="utf-8") as f:
        rows = [row for row in csv.DictReader(f, delimiter="\t")
                if len(sys.argv) == 1 or any(word in row["root"] for word in sys.argv[1:])]
    passed = failed = heard = 0
    with tempfile.TemporaryDirectory(prefix="reeve-migrate.") as scratch:
        for check in (example, refused, names, variables):
            try:
                check(scratch)
                passed += 1
            except Failure as failure:
                print(f"{check.__name__}: {failure}")
                failed += 1
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        for row, problems, count in pool.map(one, rows):
            heard += count
            passed += not problems
            failed += bool(problems)
            for problem in problems:
                print(f"{row['root']}: {problem}")
    print(f"{heard} mutants were heard")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
