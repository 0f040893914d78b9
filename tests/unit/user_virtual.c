/* SPDX-License-Identifier: MIT */
/* A root with a virtual user. */
#include "user_virtual.h"

#include "folder.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void virtual_enter(void)
{
	wish_enter();
	ck_assert_int_eq(
		system("set -e; cd root; mkdir -p etc/dovecot srv/vmail ../kept; chown 900:900 srv/vmail\n"
	               "echo vmail:x:900:900::/srv/vmail:/usr/sbin/nologin >>etc/passwd\n"
	               "echo vmail:x:900: >>etc/group\n"
	               "mkdir -p -m 700 srv/vmail/example.org/eve; chown -R 900:900 srv/vmail/example.org\n"
	               "cat >etc/dovecot/dovecot.conf <<-END\n"
	               "\tmail_location = maildir:~/Maildir\n"
	               "\tpassdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tuserdb {\n\t driver = passwd-file\n\t args = /etc/dovecot/users\n\t}\n"
	               "\tEND\n"),
		0);
	folder_write(VIRTUAL_FILE,
	             "# people\r\neve@example.org:" VIRTUAL_HASH
	             ":900:900::/srv/vmail/example.org/eve::userdb_mail=maildir:~/M a=b=c\n");
}

const char *virtual_line(const char *name)
{
	static char text[400];
	const char *start = strstr(folder_read(VIRTUAL_FILE), name);
	size_t n = start == NULL ? 0 : strcspn(start, "\n");

	snprintf(text, sizeof text, "%.*s", (int)n, start == NULL ? "" : start);
	return start == NULL ? "(none)" : text;
}
