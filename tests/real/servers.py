# SPDX-License-Identifier: MIT
"""Real Postfix and real Dovecot (2.3 and 2.4) in the private world of stage.py.

Settings are Debian's wherever a test does not need another value; above all the order of the
mailbox locks is what each version brings. Run as a program, it starts all three and says so.
"""

import imaplib
import os
import poplib
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import threading
import time

import stage
from stage import USERS, FIRST_UID, Failure, Skip, check, run, wait_until

ORACLES = os.environ.get("REEVE_ORACLES", "/var/cache/mailreeve-oracles")
PASSWORD = "open sesame"
SMTP_PORT = 2525
START = 90  # seconds; the scripts that start Postfix take ten on a busy machine

DOVECOT_2_3 = """
base_dir = {there}/run
state_dir = {there}/state
log_path = {there}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = mbox:~/mail:INBOX=/var/mail/%u
mail_privileged_group = mail
mail_max_userip_connections = 100
first_valid_uid = 1000
namespace inbox {{
  inbox = yes
}}
passdb {{
  driver = passwd-file
  args = {there}/users
}}
userdb {{
  driver = passwd-file
  args = {there}/users
}}
"""

DOVECOT_2_4 = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {there}/run
state_dir = {there}/state
log_path = {there}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = no
auth_allow_cleartext = yes
auth_mechanisms = plain
mail_driver = mbox
mail_home = /home/%{{user}}
mail_path = %{{home}}/mail
mail_inbox_path = /var/mail/%{{user}}
mail_privileged_group = mail
mail_max_userip_connections = 100
first_valid_uid = 1000
namespace inbox {{
  inbox = yes
}}
passdb passwd-file {{
  passwd_file_path = {there}/users
}}
userdb passwd-file {{
  passwd_file_path = {there}/users
}}
"""

DOVECOT_PORTS = """
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
"""

POSTFIX_MAIN = f"""
compatibility_level = 3.6
myhostname = reeve.test
mydestination = $myhostname, localhost
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
disable_dns_lookups = yes
smtp_host_lookup = native
maillog_file = /var/log/mail.log
mailbox_size_limit = 0
message_size_limit = 30000000
# Postfix holds the dotlock while it tries for fcntl, Dovecot 2.3 holds fcntl while it waits for the
# dotlock. When they meet, both stand still until Postfix gives up: after 20 s by default, and it
# tries again after 300 s. That is theirs to settle, but a test should not sit that long.
deliver_lock_attempts = 2
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 2s
"""

POSTFIX_MASTER = f"""
127.0.0.1:{SMTP_PORT} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
local     unix - n n - - local
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Server:
    """A program in the foreground, a session of its own, ended by its pid."""

    process = None

    def start(self, *argv):
        with open(os.path.join(self.folder, "output"), "ab") as out:
            self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True)
        self.world.servers.append(self)

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def answers(self, port):
        """Whether somebody greets at the port; a server that has ended is a failure."""
        if self.process.poll() is not None:
            raise Failure(f"{self.name} ended:\n{self.log()}")
        try:
            with socket.create_connection(("127.0.0.1", port), 5) as s:
                return s.recv(100)
        except OSError:
            return False

    def log(self):
        text = ""
        for path in (self.log_path, os.path.join(self.folder, "output")):
            if os.path.exists(path):
                with open(path, errors="replace") as f:
                    text += f.read()
        return text


def dovecot_root(version):
    """Where that Dovecot lives: "/" or a chroot. Skips the case if it is not on this machine."""
    root = os.path.realpath(os.path.join(ORACLES, f"root-{version}"))
    if not os.path.exists(root) and os.path.exists("/usr/sbin/dovecot"):
        root = "/"
    dovecot = os.path.join(root, "usr/sbin/dovecot")
    if not os.path.exists(dovecot):
        raise Skip(f"no Dovecot {version}: {root} is missing")
    said = run("chroot", root, "dovecot", "--version").stdout.decode()
    if not said.startswith(version + "."):
        raise Skip(f"no Dovecot {version}: {dovecot} is {said.strip()}")
    return root


class Dovecot(Server):
    def __init__(self, world, version):
        self.world, self.version, self.name = world, version, f"Dovecot {version}"
        self.root = dovecot_root(version)
        self.folder = os.path.join(world.folder, f"dovecot-{version}")
        self.there = self.folder if self.root == "/" else "/mnt"
        self.log_path = os.path.join(self.folder, "log")
        self.imap_port, self.pop3_port = (2143, 2110) if version == "2.3" else (2243, 2210)
        os.mkdir(self.folder)
        os.chmod(self.folder, 0o755)
        for name in ("run", "state"):
            os.mkdir(os.path.join(self.folder, name))
        if self.root != "/":
            for path, over in ((self.folder, "/mnt"), ("/var/mail", "/var/mail"),
                               ("/home", "/home"), ("/dev", "/dev"), ("/proc", "/proc")):
                world.mount("--bind", path, self.root + over)
        text = DOVECOT_2_3 if version == "2.3" else DOVECOT_2_4
        with open(os.path.join(self.folder, "dovecot.conf"), "w") as f:
            f.write((text + DOVECOT_PORTS).format(there=self.there, imap=self.imap_port,
                                                  pop3=self.pop3_port))
        with open(os.path.join(self.folder, "users"), "w") as f:
            for i, user in enumerate(USERS):
                uid = FIRST_UID + i
                f.write(f"{user}:{{PLAIN}}{PASSWORD}:{uid}:{uid}::/home/{user}::\n")
        self.start("chroot", self.root, "dovecot", "-F", "-c", self.there + "/dovecot.conf")
        for port in (self.imap_port, self.pop3_port):
            wait_until(lambda: self.answers(port), START, f"{self.name} at port {port}")

    def doveadm(self, *args, **kw):
        return run("chroot", self.root, "doveadm", "-c", self.there + "/dovecot.conf", *args, **kw)

    def fetch(self, user, fields, query="ALL"):
        """doveadm fetch: a list of rows, each a list of columns."""
        done = self.doveadm("-f", "tab", "fetch", "-u", user, fields, "mailbox", "INBOX", query)
        return [line.split("\t") for line in done.stdout.decode().splitlines()[1:]]

    def pop3(self, user):
        pop = poplib.POP3("127.0.0.1", self.pop3_port, timeout=60)
        pop.user(user)
        pop.pass_(PASSWORD)
        return pop

    def imap(self, user):
        imap = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=60)
        imap.login(user, PASSWORD)
        return imap

    def complaints(self):
        """What the log says of broken boxes or indexes."""
        return [line for line in self.log().splitlines()
                if re.search(r"\b(Error|Panic|Fatal|Corrupted)\b", line, re.I)]


class Postfix(Server):
    """`sent` holds (queue id, recipient, when we saw it, delays) of each delivery in the log."""

    name = "Postfix"
    log_path = "/var/log/mail.log"

    def __init__(self, world, main="", master=""):
        """With more settings and services than those above."""
        if not os.path.exists("/usr/sbin/postfix"):
            raise Skip("no Postfix")
        self.world = world
        self.folder = os.path.join(world.folder, "postfix")
        self.sent, self.deferred, self._seen, self._ending = [], [], 0, threading.Event()
        with open("/etc/postfix/main.cf", "w") as f:
            f.write(POSTFIX_MAIN + main)
        with open("/etc/postfix/master.cf", "w") as f:
            f.write(POSTFIX_MASTER + master)
        for name in ("postfix-files", "dynamicmaps.cf"):
            shutil.copy(os.path.join(world.folder, "etc-postfix", name), "/etc/postfix")
        os.makedirs("/var/spool/postfix", exist_ok=True)
        os.makedirs("/var/lib/postfix", exist_ok=True)
        shutil.chown("/var/lib/postfix", "postfix", "postfix")
        self.start("postfix", "start-fg")
        wait_until(lambda: self.answers(SMTP_PORT), START, "Postfix")
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def stop(self):
        self._ending.set()
        super().stop()

    def _watch(self):
        """Read the log as it grows: its own times are whole seconds."""
        line = re.compile(r"postfix/local\[\d+\]: (\w+): to=<([^>]+)>.* delay=([\d.]+), "
                          r"delays=([\d./]+),.* status=(\w+)(.*)")
        wait_until(lambda: os.path.exists(self.log_path), 20, self.log_path)
        with open(self.log_path, errors="replace") as log:
            rest = ""
            while not self._ending.is_set():
                more = log.read()
                if not more:
                    time.sleep(0.002)
                    continue
                now = time.monotonic()
                *lines, rest = (rest + more).split("\n")
                for text in lines:
                    m = line.search(text)
                    if m:
                        delays = [float(d) for d in m.group(4).split("/")]
                        done = self.sent if m.group(5) == "sent" else self.deferred
                        done.append((m.group(1), m.group(2), now, delays, m.group(6)))

    def submit(self, user, messages):
        """Hand messages over by SMTP."""
        with smtplib.SMTP("127.0.0.1", SMTP_PORT, local_hostname="client.test", timeout=60) as s:
            for message in messages:
                s.sendmail("sender@client.test", [f"{user}@localhost"], message)

    def deliver(self, user, messages, seconds=60):
        """Hand messages over, one after the other, and wait until each is in the box."""
        for message in messages:
            before = len(self.sent)
            self.submit(user, [message])
            wait_until(lambda: len(self.sent) > before, seconds, f"a delivery to {user}")


def all_three(world):
    postfix = Postfix(world)
    for version in ("2.3", "2.4"):
        dovecot = Dovecot(world, version)
        postfix.deliver(USERS[0], [b"Message-ID: <1@client.test>\r\n\r\nhello\r\n"])
        dovecot.pop3(USERS[0]).quit()
        dovecot.imap(USERS[0]).logout()
    check(os.path.getsize(world.box(USERS[0])) > 200, "the box is empty")
    return f"{os.path.getsize(world.box(USERS[0]))} bytes delivered"


if __name__ == "__main__":
    stage.main([all_three])
