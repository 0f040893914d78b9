/* SPDX-License-Identifier: MIT */
/* What is being written: to be gone before the end of the day. */
#include "base/error.h"
#include "conf/kinds.h"

static int conf_open(struct reeve_conf *conf, struct reeve_error *err)
{
	return reeve_conf_add_doc(conf, REEVE_SYNTAX_DOVECOT, conf->how.path, err) == NULL ? -1 : 0;
}

static void conf_close(struct reeve_conf *conf)
{
	(void)conf;
}

static int get(struct reeve_conf *conf, const char *path, unsigned int flags,
               struct reeve_conf_setting *setting_r, struct reeve_error *err)
{
	(void)conf, (void)path, (void)flags, (void)setting_r;
	return reeve_fail(err, REEVE_EREFUSED, "not written yet");
}

static int list(struct reeve_conf *conf, unsigned int flags, struct reeve_conf_list *list,
                struct reeve_error *err)
{
	(void)conf, (void)flags, (void)list;
	return reeve_fail(err, REEVE_EREFUSED, "not written yet");
}

static bool knows(const struct reeve_conf *conf, const char *path)
{
	(void)conf, (void)path;
	return false;
}

static long lint(struct reeve_conf *conf, struct reeve_error *err)
{
	(void)conf;
	return reeve_fail(err, REEVE_EREFUSED, "not written yet");
}

static int set(struct reeve_conf *conf, const char *path, const char *value, struct reeve_error *err)
{
	(void)conf, (void)path, (void)value;
	return reeve_fail(err, REEVE_EREFUSED, "not written yet");
}

static int unset(struct reeve_conf *conf, const char *path, struct reeve_error *err)
{
	return set(conf, path, NULL, err);
}

const struct reeve_conf_ops reeve_dovecot_ops = {conf_open, conf_close, get,  list,
                                                 knows,     lint,       set, unset};
