/* SPDX-License-Identifier: MIT */
/*
 * mutants FILE FOLDER: is every line that sets something heard when a Dovecot configuration is
 * migrated?
 *
 * Each setting of each file is left out, and changed, and the whole is migrated again. What comes
 * out must differ, or what is said about that very line. Files below FOLDER are written in place:
 * give a copy. Prints a line for each mutant that nobody heard, and "N mutants, M unheard".
 */
#include <mailreeve/migrate.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct result {
	size_t count;
	struct reeve_migrate *migrate;
};

static void *need(void *p)
{
	if (p == NULL) {
		perror("mutants");
		exit(1);
	}
	return p;
}

static void put(const char *path, const char *bytes, size_t n)
{
	FILE *file = need(fopen(path, "w"));

	if (fwrite(bytes, 1, n, file) != n || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static struct result run(const char *path)
{
	struct reeve_migrate_how how = {.path = path};
	struct reeve_error err;
	struct result result = {0};

	result.migrate = reeve_migrate_open(&how, &err);
	if (result.migrate == NULL || reeve_migrate_run(result.migrate, "2.3", &err) < 0) {
		fprintf(stderr, "mutants: %s\n", err.text);
		exit(1);
	}
	result.count = reeve_migrate_file_count(result.migrate);
	return result;
}

static bool is_same(const struct result *a, const struct result *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		struct reeve_conf_file x = reeve_migrate_file(a->migrate, i);
		struct reeve_conf_file y = reeve_migrate_file(b->migrate, i);

		if (x.new_size != y.new_size || memcmp(x.new_bytes, y.new_bytes, x.new_size) != 0)
			return false;
	}
	return true;
}

/* What is said about a line; "" if nothing is. Changes do not count: they show in the files. */
static const char *said(const struct result *r, const char *path, uint64_t line)
{
	for (size_t i = 0; i < reeve_migrate_change_count(r->migrate); i++) {
		const struct reeve_migrate_change *change = reeve_migrate_change_at(r->migrate, i);

		if (change->kind != REEVE_MIGRATE_CHANGED && change->line == line &&
		    strcmp(change->file, path) == 0)
			return change->text;
	}
	return "";
}

/* Where the value of a setting begins and ends in a line, or false. */
static bool find_value(const char *line, size_t n, size_t *value_r, size_t *end_r)
{
	const char *equals = memchr(line, '=', n);
	size_t i = 0, end = n;

	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	if (equals == NULL || line[i] == '#' || !isalpha((unsigned char)line[i]))
		return false;
	for (const char *p = line + i; p < equals; p++)
		if (*p == '#' || *p == '{')
			return false;
	i = (size_t)(equals - line) + 1;
	while (i < n && (line[i] == ' ' || line[i] == '\t'))
		i++;
	for (size_t k = i; k < n; k++)
		if (line[k] == '#' && k > 0 && (line[k - 1] == ' ' || line[k - 1] == '\t')) {
			end = k;
			break;
		}
	while (end > i && isspace((unsigned char)line[end - 1]))
		end--;
	if (end > i && line[end - 1] == '\\')
		return false; /* goes on in the next line */
	*value_r = i;
	*end_r = end;
	return true;
}

struct tree {
	const char *root;
	struct result base;
	unsigned long mutants, unheard;
};

/* The file with bytes [from, to) replaced. */
static void try_one(struct tree *tree, const struct reeve_conf_file *file, uint64_t line,
                    size_t from, size_t to, const char *text, const char *what)
{
	size_t n = strlen(text), size = file->old_size - (to - from) + n;
	const char *old = file->old_bytes, *path = file->path;
	char *bytes = need(malloc(size + 1));

	memcpy(bytes, old, from);
	memcpy(bytes + from, text, n);
	memcpy(bytes + from + n, old + to, file->old_size - to);
	put(path, bytes, size);

	struct result mutant = run(tree->root);
	const char *before = said(&tree->base, path, line);
	bool is_heard =
		!is_same(&tree->base, &mutant) ||
		(*text == '\0' ? *before != '\0' : strcmp(before, said(&mutant, path, line)) != 0);

	tree->mutants++;
	if (!is_heard) {
		tree->unheard++;
		printf("%s:%llu: %s '%s'\n", path, (unsigned long long)line, what, text);
	}
	reeve_migrate_close(mutant.migrate);
	free(bytes);
}

static void try_value(struct tree *tree, const struct reeve_conf_file *file, uint64_t line,
                      size_t from, size_t to)
{
	const char *old = file->old_bytes;
	size_t n = to - from;
	bool is_quoted = n >= 2 && (old[to - 1] == '"' || old[to - 1] == '\'');
	char *value = need(strndup(old + from, n));

	try_one(tree, file, line, to - is_quoted, to - is_quoted, "x", "longer by");
	if (strcasecmp(value, "yes") == 0)
		try_one(tree, file, line, from, to, "no", "changed to");
	else if (strcasecmp(value, "no") == 0)
		try_one(tree, file, line, from, to, "yes", "changed to");
	else if (n > 0 && n < 9 && strspn(value, "0123456789") == n) {
		char number[16];

		snprintf(number, sizeof number, "%d", atoi(value) + 1);
		try_one(tree, file, line, from, to, number, "changed to");
	} else if (n > 0) {
		try_one(tree, file, line, from, to, "other", "changed to");
	}
	free(value);
}

static void try_file(struct tree *tree, const struct reeve_conf_file *file)
{
	const char *bytes = file->old_bytes;
	uint64_t line = 0;

	for (size_t at = 0; at < file->old_size;) {
		const char *end = memchr(bytes + at, '\n', file->old_size - at);
		size_t next = end == NULL ? file->old_size : (size_t)(end - bytes) + 1, value,
		       value_end;

		line++;
		if (find_value(bytes + at, next - at, &value, &value_end) &&
		    value_end < next - at + 1) {
			try_one(tree, file, line, at, next, "", "left out");
			try_value(tree, file, line, at + value, at + value_end);
		}
		at = next;
	}
	put(file->path, bytes, file->old_size);
}

int main(int argc, char **argv)
{
	struct tree tree = {.root = argc > 1 ? argv[1] : ""};

	tree.base = run(tree.root);
	for (size_t i = 0; i < tree.base.count; i++) {
		struct reeve_conf_file file = reeve_migrate_file(tree.base.migrate, i);

		/* What is included from outside of the copy is not ours to write to. */
		if (argc > 2 && strncmp(file.path, argv[2], strlen(argv[2])) == 0)
			try_file(&tree, &file);
	}
	reeve_migrate_close(tree.base.migrate);
	printf("%lu mutants, %lu unheard\n", tree.mutants, tree.unheard);
	return tree.unheard > 0;
}
