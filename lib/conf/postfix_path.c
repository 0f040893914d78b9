/* SPDX-License-Identifier: MIT */
/* PATHs of Postfix, and settings as postconf prints them. */
#include "base/error.h"
#include "conf/postfix.h"

#include <string.h>

const char *const reeve_pf_fields[PF_FIELDS] = {
	"service", "type", "private", "unprivileged", "chroot", "wakeup", "process_limit", "command",
};

static const char *const types[] = {"inet", "unix", "fifo", "pass", "unix-dgram"};

static bool is_text(const char *text, const char *span, size_t n)
{
	return strlen(text) == n && memcmp(text, span, n) == 0;
}

/* How much of `text` is "name/type" of a service that is there; the longest. 0 if none is. */
static size_t known_service(const struct pf_index *index, const char *text, struct pf_path *path)
{
	size_t longest = 0;

	for (size_t i = 0; i < index->service_count; i++) {
		const char *name = index->services[i].words[0].text;
		const char *type = index->services[i].words[1].text;
		size_t n = strlen(name), m = strlen(type), all = n + 1 + m;

		if (all <= longest || strncmp(text, name, n) != 0 || text[n] != '/' ||
		    strncmp(text + n + 1, type, m) != 0 || (text[all] != '\0' && text[all] != '/'))
			continue;
		longest = all;
		*path = (struct pf_path){.service = text,
		                         .service_length = n,
		                         .type = text + n + 1,
		                         .type_length = m};
	}
	return longest;
}

/* The same of a service that may not be there: up to the first word that is a type. */
static size_t new_service(const char *text, struct pf_path *path)
{
	for (const char *slash = strchr(text, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		size_t m = strcspn(slash + 1, "/");

		for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
			if (slash == text || !is_text(types[i], slash + 1, m))
				continue;
			*path = (struct pf_path){.service = text,
			                         .service_length = (size_t)(slash - text),
			                         .type = slash + 1,
			                         .type_length = m};
			return (size_t)(slash + 1 - text) + m;
		}
	}
	return 0;
}

static bool is_name(const char *name)
{
	return *name != '\0' && *name != '#' && name[strcspn(name, "= \t\r\n\v\f")] == '\0';
}

/* What stands behind the service and its '/'. */
static bool take_part(const char *rest, struct pf_path *path)
{
	for (int i = 0; i < PF_FIELDS; i++) {
		if (strcmp(rest, reeve_pf_fields[i]) == 0) {
			path->part = PF_FIELD;
			path->field = i;
			return true;
		}
	}
	if (strncmp(rest, "-o", 2) == 0) {
		rest += 2;
		rest += strspn(rest, " \t");
	}
	path->part = PF_OPTION;
	path->name = rest;
	path->name_length = strlen(rest);
	return is_name(rest);
}

int reeve_pf_path(struct reeve_conf *conf, const char *text, struct pf_path *path_r,
                  struct reeve_error *err)
{
	const struct pf_index *index = reeve_pf_index(conf, err);
	size_t n;

	if (index == NULL)
		return -1;
	if (strchr(text, '/') == NULL) {
		*path_r = (struct pf_path){
			.part = PF_PARAM, .name = text, .name_length = strlen(text)};
		if (!is_name(text))
			return reeve_fail(err, REEVE_EUSAGE, "'%s' is no name of a parameter", text);
		return 0;
	}
	n = known_service(index, text, path_r);
	if (n == 0)
		n = new_service(text, path_r);
	if (n == 0)
		return reeve_fail(err, REEVE_EUSAGE, "'%s' is no service/type of master.cf", text);
	path_r->part = PF_SERVICE;
	if (text[n] == '\0' && strcspn(text, " \t\r\n\v\f#") >= path_r->service_length)
		return 0;
	if (text[n] != '/' || !take_part(text + n + 1, path_r))
		return reeve_fail(err, REEVE_EUSAGE,
		                  "'%s' names neither a field nor an option of a service", text);
	return 0;
}

const struct pf_service *reeve_pf_service(const struct pf_index *index, const struct pf_path *path)
{
	for (size_t i = index->service_count; i-- > 0;) {
		const struct pf_service *service = &index->services[i];

		if (is_text(service->words[0].text, path->service, path->service_length) &&
		    is_text(service->words[1].text, path->type, path->type_length))
			return service;
	}
	return NULL;
}

/* ---- text ---------------------------------------------------------------------------------- */

void reeve_pf_squeeze(struct reeve_buf *buf, const char *text)
{
	bool is_first = true;

	for (;;) {
		size_t n;

		text += strspn(text, " \t\r\n");
		n = strcspn(text, " \t\r\n");
		if (n == 0)
			return;
		if (!is_first)
			reeve_buf_add_byte(buf, ' ');
		reeve_buf_add(buf, text, n);
		is_first = false;
		text += n;
	}
}

static bool has_blank(const char *text)
{
	return text[strcspn(text, " \t\r\n")] != '\0';
}

/* A word, in braces where it has blanks. */
static void add_word(struct reeve_buf *buf, const char *text, bool may_brace)
{
	bool is_braced = may_brace && has_blank(text);

	if (is_braced)
		reeve_buf_add_byte(buf, '{');
	reeve_buf_add_text(buf, text);
	if (is_braced)
		reeve_buf_add_byte(buf, '}');
}

/* The value of "-o", expanded. */
static int add_value(struct reeve_conf *conf, const struct pf_service *service, const char *value,
                     uint64_t *work, struct reeve_buf *buf, struct reeve_error *err)
{
	struct reeve_buf text;
	int r;

	if (work == NULL) {
		add_word(buf, value, true);
		return 0;
	}
	reeve_buf_init(&text, PF_EXPAND_MAX_BYTES);
	r = reeve_pf_eval(conf, service, value, work, &text, err);
	if (r == 0)
		add_word(buf, reeve_buf_text(&text), true);
	reeve_buf_dispose(&text);
	return r;
}

int reeve_pf_print(struct reeve_conf *conf, const struct pf_service *service, bool is_entry,
                   uint64_t *work, struct reeve_buf *buf, struct reeve_error *err)
{
	/* Where postconf likes its columns to be (src/postconf/postconf_master.c). */
	static const size_t columns[PF_FIELDS] = {0, 11, 17, 25, 33, 41, 49, 57};
	size_t start = buf->length;

	for (size_t i = is_entry ? 0 : PF_COMMAND; i < PF_FIELDS; i++) {
		if (i > 0 && is_entry) {
			do
				reeve_buf_add_byte(buf, ' ');
			while (buf->length - start < columns[i] && !buf->is_cut && !buf->has_failed);
		}
		reeve_buf_add_text(buf, service->words[i].text);
	}
	for (size_t i = PF_FIELDS; i < service->word_count; i++) {
		const struct pf_word *word = &service->words[i];

		reeve_buf_add_byte(buf, ' ');
		/* postconf forgets the braces around the first argument, and so do its readers. */
		add_word(buf, word->text, word->is_argument && service->words[i - 1].is_argument);
		if (!word->has_value)
			continue;
		reeve_buf_add_byte(buf, ' ');
		if (add_value(conf, service, service->words[++i].text, work, buf, err) < 0)
			return -1;
	}
	return buf->has_failed ? reeve_fail_nomem(err) : 0;
}
