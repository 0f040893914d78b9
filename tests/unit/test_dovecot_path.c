/* SPDX-License-Identifier: MIT */
/* PATHs of Dovecot settings: read without files, matched with blocks, written. */
#include "conf/dovecot_path.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *path;
	const char *steps; /* type|name|number, then the setting */
} step_rows[] = {
	{"listen", "listen"},
	{"\"a b\"", "a b"},
	{"protocol imap/mail_plugins", "protocol|imap|0 mail_plugins"},
	{"plugin/sieve", "plugin||0 sieve"},
	{"protocol imap/plugin/sieve", "protocol|imap|0 plugin||0 sieve"},
	{"service auth/unix_listener /var/spool/postfix/private/auth/mode",
         "service|auth|0 unix_listener|/var/spool/postfix/private/auth|0 mode"},
	{"service imap-login/inet_listener imaps/port",
         "service|imap-login|0 inet_listener|imaps|0 port"},
	{"unix_listener login/login/mode", "unix_listener|login/login|0 mode"},
	{"unix_listener \"/a/b c\"/mode", "unix_listener|/a/b c|0 mode"},
	{"namespace inbox/mailbox Sent Messages/auto",
         "namespace|inbox|0 mailbox|Sent Messages|0 auto"},
	{"namespace inbox/mailbox \"Sent \\\"x\\\"\"/auto",
         "namespace|inbox|0 mailbox|Sent \"x\"|0 auto"},
	{"passdb[2]/driver", "passdb||2 driver"},
	{"passdb sql[2]/args", "passdb|sql|2 args"},
	{"local 10.0.0.0/8/protocol imap/ssl", "local|10.0.0.0/8|0 protocol|imap|0 ssl"},
	{"service/auth/unix_listener/client/mode", "service|auth|0 unix_listener|client|0 mode"},
	{"service/auth/unix_listener//a/b/mode", "service|auth|0 unix_listener|/a/b|0 mode"},
	{"service/mode", "service||0 mode"},
	{"passdb[0]/driver", "passdb[0]/driver"},
	{"passdb[x]/driver", "passdb[x]/driver"},
	{"a \"b/c", "a \"b/c"},
	{"", ""},
	{"a/", "a||0 "},
};

START_TEST(steps)
{
	for (size_t i = 0; i < sizeof step_rows / sizeof step_rows[0]; i++) {
		struct reeve_buf type, name, out;
		uint32_t number;

		reeve_buf_init(&type, 1000);
		reeve_buf_init(&name, 1000);
		reeve_buf_init(&out, 1000);
		for (const char *at = step_rows[i].path; at != NULL;) {
			at = reeve_path_step(at, &type, &name, &number);
			reeve_buf_add(&out, type.bytes, type.length);
			if (at != NULL) {
				reeve_buf_add_text(&out, "|");
				reeve_buf_add(&out, name.bytes, name.length);
				reeve_buf_add_text(&out, "|");
				reeve_buf_add_byte(&out, (unsigned char)('0' + number));
				reeve_buf_add_text(&out, " ");
			}
		}
		ck_assert_str_eq(reeve_buf_text(&out), step_rows[i].steps);
		reeve_buf_dispose(&type);
		reeve_buf_dispose(&name);
		reeve_buf_dispose(&out);
	}
}
END_TEST

static const char sample[] =
	"listen = a\n"
	"service auth {\n"
	"  unix_listener /var/auth {\n mode = b\n }\n"
	"  unix_listener x {\n mode = c\n }\n"
	"}\n"
	"service imap {\n  mode = d\n unix_listener y {\n mode = e\n }\n}\n"
	"passdb {\n driver = f\n}\n"
	"passdb {\n driver = g\n}\n"
	"userdb {\n driver = h\n}\n"
	"userdb i {\n driver = i\n}\n"
	"plugin {\n sieve = j\n}\n"
	"plugin {\n sieve = k\n}\n"
	"plugin/sieve = l\n"
	"mailbox \"Sent Messages\" {\n auto = m\n}\n"
	"auth default {\n passdb sql {\n args = n\n }\n passdb sql {\n args = o\n }\n}\n"
	"local 10.0.0.0/8 {\n ssl = p\n protocol imap {\n ssl = q\n}\n}\n"
	"\"a b\" = r\n"
	"sieve {\n \"x/y\" = s\n}\n";

static const struct {
	const char *path, *values; /* values of what it means; loose ones with '?' */
} match_rows[] = {
	{"listen", "a"},
	{"liste", ""},
	{"listen/", ""},
	{"service auth/unix_listener /var/auth/mode", "b"},
	{"service auth/unix_listener \"/var/auth\"/mode", "b"},
	{"service \"auth\"/unix_listener  /var/auth/mode", "b"},
	{"service/auth/unix_listener//var/auth/mode", "b?"},
	{"service/auth/unix_listener/x/mode", "c?"},
	{"service auth/unix_listener/mode", "b?c?"},
	{"service imap/unix_listener/mode", "e?"},
	{"service/unix_listener/mode", "b?c?e?"},
	{"service imap[1]/mode", "d"},
	{"service imap[2]/mode", ""},
	{"passdb/driver", "f?g?"},
	{"passdb[1]/driver", "f"},
	{"passdb[2]/driver", "g"},
	{"passdb[3]/driver", ""},
	{"userdb/driver", "h"},
	{"userdb[1]/driver", "h"},
	{"userdb i/driver", "i"},
	{"plugin/sieve", "jkl"},
	{"mailbox Sent Messages/auto", "m"},
	{"mailbox \"Sent Messages\"/auto", "m"},
	{"mailbox/auto", "m?"},
	{"auth default/passdb sql/args", "n?o?"},
	{"auth default/passdb/args", "n?o?"},
	{"auth default/passdb sql[2]/args", "o"},
	{"local 10.0.0.0/8/ssl", "p"},
	{"local 10.0.0.0/8/protocol imap/ssl", "q"},
	{"local/protocol/ssl", "q?"},
	{"a b", "r"},
	{"\"a b\"", "r"},
	{"sieve/x/y", "s"},
	{"sieve/\"x/y\"", "s"},
};

/* The PATHs of all settings of the sample, in order. */
static const char paths[] = "listen\n"
			    "service auth/unix_listener /var/auth/mode\n"
			    "service auth/unix_listener x/mode\n"
			    "service imap/mode\n"
			    "service imap/unix_listener y/mode\n"
			    "passdb[1]/driver\n"
			    "passdb[2]/driver\n"
			    "userdb/driver\n"
			    "userdb i/driver\n"
			    "plugin/sieve\n"
			    "plugin/sieve\n"
			    "plugin/sieve\n"
			    "mailbox \"Sent Messages\"/auto\n"
			    "auth default/passdb sql[1]/args\n"
			    "auth default/passdb sql[2]/args\n"
			    "local 10.0.0.0/8/ssl\n"
			    "local 10.0.0.0/8/protocol imap/ssl\n"
			    "\"a b\"\n"
			    "sieve/x/y\n";

/* Walk over the nodes; with `paths_r` add all PATHs, else the values of what the PATH means. */
static void walk(struct reeve_places *places, struct reeve_doc *doc, struct reeve_buf *out,
                 bool wants_paths)
{
	struct reeve_buf name;

	reeve_buf_init(&name, 1000);
	for (uint32_t n = reeve_tree_next(doc, 0), next; n != 0; n = next) {
		const struct reeve_node *node = &doc->nodes[n];

		if (node->kind == REEVE_NODE_BLOCK)
			reeve_places_enter(places, doc, n);
		reeve_buf_clear(&name);
		reeve_dovecot_name(doc, n, &name);
		if (node->kind == REEVE_NODE_SETTING && wants_paths) {
			reeve_places_path(places, places->at, name.bytes, name.length, out);
			reeve_buf_add_text(out, "\n");
		} else if (node->kind == REEVE_NODE_SETTING) {
			enum reeve_path_match match =
				reeve_places_match(places, places->at, name.bytes, name.length);

			if (match != REEVE_PATH_OTHER)
				reeve_dovecot_value(doc, n, out);
			if (match == REEVE_PATH_LOOSE)
				reeve_buf_add_text(out, "?");
		}
		next = reeve_tree_next(doc, n);
		for (uint32_t at = n; node->first == 0 && at != 0; at = doc->nodes[at].parent) {
			if (doc->nodes[at].kind == REEVE_NODE_BLOCK)
				reeve_places_leave(places);
			if (doc->nodes[at].next != 0)
				break;
		}
	}
	ck_assert(!places->has_failed);
	reeve_buf_dispose(&name);
}

START_TEST(matches)
{
	struct reeve_doc *doc =
		reeve_doc_of(REEVE_SYNTAX_DOVECOT, "a", sample, strlen(sample), NULL, NULL);
	struct reeve_buf out;

	reeve_buf_init(&out, 10000);
	for (size_t i = 0; i < sizeof match_rows / sizeof match_rows[0]; i++) {
		struct reeve_places *places = reeve_places_new(match_rows[i].path);

		walk(places, doc, &out, false);
		reeve_places_read(places);
		reeve_places_rewind(places);
		reeve_buf_clear(&out);
		walk(places, doc, &out, false);
		ck_assert_msg(strcmp(reeve_buf_text(&out), match_rows[i].values) == 0,
		              "'%s' is '%s', not '%s'", match_rows[i].path, reeve_buf_text(&out),
		              match_rows[i].values);
		reeve_places_free(places);
	}

	struct reeve_places *places = reeve_places_new(NULL);
	walk(places, doc, &out, true);
	reeve_buf_clear(&out);
	reeve_places_rewind(places);
	walk(places, doc, &out, true);
	ck_assert_str_eq(reeve_buf_text(&out), paths);
	reeve_places_free(places);
	reeve_buf_dispose(&out);
	reeve_doc_free(doc);
}
END_TEST

Suite *suite_dovecot_path(void)
{
	Suite *s = suite_create("conf/dovecot_path");
	TCase *c = tcase_create("dovecot_path");

	tcase_add_test(c, steps);
	tcase_add_test(c, matches);
	suite_add_tcase(s, c);
	return s;
}
