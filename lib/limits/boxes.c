/* SPDX-License-Identifier: MIT */
/*
 * Mailbox files that are larger already than local(8) or virtual(8) may write. Of a maildir both
 * limit each message's file, so it is never full.
 */
#include "base/open.h"
#include "conf/cf_lines.h"
#include "conf/passwd_file.h"
#include "limits/limits.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What writes into the boxes that are looked at. */
struct writer {
	struct reeve_limits *limits;
	const char *who, *name; /* "local(8)", "mailbox_size_limit" */
	uint64_t bytes;
};

static bool is_end(const char *text, char c)
{
	size_t n = strlen(text);

	return n > 0 && text[n - 1] == c;
}

/* "a" and "b" as "a/b" */
static const char *joined(struct reeve_limits *limits, const char *folder, const char *name)
{
	return reeve_limits_text(limits, "%s%s%s", folder,
	                         is_end(folder, '/') || name[0] == '/' ? "" : "/", name);
}

static void say_full(const struct writer *writer, const char *path, uint64_t size_bytes)
{
	struct reeve_limits *limits = writer->limits;
	struct limit_place place = {.file = path};
	char size[16], most[16];

	/* Several addresses may have one box. */
	for (size_t i = 0; i < limits->finding_count; i++)
		if (strcmp(limits->findings[i].rule, "mailbox-full") == 0 &&
		    strcmp(limits->findings[i].file, path) == 0)
			return;
	reeve_size_format(size_bytes, size);
	reeve_size_format(writer->bytes, most);
	reeve_limits_find_fault(
		limits, "mailbox-full", REEVE_LIMIT_DISAGREES, REEVE_PROBLEM, place,
		reeve_limits_text(limits, "the mailbox has %ju bytes (%s), and %s is %ju (%s)",
	                          (uintmax_t)size_bytes, size, writer->name,
	                          (uintmax_t)writer->bytes, most),
		reeve_limits_text(limits, "%s cannot add to it: mail for it bounces (5.2.2)",
	                          writer->who),
		reeve_limits_text(limits,
	                          "make it smaller (reeve-prune, reeve-truncate), or raise %s",
	                          writer->name));
}

/* A box by its path in the root. What cannot be looked at is passed over. */
static void look_at(const struct writer *writer, const char *path)
{
	const char *root = writer->limits->root;
	const char *full = reeve_limits_text(writer->limits, "%s%s", root, path);
	struct stat st;
	int fd = -1;

	if (root[0] == '\0') {
		if (stat(full, &st) != 0)
			return;
	} else if ((fd = reeve_open_in_root(root, full)) < 0 || fstat(fd, &st) != 0) {
		goto out;
	}
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size > writer->bytes)
		say_full(writer, full, (uint64_t)st.st_size);
out:
	if (fd >= 0)
		close(fd);
}

/* ---- local(8) -------------------------------------------------------------------------------- */

static void look_at_spool(const struct writer *writer, const char *folder)
{
	const char *full = reeve_limits_text(writer->limits, "%s%s", writer->limits->root, folder);
	DIR *dir = opendir(full);
	struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);

		/* Locks and hidden files are no mailboxes. */
		if (entry->d_name[0] == '.' ||
		    (n > 5 && strcmp(entry->d_name + n - 5, ".lock") == 0))
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode) && (uint64_t)st.st_size > writer->bytes)
			say_full(writer, joined(writer->limits, full, entry->d_name),
			         (uint64_t)st.st_size);
	}
	closedir(dir);
}

/* home_mailbox of each user that passwd(5) has; others (LDAP) are not looked for. */
static void look_at_homes(const struct writer *writer, const char *mailbox)
{
	struct reeve_limits *limits = writer->limits;
	struct reeve_doc *doc = reeve_doc_open(
		REEVE_SYNTAX_PASSWD_FILE, limits->root,
		reeve_limits_text(limits, "%s/etc/passwd", limits->root), NULL, NULL);

	if (doc == NULL)
		return;
	for (uint32_t user = doc->nodes[0].first; user != 0; user = doc->nodes[user].next) {
		struct reeve_span home;

		if (doc->nodes[user].kind != REEVE_NODE_SETTING ||
		    !reeve_passwd_file_field(doc, user, REEVE_PWF_HOME, &home))
			continue;
		look_at(writer, joined(limits,
		                       reeve_limits_text(limits, "%.*s", (int)home.length,
		                                         (const char *)doc->bytes + home.offset),
		                       mailbox));
	}
	reeve_doc_free(doc);
}

/* ---- virtual(8) ------------------------------------------------------------------------------ */

/* The next word of a list, with what is in its braces; NULL at the end (util/mystrtok.c). */
static const char *next_word(const char **text, const char *separators, size_t *n_r)
{
	const char *word = *text + strspn(*text, separators), *p = word;
	unsigned int level = 0;

	for (; *p != '\0' && (level > 0 || strchr(separators, *p) == NULL); p++) {
		if (*p == '{')
			level++;
		else if (*p == '}' && level > 0)
			level--;
	}
	*text = p;
	*n_r = (size_t)(p - word);
	return p == word ? NULL : word;
}

static void trim(const char **text, size_t *n)
{
	while (*n > 0 && reeve_cf_is_space((unsigned char)**text))
		(*text)++, (*n)--;
	while (*n > 0 && reeve_cf_is_space((unsigned char)(*text)[*n - 1]))
		(*n)--;
}

/* text[0..n) without white space around, nor braces if it has them, nor white space in these. */
static const char *bare(struct reeve_limits *limits, const char *text, size_t n)
{
	trim(&text, &n);
	if (n > 1 && text[0] == '{' && text[n - 1] == '}') {
		text++;
		n -= 2;
		trim(&text, &n);
	}
	return reeve_limits_text(limits, "%.*s", (int)n, text);
}

/* What a map says of an address: a file below the base, or a maildir ("ann/"). */
static void look_at_value(const struct writer *writer, const char *base, const char *value)
{
	if (value[0] != '\0' && !is_end(value, '/'))
		look_at(writer, base[0] == '\0' ? value : joined(writer->limits, base, value));
}

/* inline:{ key=value, { key = value } } */
static void look_at_inline(const struct writer *writer, const char *base, const char *map)
{
	const char *text = bare(writer->limits, map, strlen(map)), *word, *value;
	size_t n;

	while ((word = next_word(&text, ", \t\r\n", &n)) != NULL) {
		word = bare(writer->limits, word, n);
		value = strchr(word, '=');
		if (value != NULL)
			look_at_value(writer, base,
			              bare(writer->limits, value + 1, strlen(value + 1)));
	}
}

/* The text that postmap(1) makes a table of. */
static void look_at_table(const struct writer *writer, const char *base, const char *path)
{
	struct reeve_limits *limits = writer->limits;
	struct reeve_doc *doc =
		reeve_doc_open(REEVE_SYNTAX_ALIASES, limits->root,
	                       reeve_limits_text(limits, "%s%s", limits->root, path), NULL, NULL);
	struct reeve_buf text;

	if (doc == NULL)
		return;
	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	for (uint32_t at = 0, end; at < doc->size; at = end) {
		end = reeve_line_after(doc, at);
		if (reeve_cf_line(doc, at) != CF_TEXT)
			continue;
		end = reeve_cf_line_end(doc, at);
		reeve_buf_clear(&text);
		reeve_cf_text(doc, at, end, &text);
		const char *value = reeve_buf_text(&text);
		while (*value != '\0' && !reeve_cf_is_space((unsigned char)*value))
			value++;
		look_at_value(writer, base, bare(limits, value, strlen(value)));
	}
	reeve_buf_dispose(&text);
	reeve_doc_free(doc);
}

/* The rest of a map's name, if it is of one of the types; NULL. */
static const char *of_type(const char *map, const char *const *types, size_t count)
{
	if (strncmp(map, "proxy:", 6) == 0)
		map += 6;
	for (size_t i = 0; i < count; i++)
		if (strncmp(map, types[i], strlen(types[i])) == 0)
			return map + strlen(types[i]);
	return NULL;
}

/* The text that a map is made of; NULL: it is none. Without a type it is of default_database_type. */
static const char *text_of_map(const char *map)
{
	static const char *const types[] = {"hash:", "btree:", "lmdb:", "dbm:", "cdb:", "sdbm:",
	                                    "texthash:"};

	const char *rest = map + (strncmp(map, "proxy:", 6) == 0 ? 6 : 0);

	return rest[0] == '/' ? rest : of_type(map, types, sizeof types / sizeof types[0]);
}

static const char *of_inline(const char *map)
{
	static const char *const types[] = {"inline:"};

	return of_type(map, types, 1);
}

static const char *of_static(const char *map)
{
	static const char *const types[] = {"static:"};

	return of_type(map, types, 1);
}

/* Others (SQL, LDAP, patterns) are not asked. */
static void look_at_map(const struct writer *writer, const char *base, const char *map)
{
	const char *text = text_of_map(map), *rest;

	if (text != NULL)
		look_at_table(writer, base, text);
	else if ((rest = of_inline(map)) != NULL)
		look_at_inline(writer, base, rest);
	else if ((rest = of_static(map)) != NULL)
		look_at_value(writer, base, bare(writer->limits, rest, strlen(rest)));
}

void reeve_limits_note_maps(struct reeve_limits *limits)
{
	const struct reeve_limit *virtual =
		reeve_limits_find(limits, "virtual/unix", "virtual_mailbox_limit");
	const char *maps = reeve_limits_param(limits, "virtual_mailbox_maps"), *word;
	struct reeve_conf_setting setting;
	size_t n;

	if (reeve_limits_bytes(virtual) == REEVE_NO_LIMIT || !reeve_limits_uses_virtual(limits) ||
	    reeve_conf_get(limits->postfix, "virtual_mailbox_maps", 0, &setting, NULL) <= 0)
		return;
	while ((word = next_word(&maps, ", \t\r\n", &n)) != NULL) {
		const char *map = reeve_limits_text(limits, "%.*s", (int)n, word);
		const char *text = text_of_map(map);

		if (text == NULL ? of_inline(map) != NULL || of_static(map) != NULL
		                 : reeve_limits_is_there(limits, text))
			continue;
		reeve_limits_note(
			limits, &setting,
			reeve_limits_text(limits,
		                          "%s is not looked at%s: which of its mailboxes are full "
		                          "is not known",
		                          map, text != NULL ? ", for its text cannot be opened" : ""));
	}
}

/* ---- the door -------------------------------------------------------------------------------- */

void reeve_limits_check_boxes(struct reeve_limits *limits)
{
	const struct reeve_limit *local, *virtual;
	struct writer writer = {.limits = limits};
	const char *maps, *word, *home;
	size_t n;

	if (limits->postfix == NULL)
		return;
	local = reeve_limits_find(limits, "local/unix", "mailbox_size_limit");
	writer.bytes = reeve_limits_bytes(local);
	if (writer.bytes != REEVE_NO_LIMIT && reeve_limits_writes_mbox(limits)) {
		writer.who = "local(8)";
		writer.name = local->name;
		home = reeve_limits_param(limits, "home_mailbox");
		if (home[0] != '\0')
			look_at_homes(&writer, home);
		else
			look_at_spool(&writer, reeve_limits_param(limits, "mail_spool_directory"));
	}
	virtual = reeve_limits_find(limits, "virtual/unix", "virtual_mailbox_limit");
	writer.bytes = reeve_limits_bytes(virtual);
	if (writer.bytes == REEVE_NO_LIMIT || !reeve_limits_uses_virtual(limits))
		return;
	writer.who = "virtual(8)";
	writer.name = virtual->name;
	maps = reeve_limits_param(limits, "virtual_mailbox_maps");
	while ((word = next_word(&maps, ", \t\r\n", &n)) != NULL)
		look_at_map(&writer, reeve_limits_param(limits, "virtual_mailbox_base"),
		            reeve_limits_text(limits, "%.*s", (int)n, word));
}
