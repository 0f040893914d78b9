# SPDX-License-Identifier: MIT
"""Other programs that can drop read mail from an mbox, each with the words that make it do so.

A row is a name, a function from the box's path to a command line, and where the program needs a
terminal or another user, a function that runs the measured command within such a place.
"""

import os
import pty
import select
import shutil
import subprocess
import sys
import threading

PYTHON = """
import mailbox, sys
box = mailbox.mbox(sys.argv[1], create=False)
box.lock()
for key in [k for k, m in box.iteritems() if "R" in m.get("Status", "")]:
    box.discard(key)
box.flush()
box.unlock()
"""


def mutt(folder):
    """Keys pushed from a configuration of its own; the user's is not read."""
    rc = os.path.join(folder, "muttrc")
    with open(rc, "w", encoding="ascii") as f:
        f.write(f'set delete=yes move=no wait_key=no folder="{folder}" record="" postponed=""\n'
                'push "D~R\\nq"\n')
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


def doveadm(folder, locks="fcntl"):
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
             "doveadm", "-c", conf, "expunge", "mailbox", "INBOX", "SEEN"]
    if os.geteuid() != 0:
        return lambda path: words

    def command(path):
        shutil.chown(path, "mail", "mail")
        shutil.chown(state, "mail", "mail")
        return ["setpriv", "--reuid=mail", "--regid=mail", "--clear-groups", *words]

    return command


def installed(folder):
    rows = []
    if shutil.which("mboxgrep"):
        rows.append(("mboxgrep -d", lambda path: ["mboxgrep", "-H", "-d", "^Status: R", path], None))
    if shutil.which("mutt"):
        rows.append(("mutt", mutt(folder), on_terminal))
    if shutil.which("doveadm"):
        rows.append(("doveadm expunge", doveadm(folder), None))
    rows.append(("python3 mailbox", lambda path: [sys.executable, "-c", PYTHON, path], None))
    return rows
