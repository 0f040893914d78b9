#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The same with Postfix 3.10 and Dovecot 2.4, as Debian 13 has them, in a root of their own.

The cases of limits.py that matter most, asked of the newer Postfix; and what --check and a goal say of a
configuration of Dovecot 2.4, whose LMTP and submission services then do what they say. The tool is told
--root, so what it sets is read by that root's own programs before it is put in place.
"""

import json
import os
import re
import shutil
import signal
import smtplib
import threading

import limits
import servers
import stage
from limits import USER, attached, configure, expect, fate, findings, message, real, reeve, send, takes, there
from stage import FIRST_UID, Skip, check, equal, run, tool, wait_until

DOVECOT = f"""
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {{
  lmtp = yes
  submission = yes
}}
log_path = /var/log/dovecot.log
listen = 127.0.0.1
ssl = no
auth_allow_cleartext = yes
auth_username_format = %{{user | username}}
postmaster_address = postmaster@reeve.test
hostname = reeve.test
submission_relay_host = 127.0.0.1
submission_relay_port = {servers.SMTP_PORT}
mail_driver = maildir
mail_home = /home/%{{user}}
mail_path = %{{home}}/Maildir
first_valid_uid = 1000
mail_plugins {{
  quota = yes
}}
namespace inbox {{
  inbox = yes
}}
passdb passwd-file {{
  passwd_file_path = /etc/dovecot/users
}}
userdb passwd-file {{
  passwd_file_path = /etc/dovecot/users
}}
service lmtp {{
  inet_listener lmtp {{
    port = 2424
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = 2588
  }}
  inet_listener submissions {{
    port = 0
  }}
}}
"""
TO_DOVECOT = ("virtual_transport = lmtp:inet:127.0.0.1:2424\n"
              f"virtual_mailbox_maps = inline:{{{{{USER}@virtual.test = x}}}}\n")


# ---- the root and its servers --------------------------------------------------------------------

def laid_out(world):
    """Debian 13 with the test's users; what is written to it is in memory, and gone at the end."""
    if limits.root:
        return
    base = servers.dovecot_root("2.4")
    if not os.path.exists(base + "/usr/sbin/postfix"):
        raise Skip(f"no Postfix in {base}")
    over = os.path.join(world.folder, "debian13")
    os.mkdir(over)
    world.mount("-t", "tmpfs", "none", over)
    for name in ("up", "work", "root"):
        os.mkdir(f"{over}/{name}")
    root = f"{over}/root"
    world.mount("-t", "overlay", "overlay", "-o",
                f"lowerdir={base},upperdir={over}/up,workdir={over}/work", root)
    for name in ("dev", "proc"):
        world.mount("--rbind", f"/{name}", f"{root}/{name}")
    shutil.rmtree(f"{root}/etc/dovecot")
    os.mkdir(f"{root}/etc/dovecot")
    for name, line in (("passwd", f"{USER}:x:{FIRST_UID}:{FIRST_UID}::/home/{USER}:/usr/sbin/nologin\n"),
                       ("group", f"{USER}:x:{FIRST_UID}:\n"), ("shadow", f"{USER}:*:19000:0:99999:7:::\n")):
        with open(f"{root}/etc/{name}", "a") as f:
            f.write(line)
    os.makedirs(f"{root}/home/{USER}")
    os.chown(f"{root}/home/{USER}", FIRST_UID, FIRST_UID)
    limits.root = root
    limits.start = Postfix
    version = real("postconf", "-h", "mail_version").stdout.decode()
    check(version.startswith("3.10."), f"Postfix is {version}")


class Postfix(servers.Postfix):
    def __init__(self, world, main, master):
        self.world = world
        self.folder = os.path.join(world.folder, "postfix")
        self.log_path = there("/var/log/mail.log")
        self._ending = threading.Event()
        os.makedirs(self.folder, exist_ok=True)
        for name, text in (("main", servers.POSTFIX_MAIN + main), ("master", servers.POSTFIX_MASTER + master)):
            with open(there(f"/etc/postfix/{name}.cf"), "w") as f:
                f.write(text)
        self.start("chroot", limits.root, "postfix", "start-fg")
        wait_until(lambda: self.answers(servers.SMTP_PORT), servers.START, "Postfix")


class Dovecot(servers.Server):
    name = "Dovecot 2.4"

    def __init__(self, world, more, own=""):
        """With more settings, and fields of the user's own."""
        self.world = world
        self.folder = os.path.join(world.folder, "dovecot")
        self.log_path = there("/var/log/dovecot.log")
        os.makedirs(self.folder, exist_ok=True)
        with open(there("/etc/dovecot/dovecot.conf"), "w") as f:
            f.write(DOVECOT + more)
        with open(there("/etc/dovecot/users"), "w") as f:
            f.write(f"{USER}:{{PLAIN}}{servers.PASSWORD}:{FIRST_UID}:{FIRST_UID}::/home/{USER}::{own}\n")
        shutil.rmtree(there(f"/home/{USER}/Maildir"), ignore_errors=True)

    def __enter__(self):
        self.start("chroot", limits.root, "dovecot", "-F")
        for port in (2424, 2588):
            wait_until(lambda: self.answers(port), servers.START, f"Dovecot at port {port}")
        return self

    def __exit__(self, *_):
        group = self.process.pid
        self.stop()
        # A process that it left would write on, into the mailbox of the next one.
        try:
            os.killpg(group, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.world.servers.remove(self)
        os.unlink(there("/etc/dovecot/dovecot.conf"))


def asked(case):
    """A case of limits.py, of this Postfix."""
    def run_case(world):
        laid_out(world)
        return case(world)
    run_case.__name__ = case.__name__
    return run_case


# ---- a message and a mailbox ---------------------------------------------------------------------

def a_message_above_a_mailbox_stops_local_and_virtual(world):
    laid_out(world)
    limits.started(world)
    names = ("mailbox_size_limit", "virtual_mailbox_limit")
    # One byte too small: taken in, and it waits. The remedy sets it free.
    before = limits.log_size()
    configure("".join(f"{name} = 199999\n" for name in names))
    expect("message-above-mailbox", "message-above-virtual-mailbox")
    queued = [takes(message(1000), to=to) for to in (f"{USER}@localhost", "u@virtual.test")]
    for queue_id, name in zip(queued, names):
        limits.stays(queue_id, f"{name} is smaller than message_size_limit", before)
    limits.write("".join(f"{name} = 200000\n" for name in names))
    limits.reload()
    real("postqueue", "-f")
    for queue_id in queued:
        wait_until(lambda: f"{queue_id}: removed" in limits.log_since(before), 20, f"delivery of {queue_id}")
    expect()
    # No limit on messages is more than any.
    before = limits.log_size()
    configure("message_size_limit = 0\n" + "".join(f"{name} = 200000\n" for name in names))
    expect("message-unlimited", "message-unlimited-mailbox-not", "message-unlimited-virtual-mailbox-not")
    for to, name in ((f"{USER}@localhost", names[0]), ("u@virtual.test", names[1])):
        limits.stays(takes(message(1000), to=to),
                     f"{name} is limited but message_size_limit is unlimited", before)
    return "both die at 199999 and deliver at 200000"


def all_findings():
    return json.loads(reeve("--check", "--json", status=3).stdout)["findings"]


# ---- quota ---------------------------------------------------------------------------------------

def boxed():
    """The sizes of the messages in the maildir, as Dovecot counts them (W= in their names), and them."""
    folder = there(f"/home/{USER}/Maildir/new")
    return {int(re.search(r",W=(\d+)", name).group(1)): f"{folder}/{name}" for name in os.listdir(folder)}


def to_the_byte(largest, refused):
    """By LMTP a message of `largest` bytes, as Dovecot counts, gets through, and one of a byte more not."""
    code, text = limits.by_lmtp(50000)
    equal(code, 250, text)
    (size, path), = boxed().items()
    os.unlink(path)
    added = size - 50000
    real("doveadm", "force-resync", "-u", USER, "INBOX")
    code, text = limits.by_lmtp(largest - added + 1)
    equal(code, refused, text)
    said = text.decode()
    code, text = limits.by_lmtp(largest - added)
    equal(code, 250, text)
    equal(list(boxed()), [largest], "sizes in the maildir")
    return said


def a_quota_below_the_message_stops_it(world):
    laid_out(world)
    limits.started(world)
    configure(TO_DOVECOT)
    with Dovecot(world, "quota_mail_size = 100000B\n"):
        found = expect("message-above-quota")
        check("quota_mail_size 100000B" in found["message-above-quota"]["text"], found)
        said = to_the_byte(100000, 451)
        status, text = fate(takes(message(150000), to=f"{USER}@virtual.test"))
        equal(status, "deferred", text)
    # The mail that fills a quota may go beyond by a grace, and then none gets in.
    with Dovecot(world, 'quota_storage_grace = 20000B\nquota "User quota" {\n  storage_size = 150000B\n}\n'):
        found = expect("message-above-quota")
        check("with its grace, 170000 bytes" in found["message-above-quota"]["text"], found)
        more = to_the_byte(170000, 552)
        code, text = limits.by_lmtp(1000)
        equal(code, 552, text)
        status, text = fate(takes(message(1000), to=f"{USER}@virtual.test"))
        equal(status, "bounced", text)
    # Usually that is 10 MB, and Postfix's 200000 are below that.
    with Dovecot(world, "quota small {\n  quota_storage_size = 1\n}\n"):
        expect()
        status, text = fate(takes(message(190000), to=f"{USER}@virtual.test"))
        equal(status, "sent", f"within the grace ({text})")
    return f"quota_mail_size: 451 {said}; quota_storage_size: 552 {more}"


def the_smallest_of_several_quotas_counts(world):
    laid_out(world)
    limits.started(world)
    configure(TO_DOVECOT)
    small = "quota small {\n  storage_grace = 0\n  storage_size = 150000B\n%s}\n"
    public = "namespace public {\n  prefix = Public/\n  separator = /\n  mail_path = ~/Public\n%s}\n"
    other = "namespace inbox {\n  separator = /\n}\n"
    big = "quota big {\n  storage_size = 1G\n}\n"
    rows = (("two", big + small % "", 552), ("not enforced", big + small % "  enforce = no\n", 250),
            ("of INBOX", "namespace inbox {\n  separator = /\n" + small % "" + "}\n", 552),
            ("of another namespace", other + public % (small % ""), 250))
    for what, text, code in rows:
        with Dovecot(world, text):
            equal(sorted(findings()), ["message-above-quota"] * (code == 552), f"rules, {what}")
            equal(limits.by_lmtp(160000)[0], code, f"160000 bytes, {what}")
    return ", ".join(f"{what}: {code}" for what, _, code in rows)


def a_user_has_a_quota_of_its_own(world):
    laid_out(world)
    limits.started(world)
    configure(TO_DOVECOT)
    quota = "quota x {\n  storage_grace = 0\n}\n"
    with Dovecot(world, quota, "userdb_quota_storage_size=150000B"):
        found = expect("message-above-quota")
        equal(found["message-above-quota"]["file"], there("/etc/dovecot/users"), "file")
        to_the_byte(150000, 552)
        found = expect("mailbox-full", "message-above-quota")
        equal(found["mailbox-full"]["file"], there(f"/home/{USER}/Maildir"), "file")
        code, text = limits.by_lmtp(500)
        equal(code, 552, text)
    with Dovecot(world, quota, "userdb_quota_storage_size=15X"):
        expect("bad-value")
        code, text = limits.by_lmtp(500)
        equal(code, 451, text)
        done = real("doveadm", "mailbox", "status", "-u", USER, "messages", "INBOX", status=None)
        check(b"Invalid size: 15X" in done.stderr, done.stderr)
    return "userdb_quota_storage_size: 150000 bytes to the byte; 15X: no mail gets in"


def users_in_a_file_of_their_domain(world):
    """With a home that a later field says, and one that the userdb gives who has none."""
    laid_out(world)
    limits.started(world)
    configure()
    where = {"x@a.test": (there("/etc/dovecot/of/a.test/users"), "own", "x", "/nowhere::userdb_home="),
             "y@b.test": (there("/etc/dovecot/of/b.test/users"), "y", "y", "::")}
    for to, (path, home, key, rest) in where.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            rest += f"/home/{USER}/own " if to[0] == "x" else ""
            f.write(f"# {to}\n{key}:{{PLAIN}}p:{FIRST_UID}:{FIRST_UID}::{rest}userdb_quota_storage_size=150000B\n")
    with Dovecot(world, "auth_username_format = %{user | lower}\nmail_home =\nquota x {\n  storage_grace = 0\n}\n"
                 "userdb of {\n  driver = passwd-file\n  passwd_file_path = /etc/dovecot/of/%{user | domain}/users\n"
                 "  auth_username_format = %{user | username}\n  fields {\n"
                 f"    home:default = /home/{USER}/%{{user | username}}\n  }}\n}}\n"):
        for to, (_, home, _, _) in where.items():
            rules = [("message-above-quota", path) for path, *_ in where.values()]
            equal([(f["rule"], f["file"]) for f in all_findings()], rules, "rules")
            equal(limits.by_lmtp(151000, to)[0], 552, f"151000 bytes for {to}")
            code, text = limits.by_lmtp(149000, to)
            equal(code, 250, text)
            folder = there(f"/home/{USER}/{home}/Maildir")
            size, = [int(re.search(r",W=(\d+)", name).group(1)) for name in os.listdir(f"{folder}/new")]
            code, text = limits.by_lmtp(150000 - size - (size - 149000), to)
            equal(code, 250, f"what is left ({text})")
            equal([(f["rule"], f["file"]) for f in all_findings()], rules + [("mailbox-full", folder)], "rules")
            equal(limits.by_lmtp(500, to)[0], 552, f"one more for {to}")
            shutil.rmtree(folder)
    return "x@a.test by userdb_home, y@b.test by the userdb's fields, to the byte"


def settings_of_2_3_stop_dovecot(world):
    laid_out(world)
    for text in ("quota_max_mail_size = 5M\n", "plugin {\n  quota_rule = *:storage=1G\n}\n"):
        path = there("/etc/dovecot/old.conf")
        with open(path, "w") as f:
            f.write(DOVECOT + text)
        found = findings("-c", "/etc/dovecot/old.conf")
        equal(list(found), ["wrong-version"], f"rules with {text!r}")
        check(real("doveconf", "-c", "/etc/dovecot/old.conf", "-n", status=None).returncode != 0, text)
        os.unlink(path)
    with open(path, "w") as f:
        f.write(DOVECOT + "submission_max_mail_size = unlimited\n")
    equal(list(findings("-c", "/etc/dovecot/old.conf")), [], "rules with a word that 2.3 does not know")
    real("doveconf", "-c", "/etc/dovecot/old.conf", "-n")
    return "quota_max_mail_size, quota_rule in plugin { }"


# ---- a goal --------------------------------------------------------------------------------------

def one_word_for_both(world):
    laid_out(world)
    limits.started(world)
    configure(TO_DOVECOT)
    with Dovecot(world, "submission_max_mail_size = 100k # small\n@sizes = small\n"
                        "group @sizes small {\n  quota_mail_size = 100k\n}\n"
                        "quota \"User quota\" {\n  # of all folders\n  storage_size = 5M\n}\n"):
        before = {name: open(there(name)).read() for name in
                  ("/etc/postfix/main.cf", "/etc/postfix/master.cf", "/etc/dovecot/dovecot.conf")}
        goal = ("--attachment", "20M", "--mailbox", "2G", "--json")
        done = json.loads(reeve(*goal).stdout)
        equal(done["changed"], True, "changed")
        values = {s["path"]: s["new"] for s in done["settings"]}
        # 20 MiB: 367921 lines of 78 bytes, and 34 for the rest; and 102400.
        size = 367921 * 78 + 34 + 102400
        equal(values, {"message_size_limit": str(size), "mailbox_size_limit": str(2**31),
                       "virtual_mailbox_limit": str(2**31), "queue_minfree": str(size * 3 // 2),
                       "submission_max_mail_size": f"{size - 1024}B",
                       'group "@sizes small"/quota_mail_size': f"{size}B",
                       'quota "User quota"/storage_size': f"{2**31}B"}, "what was set")
        equal(findings(), {}, "what --check says afterwards")
        # The real programs read it, and run with it.
        real("postfix", "check")
        said = real("doveconf", "-n").stdout.decode()
        check(f"submission_max_mail_size = {size - 1024}B" in said, said)
        real("postfix", "reload")
        real("doveadm", "reload")
        wait_until(lambda: limits.announced() == str(size), 20, "the new SIZE")
        wait_until(lambda: limits.announced(2588) == str(size - 1024), 20, "SIZE of Dovecot")
        fits, too_large = attached(20 * 2**20), attached(21 * 2**20)
        for to in (f"{USER}@localhost", f"{USER}@virtual.test"):
            equal(fate(takes(fits, to=to), 60)[0], "sent", f"20 MiB for {to}")
        equal(send(too_large, announces=True)[::2], (552, "MAIL"), "21 MiB, announced")
        with smtplib.SMTP("127.0.0.1", 2588, local_hostname="client.test", timeout=60) as s:
            s.login(USER, servers.PASSWORD)
            s.sendmail(f"{USER}@reeve.test", [f"{USER}@localhost"], fits)
        # Twice is once; and undone it is what it was, to the byte.
        nodes = [os.stat(there(name)).st_ino for name in before]
        equal(json.loads(reeve(*goal).stdout)["changed"], False, "changed, the second time")
        equal([os.stat(there(name)).st_ino for name in before], nodes, "inodes")
        tool("reeve-undo", f"--root={limits.root}")
        for name, text in before.items():
            equal(open(there(name)).read(), text, f"{name} after reeve-undo")
    return f"20 MiB make {size} bytes: by smtpd and submission into a mailbox and through LMTP"


def submission_of_dovecot(world):
    """Dovecot takes 1024 bytes off what the relay announces; what is set otherwise is found."""
    laid_out(world)
    limits.started(world)
    configure()
    results = []
    for setting, rules in (("400000B", ["dovecot-submission-above-server"]),
                           ("100000B", ["dovecot-submission-below-server"]), (f"{200000 - 1024}B", [])):
        with Dovecot(world, f"submission_max_mail_size = {setting}\n"):
            equal(sorted(findings()), rules, f"rules with {setting}")
            with smtplib.SMTP("127.0.0.1", 2588, local_hostname="client.test", timeout=60) as s:
                s.login(USER, servers.PASSWORD)
                results.append([])
                for size in (95000, 150000, 210000):
                    results[-1].append(s.docmd("MAIL", f"FROM:<{USER}@reeve.test> SIZE={size}")[0])
                    s.rset()
    equal(results, [[250, 250, 552], [250, 552, 552], [250, 250, 552]], "answers to MAIL")
    return "above: 210000 is refused; below: 150000 comes in and does not go out"


CASES = [settings_of_2_3_stop_dovecot, asked(limits.message_size_limit_counts_bytes),
         asked(limits.behind_postscreen), asked(limits.no_limit_has_its_meaning), asked(limits.a_full_mailbox_bounces),
         asked(limits.queue_minfree_below_is_only_a_warning), asked(limits.without_room_all_mail_is_refused),
         a_message_above_a_mailbox_stops_local_and_virtual,
         a_quota_below_the_message_stops_it, the_smallest_of_several_quotas_counts,
         a_user_has_a_quota_of_its_own, users_in_a_file_of_their_domain, submission_of_dovecot, one_word_for_both]

if __name__ == "__main__":
    stage.main(CASES)
