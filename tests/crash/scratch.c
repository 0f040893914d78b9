/* SPDX-License-Identifier: MIT */
/* The scratch root: made, filled, run in, looked at. */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUN_SECONDS 20

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void make_dir(const struct scratch *s, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", s->root, name);
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		die(path);
}

/* A folder of mailboxes as Debian has it. */
static void give_away(const struct scratch *s)
{
	const uid_t nobody = 65534;
	const gid_t mail = 8;

	if (geteuid() != 0)
		return;
	if (fchown(s->fd, nobody, mail) != 0 || chown(s->spool, 0, mail) != 0 ||
	    chmod(s->spool, 02775) != 0)
		die(s->box);
}

void scratch_open(struct scratch *s, const char *argv0, const struct crash_box *box)
{
	const char *tmp = getenv("TMPDIR");
	char *self = realpath(argv0, NULL);

	*s = (struct scratch){0};
	if (self == NULL)
		die(argv0);
	s->bin = dirname(self);
	umask(022);
	if (tmp == NULL || strlen(tmp) > 40)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(s->dir, sizeof s->dir, "%s/reeve-crash-XXXXXX", tmp);
	if (mkdtemp(s->dir) == NULL || chmod(s->dir, 0755) != 0)
		die(s->dir);
	snprintf(s->root, sizeof s->root, "%s/root", s->dir);
	snprintf(s->spool, sizeof s->spool, "%s/var/mail", s->root);
	snprintf(s->box, sizeof s->box, "%s/ann", s->spool);
	snprintf(s->archive, sizeof s->archive, "%s/var/old", s->root);
	s->archives = strchr(box->how, 'a') != NULL;
	snprintf(s->out, sizeof s->out, "%s/out", s->dir);
	make_dir(s, "");
	make_dir(s, "var");
	make_dir(s, "var/mail");

	s->fd = open(s->box, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;
	if (s->fd < 0 || fstat(s->fd, &st) != 0)
		die(s->box);
	s->ino = st.st_ino;
	s->mode = st.st_mode;
	if (strchr(box->how, 'f') != NULL)
		give_away(s);

	char path[100];
	snprintf(path, sizeof path, "%s/state", s->dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof *s->state) != 0)
		die(path);
	s->state = mmap(NULL, sizeof *s->state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s->state == MAP_FAILED)
		die(path);
	close(fd);
	snprintf(path, sizeof path, "%s/var/state", s->root);
	/*
	 * Where journals lie if we are not root. Not right below root: the shim writes down what
	 * happens under that folder, so a sync of the folder itself, for a name in it, is not seen.
	 */
	setenv("XDG_STATE_HOME", path, 1);
	/* Children of a tool that was killed become ours, so that they can be waited for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* ---- files ----------------------------------------------------------------------------------- */

static const char *kept_dir, *kept_file; /* nftw() hands nothing on */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (strcmp(path, kept_file) != 0 && strncmp(path, kept_dir, strlen(path)) != 0)
		(type == FTW_DP ? rmdir : unlink)(path);
	return 0;
}

void scratch_clear(struct scratch *s)
{
	kept_dir = s->spool;
	kept_file = s->box;
	nftw(s->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void scratch_close(struct scratch *s)
{
	close(s->fd);
	kept_dir = kept_file = "";
	nftw(s->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	munmap(s->state, sizeof *s->state);
}

static void write_at(struct scratch *s, const struct bytes *b, off_t at)
{
	if (b->n > 0 && pwrite(s->fd, b->at, b->n, at) != (ssize_t)b->n)
		die(s->box);
}

void scratch_reset(struct scratch *s, const struct bytes *content)
{
	scratch_clear(s);
	/* A file without holes, as a delivery makes it. */
	if (ftruncate(s->fd, 0) != 0)
		die(s->box);
	write_at(s, content, 0);
	make_dir(s, "var/lib");
}

void scratch_append(struct scratch *s, const struct bytes *more)
{
	write_at(s, more, lseek(s->fd, 0, SEEK_END));
}

struct bytes scratch_read(struct scratch *s)
{
	struct bytes b = {0};
	struct stat st;

	if (fstat(s->fd, &st) != 0)
		die(s->box);
	b.n = (size_t)st.st_size;
	b.at = malloc(b.n + 1);
	if (b.at == NULL || pread(s->fd, b.at, b.n, 0) != (ssize_t)b.n)
		die(s->box);
	b.at[b.n] = '\0';
	return b;
}

bool scratch_is_archived(struct scratch *s, const struct bytes *bytes, bool only)
{
	struct bytes b = {0};
	char buf[65536];
	ssize_t n;
	int fd = open(s->archive, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && (n = read(fd, buf, sizeof buf)) > 0)
		bytes_add(&b, buf, (size_t)n);
	if (fd >= 0)
		close(fd);
	bool found = bytes->n == 0 || (b.n > 0 && memmem(b.at, b.n, bytes->at, bytes->n) != NULL);
	found = found && (!only || b.n == bytes->n);
	bytes_free(&b);
	return found;
}

/* ---- running --------------------------------------------------------------------------------- */

static struct crash_state *hung_state;

static void on_alarm(int number)
{
	(void)number;
	for (uint32_t i = 0; i < hung_state->pid_count && i < CRASH_PIDS; i++)
		kill(hung_state->pids[i], SIGKILL);
}

static void become_tool(struct scratch *s, bool small, const char *word, const struct plan *plan)
{
	char tool[PATH_MAX], root[100], value[PATH_MAX];
	char name[] = "reeve-prune", quiet[] = "--quiet", timeout[] = "--lock-timeout=5";
	char option[20], archive[120];
	char *argv[] = {name, quiet, timeout, root, option, s->box + strlen(s->root), archive, NULL};
	int argc = (int)(sizeof argv / sizeof argv[0]) - 1;

	setpgid(0, 0);
	signal(SIGALRM, SIG_DFL);
	int fd = open(s->out, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		_exit(98);
	snprintf(option, sizeof option, "%s", word);
	snprintf(root, sizeof root, "--root=%s", s->root);
	snprintf(archive, sizeof archive, "--archive=%s", s->archive + strlen(s->root));
	if (!s->archives || strcmp(word, "--read") != 0)
		argv[--argc] = NULL;
	if (plan != NULL) {
		setenv("CRASH_UNDER", s->root, 1);
		snprintf(value, sizeof value, "%s/state", s->dir);
		setenv("CRASH_STATE", value, 1);
		snprintf(value, sizeof value, "%u", plan->at);
		setenv("CRASH_AT", value, 1);
		setenv("CRASH_DO", plan->deed != NULL ? plan->deed : "nothing", 1);
		setenv("CRASH_TO", plan->to != NULL ? plan->to : "all", 1);
		if (plan->log != NULL)
			setenv("CRASH_LOG", plan->log, 1);
	}
	if (small) {
		crash_start();
		exit(reeve_tool_main(argc, argv));
	}
	if (plan != NULL) {
		snprintf(value, sizeof value, "%s/shim.so", s->bin);
		setenv("LD_PRELOAD", value, 1);
	}
	snprintf(tool, sizeof tool, "%s/../bin/reeve-prune", s->bin);
	execv(tool, argv);
	fprintf(stderr, "%s: %s\n", tool, strerror(errno));
	_exit(98);
}

int scratch_run(struct scratch *s, bool small, const char *option, const struct plan *plan)
{
	*s->state = (struct crash_state){0};
	hung_state = s->state;
	struct sigaction act = {.sa_handler = on_alarm}; /* no SA_RESTART: waitpid() comes back */
	sigaction(SIGALRM, &act, NULL);

	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		become_tool(s, small, option, plan);
	setpgid(pid, pid);
	alarm(RUN_SECONDS);

	int status = -1, tool_status = -1;
	bool hung = false;
	for (pid_t got; (got = waitpid(-1, &status, 0)) > 0 || errno == EINTR;) {
		if (got == pid)
			tool_status = status;
		if (got < 0) {
			hung = true;
			kill(-pid, SIGKILL);
		}
	}
	alarm(0);
	return hung ? -1 : tool_status;
}

/* ---- looking --------------------------------------------------------------------------------- */

/* The path of a journal; false: none is there. */
static bool find_journal(struct scratch *s, char path[PATH_MAX])
{
	static const char *const folders[] = {"var/lib/mailreeve/journal",
	                                      "var/state/mailreeve/journal"};
	bool found = false;

	for (size_t i = 0; i < 2 && !found; i++) {
		snprintf(path, PATH_MAX, "%s/%s", s->root, folders[i]);
		size_t n = strlen(path);
		DIR *dir = opendir(path);
		if (dir == NULL)
			continue;
		for (struct dirent *d; !found && (d = readdir(dir)) != NULL;) {
			found = strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
			snprintf(path + n, PATH_MAX - n, "/%s", d->d_name);
		}
		closedir(dir);
	}
	return found;
}

bool scratch_has_journal(struct scratch *s)
{
	char path[PATH_MAX];

	return find_journal(s, path);
}

bool scratch_renumber(struct scratch *s)
{
	char path[PATH_MAX], other[PATH_MAX];

	if (!find_journal(s, path))
		return false;
	char *name = strrchr(path, '/') + 1, *inode = strchr(name, '-');
	unsigned long long device = strtoull(name, NULL, 10);
	snprintf(other, sizeof other, "%.*s%llu%s", (int)(name - path), path, device + 1,
	         inode != NULL ? inode : "");
	return rename(path, other) == 0;
}

const char *scratch_litter(struct scratch *s, bool but_temporary)
{
	static char name[NAME_MAX + 1];

	name[0] = '\0';
	DIR *dir = opendir(s->spool);
	if (dir == NULL)
		die(s->spool);
	for (struct dirent *d; (d = readdir(dir)) != NULL;)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
		    strcmp(d->d_name, "ann") != 0 &&
		    !(but_temporary && strncmp(d->d_name, ".lk", 3) == 0))
			snprintf(name, sizeof name, "%s", d->d_name);
	closedir(dir);
	return name[0] != '\0' ? name : NULL;
}

const char *scratch_words(struct scratch *s)
{
	static char text[4096];
	int fd = open(s->out, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}
