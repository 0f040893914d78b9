/* SPDX-License-Identifier: MIT */
#include "limits_files.h"
#include "folder.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

void limits_lay_out(const char *text)
{
	static const char usual_master[] =
		"smtp inet n - n - - smtpd\npickup unix n - n 60 1 pickup\n"
		"cleanup unix n - n - 0 cleanup\nlocal unix - n n - - local\n"
		"virtual unix - n n - - virtual\n";
	char name[64] = "etc/postfix/main.cf", file[2000];
	const char *p = text;
	bool has_master = false;

	mkdir("etc", 0755);
	mkdir("etc/postfix", 0755);
	mkdir("etc/dovecot", 0755);
	remove("etc/dovecot/dovecot.conf");
	for (;;) {
		const char *next = strstr(p, "== ");
		size_t n = next == NULL ? strlen(p) : (size_t)(next - p);

		snprintf(file, sizeof file, "%.*s", (int)n, p);
		folder_write(name, file);
		if (next == NULL)
			break;
		next += 3;
		n = strcspn(next, "\n");
		snprintf(name, sizeof name, "etc/%s/%.*s",
		         strncmp(next, "dove", 4) == 0 ? "dovecot" : "postfix", (int)n, next);
		has_master = has_master || strncmp(next, "master", 6) == 0;
		p = next + n + 1;
	}
	if (!has_master)
		folder_write("etc/postfix/master.cf", usual_master);
}

struct reeve_conf *limits_open(enum reeve_conf_kind kind, struct reeve_error *err)
{
	struct reeve_conf_how how = {
		.root = ".",
		.path = kind == REEVE_CONF_DOVECOT ? "etc/dovecot/dovecot.conf" : "etc/postfix",
	};
	struct stat st;

	if (kind == REEVE_CONF_DOVECOT && stat(how.path, &st) != 0)
		return NULL;
	struct reeve_conf *conf = reeve_conf_open(kind, &how, err);
	ck_assert_msg(conf != NULL, "%s", err->text);
	return conf;
}

void limits_describe(const struct reeve_limits_disk *disk,
                     void (*describe)(const struct reeve_limits *limits, char *buf, size_t size),
                     char *found, size_t size)
{
	static const struct reeve_limits_disk unknown = {0};
	const struct reeve_limits_how how = {.root = ".", .disk = disk == NULL ? &unknown : disk};
	struct reeve_error err = {0};
	struct reeve_conf *postfix = limits_open(REEVE_CONF_POSTFIX, &err);
	struct reeve_conf *dovecot = limits_open(REEVE_CONF_DOVECOT, &err);
	struct reeve_limits *limits = reeve_limits_new(postfix, dovecot, &how, &err);

	ck_assert_msg(limits != NULL, "%s", err.text);
	found[0] = '\0';
	describe(limits, found, size);
	reeve_limits_free(limits);
	reeve_conf_close(postfix);
	reeve_conf_close(dovecot);
}
