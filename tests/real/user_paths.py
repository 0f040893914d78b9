#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Virtual users where Dovecot has a passwd-file for each domain: its path has variables.

The real Dovecot 2.3 and 2.4 let in whom reeve-user made, and nobody of another domain's file.
"""

import json
import os
import shutil
import time

import stage
import user_roots
from stage import check, equal, run

PASSWORD, OTHER = "correct horse 7", "battery staple 8"
DOMAINS = ("a.test", "b.test")
roots = {}

# Their lines hold the part in front of the '@'; the home is in the line, the mail below it, where the
# namespace of INBOX has it.
OLD = """
protocols = imap pop3
disable_plaintext_auth = no
mail_location = maildir:~/Maildir
namespace inbox {
  location = maildir:~/Inbox
}
passdb {
  driver = passwd-file
  args = scheme=CRYPT username_format=%n /etc/vmail/%d/passwd
}
userdb {
  driver = passwd-file
  args = username_format=%n /etc/vmail/%d/passwd
}
"""

NEW = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols {
  imap = yes
  pop3 = yes
}
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
namespace inbox {
  mail_path = ~/Inbox
}
passdb passwd-file {
  auth_username_format = %{user | username}
  passwd_file_path = /etc/vmail/%{user | domain}/passwd
}
userdb passwd-file {
  auth_username_format = %{user | username}
  passwd_file_path = /etc/vmail/%{user | domain | lower}/passwd
}
"""


class Root(user_roots.Root):
    configs = {"2.3": OLD, "2.4": NEW}

    def clear(self):
        super().clear()
        shutil.rmtree(self.at("/etc/vmail"), ignore_errors=True)
        for domain in DOMAINS:
            os.makedirs(self.at(f"/etc/vmail/{domain}"))


def names(root):
    return [user["name"] for user in json.loads(root.user("list", "--json").stdout)["users"]]


def per_domain(root):
    ann, other = "ann@a.test", "ann@b.test"
    root.user("add", ann, "--quota=1G", password=PASSWORD)
    root.user("add", other, password=OTHER)
    file = root.at("/etc/vmail/a.test/passwd")
    st = os.stat(file)
    equal((oct(st.st_mode & 0o7777), st.st_uid, st.st_gid), ("0o640", 0, int(root.of("group", "dovecot")[2])),
          "a new passwd-file")
    equal(root.of("", "ann", file)[5], "/var/vmail/a.test/ann", "the home of ann")
    check(root.logs_in(ann, PASSWORD), f"{ann} cannot log in")
    check(root.logs_in(other, OTHER), f"{other} cannot log in")
    check(not root.logs_in(ann, OTHER) and not root.logs_in(other, PASSWORD), "one ann has the other's password")
    equal(names(root), [ann, other], "list")
    for name in (ann, other):
        said = run("chroot", root.path, "doveadm", "user", "-f", "home", name).stdout.decode().strip()
        row = json.loads(root.user("list", name, "--json").stdout)["users"][0]
        equal((row["home"], row["mailbox"]), (said, root.at(said + "/Inbox")), f"the home of {name}")
        check(os.path.isdir(row["mailbox"] + "/cur"), f"{name}: no mailbox")
    root.user("verify", ann, password=PASSWORD)
    root.user("verify", other, password=PASSWORD, status=3)

    # Said again nothing is written.
    before = root.snapshot()
    root.user("add", ann, "--quota=1G", password=PASSWORD)
    root.same(before, "what add wrote, said again")

    root.user("lock", ann)
    check(not root.logs_in(ann, PASSWORD) and root.logs_in(other, OTHER), f"lock of {ann}")
    root.user("unlock", ann)
    check(root.logs_in(ann, PASSWORD), f"unlock of {ann}")
    root.user("passwd", other, password=PASSWORD)
    check(root.logs_in(other, PASSWORD), f"passwd of {other}")

    # A domain is its folder.
    before = root.snapshot()
    said = root.user("add", "eve@c.test", password=PASSWORD, status=1)
    check(b"there is no folder" in said.stderr, f"a new domain: {said.stderr}")
    root.same(before, "what a refused add wrote")

    # A line that Dovecot finds by no name: with a domain in front it is the other file's.
    with open(file, "a") as f:
        f.write("zoe@b.test:{PLAIN}x:5000:5000::/var/vmail/zoe::\n")
    root.changed = time.time()
    check(not root.logs_in("zoe@b.test", "x") and not root.logs_in("zoe@a.test", "x"), "zoe logs in")
    said = root.user("check", status=3)
    check(b"passwd:2: " in said.stdout + said.stderr and b"'zoe@b.test'" in said.stdout + said.stderr,
          f"check: {said}")
    equal(names(root), [ann, other], "list, with a line of nobody's")

    root.user("remove", other, "--remove-mail")
    check(not root.logs_in(other, PASSWORD) and root.logs_in(ann, PASSWORD), f"remove of {other}")
    check(not os.path.exists(root.at("/var/vmail/b.test/ann")) and
          os.path.exists(root.at("/var/vmail/a.test/ann/Inbox")), "mail after remove")


CASES = (per_domain,)


def in_root(case, version):
    def run_case(world):
        if not roots:
            for each in ("2.3", "2.4"):
                roots[each] = Root(world, each)
            for each in roots.values():
                each.ready()
        roots[version].clear()
        return case(roots[version])
    run_case.__name__ = f"{case.__name__}_by_{version}"
    return run_case


if __name__ == "__main__":
    stage.main([in_root(case, version) for version in ("2.3", "2.4") for case in CASES])
