# SPDX-License-Identifier: MIT
"""What real Dovecots make of mailboxes.

    for message in Oracle('2.3').read({'box': b'From ...'})['box']: ...

doveadm alone is run, as a user of no importance, on copies, without an index on disk and without
any server. Dovecot 2.3 is this machine's (on Debian 12) or a chroot's, 2.4 a chroot's, as
../shared/dovecot/oracle/setup-oracles makes them in ${REEVE_ORACLES}. Needs root.
"""

import os
import re
import resource
import shutil
import subprocess
import tempfile
from typing import NamedTuple, Optional

ORACLES = os.environ.get('REEVE_ORACLES', '/var/cache/mailreeve-oracles')
# The virtual size comes first: asked for the physical one first, doveadm keeps for the last message
# of a CR LF mailbox a size that is one too large, and then finds the mailbox corrupt.
FIELDS = ('mailbox', 'uid', 'flags', 'size.virtual', 'size.physical',
          'date.received.unixtime', 'date.sent.unixtime')
TRIPPED = re.compile(r'Error: (?:cmd fetch: )?(?:fetch\([\w.]+\) failed for box='
                     r'|Next message unexpectedly lost from mbox file \S*/)(\w+)')
BATCH = 64  # mailboxes to one doveadm
FEW = FIELDS[:3]
VERSIONS = ('2.3', '2.4')

CONFIG = {
    '2.3': '''mail_location = mbox:{0}/mail:INDEX=MEMORY
base_dir = {0}/run
log_path = /dev/stderr
ssl = no
''',
    '2.4': '''dovecot_config_version = 2.4.1
dovecot_storage_version = 2.4.1
mail_driver = mbox
mail_path = {0}/mail
mail_index_path = MEMORY
base_dir = {0}/run
log_path = /dev/stderr
ssl = no
''',
}


def words(query):
    """As a shell would split it, parentheses quoted."""
    found, i = [], 0
    while i < len(query):
        if query[i] == ' ':
            i += 1
        elif query[i] in '()':
            found.append(query[i])
            i += 1
        elif query[i] == '"':
            text = ''
            i += 1
            while query[i] != '"':
                i += query[i] == '\\'
                text += query[i]
                i += 1
            found.append(text)
            i += 1
        else:
            start = i
            while i < len(query) and query[i] not in ' ()"':
                i += 1
            found.append(query[start:i])
    return found


class Message(NamedTuple):
    """Sizes and dates are None where Dovecot loses its way when it reads the message again."""
    uid: int
    flags: frozenset  # Seen, Answered, Flagged, Draft, Deleted, Recent
    size_virtual: Optional[int] = None
    size_physical: Optional[int] = None
    received: Optional[int] = None
    sent: Optional[int] = None


class Refused(str):
    """Instead of messages: why Dovecot does not read the mailbox."""


class Oracle:
    """One version of Dovecot; `tz` is the zone of the server."""

    def __init__(self, version, tz='UTC'):
        self.version = version
        self.tz = tz
        self.root = os.path.realpath(os.path.join(ORACLES, 'root-' + version))
        if version == '2.3' and not os.path.exists(self.root):
            self.root = '/'

    def is_there(self):
        if os.geteuid() != 0 or not os.access(os.path.join(self.root, 'usr/bin/doveadm'), os.X_OK):
            return False
        said = subprocess.run(['chroot', self.root, 'doveadm', '-c', '/dev/null', '--version'],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=False).stdout
        if not said:
            said = subprocess.run(['chroot', self.root, 'dovecot', '--version'],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                  check=False).stdout
        return said.startswith(self.version)

    def read(self, boxes):
        """{name: bytes} -> {name: [Message] or Refused}. Names are letters, digits and '_'."""
        found, names = {}, sorted(boxes)
        for first in range(0, len(names), BATCH):
            self._read(boxes, names[first:first + BATCH], FIELDS, found)
        return found

    def _read(self, boxes, names, fields, found):
        """Many at once, without those that Dovecot trips over; these alone."""
        if not names:
            return
        status, out, err = self._run({name: boxes[name] for name in names}, fields)
        has_died = status not in (0, 65, 75)
        # doveadm prints nothing for a field that it cannot get, and shifts what follows.
        broken = set() if fields == FEW else set(TRIPPED.findall(err))
        if broken:
            self._read(boxes, [name for name in names if name not in broken], fields, found)
            self._read(boxes, sorted(broken), FEW, found)
            return
        if has_died and len(names) > 1:
            half = len(names) // 2
            self._read(boxes, names[:half], fields, found)
            self._read(boxes, names[half:], fields, found)
            return
        for name in names:
            found[name] = Refused('died: ' + err.splitlines()[0]) if has_died else []
        for line in [] if has_died else out.splitlines():
            name, uid, flags, *numbers = re.fullmatch(
                ' '.join(re.escape(field) + '=(.*?)' for field in fields), line).groups()
            # Times before 1970 are printed as unsigned numbers.
            found[name].append(Message(int(uid), frozenset(flags.replace('\\', '').split()),
                                       *[n - 2 ** 64 if n >= 2 ** 63 else n
                                         for n in map(int, numbers)]))
        for line in err.splitlines():
            said = re.match(r'.*Error:.* mailbox (\w+) failed: (.*)', line)
            if said:
                found[said[1]] = Refused(said[2])

    def _run(self, boxes, fields):
        with tempfile.TemporaryDirectory(dir=os.path.join(self.root, 'tmp')) as work:
            return self._fetch(work, boxes, fields)

    def _fetch(self, work, boxes, fields):
        inside = os.path.join('/', os.path.relpath(work, self.root))
        for folder in ('mail', 'home', 'run'):
            os.mkdir(os.path.join(work, folder))
        for name, content in boxes.items():
            with open(os.path.join(work, 'mail', name), 'wb') as file:
                file.write(content)
        with open(os.path.join(work, 'dovecot.conf'), 'w', encoding='ascii') as file:
            file.write(CONFIG[self.version].format(inside))
        for folder, _, files in os.walk(work):
            shutil.chown(folder, 'nobody', 'nogroup')
            for name in files:
                shutil.chown(os.path.join(folder, name), 'nobody', 'nogroup')
        command = ['chroot', self.root, 'setpriv', '--reuid=nobody', '--regid=nogroup',
                   '--clear-groups', 'doveadm', '-c', inside + '/dovecot.conf', '-f', 'flow', 'fetch']
        if self.version != '2.3':
            command.append('--no-userdb-lookup')
        command += [' '.join(fields), 'mailbox', '*', 'all']
        done = subprocess.run(command, cwd='/', stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False, timeout=120,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
                              env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'TZ': self.tz,
                                   'HOME': inside + '/home', 'USER': 'nobody'})
        return (done.returncode, done.stdout.decode('ascii', 'replace'),
                done.stderr.decode('ascii', 'replace'))
