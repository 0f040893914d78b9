/* SPDX-License-Identifier: MIT */
/* Names of mail users that we make, and those that we do not. */
#include "unit.h"

#include <mailreeve/user.h>
#include <string.h>

#define ROWS(table) (int)(sizeof table / sizeof table[0])
#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *name;
	bool is_virtual;
	const char *fault; /* in the error; NULL: it is fine */
} names[] = {
	{"ann", false, NULL},
	{"_ann", false, NULL},
	{"a.b-c_9", false, NULL},
	{A32, false, NULL},
	{A32 "a", false, "more than 32"},
	{"", false, "empty"},
	{"Ann", false, "begin with"},
	{"aNn", false, "only a-z"},
	{"1ann", false, "begin with"},
	{"-ann", false, "begin with"},
	{".ann", false, "begin with"},
	{"an n", false, "only a-z"},
	{"ann\n", false, "only a-z"},
	{"ann:x", false, "only a-z"},
	{"../ann", false, "begin with"},
	{"a/b", false, "only a-z"},
	{"ann$", false, "only a-z"},
	{"ann@x", false, "only a-z"},
	{"\350\257\255", false, "begin with"},
	{"ann.lock", false, "a lock"},
	{".lock", false, "begin with"},
	{"clock", false, NULL},

	{"ann@example.org", true, NULL},
	{"ann", true, NULL},
	{"1ann@example.org", true, NULL},
	{A32 A32 "@example.org", true, NULL},
	{A32 A32 "a@example.org", true, "more than 64"},
	{"ann.lock@example.org", true, NULL},
	{"ann@localhost", true, NULL},
	{"ann@xn--9ca.example", true, NULL},
	{"ann@1.example", true, NULL},
	{"@example.org", true, "empty"},
	{"Ann@example.org", true, "begin with"},
	{"ann@Example.org", true, "no host name"},
	{"ann@", true, "no domain"},
	{"ann@example..org", true, "no host name"},
	{"ann@.org", true, "no host name"},
	{"ann@example.", true, "no host name"},
	{"ann@-example.org", true, "no host name"},
	{"ann@example-.org", true, "no host name"},
	{"ann@ex_ample.org", true, "no host name"},
	{"ann@a@b", true, "no host name"},
	{"ann@..", true, "no host name"},
	{"ann@a/b", true, "no host name"},
	{"ann@" A32 A32 ".org", true, "no host name"},
	{"ann+tag@example.org", true, "only a-z"},
};

START_TEST(test_names)
{
	for (int i = 0; i < ROWS(names); i++) {
		struct reeve_error err = {0};
		int result = reeve_user_name_check(names[i].name, names[i].is_virtual, &err);

		if (names[i].fault == NULL) {
			ck_assert_msg(result == 0, "'%s': %s", names[i].name, err.text);
			continue;
		}
		ck_assert_msg(result == -1, "'%s' passes", names[i].name);
		ck_assert_int_eq(err.code, REEVE_EUSAGE);
		ck_assert_msg(strstr(err.text, names[i].fault) != NULL, "'%s': %s", names[i].name,
		              err.text);
	}
}
END_TEST

Suite *suite_user_name(void)
{
	Suite *s = suite_create("user/name");
	TCase *tc = tcase_create("names");

	tcase_add_test(tc, test_names);
	suite_add_tcase(s, tc);
	return s;
}
