#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reeve-report against Python: are these the senders, lists, subjects and attachments?

    BUILD=build tests/real/report.py [NAME...]

Every sample of ../shared/mbox/corpus, and boxes made at random with Python's email package, are
read by us (--json) and by Python's email package, message by message where our scanner says they
are (corpus.py asks Dovecot about that). Boxes that Python's mailbox package splits as we do are
compared as it reads them. Where figures differ and should, DIFFERENT says why.

The page of --html is loaded in a real browser.
"""

import collections
import email
import email.header
import email.message
import email.utils
import glob
import html.parser
import json
import mailbox
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(TOP, "build")))
REPORT = os.path.join(BUILD, "bin/reeve-report")
PRUNE = os.path.join(BUILD, "bin/reeve-prune")
LIST = os.path.join(BUILD, "tests/list")
CORPUS = os.path.join(os.path.dirname(TOP), "shared/mbox/corpus")

OCTETS = "application/octet-stream"

# Samples of which Python says something else, and who is right.
DIFFERENT = {
    "mail-mbox-messageparser/invalid-boundaries.txt":
        "Python takes the last line end from a part without a boundary behind it",
    "spamassassin/008": "Python does not see a field with a blank before its colon",
    "spamassassin/mime8": "Python takes the name= of a type without a slash",
}


# ---- what Python makes of a message -------------------------------------------------------------

def text_of(value):
    """A header's value without line ends, bytes beyond ASCII as they are."""
    return re.sub(r"\r?\n", "", str(value)).encode("ascii", "surrogateescape")


def sender_of(msg):
    value = msg.get("From")
    if value is None:
        return ""
    for _, address in email.utils.getaddresses([text_of(value).decode("utf-8", "replace")]):
        local, at, domain = address.rpartition("@")
        if at and local and domain:
            return lower(address)
    return ""


def lower(text):
    return "".join(c.lower() if c < "\x80" else c for c in text)


def list_of(msg):
    value = msg.get("List-Id")
    if value is None:
        return None
    text = text_of(value).decode("utf-8", "replace")
    inside = re.search(r"<([^<>]*)>[^>]*$", text)
    return lower((inside.group(1) if inside else text).strip(" \t"))


def subject_of(msg):
    value = msg.get("Subject")
    if value is None:
        return ""
    try:
        words = email.header.decode_header(text_of(value).decode("ascii"))
        return str(email.header.make_header(words)).strip(" \t")
    except (UnicodeError, LookupError, email.errors.HeaderParseError):
        return None


def attachments_of(msg):
    """Type and bytes of each part that is called one, has a name, or is no text."""
    for part in msg.walk():
        if part.is_multipart() or part.get_content_maintype() == "multipart":
            continue
        kind = part.get_content_type()
        if (part.get_content_disposition() == "attachment" or part.get_filename() is not None
                or not kind.startswith("text/")):
            body = part.get_payload()
            yield kind, len(body.encode("ascii", "surrogateescape")) if isinstance(body, str) else 0


class Figures:
    """What is to be compared, as we have it in JSON."""

    def __init__(self):
        self.senders = collections.Counter()
        self.domains = collections.Counter()
        self.lists = collections.Counter()
        self.types = collections.Counter()
        self.type_bytes = collections.Counter()
        self.subjects = {}
        self.sizes = []

    def add(self, number, content, size):
        msg = email.message_from_bytes(content)
        sender = sender_of(msg)
        self.senders[sender] += 1
        self.domains[sender.rpartition("@")[2]] += 1
        if list_of(msg) is not None:
            self.lists[list_of(msg)] += 1
        for kind, length in attachments_of(msg):
            self.types[kind] += 1
            self.type_bytes[kind] += length
        self.subjects[number] = subject_of(msg)
        self.sizes.append((-size, number))


# ---- the two of them ----------------------------------------------------------------------------

def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def pieces_of(path):
    """Number, header and body, and size of each message, where our scanner finds it."""
    with open(path, "rb") as file:
        box = file.read()
    for line in run(LIST, path).stdout.decode("utf-8", "surrogateescape").splitlines():
        row = line[len(os.fsencode(path).decode("utf-8", "surrogateescape")) + 1:].split("\t")
        if row[0] == "error":
            return
        start, end, header = int(row[5]), int(row[5]) + int(row[6]), int(row[7])
        if row[4] == "0":
            yield int(row[0]), box[header:end], end - start


def pieces_of_mailbox(path):
    """As Python's mailbox package splits it: only header and body."""
    box = mailbox.mbox(path, create=False)
    try:
        return [box.get_bytes(key) for key in box.keys()]
    except (OSError, ValueError):
        return None
    finally:
        box.close()


def counts(rows):
    return collections.Counter({row["name"]: row["count"] for row in rows["rows"]})


def compare(ours, theirs):
    """What differs, a line each."""
    for what, mine, its in (
        ("senders", counts(ours["senders"]), theirs.senders),
        ("domains", counts(ours["domains"]), theirs.domains),
        ("lists", counts(ours["lists"]), theirs.lists),
    ):
        if mine != its:
            yield f"{what}: we {dict(mine - its)}, Python {dict(its - mine)}"
    # What was octets for Python may have another name with us.
    mine, octets = counts(ours["attachments"]), theirs.types[OCTETS]
    missing = {kind: n for kind, n in (theirs.types - mine).items() if kind != OCTETS}
    if missing or mine.total() != theirs.types.total() or (mine - theirs.types).total() > octets:
        yield f"attachments: we {dict(mine - theirs.types)}, Python {dict(theirs.types - mine)}"
    if ours["attachments"]["all"]["bytes"] != theirs.type_bytes.total():
        yield (f"bytes of attachments: we {ours['attachments']['all']['bytes']}, "
               f"Python {theirs.type_bytes.total()}")
    largest = [row["number"] for row in ours["largest"]]
    if largest != [number for _, number in sorted(theirs.sizes)]:
        yield "not the largest messages"
    for row in ours["largest"]:
        subject = theirs.subjects.get(row["number"])
        # We keep the first 1000 bytes.
        if subject is not None and row["subject"] != subject and (
                len(row["subject"].encode()) < 990 or not subject.startswith(row["subject"][:300])):
            yield f"subject {row['number']}: we {row['subject']!r}, Python {subject!r}"


def read(path):
    done = run(REPORT, "--json", "--top", "8192", path)
    return json.loads(done.stdout)["boxes"][0] if done.returncode == 0 else None


def judge(path):
    """What differs of one mailbox, and whether Python's mailbox package read it as we do."""
    ours = read(path)
    pieces = list(pieces_of(path))
    if ours is None:
        return (["we refuse it"] if pieces else []), False
    figures = Figures()
    their_pieces = pieces_of_mailbox(path)
    is_same = their_pieces is not None and len(their_pieces) == len(pieces)
    for number, content, size in pieces:
        if is_same and their_pieces[number - 1].rstrip(b"\r\n") != content.rstrip(b"\r\n"):
            is_same = False
        figures.add(number, content, size)
    if ours["messages"]["count"] != len(pieces):
        return ["messages are missing"], is_same
    return list(compare(ours, figures)), is_same


# ---- boxes --------------------------------------------------------------------------------------

WORDS = "grain mill wheel café größe 日本 привет flour sack stone".split()


def letter(chance, number):
    """A message as a mail program makes it."""
    msg = email.message.EmailMessage()
    who = chance.randrange(40)
    name = " ".join(chance.choices(WORDS, k=2))
    msg["From"] = email.utils.formataddr((name, f"Sender{who}@d{who % 7}.example"))
    msg["To"] = "abc@mill.example"
    msg["Subject"] = " ".join(chance.choices(WORDS, k=chance.randrange(1, 20)))
    msg["Received"] = "by mill.example"
    if chance.random() < 0.3:
        msg["List-Id"] = f"The {name} list <L{who % 5}.lists.example>"
    msg.set_content(" ".join(chance.choices(WORDS, k=200)) + "\n")
    if chance.random() < 0.3:
        msg.add_alternative("<p>" + " ".join(chance.choices(WORDS, k=90)), subtype="html")
    for _ in range(chance.choice((0, 0, 0, 1, 3))):
        kind, data = chance.choice((
            ("application/pdf", b"%PDF-1.4\n"), ("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
            (OCTETS, b"%PDF-1.4\n"), (OCTETS, bytes(range(1, 30))), ("text/csv", b"a,b\n")))
        maintype, subtype = kind.split("/")
        msg.add_attachment(data + chance.randbytes(chance.randrange(3000)), maintype=maintype,
                           subtype=subtype, filename=f"{chance.choice(WORDS)} {number}")
    if chance.random() < 0.1:
        inner = email.message.EmailMessage()
        inner["Subject"] = "inside"
        inner.set_content("inside\n")
        msg.add_attachment(inner)
    return msg


def make_box(path, seed):
    """Of all ages, half of it read."""
    chance = random.Random(seed)
    with open(path, "wb") as file:
        for number in range(150):
            age = chance.choice((1, 5, 20, 60, 200, 500, 2000)) * 86400 + chance.randrange(40000)
            date = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(time.time() - age - 600))
            msg = letter(chance, number)
            msg["Status"] = chance.choice(("RO", "O"))
            body = re.sub(rb"^(>*From )", rb">\1", msg.as_bytes(), flags=re.MULTILINE)
            file.write(b"From x  %s\n" % date.encode() + body + b"\n")


# ---- suites -------------------------------------------------------------------------------------

def check_figures(folder, wanted):
    samples = [path for path in sorted(glob.glob(CORPUS + "/*/*")) if os.path.isfile(path)]
    names = {os.path.relpath(path, CORPUS): path for path in samples}
    for seed in range(6):
        names[f"random {seed}"] = os.path.join(folder, f"random{seed}")
        make_box(names[f"random {seed}"], seed)
    passed = failed = same = 0
    for name, path in names.items():
        if wanted and name not in wanted:
            continue
        # Python's mailbox package keeps a lock beside it; samples stay as they are.
        copy = os.path.join(folder, "box")
        shutil.copy(path, copy)
        found, is_same = judge(copy)
        same += is_same
        if bool(found) == (name in DIFFERENT):
            passed += 1
            continue
        failed += 1
        print(f"not ok {name}: " + ("\n    ".join(found) or "should differ, and does not"))
    print(f"{same} of {passed + failed} boxes are split by Python's mailbox package as by us")
    if not samples:
        print("no samples in ../shared/mbox/corpus")
    return passed, failed, 0 if samples else 1


def check_commands(folder):
    """What a command is said to free, a dry run says."""
    passed = failed = 0
    for seed in range(6):
        box = read(os.path.join(folder, f"random{seed}"))
        for row in box["commands"]:
            said = run("sh", "-c", f"PATH={BUILD}/bin:$PATH; {row['command']} --dry-run --json")
            result = json.loads(said.stdout)["totals"]
            if (result["bytes_removed"], result["messages_removed"]) == (row["bytes"], row["count"]):
                passed += 1
            else:
                failed += 1
                print(f"not ok {row}: a dry run says {result}")
    return passed, failed, 0


MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def check_many(folder):
    """200,000 senders, a few of whom send much: bounded memory, and what is said is true."""
    chance = random.Random(1)
    path = os.path.join(folder, "many")
    truth = collections.Counter()
    with open(path, "w", encoding="ascii") as file:
        for number in range(220000):
            who = number if number < 200000 else chance.choice((5, 77777, 199999))
            mail = ("From x  Mon Jan  7 06:25:01 2019\nReceived: by x\n"
                    f"From: <s{who}@d{who % 100000}.example>\n\n" + "x" * (number % 97) + "\n\n")
            truth[f"s{who}@d{who % 100000}.example"] += len(mail)
            file.write(mail)
    wrong = []
    said = read(path)
    # A child is charged for what its parent was when it was made, so that is a small one.
    kilobytes = int(run(sys.executable, "-S", "-c", MEASURE, REPORT, path).stdout)
    if kilobytes > 24000:
        wrong.append(f"{kilobytes} KB of memory")
    senders = said["senders"]
    if senders["exact"] or senders["distinct"] != 8192:
        wrong.append("they are not too many")
    if {row["name"] for row in senders["rows"][:3]} != {name for name, _ in truth.most_common(3)}:
        wrong.append("not those who send most")
    for row in senders["rows"]:
        if not row["bytes"] <= truth[row["name"]] <= row["bytes"] + row["missed_bytes"]:
            wrong.append(f"{row}: {truth[row['name']]}")
    if sum(row["bytes"] for row in senders["rows"]) + senders["others"]["bytes"] != truth.total():
        wrong.append("they do not add up")
    for line in wrong[:10]:
        print("not ok many senders:", line)
    return int(not wrong), int(bool(wrong)), 0


class Tags(html.parser.HTMLParser):
    """The names of all tags."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        self.found.add(tag)


def browse(folder, page, *options):
    return run("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
               f"--user-data-dir={folder}/chromium", "--virtual-time-budget=2000", *options,
               "file://" + page)


EVIL = """From x  Mon Jan  7 06:25:01 2019
Received: by x
From: "x" <"><script>document.title='evil'</script>@example.net>
List-Id: <"><img src=x onerror=alert(1)>
Subject: </td><script>document.title='evil'</script><img src="http://127.0.0.1:9/x">

x

"""


def check_page(folder):
    if shutil.which("chromium") is None:
        print("there is no chromium")
        return 0, 0, 1
    wrong = []
    page, box = os.path.join(folder, "page.html"), os.path.join(folder, "random0")
    with open(box, "a", encoding="utf-8") as file:
        file.write(EVIL)
    if run(REPORT, "--html", page, box).returncode != 0:
        wrong.append("no page was written")
    dumped = browse(folder, page, "--dump-dom")
    dom = dumped.stdout.decode("utf-8", "replace")
    for row in read(box)["senders"]["rows"][:10]:
        if row["name"] not in dom:
            wrong.append(f"{row['name']} is not on the page")
    for text in ("To make room", "Largest messages", "Attachments", "<svg", "suggested"):
        if text not in dom:
            wrong.append(f"{text!r} is not on the page")
    if "<title>What fills the mail</title>" not in dom:
        wrong.append("the title changed")
    tags = Tags()
    tags.feed(dom)
    wrong += [f"a sender's tag came through: {tag}" for tag in tags.found & {"script", "img"}]
    said = [line for line in dumped.stderr.decode("utf-8", "replace").splitlines()
            if ":CONSOLE" in line]
    wrong += said
    # It is drawn: a wide and a narrow window, dark and light, are pictures of many colours.
    for name, options in (
        ("wide", ["--window-size=1280,1000"]), ("narrow", ["--window-size=500,1000"]),
        ("dark", ["--window-size=1280,1000", "--force-dark-mode",
                  "--blink-settings=preferredColorScheme=0"]),
    ):
        picture = os.path.join(folder, name + ".png")
        browse(folder, page, f"--screenshot={picture}", *options)
        if not os.path.exists(picture) or os.path.getsize(picture) < 20000:
            wrong.append(f"{name}: nothing is drawn")
    for line in wrong:
        print("not ok page:", line)
    return int(not wrong), int(bool(wrong)), 0


def main(wanted):
    with tempfile.TemporaryDirectory() as folder:
        results = [check_figures(folder, wanted)]
        if not wanted:
            results += [check_commands(folder), check_many(folder), check_page(folder)]
    passed, failed, skipped = map(sum, zip(*results))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
