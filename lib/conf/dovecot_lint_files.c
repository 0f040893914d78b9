/* SPDX-License-Identifier: MIT */
/*
 * Values that are read from files, or should be: `<FILE` that is not there, which Dovecot finds out when it
 * starts, and ssl_cert and its kin of 2.0 to 2.3 that are a file's name, and no certificate.
 */
#include "conf/dovecot_lint.h"
#include "conf/dovecot_names.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A relative one is looked for in the folder of the file that names it (fix_relative_path()). */
static void add_path(const struct dovecot_lint *lint, const struct reeve_row *row, const char *name,
                     struct reeve_buf *buf)
{
	const char *root = lint->conf->how.root, *slash = strrchr(row->doc->path, '/');

	if (*name == '/')
		reeve_buf_add_text(buf, root);
	else if (slash != NULL)
		reeve_buf_add(buf, row->doc->path, (size_t)(slash - row->doc->path) + 1);
	reeve_buf_add_text(buf, name);
}

static void check_file(struct dovecot_lint *lint, const struct reeve_row *row)
{
	struct reeve_buf name, path;
	int why;

	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&path, REEVE_CONF_MAX_BYTES);
	reeve_dovecot_value(row->doc, row->node, &name);
	add_path(lint, row, reeve_buf_text(&name), &path);
	lint->has_failed |= name.has_failed || path.has_failed;
	if (!path.has_failed && name.length > 0 && strpbrk(reeve_buf_text(&name), "%$") == NULL) {
		why = reeve_conf_try_file(lint->conf, reeve_buf_text(&path));
		/*
		 * Who may not read a key does not know. And a configuration can be looked at where
		 * its certificates are not, as Debian's own before ssl-cert is installed: a note.
		 */
		if (why != 0 && (why != EACCES || geteuid() == 0))
			dovecot_lint_say(lint, REEVE_NOTE, row->doc,
			                 row->doc->nodes[row->node].value, "'%s' %s",
			                 reeve_buf_text(&name),
			                 why == ENOENT || why == ENOTDIR ? "is not there" :
			                                                   "cannot be opened");
	}
	reeve_buf_dispose(&name);
	reeve_buf_dispose(&path);
}

static void check_content(struct dovecot_lint *lint, const struct reeve_row *row)
{
	static const char *const names[] = {"ssl_cert",        "ssl_key",       "ssl_ca",
	                                    "ssl_dh",          "ssl_alt_cert",  "ssl_alt_key",
	                                    "ssl_client_cert", "ssl_client_key"};

	if (*row->value != '/' || lint->eval->is_24 ||
	    !reeve_dovecot_was_in(dovecot_lint_place(lint, row)->type, row->name))
		return;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(row->name, names[i]) == 0)
			dovecot_lint_say(
				lint, REEVE_WARNING, row->doc, row->doc->nodes[row->node].value,
				"'%s' is what the file should hold, not its name: write <%s",
				row->name, row->value);
	}
}

void dovecot_lint_files(struct dovecot_lint *lint)
{
	for (uint32_t i = 0; i < lint->eval->row_count; i++) {
		const struct reeve_row *row = &lint->eval->rows[i];
		unsigned int flags = row->doc->nodes[row->node].flags;

		if (row->is_shadowed)
			continue;
		if (flags & REEVE_NODE_FROM_FILE)
			check_file(lint, row);
		else if ((flags & REEVE_NODE_HERE) == 0)
			check_content(lint, row);
	}
}
