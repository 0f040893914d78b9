/* SPDX-License-Identifier: MIT */
/*
 * What an expansion in main.cf makes, and that each ends. The expected values are those of
 * src/util/mac_expand.c, postconf(5) and of real postconf.
 */
#include "conf/postfix.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

static const char expand_main[] = "mine = yes\nempty =\nten = 10\nloop = $loop\n"
				  "ref = <$mine>\ncompatibility_level = 3.6\n";

static const struct {
	const char *text, *value; /* NULL: an error */
} expressions[] = {
	{"a b", "a b"},
	{"$mine", "yes"},
	{"${mine}", "yes"},
	{"$(mine)", "yes"},
	{"${ mine }", "yes"},
	{"$mine.x", "yes.x"},
	{"$mine-$ten", "yes-10"},
	{"$$mine", "$mine"},
	{"$$$mine", "$yes"},
	{"$ref", "<yes>"},
	{"$nosuch", ""},
	{"[$empty]", "[]"},
	{"$myhostname", "host.example.org"},
	{"$mydomain", "example.org"},
	{"$mail_name", "Postfix"},
	{"$config_directory", "/etc/postfix"},
	{"$daemon_directory", "/usr/lib/postfix/sbin"},
	{"$slow_destination_rate_delay", "0s"}, /* $default_destination_rate_delay */
	{"$nosuch_destination_rate_delay", ""},

	/* conditions */
	{"${mine?a}", "a"},
	{"${mine:a}", ""},
	{"${empty?a}", ""},
	{"${empty:a}", "a"},
	{"${nosuch:a}", "a"},
	{"${mine?{a}}", "a"},
	{"${mine?{a}:{b}}", "a"},
	{"${empty?{a}:{b}}", "b"},
	{"${empty ? {a} : {b}}", "b"},
	{"${mine ?{ a } : b}", " a "},
	{"${empty?{a}: b}", " b"}, /* white space in front is for braces only */
	{"${mine?$ten}", "10"},
	{"${mine?{$ten}:{$loop}}", "10"}, /* the other one is not looked at */
	{"${mine??a:{b}c}", "?a:{b}c"},   /* as of 2.11: all text behind the '?' */
	{"${mine?a:b}", "a:b"},
	{"${mine?{a}{b}}", NULL},
	{"${mine?{a}x}", NULL},
	{"${mine?{a", NULL},
	{"${empty:{a}x}", NULL},
	{"${mine?${empty?{a}:{${ref}}}}", "<yes>"},

	/* comparisons */
	{"${{a} == {a}}", "true"},
	{"${{a} == {b}}", ""},
	{"${{a}=={a}?{x}:{y}}", "x"},
	{"${{a} != {a} ? {x} : {y}}", "y"},
	{"${{9} < {10}?x}", "x"},      /* numbers */
	{"${{9a} < {10}?x}", ""},      /* texts */
	{"${{010} == {10}?x}", "x"},
	{"${{ 10} == {10}?x}", ""},    /* a blank makes it a text */
	{"${{a} <= {b}?x}", "x"},
	{"${{b} >= {b}?x}", "x"},
	{"${{b} > {b}:x}", "x"},
	{"${{$mine} == {yes}?{x}}", "x"},
	{"${{${{a}=={a}}} == {true}?x}", "x"},
	{"${{$compatibility_level} <level {3.10}?x}", "x"},
	{"${{$compatibility_level} < {3.10}?x}", ""}, /* texts: "3.6" > "3.10" */
	{"${{3.6} >=level {3.6.0}?x}", "x"},
	{"${{3} ==level {3.0}?x}", "x"},
	{"${{3.x} ==level {3}?x}", NULL},
	{"${{a} ==other {a}}", NULL},
	{"${{a} = {a}}", NULL},
	{"${{a} == a}", NULL},
	{"${{a} == {a} x}", NULL},
	{"${{a} ? {b}}", NULL}, /* a '?' is taken for an operator */
	{"${{99999999999999999999} == {1}}", NULL},

	/* errors */
	{"$", NULL},
	{"$ x", NULL},
	{"${}", NULL},
	{"$()", NULL},
	{"${ }", ""},
	{"${mine", NULL},
	{"$(mine", NULL},
	{"${a-b}", NULL},
	{"${a b}", NULL},
	{"$loop", NULL},
	{"${{$loop} == {}?x}", NULL},
};

START_TEST(test_expression)
{
	char main_cf[1000];
	struct reeve_conf *conf;
	struct reeve_conf_setting setting;
	struct reeve_error err = {0};
	int r;

	strcpy(main_cf, expand_main);
	strcat(main_cf, "relay_domains = ");
	strcat(main_cf, expressions[_i].text);
	strcat(main_cf, "\n");
	conf = reeve_pf_of(main_cf, strlen(main_cf), "slow unix - - - - - smtp\n", 25, NULL, NULL);
	ck_assert_ptr_nonnull(conf);
	r = reeve_conf_get(conf, "relay_domains", REEVE_CONF_EFFECTIVE, &setting, &err);
	if (expressions[_i].value == NULL) {
		ck_assert_int_eq(r, -1);
		ck_assert_int_eq(err.code, REEVE_EFORMAT);
	} else {
		char squeezed[100] = "";
		struct reeve_buf buf;

		ck_assert_msg(r == 1, "%s: %s", expressions[_i].text, err.text);
		reeve_buf_init(&buf, 100);
		reeve_pf_squeeze(&buf, expressions[_i].value);
		strcpy(squeezed, reeve_buf_text(&buf));
		reeve_buf_dispose(&buf);
		ck_assert_str_eq(setting.value, squeezed);
	}
	reeve_conf_close(conf);
}
END_TEST

static void add_number(struct reeve_buf *text, unsigned int number)
{
	char digits[20];

	snprintf(digits, sizeof digits, "%u", number);
	reeve_buf_add_text(text, digits);
}

/* n lines, in which N is 0, 1, ... and M one more; the first name is in relay_domains. */
static struct reeve_conf *chain(unsigned int n, const char *line)
{
	struct reeve_conf *conf;
	struct reeve_buf text;

	reeve_buf_init(&text, 1000000);
	reeve_buf_add_text(&text, "relay_domains = $a0\n");
	for (unsigned int i = 0; i < n; i++) {
		for (const char *p = line; *p != '\0'; p++) {
			if (*p == 'N' || *p == 'M')
				add_number(&text, *p == 'N' ? i : i + 1);
			else
				reeve_buf_add_byte(&text, (unsigned char)*p);
		}
	}
	reeve_buf_add_text(&text, "a");
	add_number(&text, n);
	reeve_buf_add_text(&text, " = end\n");
	conf = reeve_pf_of(text.bytes, text.length, "", 0, NULL, NULL);
	reeve_buf_dispose(&text);
	ck_assert_ptr_nonnull(conf);
	return conf;
}

/* Postfix's own depth is 100; what doubles at each step, and what compares itself, ends, too. */
START_TEST(test_depth)
{
	static const struct {
		unsigned int n;
		const char *line;
		int r;
	} rows[] = {
		{99, "aN = $aM\n", 1},
		{100, "aN = $aM\n", -1},
		{90, "aN = $aM$aM\n", -1},
		{3000, "aN = ${{$aM} == {x}?x}\n", -1},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reeve_conf *conf = chain(rows[i].n, rows[i].line);
		struct reeve_conf_setting setting;

		ck_assert_msg(reeve_conf_get(conf, "relay_domains", REEVE_CONF_EFFECTIVE, &setting,
		                             NULL) == rows[i].r,
		              "%u: %s", rows[i].n, rows[i].line);
		reeve_conf_close(conf);
	}
}
END_TEST

/* A million braces. */
START_TEST(test_braces)
{
	static const char *const parts[] = {"${", "${{", "{", "${a?", "${a?{", "$("};
	struct reeve_buf text;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct reeve_conf *conf;
		struct reeve_conf_list *list;

		reeve_buf_init(&text, 10000000);
		reeve_buf_add_text(&text, "a = b\nrelay_domains = ");
		for (size_t j = 0; j < 200000; j++)
			reeve_buf_add_text(&text, parts[i]);
		for (size_t j = 0; j < 200000; j++)
			reeve_buf_add_text(&text, "}");
		conf = reeve_pf_of(text.bytes, text.length, text.bytes, text.length, NULL, NULL);
		reeve_buf_dispose(&text);
		ck_assert_ptr_nonnull(conf);
		list = reeve_conf_list(conf, REEVE_CONF_EFFECTIVE, NULL);
		ck_assert_ptr_nonnull(list);
		reeve_conf_list_free(list);
		ck_assert_int_ge(reeve_conf_lint(conf, NULL), 0);
		reeve_conf_close(conf);
	}
}
END_TEST

/* A service of 50,000 options in one line: what looks for the line's end at each would never end. */
START_TEST(test_long_line)
{
	struct reeve_conf *conf;
	struct reeve_conf_list *list;
	struct reeve_buf text;

	reeve_buf_init(&text, 10000000);
	reeve_buf_add_text(&text, "s unix - - - - - smtp");
	for (unsigned int i = 0; i < 50000; i++) {
		reeve_buf_add_text(&text, " -o n");
		add_number(&text, i);
		reeve_buf_add_text(&text, "=$mine");
	}
	conf = reeve_pf_of("mine = a\n", 9, text.bytes, text.length, NULL, NULL);
	reeve_buf_dispose(&text);
	ck_assert_ptr_nonnull(conf);
	list = reeve_conf_list(conf, REEVE_CONF_EFFECTIVE, NULL);
	ck_assert_ptr_nonnull(list);
	ck_assert_uint_eq(reeve_conf_list_count(list), 50002);
	reeve_conf_list_free(list);
	ck_assert_int_eq(reeve_conf_set(conf, "s/unix/-o n7", "b", NULL), 1);
	reeve_conf_close(conf);
}
END_TEST

Suite *suite_postfix_expand(void)
{
	Suite *suite = suite_create("conf/postfix_expand");
	TCase *tcase = tcase_create("postfix_expand");

	tcase_add_loop_test(tcase, test_expression, 0, sizeof expressions / sizeof *expressions);
	tcase_add_test(tcase, test_depth);
	tcase_add_test(tcase, test_braces);
	tcase_add_test(tcase, test_long_line);
	suite_add_tcase(suite, tcase);
	return suite;
}
