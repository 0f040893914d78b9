/* SPDX-License-Identifier: MIT */
/* Passwords typed, read, written and wiped. */
#include "secret.h"

#include "tool.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

void secret_begin(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
}

void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof *secret);
}

__attribute__((format(printf, 1, 2))) static bool fail(const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	tool_error("%s", text != NULL ? text : "out of memory");
	tool_worse(TOOL_FAILED);
	free(text);
	return false;
}

/*
 * read(2) that a signal ends: the tools' handlers let a read go on (SA_RESTART), but never a
 * poll(2). -1 with errno; EINTR only if we are to stop.
 */
static ssize_t read_some(int fd, void *buf, size_t n)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};

	for (;;) {
		if (tool_is_stopped()) {
			errno = EINTR;
			return -1;
		}
		if (poll(&one, 1, -1) < 0) {
			if (errno != EINTR)
				return -1;
			continue;
		}
		ssize_t got = read(fd, buf, n);
		if (got >= 0 || (errno != EINTR && errno != EAGAIN))
			return got;
	}
}

static void show(int tty, const char *text)
{
	ssize_t n = write(tty, text, strlen(text));

	(void)n; /* whoever cannot see the question cannot answer it */
}

/* ---- a line -------------------------------------------------------------------------------- */

/*
 * Read to the end, or, at a terminal, to the line end. `what` names where it comes from, with a
 * preposition of its own.
 */
static bool read_line(struct secret *secret, int fd, bool is_terminal, const char *what)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of editors: no key types it */
	/* With a mark, a CR, a LF and one byte that is too many. */
	char text[sizeof secret->text + 6] = {0};
	size_t n = 0, start = 0, length;
	ssize_t got;
	bool is_read = false;

	do {
		got = read_some(fd, text + n, sizeof text - n);
		n += got > 0 ? (size_t)got : 0;
	} while (got > 0 && n < sizeof text && !(is_terminal && text[n - 1] == '\n'));
	int saved = errno;
	if (is_terminal)
		show(fd, "\n"); /* of which there was no echo */
	if (got < 0) {
		if (saved != EINTR)
			fail("cannot read the password %s: %s", what, strerror(saved));
		goto out;
	}

	const char *end = memchr(text, '\n', n);
	length = end != NULL ? (size_t)(end - text) : n;
	bool is_one = end == NULL || length + 1 == n;
	if (length > 0 && text[length - 1] == '\r')
		length--;
	if (length >= strlen(mark) && memcmp(text, mark, strlen(mark)) == 0)
		start = strlen(mark);
	length -= start;
	if (memchr(text, '\0', n) != NULL)
		fail("the password %s holds a NUL byte", what);
	else if (length > REEVE_PASSWORD_MAX)
		fail("the password %s is longer than %d bytes", what, REEVE_PASSWORD_MAX);
	else if (!is_one)
		fail("the password %s has more than one line", what);
	else if (length == 0)
		fail("the password %s is empty", what);
	else
		is_read = true;
	if (is_read) {
		memcpy(secret->text, text + start, length);
		secret->text[length] = '\0';
	}
out:
	explicit_bzero(text, sizeof text);
	return is_read;
}

/* ---- files --------------------------------------------------------------------------------- */

static bool is_for_all(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & S_IROTH) != 0;
}

void secret_warn(const char *path)
{
	tool_diag(&(struct reeve_diag){.severity = REEVE_WARNING,
	                               .file = path,
	                               .text = "holds a password, and everybody may read it"});
}

static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		fail("cannot open '%s': %s", path, strerror(errno));
	return fd;
}

bool secret_read_file(struct secret *secret, const char *path)
{
	char what[500];
	int fd = open_file(path);
	bool is_read;

	if (fd < 0)
		return false;
	if (is_for_all(fd))
		secret_warn(path);
	snprintf(what, sizeof what, "in '%s'", path);
	is_read = read_line(secret, fd, false, what);
	close(fd);
	return is_read;
}

bool secret_read_fd(struct secret *secret, int fd)
{
	char what[50];

	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return fail("cannot read the password from descriptor %d: %s", fd, strerror(errno));
	if (isatty(fd))
		return fail("descriptor %d is a terminal, which would show the password: leave "
		            "--password-fd out to be asked for it",
		            fd);
	snprintf(what, sizeof what, "from descriptor %d", fd);
	return read_line(secret, fd, false, what);
}

/* Room for more: a new place, for realloc(3) leaves the old one as it was. */
static bool grow(struct secret_bytes *all)
{
	size_t size = all->size < 4096 ? 8192 : 2 * all->size;
	unsigned char *larger = malloc(size);

	if (larger == NULL)
		return fail("out of memory");
	if (all->n > 0)
		memcpy(larger, all->bytes, all->n);
	if (all->bytes != NULL)
		explicit_bzero(all->bytes, all->size);
	free(all->bytes);
	all->bytes = larger;
	all->size = size;
	return true;
}

bool secret_read_all(struct secret_bytes *all, const char *path, size_t max)
{
	bool is_stdin = strcmp(path, "-") == 0, is_read = false;
	int fd = is_stdin ? STDIN_FILENO : open_file(path);
	ssize_t got;

	*all = (struct secret_bytes){0};
	if (fd < 0)
		return false;
	all->is_for_all = is_for_all(fd);
	do {
		if (all->n == all->size && !grow(all))
			goto out;
		got = read_some(fd, all->bytes + all->n, all->size - all->n);
		if (got < 0) {
			if (errno != EINTR)
				fail("cannot read '%s': %s", path, strerror(errno));
			goto out;
		}
		all->n += (size_t)got;
		if (all->n > max) {
			fail("'%s' is larger than %zu bytes", path, max);
			goto out;
		}
	} while (got > 0);
	is_read = true;
out:
	if (!is_stdin)
		close(fd);
	if (!is_read)
		secret_bytes_wipe(all);
	return is_read;
}

void secret_bytes_wipe(struct secret_bytes *all)
{
	if (all->bytes != NULL)
		explicit_bzero(all->bytes, all->size);
	free(all->bytes);
	*all = (struct secret_bytes){0};
}

/* ---- a terminal ---------------------------------------------------------------------------- */

bool secret_ask(struct secret *secret, const char *user, bool is_new)
{
	struct termios before, quiet;
	struct secret again;
	char question[200];
	bool is_read = false;
	/* Not standard input: that may be the list of users. */
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0 || tcgetattr(tty, &before) != 0) {
		fail("there is no terminal to ask for the password of '%s': give --password-file%s",
		     user, is_new ? ", --password-fd or --generate" : " or --password-fd");
		goto out;
	}
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON;
	quiet.c_iflag |= ICRNL;
	if (tcsetattr(tty, TCSAFLUSH, &quiet) != 0) {
		fail("cannot ask for the password of '%s' without showing it: %s", user,
		     strerror(errno));
		goto out;
	}

	snprintf(question, sizeof question, "%s for '%.100s': ", is_new ? "New password" : "Password",
	         user);
	show(tty, question);
	is_read = read_line(secret, tty, true, "that was typed");
	if (is_read && is_new) {
		show(tty, "Once more: ");
		is_read = read_line(&again, tty, true, "that was typed");
		if (is_read && strcmp(again.text, secret->text) != 0)
			is_read = fail("the two passwords differ");
		secret_wipe(&again);
	}
	/* What was typed too much is not for the shell. */
	tcsetattr(tty, TCSAFLUSH, &before);
out:
	if (tty >= 0)
		close(tty);
	if (!is_read)
		secret_wipe(secret);
	return is_read;
}

/* ---- what is new --------------------------------------------------------------------------- */

bool secret_write(int fd, const char *user, const char *password)
{
	char *line = NULL;
	int length = asprintf(&line, "%s\t%s\n", user, password);
	ssize_t put = 0;

	if (length < 0)
		return fail("out of memory");
	fflush(stdout);
	for (int at = 0; at < length; at += (int)put) {
		put = write(fd, line + at, (size_t)(length - at));
		if (put < 0 && errno == EINTR)
			put = 0;
		if (put < 0)
			break;
	}
	int saved = errno;
	explicit_bzero(line, (size_t)length);
	free(line);
	if (put < 0)
		return fail("nothing was changed: cannot write the password of '%s': %s", user,
		            strerror(saved));
	return true;
}

bool secret_flush(int fd)
{
	/* A terminal, a pipe or a socket has no disk; some file systems have none of their own. */
	if (fsync(fd) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP)
		return true;
	return fail("nothing was changed: cannot write the passwords: %s", strerror(errno));
}
