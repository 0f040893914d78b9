/* SPDX-License-Identifier: MIT */
/* The configurations that reeve-conf(8) works on: which there are, and whose setting a PATH is. */
#include "conf.h"

#include "option.h"
#include "tool.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SAID_MAX 5 /* findings of a side that are said where they were not asked for */

static const struct {
	const char *program, *key;
	const char *usual; /* it is there if this file is */
} kinds[CONF_SIDES] = {
	[REEVE_CONF_DOVECOT] = {"Dovecot", "dovecot", "/etc/dovecot/dovecot.conf"},
	[REEVE_CONF_POSTFIX] = {"Postfix", "postfix", "/etc/postfix/main.cf"},
};

const char *conf_program(enum reeve_conf_kind kind)
{
	return kinds[kind].program;
}

const char *conf_program_key(enum reeve_conf_kind kind)
{
	return kinds[kind].key;
}

/* ---- findings ------------------------------------------------------------------------------ */

static const char *text_of(const char *text)
{
	return text == NULL ? "" : text;
}

/* A plan says before and after a change that there is nobody who could verify it: once will do. */
static bool is_repeated(const struct conf_side *side, const struct reeve_diag *diag)
{
	if (diag->severity != REEVE_NOTE || side->conf != NULL)
		return false;
	for (size_t i = 0; i < side->finding_count; i++)
		if (strcmp(side->findings[i].text, diag->text) == 0 &&
		    strcmp(side->findings[i].file, text_of(diag->file)) == 0)
			return true;
	return false;
}

void conf_hold(void *user, const struct reeve_diag *diag)
{
	struct conf_side *side = user;

	if (is_repeated(side, diag))
		return;
	if (side->finding_count == side->finding_room) {
		size_t room = side->finding_room * 2 + 16;
		struct conf_finding *findings = realloc(side->findings, room * sizeof *findings);

		if (findings == NULL) {
			side->has_failed = true;
			return;
		}
		side->findings = findings;
		side->finding_room = room;
	}
	struct conf_finding *finding = &side->findings[side->finding_count];
	*finding = (struct conf_finding){
		.severity = diag->severity,
		.file = strdup(text_of(diag->file)),
		.text = strdup(diag->text),
		.line = diag->line,
		.column = diag->column,
	};
	side->finding_count++;
	if (finding->file == NULL || finding->text == NULL) {
		side->has_failed = true;
		side->finding_count--;
	}
}

void conf_tell(struct conf_run *run, struct conf_side *side)
{
	enum reeve_severity least = run->is_quiet ? REEVE_PROBLEM : REEVE_WARNING;
	size_t passed_over = 0;

	for (; side->told < side->finding_count; side->told++) {
		const struct conf_finding *finding = &side->findings[side->told];
		struct reeve_diag diag = {finding->severity, finding->file, finding->line,
		                          finding->column, finding->text};

		if (run->is_json)
			json_append_diag(run->diags, &diag);
		/* A template that is no configuration yet has something in every line. */
		if (!run->is_verbose && side->conf != NULL && finding->severity >= least &&
		    side->said++ >= SAID_MAX)
			passed_over++;
		else
			tool_diag(&diag);
	}
	if (passed_over > 0)
		tool_error("%zu more findings; 'reeve-conf lint' has them all", passed_over);
	if (side->has_failed) {
		struct reeve_error err;

		conf_error(&err, REEVE_ENOMEM, "out of memory");
		conf_fail(run, &err);
		side->has_failed = false;
	}
}

/* ---- opening ------------------------------------------------------------------------------- */

/* Without "//", "/." and a slash at the end: as a person would write it. Not a look at links. */
static void tidy(char *path)
{
	char *to = path;

	for (const char *from = path; *from != '\0'; from++) {
		if (from[0] == '/' && from > path &&
		    (from[1] == '/' || from[1] == '\0' || (from[1] == '.' && strchr("/", from[2]) != NULL))) {
			from += from[1] == '.';
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
}

/* A path with the root in front; without one, absolute. NULL without memory. */
static char *in_root(const struct conf_run *run, const char *path)
{
	bool is_here = run->root == NULL && path[0] != '/';
	char *here = is_here ? getcwd(NULL, 0) : NULL;
	char *whole = is_here && here == NULL
	                      ? NULL
	                      : option_in_root(is_here ? here : run->root, path);

	free(here);
	if (whole != NULL)
		tidy(whole);
	return whole;
}

static bool is_named(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash == NULL ? path : slash + 1, name) == 0;
}

/* A symbolic link counts, wherever it leads: in an image it is the library that follows it. */
static bool holds(const char *folder, const char *name)
{
	char *path = NULL;
	struct stat st;
	bool is_there = asprintf(&path, "%s/%s", folder, name) > 0 && lstat(path, &st) == 0;

	free(path);
	return is_there;
}

/* What -c means: *path_r, to be freed, and its kind. -1 with err. */
static int find_config(const struct conf_run *run, char **path_r, enum reeve_conf_kind *kind_r,
                       struct reeve_error *err)
{
	char *path = in_root(run, run->config), *file = NULL;
	struct stat st;

	if (path == NULL)
		return conf_error(err, REEVE_ENOMEM, "out of memory");
	*path_r = path;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		bool is_postfix = is_named(path, "main.cf") || is_named(path, "master.cf");

		*kind_r = run->postfix || (is_postfix && !run->dovecot) ? REEVE_CONF_POSTFIX
		                                                        : REEVE_CONF_DOVECOT;
		return 0;
	}
	if (run->postfix || (!run->dovecot && holds(path, "main.cf"))) {
		*kind_r = REEVE_CONF_POSTFIX;
		return 0;
	}
	if (!run->dovecot && !holds(path, "dovecot.conf"))
		return conf_error(err, REEVE_EUSAGE, "'%s' holds neither main.cf nor dovecot.conf", path);
	if (asprintf(&file, "%s/dovecot.conf", path) < 0)
		return conf_error(err, REEVE_ENOMEM, "out of memory");
	free(path);
	*path_r = file;
	*kind_r = REEVE_CONF_DOVECOT;
	return 0;
}

static int open_side(struct conf_run *run, enum reeve_conf_kind kind, const char *path)
{
	struct conf_side *side = &run->sides[kind];
	struct reeve_conf_how how = {.root = run->root, .path = path, .talk = &side->talk};
	struct reeve_error err;

	side->kind = kind;
	side->talk = (struct reeve_talk){.diag = conf_hold, .user = side};
	side->conf = reeve_conf_open(kind, &how, &err);
	if (side->conf != NULL)
		return 0;
	conf_tell(run, side);
	conf_fail(run, &err);
	run->unopened = err;
	return -1;
}

/* Without -c: those of the usual places. */
static int open_usual(struct conf_run *run)
{
	bool is_any = false;
	int r = 0;

	for (unsigned int i = 0; i < CONF_SIDES; i++) {
		bool is_asked = i == REEVE_CONF_DOVECOT ? run->dovecot : run->postfix;
		bool is_wanted = is_asked || (!run->dovecot && !run->postfix);

		if (is_wanted && (is_asked || holds(run->root == NULL ? "" : run->root,
		                                    kinds[i].usual + 1))) {
			is_any = true;
			if (open_side(run, (enum reeve_conf_kind)i, NULL) < 0)
				r = -1;
		}
	}
	if (!is_any) {
		const char *root = run->root == NULL ? "" : run->root;

		conf_error(&run->unopened, REEVE_EIO,
		           "there is neither '%s%s' nor '%s%s': name a configuration with -c", root,
		           kinds[0].usual, root, kinds[1].usual);
		conf_fail(run, &run->unopened);
		return -1;
	}
	return r;
}

int conf_open(struct conf_run *run)
{
	struct reeve_error err;
	enum reeve_conf_kind kind = REEVE_CONF_DOVECOT;
	char *path = NULL;
	int r;

	run->is_terminal = isatty(STDOUT_FILENO) != 0;
	if (run->config == NULL)
		return open_usual(run);
	r = find_config(run, &path, &kind, &err);
	if (r < 0) {
		conf_fail(run, &err);
		run->unopened = err;
	} else {
		r = open_side(run, kind, path);
	}
	free(path);
	return r;
}

void conf_side_dispose(struct conf_side *side)
{
	for (size_t i = 0; i < side->finding_count; i++) {
		free(side->findings[i].file);
		free(side->findings[i].text);
	}
	free(side->findings);
	reeve_conf_close(side->conf);
}

void conf_dispose(struct conf_run *run)
{
	for (size_t i = 0; i < CONF_SIDES; i++)
		conf_side_dispose(&run->sides[i]);
}

/* ---- whose setting ------------------------------------------------------------------------- */

/* service/type, as in master.cf: no block of Dovecot has a name like these types behind a slash. */
static bool looks_like_service(const char *path)
{
	static const char *const types[] = {"inet", "unix", "unix-dgram", "fifo", "pass"};
	const char *type = strchr(path, '/');

	if (type == NULL)
		return false;
	type++;
	size_t n = strcspn(type, "/");
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (strlen(types[i]) == n && strncmp(type, types[i], n) == 0)
			return true;
	return false;
}

int conf_side_of(struct conf_run *run, const char *path, bool is_change,
                 struct conf_side **side_r, struct reeve_error *err)
{
	struct conf_side *set = NULL, *known = NULL, *only = NULL;
	size_t set_count = 0, known_count = 0, open_count = 0;

	for (size_t i = 0; i < CONF_SIDES; i++) {
		struct conf_side *side = &run->sides[i];
		struct reeve_conf_setting setting;

		if (side->conf == NULL)
			continue;
		only = side;
		open_count++;
		bool is_set = reeve_conf_get(side->conf, path, 0, &setting, NULL) > 0;
		if (is_set) {
			set = side;
			set_count++;
		}
		if (is_set || reeve_conf_knows(side->conf, path)) {
			known = side;
			known_count++;
		}
	}
	if (open_count == 1) {
		*side_r = only;
		return 1;
	}
	/* To ask for what both have, and neither has set, is to ask for a default: whose? */
	if (set_count > 1 ||
	    (known_count > 1 && (is_change || (set_count == 0 && run->is_effective))))
		return conf_error(err, REEVE_EUSAGE,
		                  "'%s' is a setting of Dovecot and of Postfix: choose with --dovecot or "
		                  "--postfix",
		                  path);
	*side_r = set != NULL ? set : known_count == 1 ? known : NULL;
	if (*side_r != NULL)
		return 1;
	if (known_count > 1)
		return 0;
	if (looks_like_service(path)) {
		*side_r = &run->sides[REEVE_CONF_POSTFIX];
		return 1;
	}
	if (strchr(path, '/') != NULL) {
		*side_r = &run->sides[REEVE_CONF_DOVECOT];
		return 1;
	}
	return 0;
}
