#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What reeve-limits says of limits is true: real Postfix 3.7 and real Dovecot 2.3 do what it foretells.

Each rule of --check has a case: with settings one byte apart, the program is quiet and mail gets
through, or it speaks and mail does not. The queue lies on a file system of its own, so that it can be
filled. The last cases go over the main.cf files of the corpus beside the project, where it is there.
"""

import json
import os
import re
import shutil
import smtplib
import subprocess
import time

import servers
import stage
from stage import FIRST_UID, USERS, Failure, Skip, check, equal, run, tool, wait_until

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(os.path.dirname(stage.TOP), "shared", "postfix", "corpus")
USER = USERS[0]
SUBMISSION_PORT = 2587
SCREEN_PORT = 2526
# No setting twice: the warnings of it fill the log's socket, and then each program waits for postlogd.
MAIN = """
service_throttle_time = 1s
transport_retry_time = 1s
in_flow_delay = 0
virtual_mailbox_domains = virtual.test
virtual_mailbox_maps = inline:{{u@virtual.test = u} {w@virtual.test = w}}
virtual_mailbox_base = /home/%s
virtual_uid_maps = static:%d
virtual_gid_maps = static:%d
""" % (USER, FIRST_UID, FIRST_UID)
MASTER = f"""
127.0.0.1:{SUBMISSION_PORT} inet n - n - - smtpd
virtual   unix - n n - - virtual
lmtp      unix - - n - - lmtp
"""
postfix = None
root = ""  # of the Postfix that is asked, a chroot; "": this machine's
start = servers.Postfix


def there(path):
    return root + path


def real(*argv, **kw):
    """A program of that Postfix."""
    return run(*(("chroot", root) if root else ()), *argv, **kw)


def reeve(*args, **kw):
    return tool("reeve-limits", *((f"--root={root}",) if root else ()), *args, **kw)


# ---- one Postfix for all cases -------------------------------------------------------------------

def started(world):
    global postfix
    if postfix is None:
        os.makedirs(there("/var/spool/postfix"), exist_ok=True)
        world.mount("-t", "tmpfs", "-o", "size=300m", "tmpfs", there("/var/spool/postfix"))
        postfix = start(world, MAIN, MASTER)
    configure()
    return postfix


BASE = servers.POSTFIX_MAIN.replace("message_size_limit = 30000000", "message_size_limit = 200000") + MAIN


generation = 0


def cooled(folder):
    """Postfix waits until a file has not been written to for two seconds, whoever asks."""
    for name in ("main.cf", "master.cf"):
        os.utime(f"{folder}/{name}", (10**9, 10**9))
    return folder


def write(main="", master=MASTER, base=BASE):
    """Settings after the usual ones; those that are given again take their place."""
    global generation
    generation += 1
    names = {line.split("=")[0].strip() for line in main.splitlines() if line and line[0] not in " #"}
    lines = [line for line in base.splitlines()
             if not line or line.split("=")[0].strip() not in names]
    with open(there("/etc/postfix/main.cf"), "w") as f:
        f.write("\n".join(lines) + f"\nsmtpd_banner = reeve.test ESMTP {generation}\n" + main + "\n")
    with open(there("/etc/postfix/master.cf"), "w") as f:
        f.write(servers.POSTFIX_MASTER + master)
    cooled(there("/etc/postfix"))


def log_size():
    return os.path.getsize(postfix.log_path)


def log_since(size):
    with open(postfix.log_path, errors="replace") as f:
        f.seek(size)
        return f.read()


def greeting():
    with smtplib.SMTP(timeout=20) as s:
        return s.connect("127.0.0.1", servers.SMTP_PORT)[1].decode()


def reload():
    """Until smtpd(8) greets with what write() has put into its banner: a signal may be lost."""
    for _ in range(4):
        real("postfix", "reload", timeout=60)
        end = time.monotonic() + 15
        while time.monotonic() < end:
            if greeting().endswith(f" {generation}"):
                return
            time.sleep(0.05)
    raise Failure("Postfix is not reloaded")


def configure(main="", master=MASTER):
    """Settings that the running Postfix has, and empty queues and boxes."""
    write(main, master)
    reload()
    real("postsuper", "-d", "ALL")
    shutil.rmtree(there(f"/home/{USER}/Maildir"), ignore_errors=True)
    # A program that ended left its lock.
    for box in [there(f"/home/{USER}/{name}") for name in ("u", "u.lock", "box")] + [os.path.join(there("/var/mail"), name) for name in os.listdir(there("/var/mail"))]:
        if os.path.exists(box):
            os.unlink(box)


def findings(*args):
    """The rules that --check names, by --json; the exit status says whether there are any."""
    done = reeve("--check", "--json", *args, status=None)
    found = json.loads(done.stdout)["findings"]
    equal(done.returncode, 3 if found else 0, "exit status of --check")
    return {f["rule"]: f for f in found}


def document(*args):
    return json.loads(reeve("--json", *args).stdout)


def expect(*rules):
    found = findings()
    equal(sorted(found), sorted(rules), "rules")
    for rule in rules:
        for key in ("text", "consequence", "remedy"):
            check(found[rule][key], f"{rule} has no {key}")
    return found


# ---- messages ------------------------------------------------------------------------------------

def message(size):
    """A message of so many bytes as it travels (CRLF)."""
    head = b"From: sender@client.test\r\nSubject: size\r\n\r\n"
    rest = size - len(head)
    lines = rest // 78
    body = (b"x" * 76 + b"\r\n") * lines
    left = rest - len(body)
    if left:
        body = body[:-2] + b"x" * left + b"\r\n" if left < 2 else body + b"y" * (left - 2) + b"\r\n"
    assert len(head + body) == size, (size, len(head + body))
    return head + body


def attached(size):
    """A message with an attachment of so many bytes, in base64, as mail programs make it."""
    import email.message
    import email.policy
    m = email.message.EmailMessage(policy=email.policy.SMTP)
    m["From"], m["To"], m["Subject"] = "sender@client.test", f"{USER}@localhost", "a file"
    m.set_content("See the file.\n")
    m.add_attachment(os.urandom(1024) * (size // 1024) + b"z" * (size % 1024), maintype="application",
                     subtype="octet-stream", filename="file.bin")
    return m.as_bytes()


def send(data, to=f"{USER}@localhost", port=servers.SMTP_PORT, announces=False):
    """The code and the text at the end, and at which command they came."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test", timeout=60) as s:
        s.ehlo()
        code, text = s.mail("sender@client.test", [f"SIZE={len(data)}"] if announces else [])
        if code != 250:
            return code, text.decode(), "MAIL"
        code, text = s.rcpt(to)
        if code not in (250, 251):
            return code, text.decode(), "RCPT"
        code, text = s.data(data)
        return code, text.decode(), "DATA"


def takes(data, **how):
    code, text, _ = send(data, **how)
    equal(code, 250, f"answer ({text})")
    return re.search(r"queued as (\w+)", text).group(1)


def announced(port=servers.SMTP_PORT):
    """The SIZE that the server says, or '' without a number."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.test", timeout=60) as s:
        s.ehlo()
        return s.esmtp_features["size"]


def fate(queue_id, seconds=20):
    """(status, text) of the delivery that the log tells of."""
    line = re.compile(queue_id + r": to=<[^>]*>.* status=(\w+) \((.*)\)$", re.M)
    return wait_until(lambda: line.search(log_since(0)), seconds, f"what becomes of {queue_id}").groups()


def stays(queue_id, fatal, before):
    """The daemon ends at start with that text, and the message waits in the queue."""
    wait_until(lambda: fatal in log_since(before), 20, f"'{fatal}' in the log")
    check(queue_id in real("postqueue", "-p").stdout.decode(), f"{queue_id} is not in the queue")
    check(f"{queue_id}: to=" not in log_since(before) or "status=deferred" in log_since(before),
          f"{queue_id} was delivered")


# ---- a message and a mailbox ---------------------------------------------------------------------

def pair(setting, other, to, program, above, unlimited):
    # One byte too small: taken in, and it waits. The remedy sets it free.
    before = log_size()
    configure(f"{setting} = 199999")
    expect(above)
    queued = takes(message(1000), to=to)
    stays(queued, f"{setting} is smaller than message_size_limit", before)
    configured = f"{setting} = 200000"
    write(configured)
    reload()
    real("postqueue", "-f")
    wait_until(lambda: "status=sent" in log_since(before), 20, "a delivery after the remedy")
    expect()

    # No limit on messages is more than any.
    before = log_size()
    configure(f"message_size_limit = 0\n{setting} = 200000\n{other} = 0\n")
    expect(unlimited, "message-unlimited")
    queued = takes(message(1000), to=to)
    stays(queued, f"{setting} is limited but message_size_limit is unlimited", before)

    # 0 is no limit.
    configure(f"{setting} = 0")
    expect()
    equal(fate(takes(message(150000), to=to))[0], "sent", "with 0")
    return f"{program}: at 199999 it dies, at 200000 it delivers"


def a_message_above_mailbox_size_limit_stops_local(world):
    started(world)
    return pair("mailbox_size_limit", "virtual_mailbox_limit", f"{USER}@localhost", "local(8)", "message-above-mailbox",
                "message-unlimited-mailbox-not")


def a_message_above_virtual_mailbox_limit_stops_virtual(world):
    started(world)
    return pair("virtual_mailbox_limit", "mailbox_size_limit", "u@virtual.test", "virtual(8)", "message-above-virtual-mailbox",
                "message-unlimited-virtual-mailbox-not")


def full_box(setting, to, box, more=""):
    """A mailbox may grow to its limit exactly; one byte more, and the mail bounces. Then it is found."""
    configure(f"{setting} = 300000\n{more}")
    status, text = fate(takes(message(1000), to=to))
    equal(status, "sent", f"into an empty mailbox ({text})")
    grown = os.path.getsize(box)
    # The next message has another queue id, of the same length, and time.
    filler = b"From x@y.z  Mon Jan  6 06:25:00 2025\n\n" + b"f" * (300000 - grown - 39) + b"\n"

    def fill(size):
        with open(box, "wb") as f:
            f.write(filler[:38] + b"f" * (size - 39) + b"\n")

    fill(300000 - grown)
    status, text = fate(takes(message(1000), to=to))
    equal(status, "sent", f"up to the limit ({text})")
    equal(os.path.getsize(box), 300000, "bytes of the mailbox")
    fill(300000 - grown + 1)
    status, text = fate(takes(message(1000), to=to))
    equal(status, "bounced", f"one byte above the limit ({text})")
    check("too large" in text, text)
    equal(os.path.getsize(box), 300000 - grown + 1, "bytes of the mailbox after the bounce")
    os.truncate(box, 300000)
    expect()
    os.truncate(box, 300001)
    found = expect("mailbox-full")
    equal(found["mailbox-full"]["file"], box, "file")
    return grown


def a_full_mailbox_bounces(world):
    started(world)
    box = there(world.box(USER))
    grown = full_box("mailbox_size_limit", f"{USER}@localhost", box)
    status, text = fate(takes(message(1000)))
    equal(status, "bounced", text)
    full_box("virtual_mailbox_limit", "u@virtual.test", there(f"/home/{USER}/u"))
    full_box("mailbox_size_limit", f"{USER}@localhost", there(f"/home/{USER}/box"), "home_mailbox = box\n")
    # Of a maildir each message is limited, and not all together.
    configure("mailbox_size_limit = 200000\nhome_mailbox = Maildir/\n")
    for _ in range(3):
        equal(fate(takes(message(99000)))[0], "sent", "into a maildir")
    expect()
    # A goal below what is there: refused, and mail comes as before. What is forced bounces as above.
    configure("mailbox_size_limit = 0\n")
    equal(fate(takes(message(1000)))[0], "sent", "into an empty mailbox")
    with open(box, "wb") as f:
        f.write(b"From x@y.z  Mon Jan  6 06:25:00 2025\n\n" + b"f" * 299962 + b"\n")
    equal(os.path.getsize(box), 300001, "bytes of the mailbox")
    with open(there("/etc/postfix/main.cf")) as f:
        before = f.read()
    said = reeve("--mailbox", "300000", status=1).stderr.decode()
    check(f"'{box}': with this goal, mail for it would bounce" in said, said)
    with open(there("/etc/postfix/main.cf")) as f:
        equal(f.read(), before, "main.cf")
    status, text = fate(takes(message(1000)))
    equal(status, "sent", text)
    said = reeve("--mailbox", "300000", "--force").stderr.decode()
    check("with this goal, mail for it bounces" in said, said)
    expect("mailbox-full")
    return f"a message of {grown} bytes fits to the byte, in local(8), virtual(8) and home_mailbox; 3 x 99000 into a maildir"


# ---- smtpd ---------------------------------------------------------------------------------------

def message_size_limit_counts_bytes(world):
    started(world)
    equal(announced(), "200000", "SIZE")
    equal(send(message(200001), announces=True)[::2], (552, "MAIL"), "one byte above, announced")
    code, text, where = send(message(200001))
    equal((code, where), (552, "DATA"), f"one byte above ({text})")
    # The queue file's envelope counts too: see how much that is.
    low, high = 190000, 200000
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if send(message(middle))[0] == 250 else (low, middle)
    check(200000 - low < 2000, f"{low} is the largest")
    for size in (low, high):
        done = real("sendmail", "-f", "x@client.test", f"{USER}@localhost", status=None,
                   input=message(size).replace(b"\r\n", b"\n"), stdin=None)
        equal(done.returncode, 0, "sendmail")
    done = real("sendmail", "-f", "x@client.test", f"{USER}@localhost", status=None,
               input=message(201000).replace(b"\r\n", b"\n"), stdin=None)
    check(done.returncode != 0, "sendmail takes more than the limit")
    check(b"too big" in done.stderr or b"too large" in done.stderr, done.stderr)

    # The largest attachment that we name gets through, with ours and an ordinary program's headers.
    limit = 3000000
    configure(f"message_size_limit = {limit}\nmailbox_size_limit = 0\n")
    way = {w["name"]: w for w in document()["ways"]}[f"127.0.0.1:{servers.SMTP_PORT}/inet"]
    equal(way["message"]["bytes"], limit, "bytes of the way")
    data = attached(way["attachment_bytes"])
    equal(send(data)[0], 250, "the largest attachment")
    equal(send(attached(way["attachment_bytes"] * 105 // 100))[0], 552, "5 % more")
    return (f"of 200000, {low} bytes get through and the envelope takes {200000 - low}; an attachment of "
            f"{way['attachment_bytes']} makes {len(data)} of {limit}")


def no_limit_has_its_meaning(world):
    started(world)
    configure("message_size_limit = 0\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n")
    expect("message-unlimited")
    equal(announced(), "", "SIZE")
    equal(send(message(1000000))[0], 250, "a large message")
    configure("message_size_limit = -5\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n")
    expect("negative")
    equal(announced(), "", "SIZE with a negative number")
    equal(send(message(1000))[0], 452, "a small message with a negative number")
    return "0 and -5: EHLO says SIZE without a number; with -5 all mail is refused"


def queue_minfree_below_is_only_a_warning(world):
    started(world)
    for value, warns in ((299999, True), (300000, False)):
        before = log_size()
        configure(f"queue_minfree = {value}")
        expect(*["queue-minfree-too-small"] * warns)
        equal(send(message(1000))[0], 250, "a message")
        time.sleep(0.3)
        equal("queue_minfree" in log_since(before), warns, f"a warning of {value} in the log")
    return "299999 draws a warning from smtpd(8), 300000 none; mail is taken"


def minfree_configured(less):
    """queue_minfree is so many blocks less than are free, when all is quiet."""
    for _ in range(10):
        st = os.statvfs(there("/var/spool/postfix"))
        configure(f"queue_minfree = {(st.f_bavail - less) * st.f_frsize}")
        if os.statvfs(there("/var/spool/postfix")).f_bavail == st.f_bavail:
            return st.f_bavail - less
    raise Failure("the number of free blocks does not come to rest")


def without_room_all_mail_is_refused(world):
    started(world)
    # Most of the disk is taken.
    filler = there("/var/spool/postfix/filler")
    st = os.statvfs(there("/var/spool/postfix"))
    with open(filler, "wb") as f:
        os.posix_fallocate(f.fileno(), 0, st.f_bavail * st.f_frsize - 20 * 2**20)
    try:
        room = document()["disk"]["message_bytes"]
        check(10 * 2**20 < room < 15 * 2**20, f"room for {room}")
        results = []
        for size in (room, room + 1):
            # What new daemons write may take a block or two for a while.
            settings = f"message_size_limit = {size}\nmailbox_size_limit = 0\nvirtual_mailbox_limit = 0\n"
            wait_until(lambda: configure(settings) or document()["disk"]["message_bytes"] == room, 30,
                       f"room for {room} after a reload")
            expect(*["no-room"] * (size > room))
            code, text, where = send(message(1000))
            results.append(code)
            if size > room:
                equal((code, where), (452, "MAIL"), text)
                check("4.3.1" in text, text)
        equal(results, [250, 452], f"with message_size_limit {room} and one more")

        # queue_minfree alone does the same.
        for less, code in ((1, 250), (0, 452)):
            blocks = minfree_configured(less)
            expect(*["no-room"] * (code == 452))
            equal(send(message(1000))[0], code, f"with queue_minfree {blocks} blocks")

        # The tool does not set what would stop all mail.
        configure()
        before = open(there("/etc/postfix/main.cf")).read()
        done = reeve("--attachment", "20M", status=1)
        check(b"nothing is changed" in done.stderr and b"not free" in done.stderr, done.stderr)
        equal(open(there("/etc/postfix/main.cf")).read(), before, "main.cf")
    finally:
        os.unlink(filler)
    return f"with room for {room}: 250 at it, 452 one byte above"


def submission_and_the_server_disagree(world):
    started(world)
    own = MASTER.replace(f":{SUBMISSION_PORT} inet n - n - - smtpd",
                         f":{SUBMISSION_PORT} inet n - n - - smtpd\n  -o message_size_limit=%d")
    configure(master=own % 400000)
    expect("service-above-cleanup")
    equal(announced(SUBMISSION_PORT), "400000", "SIZE")
    code, text, where = send(message(300000), port=SUBMISSION_PORT, announces=True)
    equal((code, where), (552, "DATA"), text)
    equal(send(message(190000), port=SUBMISSION_PORT)[0], 250, "below both")

    configure(master=own % 200000)
    expect()
    # A service named submission, and the server's smtp: only names tell which is which.
    with open("/etc/services") as f:
        check("submission" in f.read(), "no submission in /etc/services")
    named = (servers.POSTFIX_MASTER.replace(f"127.0.0.1:{servers.SMTP_PORT}", "smtp") +
             "submission inet n - n - - smtpd\n  -o message_size_limit=100000\n")
    os.makedirs("/tmp/named", exist_ok=True)
    shutil.copy("/etc/postfix/main.cf", "/tmp/named")
    with open("/tmp/named/master.cf", "w") as f:
        f.write(named)
    equal(list(findings("-c", "/tmp/named")), ["submission-below-server"], "rules")
    configure(master=own % 100000)
    equal(send(message(150000), port=SUBMISSION_PORT)[0], 552, "by submission")
    equal(send(message(150000))[0], 250, "by smtp")
    return "400000 announced and 300000 refused at the end; 150000 comes in and does not go out"


def behind_postscreen(world):
    """What listens is postscreen(8), and whom it lets in meets the limit of smtpd/pass."""
    started(world)
    screen = f"127.0.0.1:{SCREEN_PORT}"
    behind = f"{screen} inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd%s\n"
    configure("postscreen_access_list = permit_mynetworks\nmynetworks = 127.0.0.0/8\npostscreen_cache_map =\n",
              master=MASTER + behind % "\n  -o message_size_limit=400000")
    found = expect("service-above-cleanup")["service-above-cleanup"]
    check(found["text"].startswith("smtpd/pass takes messages up to 400000"), found)
    wait_until(lambda: announced(SCREEN_PORT) == "400000", 20, "SIZE behind postscreen")
    code, text, where = send(message(300000), port=SCREEN_PORT, announces=True)
    equal((code, where), (552, "DATA"), text)
    equal(send(message(190000), port=SCREEN_PORT)[0], 250, "below both")
    # Of postscreen's own option a client that is let in knows nothing.
    configure("postscreen_access_list = permit_mynetworks\nmynetworks = 127.0.0.0/8\npostscreen_cache_map =\n",
              master=MASTER + (behind % "").replace("postscreen", "postscreen -o message_size_limit=90000"))
    expect()
    wait_until(lambda: announced(SCREEN_PORT) == "200000", 20, "SIZE behind postscreen")
    ways = {w["name"]: w["message"].get("bytes") for w in document()["ways"]}
    equal((ways["smtpd/pass"], f"{screen}/inet" in ways), (200000, False), "the way behind postscreen")
    equal(send(message(150000), port=SCREEN_PORT)[0], 250, "above postscreen's")
    # The server, by its name, against submission.
    named = ("smtp inet n - n - 1 postscreen\nsmtpd pass - - n - - smtpd\ncleanup unix n - n - 0 cleanup\n"
             "submission inet n - n - - smtpd\n  -o message_size_limit=100000\n")
    os.makedirs(there("/tmp/named"), exist_ok=True)
    shutil.copy(there("/etc/postfix/main.cf"), there("/tmp/named"))
    with open(there("/tmp/named/master.cf"), "w") as f:
        f.write(named)
    found = findings("-c", "/tmp/named")
    equal(list(found), ["submission-below-server"], "rules")
    check("smtpd/pass up to 200000" in found["submission-below-server"]["text"], found)
    return "400000 announced behind it and 300000 refused at the end"


def options_in_the_wrong_place_do_nothing(world):
    started(world)
    configure(master=MASTER.replace("inet n - n - - smtpd",
                                    "inet n - n - - smtpd\n  -o mailbox_size_limit=1 "
                                    "-o virtual_mailbox_limit=20M"))
    found = expect("wrong-place")
    equal(found["wrong-place"]["file"], "/etc/postfix/master.cf", "file")
    equal(fate(takes(message(100000), port=SUBMISSION_PORT))[0], "sent", "delivery")
    # With a limit of its own to compare with, the program starts, and larger mail ends it.
    for setting, rule, program, to in (
            ("mailbox_size_limit", "message-above-mailbox", "local", f"{USER}@localhost"),
            ("virtual_mailbox_limit", "message-above-virtual-mailbox", "virtual", "u@virtual.test")):
        own = f" - - {program} -o message_size_limit=50000 -o {setting}=60000"
        configure()
        write("", master=MASTER.replace(f" - - {program}", own))
        with open(there("/etc/postfix/master.cf")) as f:
            text = f.read().replace(f" - - {program}\n", own + "\n")
        with open(there("/etc/postfix/master.cf"), "w") as f:
            f.write(text)
        reload()
        found = findings()
        equal(list(found), [rule], f"rules with a message_size_limit of {program}'s own")
        equal(fate(takes(message(40000), to=to))[0], "sent", "below the mailbox's limit")
        before = log_size()
        takes(message(70000), to=to)
        wait_until(lambda: "panic: file size limit 60000 < message size" in log_since(before), 20,
                   f"the end of {program}")
        real("postsuper", "-d", "ALL")
    configure("quota_max_mail_size = 1\n")
    expect("wrong-file")
    equal(fate(takes(message(100000)))[0], "sent", "delivery")
    servers.dovecot_root("2.3")
    for text in ("message_size_limit = 5", "submission_max_mail_size = 5X",
                 "submission_max_mail_size = unlimited"):
        with open("/tmp/wrong.conf", "w") as f:
            f.write(text + "\n")
        equal(len(findings("-c", "/tmp/wrong.conf")), 1, text)
        check(run("doveconf", "-c", "/tmp/wrong.conf", "-n", status=None).returncode != 0, text)
    return "-o mailbox_size_limit of smtpd(8), quota_max_mail_size in main.cf"


# ---- values --------------------------------------------------------------------------------------

def values_that_postfix_cannot_read(world):
    started(world)
    rows = (("20M", "units"), ("20480000 # 20 MB", "comment"), ("", "empty"), ("$unset", "empty"),
            ("99999999999999999999", "too large"), ("1.5", "no number"), ("0x100", "units"))
    # One smtpd(8) and one postlogd(8) that run, the latter not the one that the reload ends; new ones
    # could not start.
    time.sleep(1)
    before = log_size()
    equal(announced(), "200000", "SIZE")
    wait_until(lambda: "disconnect from" in log_since(before), 20, "the end of a connection in the log")
    for value, why in rows:
        # postlogd(8) cannot start with these either, and a full log would stop everything.
        write(f"message_size_limit = {value}\nmaillog_file =")
        equal(real("postconf", "-h", "message_size_limit").stdout.decode().strip(), value,
              "postconf says nothing of it")
        found = findings()
        check("bad-value" in found, f"'{value}' is not found")
        check(why in found["bad-value"]["text"], found["bad-value"]["text"])
        with open(there("/etc/postfix/main.cf")) as f:
            line = [l.startswith("message_size_limit") for l in f.read().splitlines()].index(True) + 1
        equal(found["bad-value"]["line"], line, "line")
        done = real("sendmail", "-f", "x@client.test", f"{USER}@localhost", status=None, input=b"x\n",
                   stdin=None)
        equal(done.returncode, 75, f"sendmail with '{value}'")
        check(b"bad numerical configuration" in done.stderr, done.stderr)
        # A reload is refused, and those that run keep the old value.
        check(real("postfix", "reload", status=None, timeout=30).returncode != 0, "a reload is not refused")
        equal(announced(), "200000", "SIZE after the reload")

    # A loop: all of Postfix ends; to set the value repairs it.
    write("message_size_limit = $message_size_limit\nmaillog_file =")
    check("bad-value" in findings(), "a loop is not found")
    check(real("postconf", "-xh", "message_size_limit", status=None).returncode != 0,
          "postconf -x takes a loop")

    # One that is not set by a goal: nothing is changed.
    for setting, value in (("header_size_limit", "$header_size_limit"), ("header_size_limit", "0"),
                           ("bounce_size_limit", "50k")):
        write(f"{setting} = {value}")
        st, text = os.stat(there("/etc/postfix/main.cf")), open(there("/etc/postfix/main.cf")).read()
        found = findings()
        check("bad-value" in found, f"{setting} = {value} is not found")
        done = reeve("--message", "25M", "--mailbox", "2G", status=1)
        check(f"main.cf:{found['bad-value']['line']}:1: " in done.stderr.decode(), done.stderr)
        equal(open(there("/etc/postfix/main.cf")).read(), text, "main.cf")
        equal(os.stat(there("/etc/postfix/main.cf")).st_mtime_ns, st.st_mtime_ns, "its time")

    # A daemon's own limit: it ends, and mail waits.
    for setting, to in (("mailbox_size_limit", f"{USER}@localhost"),
                        ("virtual_mailbox_limit", "u@virtual.test")):
        before = log_size()
        configure(f"{setting} = 50M")
        expect("bad-value")
        stays(takes(message(1000), to=to), "bad numerical configuration: " + setting, before)
    configure()
    return f"{len(rows)} values pass postconf and stop sendmail"


def files_that_mislead(world):
    started(world)
    # Not in the files of the Postfix that runs, whose log would fill with warnings.
    folder = "/tmp/end"
    os.makedirs(folder, exist_ok=True)
    for name in ("main.cf", "master.cf"):
        shutil.copy(f"/etc/postfix/{name}", folder)
    with open(f"{folder}/main.cf", "a") as f:
        f.write("relayhost = a\nrelayhost = b\n")
    equal(list(findings("-c", folder)), ["set-twice"], "rules")
    equal(real("postconf", "-c", folder, "-xh", "relayhost").stdout, b"b\n", "what counts")
    with open(f"{folder}/main.cf", "w") as f:
        f.write("compatibility_level = 3.6\nmydomain = d")
    found = findings("-c", folder)
    equal(list(found), ["no-line-end"], "rules")
    equal([found["no-line-end"][key] for key in ("line", "column")], [2, 13], "the end of the last line")
    version = real("postconf", "-h", "mail_version").stdout.decode()
    real("postconf", "-c", folder, "-e", "relayhost=x")
    with open(f"{folder}/main.cf") as f:
        text = f.read()
    if version.startswith("3.7."):
        equal(text.splitlines()[1], "mydomain = drelayhost = x", "the last line after postconf -e")
    # One line for which Postfix refuses the whole file.
    for name, line in (("main.cf", "mydestination localhost"), ("main.cf", "= x"),
                       ("master.cf", "smtps inet n - n - smtpd")):
        for other in ("main.cf", "master.cf"):
            shutil.copy(f"/etc/postfix/{other}", folder)
        equal(findings("-c", folder), {}, "rules before")
        with open(f"{folder}/{name}", "a") as f:
            f.write(line + "\n")
        found = findings("-c", folder)
        equal(list(found), ["refused-file"], f"rules with {line}")
        equal(found["refused-file"]["file"], f"{folder}/{name}", "file")
        asked = ("-n",) if name == "main.cf" else ("-M",)
        check(real("postconf", "-c", cooled(folder), *asked, status=None).returncode != 0,
              f"postconf takes '{line}'")
        before = open(f"{folder}/{name}").read()
        done = reeve("-c", folder, "--message", "5M", status=1)
        check(b"nothing is changed" in done.stderr, done.stderr)
        equal(open(f"{folder}/{name}").read(), before, name)
    return "postconf of 3.7 joins two settings: " + text.splitlines()[1]


# ---- setting -------------------------------------------------------------------------------------

def one_word_for_all(world):
    started(world)
    # A service that is there twice, and an option: the last counts.
    own = f":{SUBMISSION_PORT} inet n - n - - smtpd"
    configure("virtual_mailbox_limit = 100000\n",
              master=MASTER.replace(own, f"{own}\n  -o message_size_limit=60000\n127.0.0.1{own}\n"
                                    "  -o message_size_limit=40000 -o syslog_name=postfix/own\n"
                                    "  -o message_size_limit=50000"))
    equal(announced(SUBMISSION_PORT), "50000", "SIZE of a service and an option that are there twice")
    before = open(there("/etc/postfix/main.cf")).read()
    done = json.loads(reeve("--attachment", "2M", "--mailbox", "5MB", "--reload",
                           "--json").stdout)
    equal(done["changed"], True, "changed")
    equal([row["file"] for row in done["tidied"]], [there("/etc/postfix/master.cf")] * 2, "comments")
    values = {s["path"]: s["new"] for s in done["settings"]}
    # 2 MiB: 36792 lines of 78 bytes and one for the last 8 bytes, 12 + 2; and 102400.
    equal(values["message_size_limit"], str(36792 * 78 + 14 + 102400), "message_size_limit")
    equal(values["mailbox_size_limit"], "5000000", "mailbox_size_limit")
    wait_until(lambda: announced() == values["message_size_limit"], 20, "the new SIZE")
    equal(announced(SUBMISSION_PORT), values["message_size_limit"], "SIZE of the other service")
    expect()
    for to in (f"{USER}@localhost", "u@virtual.test"):
        equal(fate(takes(attached(2 * 2**20), to=to))[0], "sent", to)
    equal(send(attached(2 * 2**20 + 2**17))[0], 552, "2.125 MiB")
    st = os.stat(there("/etc/postfix/main.cf"))
    done = json.loads(reeve("--attachment", "2M", "--mailbox", "5MB", "--json").stdout)
    equal(done["changed"], False, "changed, the second time")
    equal(os.stat(there("/etc/postfix/main.cf")).st_ino, st.st_ino, "inode")
    tool("reeve-undo", *((f"--root={root}",) if root else ()))
    equal(open(there("/etc/postfix/main.cf")).read(), before, "main.cf after reeve-undo")
    for words, why in ((("--mailbox", "0"), "0"), (("--attachment", "-5M"), "not a size"),
                       (("--message", "9999999999999T"), "too large"), (("--message", ""), "not a size"),
                       (("--attachment", "5X"), "not a size"),
                       (("--attachment", "20M", "--mailbox", "10M"), "smaller")):
        done = reeve(*words, status=2)
        check(why in done.stderr.decode(), f"{words}: {done.stderr}")
        equal(open(there("/etc/postfix/main.cf")).read(), before, f"main.cf after {words}")
    return "2 MiB pass, 2.125 MiB do not, by two services into two kinds of mailbox"


# ---- Dovecot -------------------------------------------------------------------------------------

DOVECOT = """
protocols = lmtp submission
log_path = {there}/log
mail_plugins = quota
postmaster_address = postmaster@reeve.test
hostname = reeve.test
submission_relay_host = 127.0.0.1
submission_relay_port = {smtp}
{more}
plugin {{
  quota = count:User quota
  quota_vsizes = yes
{quota}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = 2424
  }}
}}
service submission-login {{
  inet_listener submission {{
    port = 2588
  }}
}}
"""


class Dovecot(servers.Server):
    name = "Dovecot"

    def __init__(self, world, quota="", more="", own=""):
        servers.dovecot_root("2.3")
        self.world = world
        self.folder = os.path.join(world.folder, "dovecot-limits")
        self.log_path = os.path.join(self.folder, "log")
        for name in ("", "run", "state"):
            os.makedirs(os.path.join(self.folder, name), exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.path = os.path.join(self.folder, "dovecot.conf")
        with open(os.path.join(self.folder, "users"), "w") as f:
            f.write(f"{USER}:{{PLAIN}}{servers.PASSWORD}:{FIRST_UID}:{FIRST_UID}::/home/{USER}::{own}\n")
        base = servers.DOVECOT_2_3.replace("protocols = imap pop3", "").format(there=self.folder)
        base = base.replace("mbox:~/mail:INBOX=/var/mail/%u", "maildir:~/Maildir")
        with open(self.path, "w") as f:
            f.write(base + DOVECOT.format(there=self.folder, smtp=servers.SMTP_PORT, quota=quota,
                                          more=more))
        self.start("dovecot", "-F", "-c", self.path)
        for port in (2424, 2588):
            wait_until(lambda: self.answers(port), servers.START, f"Dovecot at port {port}")

    def both(self):
        """--check with this Dovecot and the running Postfix, in a root of their own."""
        root = os.path.join(self.folder, "root")
        shutil.rmtree(root, ignore_errors=True)
        os.makedirs(f"{root}/etc/dovecot")
        shutil.copytree("/etc/postfix", f"{root}/etc/postfix")
        shutil.copy(self.path, f"{root}/etc/dovecot/dovecot.conf")
        return root


def by_lmtp(size, to=USER):
    with smtplib.LMTP("127.0.0.1", 2424, local_hostname="client.test") as s:
        s.ehlo()
        s.mail("sender@client.test")
        code, text = s.rcpt(to)
        return s.data(message(size)) if code == 250 else (code, text)


def quota_below_the_message_stops_it(world):
    started(world)
    configure("virtual_transport = lmtp:inet:127.0.0.1:2424\n"
              f"virtual_mailbox_maps = inline:{{{{{USER}@virtual.test = x}}}}")
    dovecot = Dovecot(world, "  quota_max_mail_size = 100000B\n  quota_rule = *:storage=1M",
                      "auth_username_format = %n")
    try:
        found = findings("--root", dovecot.both())
        equal(sorted(found), ["message-above-quota"], "rules")
        check("quota_max_mail_size" in found["message-above-quota"]["text"], found)
        code, text = by_lmtp(99000)
        equal(code, 250, text)
        code, text = by_lmtp(101000)
        equal(code, 451, text)
        said = f"{code} {text.decode()}"
        with smtplib.SMTP("127.0.0.1", servers.SMTP_PORT, timeout=60) as s:
            s.sendmail("sender@client.test", [f"{USER}@virtual.test"], message(99000))
        status, text = fate(takes(message(150000), to=f"{USER}@virtual.test"))
        equal(status, "deferred", text)
    finally:
        dovecot.stop()
        world.servers.remove(dovecot)
    dovecot = Dovecot(world, "  quota_rule = *:bytes=150000\n  quota_grace = 0", "auth_username_format = %n")
    try:
        found = findings("--root", dovecot.both())
        equal(sorted(found), ["message-above-quota"], "rules")
        shutil.rmtree(there(f"/home/{USER}/Maildir"), ignore_errors=True)
        code, text = by_lmtp(151000)
        equal(code, 552, text)
        status, text = fate(takes(message(160000), to=f"{USER}@virtual.test"))
        equal(status, "bounced", text)
    finally:
        dovecot.stop()
        world.servers.remove(dovecot)
    # The mail that fills it may go a tenth beyond, unless told; then it is full. The tool reads the files
    # in a root, and this Dovecot those of its own.
    dovecot = Dovecot(world, "  quota_rule = *:bytes=190000", "auth_username_format = %n",
                      "userdb_quota_rule=*:bytes=185000")
    try:
        there_too = dovecot.both()
        equal(sorted(findings("--root", there_too)), [], "rules with a grace")
        shutil.rmtree(f"/home/{USER}/Maildir", ignore_errors=True)
        code, text = by_lmtp(199000)
        equal(code, 250, text)
        code, text = by_lmtp(1000)
        equal(code, 552, text)
        for path in (dovecot.folder + "/users", f"/home/{USER}/Maildir"):
            os.makedirs(os.path.dirname(there_too + path), exist_ok=True)
            (shutil.copytree if os.path.isdir(path) else shutil.copy)(path, there_too + path)
        equal(sorted(findings("--root", there_too)), ["mailbox-full"], "rules with a full mailbox")
        with open(there_too + dovecot.folder + "/users", "a") as f:
            f.write("b:x:1:1::/home/b::userdb_quota_rule=*:bytes=100000\n")
        equal(sorted(findings("--root", there_too)), ["mailbox-full", "message-above-quota"], "rules with another")
    finally:
        dovecot.stop()
        world.servers.remove(dovecot)
    return f"quota_max_mail_size: {said}; quota_rule: 552, with a grace"


def units_and_graces_are_what_dovecot_takes_them_for(world):
    """message_size_limit is 200000."""
    started(world)
    configure("virtual_transport = lmtp:inet:127.0.0.1:2424\n"
              f"virtual_mailbox_maps = inline:{{{{{USER}@virtual.test = x}}}}")
    rows = (("*:storage=200KB", "0", []), ("*:storage=190kilo", "0", ["message-above-quota"]),
            ("*:bytes=100000", "100%%", []), ("*:bytes=100000", "98%%", ["message-above-quota"]),
            ("*:bytes=190000", "20%", ["message-above-quota"]), ("*:bytes=100000", "100kilo", []),
            (f"*:bytes=%{{if;%n;eq;{USER};200000;5}}", "0", []))
    for rule, grace, rules in rows:
        dovecot = Dovecot(world, f"  quota_rule = {rule}\n  quota_grace = {grace}", "auth_username_format = %n")
        try:
            equal(list(findings("--root", dovecot.both())), rules, f"rules with {rule} and {grace}")
            shutil.rmtree(there(f"/home/{USER}/Maildir"), ignore_errors=True)
            code, text = by_lmtp(199000)
            equal(code, 552 if rules else 250, f"{rule} and {grace}: {text}")
        finally:
            dovecot.stop()
            world.servers.remove(dovecot)
    return ", ".join(f"{rule} and {grace}: {552 if rules else 250}" for rule, grace, rules in rows)


def the_smallest_of_several_quotas_counts(world):
    started(world)
    configure()
    public = "namespace public {\n  prefix = Public/\n  separator = /\n  location = maildir:/home/%u/Public\n}\n" \
             "namespace inbox {\n  separator = /\n}\nauth_username_format = %n\n"
    small = "  quota_rule = *:storage=1M\n  quota2_rule = *:bytes=150000\n  quota2_grace = 0\n"
    rows = (("  quota2 = count:Other\n", 552), ("  quota2 = count:Other:ns=\n", 552),
            ("  quota2 = count:Other:ns=Public/\n", 250), ("  quota2 = count:Other:noenforcing\n", 250),
            ("  quota3 = count:Other\n", 250))
    for root, code in rows:
        dovecot = Dovecot(world, root + small, public)
        try:
            equal(sorted(findings("--root", dovecot.both())), ["message-above-quota"] * (code == 552),
                  f"rules with{root}")
            shutil.rmtree(there(f"/home/{USER}/Maildir"), ignore_errors=True)
            equal(by_lmtp(160000)[0], code, f"160000 bytes with{root}")
            # A goal gets it through, where it did not; and leaves alone what does not count.
            copy = dovecot.both()
            tool("reeve-limits", "--root", copy, "--mailbox", "5M")
            with open(f"{copy}/etc/dovecot/dovecot.conf") as f:
                text = f.read()
            check(f"quota_rule = *:bytes={5 << 20}\n" in text, text)
            equal("quota2_rule = *:bytes=150000\n" in text, code == 250, f"the second rule with{root}")
        finally:
            dovecot.stop()
            world.servers.remove(dovecot)
    return ", ".join(f"{root.strip()}: {code}" for root, code in rows)


def users_in_a_file_of_their_domain(world):
    """With a home that a later field says, and one that the userdb gives who has none."""
    started(world)
    configure()
    dovecot = Dovecot(world, "  quota_grace = 0", "userdb {\n  driver = passwd-file\n"
                      "  args = username_format=%n /tmp/of/%d/users\n"
                      f"  default_fields = home=/home/{USER}/%n\n}}\n")
    try:
        there_too = dovecot.both()
        for domain, name, rest in (("a.test", "x", f"/nowhere::userdb_home=/home/{USER}/own userdb_quota_rule=*:bytes=150000"),
                                   ("b.test", "y", "::userdb_quota_rule=*:bytes=200000")):
            os.makedirs(f"/tmp/of/{domain}", exist_ok=True)
            with open(f"/tmp/of/{domain}/users", "w") as f:
                f.write(f"# users\n{name}:{{PLAIN}}p:{FIRST_UID}:{FIRST_UID}::{rest}\n")
        os.chmod("/tmp/of", 0o755)

        def found():
            for path in ("/tmp/of", f"/home/{USER}"):
                shutil.rmtree(there_too + path, ignore_errors=True)
                shutil.copytree(path, there_too + path)
            done = json.loads(reeve("--check", "--json", "--root", there_too, status=3).stdout)
            return [(f["rule"], f["file"].removeprefix(there_too), f.get("line")) for f in done["findings"]]

        small = ("message-above-quota", "/tmp/of/a.test/users", 2)
        equal(found(), [small], "rules")
        equal(by_lmtp(151000, "x@a.test")[0], 552, "151000 bytes for x")
        for to, size in (("x@a.test", 149000), ("y@b.test", 199000)):
            code, text = by_lmtp(size, to)
            equal(code, 250, f"{size} bytes for {to} ({text})")
            equal(by_lmtp(1000, to)[0], 552, f"1000 more for {to}")
        # Both are near the quota, and not full: what a finding says is that nothing more fits.
        equal(found(), [small], "rules before they are full")
        for name in ("own", "y"):
            folder = f"/home/{USER}/{name}/Maildir/new"
            mail, = os.listdir(folder)
            check(",S=" in mail, mail)
            os.rename(f"{folder}/{mail}", f"{folder}/{re.sub(',S=[0-9]+,W=[0-9]+', ',S=200000,W=200000', mail)}")
        equal(found(), [("mailbox-full", f"/home/{USER}/own/Maildir", None), ("mailbox-full", f"/home/{USER}/y/Maildir", None),
                        small], "rules")
        equal(by_lmtp(1000, "someone@c.test")[0], 550, "a user of a domain without a file")
    finally:
        dovecot.stop()
        world.servers.remove(dovecot)
    return "x@a.test by userdb_home, y@b.test by default_fields"


def what_dovecot_lda_refuses(world):
    """Dovecot's quota where local(8) runs dovecot-lda(1), and there is no LMTP."""
    started(world)
    servers.dovecot_root("2.3")
    folder, log = "/tmp/lda", "/tmp/lda.log"
    os.makedirs(folder, exist_ok=True)
    conf = "\n".join(["protocols = imap", "mail_location = maildir:~/Maildir", f"log_path = {log}",
                      f"base_dir = {folder}/run", "hostname = reeve.test", "postmaster_address = postmaster@reeve.test",
                      "ssl = no", "protocol lda {{", "  mail_plugins = quota", "}}", "plugin {{",
                      "  quota = count:User quota", "  quota_vsizes = yes", "{}", "}}", ""])
    results = []
    for setting, found in (("  quota_max_mail_size = 100000B", "waits in the queue"),
                           ("  quota_rule = *:bytes=150000\n  quota_grace = 0", "sends it back"),
                           ("  quota_rule = *:bytes=200000\n  quota_grace = 0", None)):
        configure(f"mailbox_command = /usr/lib/dovecot/dovecot-lda -c {folder}/dovecot.conf -f \"$SENDER\"\n")
        with open(f"{folder}/dovecot.conf", "w") as f:
            f.write(conf.format(setting))
        with open(log, "w"):
            os.chmod(log, 0o666)
        copy = f"{folder}/root"
        shutil.rmtree(copy, ignore_errors=True)
        os.makedirs(f"{copy}/etc/dovecot")
        shutil.copytree("/etc/postfix", f"{copy}/etc/postfix")
        shutil.copy(f"{folder}/dovecot.conf", f"{copy}/etc/dovecot/dovecot.conf")
        rules = findings("--root", copy)
        equal(list(rules), ["message-above-quota"] if found else [], f"rules with {setting}")
        check(not found or found in rules["message-above-quota"]["consequence"], rules)
        equal(fate(takes(message(90000)))[0], "sent", "90000 bytes")
        shutil.rmtree(f"/home/{USER}/Maildir", ignore_errors=True)
        status, text = fate(takes(message(160000)))
        with open(log) as f:
            said = f.read()
        results.append((status, "rejected" in said))
    equal(results, [("deferred", False), ("sent", True), ("sent", False)], "what becomes of 160000 bytes")
    return "quota_max_mail_size: deferred; quota_rule: dovecot-lda takes it, and sends a rejection"


def submission_of_dovecot(world):
    started(world)
    results = []
    for setting, rules in (("submission_max_mail_size = 400000B", ["dovecot-submission-above-server"]),
                           ("submission_max_mail_size = 100000B", ["dovecot-submission-below-server"]),
                           (f"submission_max_mail_size = {200000 - 1024}B", [])):
        dovecot = Dovecot(world, "  quota_rule = *:storage=10M", setting)
        try:
            equal(sorted(findings("--root", dovecot.both())), rules, f"rules with {setting}")
            first = announced(2588)
            with smtplib.SMTP("127.0.0.1", 2588, local_hostname="client.test", timeout=60) as s:
                s.ehlo()
                s.login(USER, servers.PASSWORD)
                codes = []
                for size in (95000, 150000, 198900, 210000):
                    codes.append(s.docmd("MAIL", f"FROM:<{USER}@reeve.test> SIZE={size}")[0])
                    s.rset()
            results.append((first, codes))
        finally:
            dovecot.stop()
            world.servers.remove(dovecot)
    equal(results, [("400000", [250, 250, 250, 552]), ("100000", [250, 552, 552, 552]),
                    ("198976", [250, 250, 250, 552])], "SIZE before login, and answers to MAIL")
    return "above: 400000 is announced, 210000 is refused; below: 150000 comes in and does not go out"


# ---- the corpus ----------------------------------------------------------------------------------

LIMITS = ("message_size_limit", "mailbox_size_limit", "virtual_mailbox_limit", "queue_minfree",
          "header_size_limit", "bounce_size_limit", "body_checks_size_limit")


def corpus():
    if not os.path.exists(os.path.join(SHARED, "INDEX.tsv")):
        raise Skip(f"{SHARED} is not there")
    with open(os.path.join(SHARED, "INDEX.tsv")) as f:
        rows = [line.rstrip("\n").split("\t") for line in f][1:]
    names = [row[4] for row in rows if row[3].startswith("main")]
    equal(len(names), 48, "main.cf files")
    return names


def laid_out(name):
    """A copy with Debian's master.cf."""
    folder = "/tmp/corpus"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    shutil.copy(os.path.join(SHARED, name), f"{folder}/main.cf")
    shutil.copy(os.path.join(os.environ["REEVE_STAGE"], "etc-postfix", "master.cf"), folder)
    return cooled(folder)


def readable(folder):
    """
    The same for the real postconf: one file is a template with lines in braces, and Postfix refuses all
    of it; these lines are left out.
    """
    if run("postconf", "-c", cooled(folder), "-n", status=None).returncode == 0:
        return folder
    there = folder + "-readable"
    shutil.rmtree(there, ignore_errors=True)
    shutil.copytree(folder, there)
    with open(f"{folder}/main.cf", "rb") as f, open(f"{there}/main.cf", "wb") as to:
        to.writelines(line for line in f if not line.startswith(b"{%"))
    return cooled(there)


def effective(folder):
    """What the real postconf says, or None where it is no number."""
    said = run("postconf", "-c", readable(folder), "-xh", *LIMITS).stdout.decode().splitlines()
    return {n: int(v) if re.fullmatch(r"-?\d+", v) else None for n, v in zip(LIMITS, said)}


def twice(text):
    seen, found = set(), set()
    for line in text.split(b"\n"):
        if line[:1] in b"# \t\r" or b"=" not in line:
            continue
        name = line.split(b"=")[0].strip()
        (found if name in seen else seen).add(name)
    return found


def check_says_what_is_true_of_the_corpus(world):
    started(world)
    counts, names = {}, corpus()
    for name in names:
        folder = laid_out(name)
        values, text = effective(folder), open(f"{folder}/main.cf", "rb").read()
        message_size, mailbox, virtual = (values[n] for n in LIMITS[:3])
        wanted = set()
        if message_size is None:
            wanted.add("bad-value")
        elif message_size == 0:
            wanted.add("message-unlimited")
            wanted |= {"message-unlimited-mailbox-not"} if mailbox else set()
            wanted |= {"message-unlimited-virtual-mailbox-not"} if virtual else set()
        else:
            wanted |= {"message-above-mailbox"} if 0 < mailbox < message_size else set()
            wanted |= {"message-above-virtual-mailbox"} if 0 < virtual < message_size else set()
            if 0 < values["queue_minfree"] < 1.5 * message_size:
                wanted.add("queue-minfree-too-small")
        wanted |= {"set-twice"} if twice(text) else set()
        wanted |= {"no-line-end"} if not text.endswith(b"\n") else set()
        found = set(findings("-c", folder))
        # The queue of this world is small: that is the machine's.
        st = os.statvfs("/var/spool/postfix")
        if message_size and 1.5 * message_size >= st.f_bavail * st.f_frsize:
            wanted.add("no-room")
        elif (values["queue_minfree"] or 0) >= st.f_bavail * st.f_frsize:
            wanted.add("no-room")
        equal(sorted(found), sorted(wanted), name)
        for rule in found:
            counts[rule] = counts.get(rule, 0) + 1
    for rule, n in (("message-above-mailbox", 3), ("message-above-virtual-mailbox", 5),
                    ("set-twice", 8), ("no-line-end", 3), ("bad-value", 1)):
        equal(counts.get(rule), n, rule)
    return f"{len(names)} files: " + ", ".join(f"{r} {n}" for r, n in sorted(counts.items()))


def a_goal_holds_on_each_of_the_corpus(world):
    """
    The tool sets a copy of each file as it is. What a file names beside limits (milters, SQL, TLS keys,
    hosts) is not on this machine; so real smtpd and local(8) run with our main.cf and the limits that
    postconf reads out of the copy, each different set of them once.
    """
    started(world)
    configure()
    # One of the files wants 500 MB to be free.
    run("mount", "-o", "remount,size=900m", "/var/spool/postfix")
    sets, names = {}, corpus()
    for name in names:
        folder = laid_out(name)
        before = open(f"{folder}/main.cf", "rb").read()
        done = json.loads(tool("reeve-limits", "-c", folder, "--attachment", "20M", "--mailbox", "2G",
                               "--json").stdout)
        check(done["changed"], f"{name}: nothing was changed")
        found = findings("-c", folder)
        # A minimum that the file asks for may be more than our small disk has.
        found.pop("no-room", None)
        equal(found, {}, f"{name}: what --check says afterwards")
        # Nothing else means something else.
        after = run("postconf", "-c", readable(folder), "-n").stdout
        os.rename(f"{folder}/main.cf", f"{folder}/new")
        with open(f"{folder}/main.cf", "wb") as f:
            f.write(before)
        was = run("postconf", "-c", readable(folder), "-n").stdout
        os.rename(f"{folder}/new", f"{folder}/main.cf")

        def others(text):
            return [l for l in text.splitlines()
                    if l.split(b" ")[0].decode() not in LIMITS + ("config_directory",)]
        equal(others(after), others(was), f"{name}: other settings")
        values = effective(folder)
        sets.setdefault(tuple(sorted(values.items())), []).append(name)
    for values in sets:
        settings = dict(values)
        # Of the disk, see without_room_all_mail_is_refused().
        st = os.statvfs("/var/spool/postfix")
        if settings["queue_minfree"] >= st.f_bavail * st.f_frsize:
            settings["queue_minfree"] = 0
        configure("\n".join(f"{n} = {v}" for n, v in settings.items()))
        equal(fate(takes(attached(20 * 2**20)), 60)[0], "sent", f"20 MiB with {settings}")
        equal(send(attached(21 * 2**20))[0], 552, f"21 MiB with {settings}")
        equal(send(attached(21 * 2**20), announces=True)[::2], (552, "MAIL"), "21 MiB, announced")
        os.unlink(world.box(USER))
    return f"{len(names)} files, {len(sets)} different sets of limits"


CASES = [message_size_limit_counts_bytes, no_limit_has_its_meaning,
         a_message_above_mailbox_size_limit_stops_local,
         a_message_above_virtual_mailbox_limit_stops_virtual, a_full_mailbox_bounces,
         queue_minfree_below_is_only_a_warning, without_room_all_mail_is_refused,
         submission_and_the_server_disagree, behind_postscreen, options_in_the_wrong_place_do_nothing,
         files_that_mislead, one_word_for_all,
         quota_below_the_message_stops_it, users_in_a_file_of_their_domain, what_dovecot_lda_refuses,
         units_and_graces_are_what_dovecot_takes_them_for, the_smallest_of_several_quotas_counts, submission_of_dovecot, check_says_what_is_true_of_the_corpus,
         a_goal_holds_on_each_of_the_corpus]

if __name__ == "__main__":
    stage.main(CASES)
