# SPDX-License-Identifier: MIT
"""Other programs that can drop mail from an mbox, each with the words that make it do so.

A row is a name, a function from the box's path to a command line, and where the program needs a
terminal or another user, a function that runs the measured command within such a place.

What is to be dropped is a task of the bench: "read", "all", "1 in 100" (flagged) or "first". Each
program has its own way to say so (WORDS); mboxgrep knows no numbers, and is told the first
message's Message-ID.
"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import threading

PYTHON = """
import mailbox, sys
box = mailbox.mbox(sys.argv[1], create=False)
box.lock()
for key in [k for k, m in box.iteritems() if {condition}]:
    box.discard(key)
box.flush()
box.unlock()
"""

# task: a regular expression for headers, a pattern of mutt, a query of doveadm, a condition in Python
WORDS = {
    "read": ("^Status: R", "~R", "SEEN", '"R" in m.get("Status", "")'),
    "all": (".", "~A", "ALL", "True"),
    "1 in 100": ("^X-Status: .*F", "~F", "FLAGGED", '"F" in m.get("X-Status", "")'),
    "first": (None, "~m 1", "1", "k == 0"),
}


def first_id(path):
    """A regular expression for the Message-ID of the first message."""
    with open(path, "rb") as f:
        found = re.search(rb"(?im)^Message-ID: *(<[^>]*>)", f.read(65536))
    return "^Message-I[Dd]: *" + re.sub(r"([.+*\[\]$?])", r"\\\1", found.group(1).decode())


def mboxgrep(word):
    return lambda path: ["mboxgrep", "-H", "-d", word or first_id(path), path]


def mutt(folder, word):
    """Keys pushed from a configuration of its own; the user's is not read."""
    rc = os.path.join(folder, "muttrc")
    with open(rc, "w", encoding="ascii") as f:
        f.write(f'set delete=yes move=no wait_key=no folder="{folder}" record="" postponed=""\n'
                f'push "D{word}\\nq"\n')
    return lambda path: ["mutt", "-n", "-F", rc, "-f", path]


def on_terminal(measure, command):
    """With a terminal for its stdin and stdout, whose output is thrown away."""
    ours, theirs = pty.openpty()

    def drain():
        while True:
            select.select([ours], [], [])
            try:
                if not os.read(ours, 65536):
                    return
            except OSError:  # the other side is closed
                return

    reader = threading.Thread(target=drain)
    reader.start()
    try:
        return measure(command, stdin=theirs, stdout=theirs, start_new_session=True,
                       env=dict(os.environ, TERM="vt100"))
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)


# No indexes on disk: each run meets the box as after a delivery.
DOVEADM_2_3 = """
mail_location = mbox:{state}:INBOX={box}:INDEX=MEMORY
mail_privileged_group =
stats_writer_socket_path =
"""
DOVEADM_2_4 = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
mail_driver = mbox
mail_path = {state}
mail_inbox_path = {box}
mail_index_path = MEMORY
"""


def doveadm(folder, locks="fcntl", query="SEEN"):
    """doveadm does not run as root; then it runs as mail, for whom the box is made over."""
    conf = os.path.join(folder, "doveadm.conf")
    state = os.path.join(folder, "doveadm")
    dovecot = shutil.which("dovecot", path="/usr/sbin:" + os.environ["PATH"])
    version = subprocess.run([dovecot, "--version"], stdout=subprocess.PIPE, check=True).stdout
    text = DOVEADM_2_3 if version.startswith(b"2.3") else DOVEADM_2_4
    with open(conf, "w", encoding="ascii") as f:
        f.write(text.format(state=state, box=os.path.join(folder, "work")) +
                f"mbox_write_locks = {locks}\nlog_path = /dev/stderr\n")
    os.makedirs(state, exist_ok=True)
    words = ["env", "USER=mail", f"HOME={state}",
             "doveadm", "-c", conf, "expunge", "mailbox", "INBOX", query]
    if os.geteuid() != 0:
        return lambda path: words

    def command(path):
        shutil.chown(path, "mail", "mail")
        shutil.chown(state, "mail", "mail")
        return ["setpriv", "--reuid=mail", "--regid=mail", "--clear-groups", *words]

    return command


def installed(folder, task="read"):
    rows = []
    pattern, keys, query, condition = WORDS[task]
    if shutil.which("mboxgrep"):
        rows.append(("mboxgrep -d", mboxgrep(pattern), None))
    if shutil.which("mutt"):
        rows.append(("mutt", mutt(folder, keys), on_terminal))
    if shutil.which("doveadm"):
        rows.append(("doveadm expunge", doveadm(folder, query=query), None))
    script = PYTHON.format(condition=condition)
    rows.append(("python3 mailbox", lambda path: [sys.executable, "-c", script, path], None))
    return rows
