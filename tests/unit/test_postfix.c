/* SPDX-License-Identifier: MIT */
/* What Postfix's files say: values by PATH, lists; the table of what Postfix has. As real postconf says. */
#include "conf/postfix.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const char path_main[] = "myhostname = a\nmynetworks = b,\n  c\nmyhostname = d\n"
				"own = $used\nused = 1\nrelay_domains = ${stress?{1}:{2}} $own\n"
				"smtpd_banner = $myhostname  ESMTP\nmailbox_command = /x $HOME\n";
static const char path_master[] =
	"smtp inet n - y - - smtpd\n"
	"submission inet n - y - - smtpd\n"
	"  -o smtpd_banner=$service_name/$process_name\n"
	"  -o { relay_domains = a b }\n"
	"  -o relay_domains=$stress\n"
	"  -o stress=e -v\n"
	"127.0.0.1:10025 inet n - n 60? 1 smtpd\n"
	"private/x unix - n n - - pipe flags=R { a b }\n"
	"smtp inet n - n - - smtpd -o own=2\n";

static const struct {
	const char *path;
	unsigned int flags;
	int r;
	const char *value;
	unsigned int line;
} gets[] = {
	{"myhostname", 0, 1, "d", 4},
	{"mynetworks", 0, 1, "b, c", 2},
	{"smtpd_banner", 0, 1, "$myhostname ESMTP", 8},
	{"smtpd_banner", 1, 1, "d ESMTP", 8},
	{"relay_domains", 1, 1, "2 1", 7},
	{"mailbox_command", 1, 1, "/x $HOME", 9}, /* is expanded by who uses it */
	{"relayhost", 0, 0, NULL, 0},
	{"relayhost", 1, 1, "", 0},
	{"mydomain", 1, 1, "localdomain", 0}, /* myhostname has none */
	{"smtpd_hard_error_limit", 1, 1, "20", 0},
	{"message_size_limit", 1, 1, "10240000", 0},
	{"nosuch", 1, 0, NULL, 0},

	{"smtp/inet/chroot", 0, 1, "n", 9},
	{"submission/inet/chroot", 0, 1, "y", 2},
	{"submission/inet/process_limit", 0, 1, "-", 2},
	{"submission/inet/service", 0, 1, "submission", 2},
	{"127.0.0.1:10025/inet/wakeup", 0, 1, "60?", 7},
	{"private/x/unix/command", 0, 1, "pipe flags=R {a b}", 8},
	{"submission/inet/-o smtpd_banner", 0, 1, "$service_name/$process_name", 3},
	{"submission/inet/smtpd_banner", 1, 1, "submission/smtpd", 3},
	{"submission/inet/-osmtpd_banner", 1, 1, "submission/smtpd", 3},
	{"submission/inet/-o relay_domains", 0, 1, "$stress", 5},
	{"submission/inet/-o relay_domains", 1, 1, "e", 5},
	{"submission/inet/-o relayhost", 1, 0, NULL, 0},
	{"submission/inet/command", 1, 1,
	 "smtpd -o smtpd_banner=submission/smtpd -o {relay_domains=a b} -o relay_domains=e -o"
	 " stress=e -v",
	 2},
	{"smtps/inet", 0, 0, NULL, 0},
	{"smtps/inet/chroot", 0, 0, NULL, 0},

	{"", 0, -1, NULL, 0},
	{"a b", 0, -1, NULL, 0},
	{"a=b", 0, -1, NULL, 0},
	{"smtp/tcp", 0, -1, NULL, 0},
	{"/inet", 0, -1, NULL, 0},
	{"smtp/inet/", 0, -1, NULL, 0},
	{"smtp/inet/-o", 0, -1, NULL, 0},
	{"smtp/inet/a b", 0, -1, NULL, 0},
};

START_TEST(test_get)
{
	struct reeve_conf *conf = reeve_pf_of(path_main, strlen(path_main), path_master,
	                                      strlen(path_master), NULL, NULL);
	struct reeve_conf_setting setting;
	struct reeve_error err = {0};
	int r = reeve_conf_get(conf, gets[_i].path, gets[_i].flags, &setting, &err);

	ck_assert_msg(r == gets[_i].r, "%s: %d %s", gets[_i].path, r, err.text);
	if (r == 1) {
		ck_assert_str_eq(setting.value, gets[_i].value);
		ck_assert_str_eq(setting.path, gets[_i].path);
		ck_assert_int_eq(setting.line, gets[_i].line);
		ck_assert(setting.is_default == (gets[_i].line == 0));
	} else if (r < 0) {
		ck_assert_int_eq(err.code, REEVE_EUSAGE);
	}
	reeve_conf_close(conf);
}
END_TEST

/* PATH=value of all rows, (...) where it is shadowed. */
static char *listed(struct reeve_conf *conf, unsigned int flags)
{
	struct reeve_conf_list *list = reeve_conf_list(conf, flags, NULL);
	struct reeve_buf text;
	char *copy;

	ck_assert_ptr_nonnull(list);
	reeve_buf_init(&text, 10000);
	for (size_t i = 0; i < reeve_conf_list_count(list); i++) {
		const struct reeve_conf_setting *row = reeve_conf_list_at(list, i);

		reeve_buf_add_text(&text, row->is_shadowed ? "(" : "");
		reeve_buf_add_text(&text, row->path);
		reeve_buf_add_text(&text, "=");
		reeve_buf_add_text(&text, row->value);
		reeve_buf_add_text(&text, row->is_shadowed ? ")\n" : "\n");
	}
	reeve_conf_list_free(list);
	copy = strdup(reeve_buf_text(&text));
	reeve_buf_dispose(&text);
	return copy;
}

START_TEST(test_list)
{
	static const char main_cf[] = "relayhost = a\nrelayhost = $mine\nmine = b\nunused = c\n"
				      "class = permit\nsmtpd_restriction_classes = class\n"
				      "alias_maps = proxy:mysql:db, hash:/x\ndb_hosts = h\n"
				      "db_nosuch = h\nslow_destination_rate_delay = 1s\n"
				      "fast_destination_rate_delay = 1s\nformaster = d\n"
				      "process_id = 7\nvirtual_maps = $process_name\n";
	static const char master_cf[] = "slow unix - - - - - smtp -o relayhost=$formaster\n"
					"slow unix - - - - - smtp\n";
	struct reeve_conf *conf = reeve_pf_of(main_cf, strlen(main_cf), master_cf,
	                                      strlen(master_cf), NULL, NULL);
	char *text = listed(conf, REEVE_CONF_EFFECTIVE);

	ck_assert_str_eq(text, "relayhost=b\nmine=b\nclass=permit\nsmtpd_restriction_classes=class\n"
	                       "alias_maps=proxy:mysql:db, hash:/x\ndb_hosts=h\n"
	                       "slow_destination_rate_delay=1s\nformaster=d\n"
	                       "virtual_maps=postconf\n"
	                       "slow/unix=slow       unix  -       -       -       -       "
	                       "-       smtp\n");
	free(text);
	text = listed(conf, 0);
	ck_assert_str_eq(text, "(relayhost=a)\nrelayhost=$mine\nmine=b\nunused=c\nclass=permit\n"
	                       "smtpd_restriction_classes=class\n"
	                       "alias_maps=proxy:mysql:db, hash:/x\ndb_hosts=h\ndb_nosuch=h\n"
	                       "slow_destination_rate_delay=1s\nfast_destination_rate_delay=1s\n"
	                       "formaster=d\nprocess_id=7\nvirtual_maps=$process_name\n"
	                       "(slow/unix=slow       unix  -       -       -       -       "
	                       "-       smtp -o relayhost=$formaster)\n"
	                       "(slow/unix/-o relayhost=$formaster)\n"
	                       "slow/unix=slow       unix  -       -       -       -       "
	                       "-       smtp\n");
	free(text);

	static const struct {
		const char *path;
		bool known;
	} known[] = {
		{"relayhost", true},
		{"mine", true},
		{"unused", false},
		{"mynetwork", false},
		{"slow_destination_rate_delay", true},
		{"fast_destination_rate_delay", false},
		{"non_bdb_migration_level", true}, /* of 3.11 */
		{"slow/unix", true},
		{"new/unix", true},
		{"slow/unix/chroot", true},
		{"new/unix/chroot", true},
		{"slow/unix/-o relayhost", true},
		{"slow/unix/-o unused", false},
		{"slow/nosuch", false},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		ck_assert_msg(reeve_conf_knows(conf, known[i].path) == known[i].known, "%s",
		              known[i].path);
	reeve_conf_close(conf);
}
END_TEST

/* What something refers to, and nothing sets yet, is no slip. */
START_TEST(test_referred)
{
	static const char main_cf[] = "smtpd_restriction_classes = cls\nrelayhost = $foo_bar\n";
	static const char master_cf[] = "slow unix - - - - - smtp -o relayhost=$mua\n";
	struct reeve_conf *conf = reeve_pf_of(main_cf, strlen(main_cf), master_cf,
	                                      strlen(master_cf), NULL, NULL);

	ck_assert(reeve_conf_knows(conf, "foo_bar"));
	ck_assert(reeve_conf_knows(conf, "cls"));
	ck_assert(reeve_conf_knows(conf, "mua"));
	ck_assert(!reeve_conf_knows(conf, "mu"));
	ck_assert(!reeve_conf_knows(conf, "muaa"));
	reeve_conf_close(conf);
}
END_TEST

/* The table is in the order that it is looked up by, and its columns are what they should be. */
START_TEST(test_params)
{
	static const char *const types[] = {"bool", "host", "int",  "legacy", "long", "nbool",
	                                    "nint", "raw",  "readonly", "str", "time"};

	for (size_t i = 0; i < reeve_pf_param_count; i++) {
		const struct pf_param *param = &reeve_pf_params[i];
		bool is_type = false;

		ck_assert_msg(i == 0 || strcmp(param[-1].name, param->name) < 0, "%s", param->name);
		for (size_t j = 0; j < sizeof types / sizeof *types; j++)
			is_type |= strcmp(types[j], param->type) == 0;
		ck_assert_msg(is_type && param->version != NULL, "%s", param->name);
		ck_assert(reeve_pf_param(param->name, strlen(param->name)) == param);
		ck_assert_msg(reeve_pf_default(param, PF_310) != NULL || param->version[0] != '\0',
		              "%s", param->name);
	}
	ck_assert_ptr_null(reeve_pf_param("nosuch", 6));
	ck_assert_ptr_null(reeve_pf_param("", 0));
	ck_assert_ptr_null(reeve_pf_param("relayhost\0", 10));
}
END_TEST

Suite *suite_postfix(void)
{
	Suite *suite = suite_create("conf/postfix");
	TCase *tcase = tcase_create("postfix");

	tcase_add_loop_test(tcase, test_get, 0, sizeof gets / sizeof *gets);
	tcase_add_test(tcase, test_list);
	tcase_add_test(tcase, test_referred);
	tcase_add_test(tcase, test_params);
	suite_add_tcase(suite, tcase);
	return suite;
}
