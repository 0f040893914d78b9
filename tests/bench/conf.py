# SPDX-License-Identifier: MIT
"""Reading configurations, as a ratio to doveconf -n on the same trees."""

import os
import shutil
import subprocess
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CORPUS = os.path.join(TOP, "../shared/dovecot/corpus")


def roots():
    """The root files of all sample trees."""
    with open(os.path.join(CORPUS, "TREES.tsv"), encoding="utf-8") as table:
        names = [line.split("\t")[0] for line in table][1:]
    paths = (os.path.join(CORPUS, name) for name in names)
    return [path for path in paths if os.path.exists(path)]


def seconds(command):
    """What it took, or None if it failed."""
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.monotonic() - start if done.returncode == 0 else None


def bench_conf(build):
    """Print the rows, or why there are none."""
    if not os.path.isdir(CORPUS) or not shutil.which("doveconf"):
        print("configurations: not measured without ../shared/dovecot and doveconf")
        return
    trees = roots()
    opened, listed = map(int, subprocess.run([os.path.join(build, "bench/conf"), "20", *trees],
                                             capture_output=True, check=True).stdout.split())
    print(f"configurations: {len(trees)} trees opened and parsed  goal 100 ms  measured "
          f"{opened / 1e6:.1f} ms, and listed {listed / 1e6:.1f} ms")

    # As they lie there doveconf refuses some: files are missing that they name.
    theirs = {tree: seconds(["doveconf", "-n", "-c", tree]) for tree in trees}
    taken = [tree for tree in trees if theirs[tree] is not None]
    whole = sum(seconds([os.path.join(build, "bin/reeve-conf"), "list", "--effective", "-c", tree]) or 0
                for tree in taken)
    doveconf = sum(theirs[tree] for tree in taken)
    print(f"configurations: {len(taken)} of them, a process each  reeve-conf list / doveconf -n "
          f"{whole / doveconf:.2f} ({whole / len(taken) * 1000:.1f} ms, {doveconf / len(taken) * 1000:.1f} ms)")
