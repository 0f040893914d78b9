/* SPDX-License-Identifier: MIT */
/* Names that are like one that was mistyped. */
#include "conf/similar.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
	"mynetworks", "mynetworks_style", "myhostname", "relayhost", "relay_domains",
	"smtpd_tls_cert_file", "smtpd_tls_key_file", "smtp_tls_key_file", "user", "uid", "ssl",
};

static const struct {
	const char *name, *best;
} rows[] = {
	{"mynetwork", "mynetworks"},
	{"mynetworkss", "mynetworks"},
	{"mynetwroks", "mynetworks"}, /* swapped */
	{"mynetvorks", "mynetworks"},
	{"my_net_works", "mynetworks"},
	{"nynetvork", NULL},          /* three of nine are too many */
	{"smtpd_tls_keyfile", "smtpd_tls_key_file"}, /* one step, the other has two */
	{"smtp_tls_keyfile", "smtp_tls_key_file"},
	{"smtpd_tlskeyfle", "smtpd_tls_key_file"},
	{"sutpd_tls_crt_fle", "smtpd_tls_cert_file"},
	{"User", "user"},
	{"usr", NULL}, /* too short to say */
	{"uxyr", NULL},
	{"relay_host", "relayhost"},
	{"mynetworks", "mynetworks"},
	{"something_else_altogether", NULL},
	{"", NULL},
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         NULL},
};

START_TEST(table)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = strlen(rows[i].name);
		char *name = malloc(n + (n == 0)); /* without a NUL */
		struct reeve_similar similar;

		memcpy(name, rows[i].name, n);
		reeve_similar_begin(&similar, name, n);
		for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
			reeve_similar_try(&similar, names[k]);
		if (rows[i].best == NULL)
			ck_assert_msg(similar.best == NULL, "%s: %s", rows[i].name, similar.best);
		else
			ck_assert_msg(similar.best != NULL && strcmp(similar.best, rows[i].best) == 0,
			              "%s: %s", rows[i].name, similar.best ? similar.best : "none");
		free(name);
	}
}
END_TEST

Suite *suite_similar(void)
{
	Suite *suite = suite_create("conf/similar");
	TCase *tcase = tcase_create("similar");

	tcase_add_test(tcase, table);
	suite_add_tcase(suite, tcase);
	return suite;
}
