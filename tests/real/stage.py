# SPDX-License-Identifier: MIT
"""A private world in which real servers meet the tools, and the loop that runs the cases.

The program starts itself again in new mount, pid and network namespaces (unshare(1)). There it
lays folders of its own over /var/mail, /home, /etc/postfix and whatever else the servers and the
tools touch, so that paths are what they are on a Debian server, and nothing of the real system is
seen or changed. The network has a loopback interface and no other. When the program ends, however
it ends, the kernel ends every process in there, and every mount goes with the last of them; the
one temporary folder is removed by the program outside.

    def keeps_unread(world): ...
    if __name__ == "__main__":
        stage.main([keeps_unread, ...])
"""

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.path.abspath(os.environ.get("BUILD", os.path.join(TOP, "build"))), "bin")
USERS = ("reevetest1", "reevetest2", "reevetest3")
FIRST_UID = 23001
NO_SKIP = os.environ.get("REEVE_NO_SKIP", "") not in ("", "0")
NAMESPACES = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc",
              "--propagation", "private"]


def die_with_parent():
    """So that a killed test leaves nothing running (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Skip(Exception):
    """A case that cannot run here; the text says why."""


class Failure(Exception):
    """A case found something wrong; the text says what."""


def check(true, what):
    if not true:
        raise Failure(what)


def equal(got, wanted, what):
    def brief(value):
        text = repr(value)
        return text if len(text) < 1000 else f"{text[:500]} [...] {text[-500:]}"

    if got != wanted:
        raise Failure(f"{what}: {brief(got)}, wanted {brief(wanted)}")


def run(*argv, status=0, **kw):
    """Run a program to its end; its exit status must be `status` (None: any)."""
    kw.setdefault("timeout", 120)
    kw.setdefault("stdin", subprocess.DEVNULL)
    done = subprocess.run([str(a) for a in argv], capture_output=True, **kw)
    if status is not None and done.returncode != status:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise Failure(f"{' '.join(map(str, argv))}: exit status {done.returncode}: {said}")
    return done


def wait_until(ready, seconds, what):
    """Ask ready() until it answers something true, which is returned."""
    end = time.monotonic() + seconds
    while True:
        answer = ready()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failure(f"{what}: not within {seconds} s")
        time.sleep(0.02)


class World:
    """The private folders, and what was started in them."""

    def __init__(self, folder):
        self.folder = folder
        self.spool = "/var/mail"
        self.servers = []
        self.mounts = []
        self._loopback()
        self._users()
        if os.path.isdir("/etc/postfix"):
            shutil.copytree("/etc/postfix", os.path.join(folder, "etc-postfix"))
        for name, over, mode in (("mail", "/var/mail", 0o2775), ("home", "/home", 0o755),
                                 ("lib", "/var/lib", 0o755), ("spool", "/var/spool", 0o755),
                                 ("log", "/var/log", 0o777), ("postfix", "/etc/postfix", 0o755)):
            path = os.path.join(folder, name)
            os.mkdir(path)
            os.chmod(path, mode)
            self.mount("--bind", path, over)
        shutil.chown("/var/mail", "root", "mail")
        os.chmod("/var/mail", 0o2775)
        for user in USERS:
            os.mkdir(f"/home/{user}", 0o700)
            shutil.chown(f"/home/{user}", user, user)

    def _loopback(self):
        """ifconfig lo up, by SIOCGIFFLAGS and SIOCSIFFLAGS (netdevice(7))."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            asked = fcntl.ioctl(s, 0x8913, struct.pack("16sh14x", b"lo", 0))
            flags = struct.unpack("16sh14x", asked)[1]
            fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))

    def _users(self):
        """Copies of passwd(5), shadow(5) and group(5) with the test's users, over the real ones."""
        for name, line in (("passwd", "{u}:x:{i}:{i}::/home/{u}:/usr/sbin/nologin\n"),
                           ("shadow", "{u}:*:19000:0:99999:7:::\n"), ("group", "{u}:x:{i}:\n")):
            path = os.path.join(self.folder, name)
            shutil.copy(f"/etc/{name}", path)
            st = os.stat(f"/etc/{name}")
            os.chown(path, st.st_uid, st.st_gid)
            with open(path, "a") as f:
                f.write("".join(line.format(u=u, i=FIRST_UID + i) for i, u in enumerate(USERS)))
            self.mount("--bind", path, f"/etc/{name}")

    def mount(self, *args):
        """mount(8); the last argument is where. Undone by close(), or by the kernel."""
        run("mount", *args)
        self.mounts.append(args[-1])

    def unmount(self, where):
        run("umount", where)
        self.mounts.remove(where)

    def box(self, user):
        return os.path.join(self.spool, user)

    def clear(self):
        """Empty spool, homes and journals: what one case leaves is not the next one's."""
        for name in os.listdir(self.spool):
            os.unlink(os.path.join(self.spool, name))
        for user in USERS:
            shutil.rmtree(f"/home/{user}/mail", ignore_errors=True)
            shutil.rmtree(f"/home/{user}/.local", ignore_errors=True)
        shutil.rmtree("/var/lib/mailreeve", ignore_errors=True)

    def close(self):
        for server in reversed(self.servers):
            server.stop()
        self.servers.clear()
        for where in reversed(self.mounts):
            subprocess.run(["umount", where], stderr=subprocess.DEVNULL)
        self.mounts.clear()


def tool(name, *args, status=0, **kw):
    """Run a tool of ours."""
    path = os.path.join(BIN, name)
    check(os.path.exists(path), f"{path} is not built")
    return run(path, *args, status=status, **kw)


def _cases(cases, world):
    passed = failed = skipped = 0
    for case in cases:
        name = case.__name__.replace("_", " ")
        began = time.monotonic()
        try:
            said = case(world)
        except Skip as why:
            skipped += 1
            print(f"skip  {name}: {why}", flush=True)
        except Exception as why:
            failed += 1
            where = "" if isinstance(why, Failure) else "\n" + traceback.format_exc()
            print(f"FAIL  {name}: {why or type(why).__name__}{where}", flush=True)
        else:
            passed += 1
            more = f": {said}" if said else ""
            print(f"ok    {name} ({time.monotonic() - began:.1f} s){more}", flush=True)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed or (skipped and NO_SKIP) else 0


def _skip_all(cases, why):
    for case in cases:
        print(f"skip  {case.__name__.replace('_', ' ')}: {why}")
    print(f"0 passed, 0 failed, {len(cases)} skipped")
    return 1 if NO_SKIP else 0


def _inside(cases, folder):
    """In the namespaces, as pid 1: let a child do the work, bury whatever becomes an orphan."""
    child = os.fork()
    if child == 0:
        status, world = 1, None
        try:
            world = World(folder)
            status = _cases(cases, world)
        except KeyboardInterrupt:
            status = 130
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                if world is not None:
                    world.close()
            except Exception:
                traceback.print_exc()
                status = status or 1
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        pid, ended = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(ended) & 0xff


def main(cases):
    """Run the cases (or those whose name holds an argument of the command line); exits."""
    words = sys.argv[1:]
    if words:
        cases = [c for c in cases if any(w in c.__name__.replace("_", " ") for w in words)]
    if "REEVE_STAGE" in os.environ:
        sys.exit(_inside(cases, os.environ["REEVE_STAGE"]))
    if os.geteuid() != 0:
        sys.exit(_skip_all(cases, "needs root"))
    tried = subprocess.run(NAMESPACES + ["true"], capture_output=True)
    if tried.returncode != 0:
        sys.exit(_skip_all(cases, tried.stderr.decode().strip()))

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = tempfile.mkdtemp(prefix="reeve-real.", dir="/var/tmp")
    child = None
    try:
        os.chmod(folder, 0o755)
        child = subprocess.Popen(NAMESPACES + [sys.executable, "-B"] + sys.argv,
                                 env=dict(os.environ, REEVE_STAGE=folder),
                                 preexec_fn=die_with_parent)
        # Ctrl-C goes to the program inside as well, which stops its servers first.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        status = child.wait()
    finally:
        if child is not None and child.poll() is None:
            child.kill()
            child.wait()
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(status if status >= 0 else 1)
