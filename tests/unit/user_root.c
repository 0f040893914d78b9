/* SPDX-License-Identifier: MIT */
/* A root with a shell and stand-ins, which know no other program: all is done by the shell. */
#include "user_root.h"

#include "folder.h"
#include <check.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The shell and its libraries; found once, for all tests. */
static char files[8][PATH_MAX];
static size_t file_count;

static void find_files(void)
{
	FILE *f = popen("echo /bin/sh; ldd /bin/sh | grep -o '/[^ ]*'", "r");

	while (f != NULL && file_count < 8 && fgets(files[file_count], PATH_MAX, f) != NULL) {
		files[file_count][strcspn(files[file_count], "\n")] = '\0';
		file_count++;
	}
	if (f != NULL)
		pclose(f);
}

bool user_root_can(void)
{
	if (geteuid() != 0 || chroot("/") < 0)
		return false;
	if (file_count == 0)
		find_files();
	return true;
}

static void copy(const char *from)
{
	char to[PATH_MAX + 4], some[65536];
	ssize_t n;

	snprintf(to, sizeof to, "root%s", from);
	folder_make_above(to);
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	ck_assert(in >= 0 && out >= 0);
	while ((n = read(in, some, sizeof some)) > 0)
		ck_assert(write(out, some, (size_t)n) == n);
	close(in);
	close(out);
}

/* What all have in front. `rewrite FILE` reads lines by the function `line`, which prints what
 * stays. */
static const char head[] =
	"#!/bin/sh\n"
	"echo \"${0##*/} $*\" >>/ran\n"
	"if [ -e \"/etc/fail-${0##*/}\" ]; then\n"
	"	{ read -r status; read -r text; } <\"/etc/fail-${0##*/}\"\n"
	"	echo \"${0##*/}: $text\" >&2; exit \"$status\"\n"
	"fi\n"
	"rewrite() {\n"
	"	new=; while IFS= read -r l; do new=\"$new$(line \"$l\")${nl}\"; done <\"$1\"\n"
	"	: >\"$1\"; IFS=$nl; for l in $new; do echo \"$l\" >>\"$1\"; done; unset IFS\n"
	"}\n"
	"nl='\n'\n";

static const struct program {
	const char *name, *text;
} programs[] = {
	{"useradd",
         "while [ $# -gt 1 ]; do case $1 in\n"
         "-d) home=$2; shift;; -s) shell=$2; shift;; -u) uid=$2; shift;; -g|-K) shift;; esac\n"
         "shift; done\n"
         "max=1000; while IFS=: read -r n x u rest; do\n"
         "	if [ \"$n\" = \"$1\" ]; then echo \"useradd: user '$1' already exists\" >&2; exit "
         "9; fi\n"
         "	if [ \"$u\" -gt $max ] && [ \"$u\" -lt 60000 ]; then max=$u; fi\n"
         "done </etc/passwd\n"
         "echo \"$1:x:${uid:-$((max + 1))}:8::$home:$shell\" >>/etc/passwd\n"
         "echo \"$1:!:20000:0:99999:7:::\" >>/etc/shadow\n"},
	{"userdel", "for name; do :; done\n"
                    "line() { case $1 in \"$name\":*) ;; *) echo \"$1\";; esac; }\n"
                    "rewrite /etc/passwd; rewrite /etc/shadow\n"},
	{"chpasswd", "input=; while IFS= read -r l; do input=\"$input$l$nl\"; done\n"
                     "line() {\n"
                     "	IFS=$nl; for in in $input; do case $1 in \"${in%%:*}\":*)\n"
                     "		rest=${1#*:}; echo \"$in:${rest#*:}\"; return;; esac; done\n"
                     "	echo \"$1\"\n"
                     "}\n"
                     "rewrite /etc/shadow\n"},
	{"usermod", "for name; do :; done\n"
                    "while [ $# -gt 1 ]; do case $1 in\n"
                    "-L) lock=1;; -U) lock=0;; -e) day=$2; shift;; -s) shell=$2; shift;; esac\n"
                    "shift; done\n"
                    "line() {\n"
                    "	case $1 in \"$name\":*) ;; *) echo \"$1\"; return;; esac\n"
                    "	IFS=: read -r n h c mi ma w i e f <<-END\n\t$1\n\tEND\n"
                    "	case ${lock-} in 1) h=!${h#!};; 0) h=${h#!};; esac\n"
                    "	echo \"$n:$h:$c:$mi:$ma:$w:$i:${day-$e}:$f\"\n"
                    "}\n"
                    "rewrite /etc/shadow\n"},
	{"newaliases", ":\n"},
};

const char *user_root_make(void)
{
	static char path[PATH_MAX];
	char name[64], text[4096];

	umask(022);
	folder_make_above("root/etc/");
	folder_make_above("root/usr/sbin/");
	folder_make_above("root/var/mail/");
	folder_make_above("root/home/");
	for (size_t f = 0; f < file_count; f++)
		copy(files[f]);
	ck_assert_int_eq(chown("root/var/mail", 0, 8), 0);
	ck_assert_int_eq(chmod("root/var/mail", 02775), 0);
	folder_write("root/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
	                                "mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n");
	folder_write("root/etc/shadow", "root:*:20000:0:99999:7:::\nmail:*:20000:0:99999:7:::\n");
	folder_write("root/etc/group", "root:x:0:\nmail:x:8:\nusers:x:100:\n");
	for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++) {
		snprintf(name, sizeof name, "root/usr/sbin/%s", programs[i].name);
		snprintf(text, sizeof text, "%s%s", head, programs[i].text);
		folder_write(name, text);
		ck_assert_int_eq(chmod(name, 0755), 0);
	}
	ck_assert_int_eq(chmod("root/etc/shadow", 0640), 0);
	ck_assert_ptr_nonnull(realpath("root", path));
	return path;
}
