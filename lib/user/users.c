/* SPDX-License-Identifier: MIT */
/* The public door to users: open and close, memory, and what is configured. */
#include "user/user.h"

#include "base/diag.h"
#include "base/error.h"
#include "user/coming.h"
#include "user/docs.h"
#include "user/steps.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- memory --------------------------------------------------------------------------------- */

const char *reeve_users_keep(struct reeve_users *users, const char *text)
{
	const char *copy;

	if (text == NULL)
		return NULL;
	copy = reeve_arena_strndup(users->arena, text, strlen(text));
	if (copy == NULL) {
		users->has_failed = true;
		return "";
	}
	return copy;
}

const char *reeve_users_text(struct reeve_users *users, const char *fmt, ...)
{
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = reeve_arena_vformat(users->arena, fmt, ap);
	va_end(ap);
	if (text != NULL)
		return text;
	users->has_failed = true;
	return "";
}

/* ---- open and close ------------------------------------------------------------------------- */

/* Whether two changes were made by the same program: their first words. */
static bool is_same_program(const char *a, const char *b)
{
	size_t n = a == NULL ? 0 : strcspn(a, " ");

	return n > 0 && b != NULL && strcspn(b, " ") == n && memcmp(a, b, n) == 0;
}

/*
 * A change of the same program's that was broken off between two files is carried on: a passwd-file and
 * aliases need not fit each other, as files of one configuration do, so nobody has to decide. 1, 0 if
 * there is none, or -1.
 */
static int carry_on(const struct reeve_plan_how *how)
{
	struct reeve_changes *changes = reeve_changes_open(how, NULL);
	struct reeve_plan_result result;
	struct reeve_change change;
	struct reeve_plan *plan = NULL;
	struct reeve_error err = {0};
	int r = 0;

	while (changes != NULL && r == 0 && reeve_changes_next(changes, &change, NULL) > 0) {
		if (change.state == REEVE_CHANGE_BROKEN_OFF &&
		    is_same_program(change.what, how->what)) {
			plan = reeve_plan_finish(how, change.id, NULL);
			r = plan == NULL || reeve_plan_apply(plan, &result, NULL) < 0 ? -1 : 1;
			/* The files are in place, and nobody comes back to this change. */
			if (r > 0 && reeve_plan_run_after(plan, &err) < 0)
				reeve_diag(how->talk, REEVE_WARNING, change.id, 0, 0,
				           "this change was broken off, and is carried to its "
				           "end, but: %s",
				           err.text);
		}
	}
	reeve_plan_free(plan);
	reeve_changes_close(changes);
	return r;
}

static int begin(struct reeve_users *users, struct reeve_error *err)
{
	const struct reeve_users_how *how = &users->how;
	struct reeve_plan_how plan = {
		.root = how->root,
		.what = how->what,
		.state = how->state,
		.dry_run = how->dry_run,
		.lock_timeout_ms = how->lock_timeout_ms,
		.talk = how->talk,
	};
	struct reeve_error why = {0};

	if (!how->is_for_changes)
		return 0;
	users->plan = reeve_plan_begin(&plan, &why);
	if (users->plan == NULL && why.code == REEVE_EREFUSED && !how->dry_run &&
	    carry_on(&plan) > 0)
		users->plan = reeve_plan_begin(&plan, &why);
	if (users->plan == NULL && err != NULL)
		*err = why;
	return users->plan == NULL ? -1 : 0;
}

struct reeve_users *reeve_users_open(const struct reeve_users_how *how, struct reeve_error *err)
{
	static const struct reeve_users_how usual = {0};
	struct reeve_users *users = calloc(1, sizeof *users);
	char *root;
	size_t n;

	if (users == NULL || (users->arena = reeve_arena_new()) == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	users->how = how == NULL ? usual : *how;
	if (users->how.talk != NULL)
		users->talk = *users->how.talk;
	n = users->how.root == NULL ? 0 : strlen(users->how.root);
	while (n > 0 && users->how.root[n - 1] == '/')
		n--;
	root = reeve_arena_strndup(users->arena, users->how.root, n);
	if (root == NULL) {
		reeve_fail_nomem(err);
		goto fail;
	}
	users->root = root;
	/* The lock comes first: what is read after it stays so until it is let go. */
	if (begin(users, err) < 0 ||
	    reeve_accounts_read(&users->accounts, users->root, users->arena, err) < 0)
		goto fail;
	return users;
fail:
	reeve_users_close(users);
	return NULL;
}

void reeve_users_close(struct reeve_users *users)
{
	if (users == NULL)
		return;
	users_steps_free(users->steps);
	users_coming_free(users->coming);
	users_docs_free(users->docs);
	reeve_plan_free(users->plan);
	reeve_conf_close(users->confs[REEVE_CONF_DOVECOT]);
	reeve_conf_close(users->confs[REEVE_CONF_POSTFIX]);
	free(users->mailbox);
	reeve_arena_free(users->passing);
	reeve_arena_wipe(users->arena); /* shadow(5) is in it */
	reeve_arena_free(users->arena);
	free(users);
}

/* ---- what is configured --------------------------------------------------------------------- */

struct reeve_conf *reeve_users_conf(struct reeve_users *users, enum reeve_conf_kind kind)
{
	struct reeve_conf_how how = {
		.root = users->how.root,
		.path = kind == REEVE_CONF_DOVECOT ? users->how.dovecot : users->how.postfix,
	};
	struct reeve_error err = {0};

	if (users->is_conf_read[kind])
		return users->confs[kind];
	users->is_conf_read[kind] = true;
	users->confs[kind] = reeve_conf_open(kind, &how, &err);
	/* A host may have one of them, or none; but not one that somebody named. */
	if (users->confs[kind] == NULL && (err.sys_errno != ENOENT || how.path != NULL))
		reeve_diag(&users->talk, REEVE_WARNING, how.path, 0, 0, "%s", err.text);
	return users->confs[kind];
}

const char *reeve_users_setting(struct reeve_users *users, enum reeve_conf_kind kind,
                                const char *path)
{
	struct reeve_conf *conf = reeve_users_conf(users, kind);
	struct reeve_conf_setting setting;

	if (conf == NULL || reeve_conf_get(conf, path, REEVE_CONF_EFFECTIVE, &setting, NULL) <= 0)
		return NULL;
	return reeve_users_keep(users, setting.value);
}
