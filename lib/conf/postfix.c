/* SPDX-License-Identifier: MIT */
/* What main.cf and master.cf say: settings by PATH, and lists of them. */
#include "base/diag.h"
#include "base/error.h"
#include "conf/postfix.h"

#include <string.h>

/* Where a setting stands: its file, the line and column of its node (of its name, if it has one). */
static void locate(struct reeve_doc *doc, uint32_t node, struct reeve_conf_setting *setting)
{
	const struct reeve_node *at = &doc->nodes[node];
	uint32_t offset = at->name_end > at->name ? at->name : at->value;

	setting->file = doc->path;
	reeve_doc_where(doc, offset, &setting->line, &setting->column);
}

/* A value as postconf prints it, into own->text. */
static int print_value(struct reeve_conf *conf, const struct pf_service *service, const char *name,
                       const char *value, uint64_t *work, struct reeve_error *err)
{
	struct postfix *own = conf->own;
	const struct pf_param *param = reeve_pf_param(name, strlen(name));
	bool is_raw = service == NULL && param != NULL && strcmp(param->type, "raw") == 0;
	struct reeve_buf text;
	int r = 0;

	reeve_buf_clear(&own->text);
	if (work == NULL || is_raw) {
		reeve_pf_squeeze(&own->text, value);
	} else {
		reeve_buf_init(&text, PF_EXPAND_MAX_BYTES);
		r = reeve_pf_eval(conf, service, value, work, &text, err);
		if (r == 0)
			reeve_pf_squeeze(&own->text, reeve_buf_text(&text));
		reeve_buf_dispose(&text);
	}
	return own->text.has_failed ? reeve_fail_nomem(err) : r;
}

static void fill_path(struct postfix *own, const struct pf_service *service, const char *option)
{
	reeve_buf_clear(&own->path);
	reeve_buf_add_text(&own->path, service->words[0].text);
	reeve_buf_add_text(&own->path, "/");
	reeve_buf_add_text(&own->path, service->words[1].text);
	if (option != NULL) {
		reeve_buf_add_text(&own->path, "/-o ");
		reeve_buf_add_text(&own->path, option);
	}
}

static int get_param(struct reeve_conf *conf, const struct pf_path *path, uint64_t *work,
                     struct reeve_conf_setting *setting_r, struct reeve_error *err)
{
	struct postfix *own = conf->own;
	const struct pf_setting *setting = reeve_pf_find(&own->index->settings, path->name, path->name_length);
	const char *value;

	if (setting != NULL) {
		value = setting->value;
		locate(own->main, setting->node, setting_r);
	} else {
		if (work == NULL)
			return 0;
		value = reeve_pf_lookup(conf, NULL, path->name, path->name_length);
		if (value == NULL)
			return 0;
		setting_r->is_default = true;
	}
	return print_value(conf, NULL, path->name, value, work, err) < 0 ? -1 : 1;
}

static int get_of_service(struct reeve_conf *conf, const struct pf_path *path, uint64_t *work,
                          struct reeve_conf_setting *setting_r, struct reeve_error *err)
{
	struct postfix *own = conf->own;
	const struct pf_service *service = reeve_pf_service(own->index, path);
	const struct pf_setting *option;

	if (service == NULL)
		return 0;
	reeve_buf_clear(&own->text);
	if (path->part == PF_OPTION) {
		option = reeve_pf_find(&service->options, path->name, path->name_length);
		if (option == NULL)
			return 0;
		locate(own->master, option->node, setting_r);
		return print_value(conf, service, option->name, option->value, work, err) < 0 ? -1 : 1;
	}
	if (path->part == PF_SERVICE || path->field == PF_COMMAND) {
		bool is_entry = path->part == PF_SERVICE;

		locate(own->master, is_entry ? service->node : service->words[PF_COMMAND].node,
		       setting_r);
		return reeve_pf_print(conf, service, is_entry, work, &own->text, err) < 0 ? -1 : 1;
	}
	reeve_buf_add_text(&own->text, service->words[path->field].text);
	locate(own->master, service->words[path->field].node, setting_r);
	return 1;
}

static int get(struct reeve_conf *conf, const char *text, unsigned int flags,
               struct reeve_conf_setting *setting_r, struct reeve_error *err)
{
	struct postfix *own = conf->own;
	uint64_t budget = reeve_pf_work(conf->own), *work = flags & REEVE_CONF_EFFECTIVE ? &budget : NULL;
	struct pf_path path;
	int r;

	*setting_r = (struct reeve_conf_setting){0};
	if (reeve_pf_path(conf, text, &path, err) < 0)
		return -1;
	r = path.part == PF_PARAM ? get_param(conf, &path, work, setting_r, err)
	                          : get_of_service(conf, &path, work, setting_r, err);
	if (r <= 0)
		return r;
	reeve_buf_clear(&own->path);
	reeve_buf_add_text(&own->path, text);
	setting_r->path = reeve_buf_text(&own->path);
	setting_r->value = reeve_buf_text(&own->text);
	if (own->path.has_failed || own->text.has_failed)
		return reeve_fail_nomem(err);
	return 1;
}

/*
 * A value that cannot be expanded is a diagnostic, and the row says what is written: of a hundred
 * settings, ninety-nine are better than none. -1 for other trouble.
 */
static int told(struct reeve_conf *conf, const struct reeve_conf_setting *row,
                const struct reeve_error *why, struct reeve_error *err)
{
	if (why->code != REEVE_EFORMAT) {
		if (err != NULL)
			*err = *why;
		return -1;
	}
	reeve_diag(&conf->talk, REEVE_PROBLEM, row->file, row->line, row->column, "%s", why->text);
	return 0;
}

static int list_main(struct reeve_conf *conf, uint64_t *work, struct reeve_conf_list *list,
                     struct reeve_error *err)
{
	struct postfix *own = conf->own;

	for (size_t i = 0; i < own->index->settings.count; i++) {
		const struct pf_setting *setting = &own->index->settings.rows[i];
		struct reeve_conf_setting row = {.path = setting->name,
		                                 .is_shadowed = setting->is_shadowed};
		struct reeve_error why = {0};

		if (work != NULL && (row.is_shadowed || !reeve_pf_is_used(conf, setting)))
			continue;
		locate(own->main, setting->node, &row);
		if (print_value(conf, NULL, setting->name, setting->value, work, &why) < 0 &&
		    (told(conf, &row, &why, err) < 0 ||
		     print_value(conf, NULL, setting->name, setting->value, NULL, err) < 0))
			return -1;
		row.value = reeve_buf_text(&own->text);
		reeve_conf_list_add(list, &row);
	}
	return 0;
}

static int list_options(struct reeve_conf *conf, const struct pf_service *service, uint64_t *work,
                        struct reeve_conf_list *list, struct reeve_error *err)
{
	struct postfix *own = conf->own;

	for (size_t i = 0; i < service->options.count; i++) {
		const struct pf_setting *option = &service->options.rows[i];
		struct reeve_conf_setting row = {
			.is_shadowed = service->is_shadowed || option->is_shadowed};
		struct reeve_error why = {0};

		if (work != NULL && row.is_shadowed)
			continue;
		locate(own->master, option->node, &row);
		/* That an option cannot be expanded was said of the service. */
		if (print_value(conf, service, option->name, option->value, work, &why) < 0 &&
		    (why.code != REEVE_EFORMAT ||
		     print_value(conf, service, option->name, option->value, NULL, &why) < 0)) {
			if (err != NULL)
				*err = why;
			return -1;
		}
		fill_path(own, service, option->name);
		row.path = reeve_buf_text(&own->path);
		row.value = reeve_buf_text(&own->text);
		reeve_conf_list_add(list, &row);
	}
	return 0;
}

static int list_service(struct reeve_conf *conf, const struct pf_service *service, uint64_t *work,
                        struct reeve_conf_list *list, struct reeve_error *err)
{
	struct reeve_conf_setting row = {.is_shadowed = service->is_shadowed};
	struct postfix *own = conf->own;
	struct reeve_error why = {0};

	if (work != NULL && row.is_shadowed)
		return 0;
	locate(own->master, service->node, &row);
	reeve_buf_clear(&own->text);
	if (reeve_pf_print(conf, service, true, work, &own->text, &why) < 0) {
		reeve_buf_clear(&own->text);
		if (told(conf, &row, &why, err) < 0 ||
		    reeve_pf_print(conf, service, true, NULL, &own->text, err) < 0)
			return -1;
	}
	fill_path(own, service, NULL);
	row.path = reeve_buf_text(&own->path);
	row.value = reeve_buf_text(&own->text);
	reeve_conf_list_add(list, &row);
	return list_options(conf, service, work, list, err);
}

static int list(struct reeve_conf *conf, unsigned int flags, struct reeve_conf_list *list,
                struct reeve_error *err)
{
	uint64_t budget = reeve_pf_work(conf->own), *work = flags & REEVE_CONF_EFFECTIVE ? &budget : NULL;
	struct postfix *own = conf->own;

	if (reeve_pf_index(conf, err) == NULL)
		return -1;
	if (work != NULL && reeve_pf_mark_used(conf, NULL, NULL, err) < 0)
		return -1;
	if (own->main != NULL && list_main(conf, work, list, err) < 0)
		return -1;
	for (size_t i = 0; i < own->index->service_count; i++) {
		if (list_service(conf, &own->index->services[i], work, list, err) < 0)
			return -1;
	}
	return own->path.has_failed || own->text.has_failed ? reeve_fail_nomem(err) : 0;
}

/* A parameter, one that a transport makes, or a name of somebody's own that something uses. */
static bool knows_param(struct reeve_conf *conf, const struct pf_path *path)
{
	struct postfix *own = conf->own;
	const struct pf_setting *setting;

	if (reeve_pf_param(path->name, path->name_length) != NULL ||
	    reeve_pf_service_param(own->index, path->name, path->name_length) != NULL)
		return true;
	setting = reeve_pf_find(&own->index->settings, path->name, path->name_length);
	if (setting == NULL)
		return reeve_pf_is_referred(conf, path->name, path->name_length);
	return reeve_pf_mark_used(conf, NULL, NULL, NULL) == 0 && setting->is_used;
}

static bool knows(const struct reeve_conf *conf, const char *text)
{
	const struct postfix *own = conf->own;
	const struct pf_service *service;
	const struct pf_setting *option;
	struct pf_path path;
	/* An index is made that was not there; it says nothing that the files do not. */
	struct reeve_conf *index = (struct reeve_conf *)conf;

	if (reeve_pf_path(index, text, &path, NULL) < 0)
		return false;
	/* Of a new service, too: set says then what to do first. */
	if (path.part == PF_SERVICE || path.part == PF_FIELD)
		return true;
	service = path.part == PF_PARAM ? NULL : reeve_pf_service(own->index, &path);
	if (knows_param(index, &path))
		return true;
	option = service == NULL ? NULL
	                         : reeve_pf_find(&service->options, path.name, path.name_length);
	return option != NULL && reeve_pf_mark_used(index, NULL, NULL, NULL) == 0 &&
	       reeve_pf_is_used_option(index, option);
}

const struct reeve_conf_ops reeve_postfix_ops = {
	reeve_pf_open,     reeve_pf_close,   get,            list,
	knows,         reeve_pf_lint, reeve_pf_set,  reeve_pf_unset,
	reeve_pf_nearest,
};
