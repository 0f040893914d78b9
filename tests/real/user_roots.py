# SPDX-License-Identifier: MIT
"""Debian 12 with Dovecot 2.3 and Debian 13 with Dovecot 2.4, each with Postfix, for mail users to be made in.

Each is an overlay over the real one: what is written to it is in memory, and gone at the end. Dovecot finds
system users by PAM and passwd(5), their quotas in /etc/dovecot/quotas, and virtual users in /etc/dovecot/users;
Postfix asks it for SMTP AUTH.
"""

import hashlib
import imaplib
import os
import poplib
import shutil
import smtplib
import subprocess
import threading
import time

import servers
from stage import BIN, Skip, check, equal, run, wait_until

DOVECOT_2_3 = """
protocols = imap pop3
disable_plaintext_auth = no
mail_location = mbox:~/mail:INBOX=/var/mail/%u
passdb {
  driver = passwd-file
  args = scheme=CRYPT username_format=%u /etc/dovecot/users
}
passdb {
  driver = pam
}
userdb {
  driver = passwd-file
  args = /etc/dovecot/quotas
  result_success = continue-ok
}
userdb {
  driver = passwd-file
  args = username_format=%u /etc/dovecot/users
}
userdb {
  driver = passwd
}
"""

DOVECOT_2_4 = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {
  imap = yes
  pop3 = yes
}
auth_allow_cleartext = yes
mail_driver = mbox
mail_path = ~/mail
mail_inbox_path = /var/mail/%{user}
passdb passwd-file {
  passwd_file_path = /etc/dovecot/users
}
passdb pam {
}
userdb quotas {
  driver = passwd-file
  passwd_file_path = /etc/dovecot/quotas
  result_success = continue-ok
}
userdb passwd-file {
  passwd_file_path = /etc/dovecot/users
}
userdb passwd {
}
"""

# Wrong passwords are half of what is tried here: nothing waits after one (in PAM, Postfix, Dovecot's anvil).
DOVECOT = """
listen = 127.0.0.1
ssl = no
log_path = /var/log/dovecot.log
auth_failure_delay = 0
auth_mechanisms = plain login
mail_privileged_group = mail
mail_max_userip_connections = 100
namespace inbox {
  inbox = yes
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0600
    user = postfix
  }
}
"""

POSTFIX_MAIN = """
alias_maps = hash:/etc/aliases
alias_database = hash:/etc/aliases
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_sasl_security_options = noanonymous
smtpd_error_sleep_time = 0
"""

VMAIL = 5000
FILES = ("passwd", "shadow", "group", "gshadow", "subuid", "subgid", "aliases", "aliases.db", "dovecot/users", "dovecot/quotas")


class Root:
    """One of them. What its servers write to is left out where writes are looked for."""

    configs = {"2.3": DOVECOT_2_3, "2.4": DOVECOT_2_4}
    own = ("var/log", "var/lib/dovecot", "var/lib/postfix", "var/spool", "run", "var/run", "tmp")
    lock = "var/lib/mailreeve/plan.lock"  # who holds it writes his pid

    def __init__(self, world, version):
        self.world, self.version, self.changed = world, version, 0
        base = servers.dovecot_root(version)
        if not os.path.exists(base + "/usr/sbin/postfix"):
            raise Skip(f"no Postfix in {base}")
        over = os.path.join(world.folder, f"root-{version}")
        os.mkdir(over)
        world.mount("-t", "tmpfs", "none", over)
        for name in ("up", "work", "root"):
            os.mkdir(f"{over}/{name}")
        self.path, self.up = f"{over}/root", f"{over}/up"
        world.mount("-t", "overlay", "overlay", "-o",
                    f"lowerdir={base},upperdir={self.up},workdir={over}/work", self.path)
        for name in ("dev", "proc"):
            world.mount("--rbind", f"/{name}", f"{self.path}/{name}")
        self.imap_port, self.pop3_port, self.smtp_port = (
            (2143, 2110, 2525) if version == "2.3" else (2243, 2210, 2625))
        self._lay_out()
        self.saved = f"{over}/saved"
        self._copy(self.path + "/etc", self.saved)
        self._start()

    # ---- files and servers ----

    def at(self, path):
        return self.path + path

    def write(self, path, text):
        os.makedirs(os.path.dirname(self.at(path)), exist_ok=True)
        with open(self.at(path), "w") as f:
            f.write(text)

    def read(self, path):
        with open(self.at(path)) as f:
            return f.read()

    def _lay_out(self):
        for name in ("/etc/dovecot", "/etc/postfix/main.cf.d"):
            shutil.rmtree(self.at(name), ignore_errors=True)
        ports = servers.DOVECOT_PORTS.format(imap=self.imap_port, pop3=self.pop3_port)
        self.write("/etc/dovecot/dovecot.conf",
                   self.configs[self.version] + DOVECOT + ports)
        for name in ("users", "quotas"):
            self.write("/etc/dovecot/" + name, "")
            os.chmod(self.at("/etc/dovecot/" + name), 0o640)
            shutil.chown(self.at("/etc/dovecot/" + name), 0, int(self.of("group", "dovecot")[2]))
        self.write("/etc/aliases", "# See man 5 aliases for format\npostmaster:    root\n")
        main = servers.POSTFIX_MAIN.replace("alias_maps =\nalias_database =\n", POSTFIX_MAIN)
        self.write("/etc/postfix/main.cf", main)
        self.write("/etc/postfix/master.cf",
                   servers.POSTFIX_MASTER.replace(str(servers.SMTP_PORT), str(self.smtp_port)))
        for name, line in (("passwd", f"vmail:x:{VMAIL}:{VMAIL}::/var/vmail:/usr/sbin/nologin\n"),
                           ("group", f"vmail:x:{VMAIL}:\n"), ("shadow", "vmail:!:19000:0:99999:7:::\n")):
            with open(self.at(f"/etc/{name}"), "a") as f:
                f.write(line)
        os.makedirs(self.at("/var/vmail"))
        os.chown(self.at("/var/vmail"), VMAIL, VMAIL)
        common = self.read("/etc/pam.d/common-auth")
        check("pam_unix.so nullok" in common, f"no pam_unix in {common}")
        self.write("/etc/pam.d/common-auth", common.replace("pam_unix.so nullok", "pam_unix.so nullok nodelay"))
        run("chroot", self.path, "newaliases")

    @staticmethod
    def _copy(source, target):
        for name in FILES:
            os.makedirs(os.path.dirname(f"{target}/{name}"), exist_ok=True)
            if os.path.exists(f"{source}/{name}"):
                shutil.copy2(f"{source}/{name}", f"{target}/{name}")
                st = os.stat(f"{source}/{name}")
                os.chown(f"{target}/{name}", st.st_uid, st.st_gid)
            elif os.path.exists(f"{target}/{name}"):
                os.unlink(f"{target}/{name}")

    def clear(self):
        """As it was: no users of ours, no mail, no records."""
        self._copy(self.saved, self.path + "/etc")
        for path in ("/home/mail-users", "/srv/odd", "/var/lib/mailreeve", "/srv/archive"):
            shutil.rmtree(self.at(path), ignore_errors=True)
        for folder in ("/var/mail", "/var/vmail"):
            for name in os.listdir(self.at(folder)):
                path = self.at(f"{folder}/{name}")
                (shutil.rmtree if os.path.isdir(path) else os.unlink)(path)

    def _start(self):
        self.servers = []
        for name, port, argv in (("Dovecot", self.imap_port, ("dovecot", "-F")),
                                 ("Postfix", self.smtp_port, ("postfix", "start-fg"))):
            server = servers.Server()
            server.world, server.name = self.world, f"{name} beside Dovecot {self.version}"
            server.folder = os.path.join(self.world.folder, f"{name}-{self.version}")
            server.log_path = self.at("/var/log/" + ("dovecot" if name == "Dovecot" else "mail") + ".log")
            os.mkdir(server.folder)
            server.start("chroot", self.path, *argv)
            self.servers.append((server, port))

    def ready(self):
        for server, port in self.servers:
            wait_until(lambda: server.answers(port), servers.START, server.name)

    # ---- the tool and what it did ----

    def user(self, *args, status=0, password=None, **kw):
        """reeve-user in this root, with the password in a file."""
        more = [f"--root={self.path}"]
        if password is not None:
            path = os.path.join(self.world.folder, f"password-{self.version}-{threading.get_ident()}")
            with open(path, "w") as f:
                os.fchmod(f.fileno(), 0o600)
                f.write(password + "\n")
            more.append(f"--password-file={path}")
        done = run(os.path.join(BIN, "reeve-user"), *args, *more, status=status, **kw)
        self.changed = time.time()
        return done

    def of(self, file, name, path=None):
        """The one line of a name in /etc/FILE, split at colons; None if there is none."""
        with open(path or self.at(f"/etc/{file}")) as f:
            found = [line.rstrip("\n").split(":") for line in f if line.split(":")[0] == name]
        check(len(found) < 2, f"'{name}' stands {len(found)} times in {file}")
        return found[0] if found else None

    def snapshot(self):
        """What is in memory: path, inode, times, size and bytes of all that the servers do not write."""
        seen = {}
        for folder, folders, names in os.walk(self.up):
            place = os.path.relpath(folder, self.up)
            folders[:] = [n for n in folders if os.path.normpath(f"{place}/{n}") not in self.own]
            for name in names:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.up) == self.lock:
                    continue
                st = os.lstat(path)
                data = b""
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as f:
                        data = f.read()
                seen[os.path.normpath(f"{place}/{name}")] = (
                    st.st_ino, st.st_mtime_ns, st.st_size, st.st_mode, st.st_uid, st.st_gid,
                    hashlib.sha256(data).hexdigest())
            seen[place + "/"] = os.lstat(folder).st_mode
        return seen

    def same(self, before, what):
        """What was written since a snapshot is a failure."""
        after = self.snapshot()
        equal([name for name in sorted(set(after) | set(before)) if before.get(name) != after.get(name)], [], what)

    def holds(self, secret):
        """The files in memory, logs too, that hold some text."""
        found = []
        for folder, _, names in os.walk(self.up):
            for path in (os.path.join(folder, n) for n in names):
                if os.path.isfile(path) and not os.path.islink(path):
                    with open(path, "rb") as f:
                        if secret.encode() in f.read():
                            found.append(os.path.relpath(path, self.up))
        return found

    # ---- logins ----

    def _imap(self, name, password):
        imap = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=60)
        try:
            imap.login(name, password)
            equal(imap.select()[0], "OK", "SELECT INBOX")
            imap.logout()
            return True
        except imaplib.IMAP4.error as why:
            check("AUTHENTICATIONFAILED" in str(why), f"IMAP: {why}")
            return False

    def _pop3(self, name, password):
        pop = poplib.POP3("127.0.0.1", self.pop3_port, timeout=60)
        try:
            pop.user(name)
            pop.pass_(password)
            pop.quit()
            return True
        except poplib.error_proto as why:
            check("[AUTH]" in str(why), f"POP3: {why}")
            return False

    def _smtp(self, name, password):
        with smtplib.SMTP("127.0.0.1", self.smtp_port, local_hostname="client.test", timeout=60) as smtp:
            try:
                smtp.login(name, password)
                return True
            except smtplib.SMTPAuthenticationError as why:
                equal(why.smtp_code, 535, f"SMTP AUTH: {why}")
                return False

    def logs_in(self, name, password):
        """By IMAP, POP3 and SMTP AUTH, which must agree: True or False."""
        answers = {}
        if "@" in name:
            self._settle()

        def ask(way):
            try:
                answers[way.__name__] = way(name, password)
            except Exception as why:
                answers[way.__name__] = f"{type(why).__name__}: {why}"

        threads = [threading.Thread(target=ask, args=(way,)) for way in (self._imap, self._pop3, self._smtp)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        check(len(set(answers.values())) == 1 and isinstance(answers["_imap"], bool),
              f"{name} logs in: {answers}\n{self.servers[0][0].log()[-2000:]}")
        return answers["_imap"]

    def _settle(self):
        """Dovecot looks at a passwd-file once a second (passwd_file_sync())."""
        while int(time.time()) <= int(self.changed):
            time.sleep(0.02)

    def quota(self, name):
        """What Dovecot's userdb says of it: "2G"."""
        self._settle()
        field = "quota_rule" if self.version == "2.3" else "quota_storage_size"
        said = run("chroot", self.path, "doveadm", "user", "-f", field, name).stdout.decode().strip()
        return said.removeprefix("*:storage=")

    def deliver(self, address, word):
        with smtplib.SMTP("127.0.0.1", self.smtp_port, local_hostname="client.test", timeout=60) as smtp:
            smtp.sendmail("sender@client.test", [address], f"Subject: {word}\r\n\r\n{word}\r\n")

    def as_user(self, name, *argv):
        """Run something with the ids of a user, as who found a way in would: exit status and output."""
        line = self.of("passwd", name)
        return subprocess.run(["chroot", self.path, "setpriv", f"--reuid={line[2]}", f"--regid={line[3]}",
                               "--clear-groups", *argv], capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=60)
