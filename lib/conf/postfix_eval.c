/* SPDX-License-Identifier: MIT */
/* What a name stands for: a setting of master.cf, of main.cf, or a default. */
#include "base/error.h"
#include "conf/postfix.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- defaults that the machine makes ------------------------------------------------------- */

static void keep(char *to, size_t size, const char *text)
{
	size_t n = strlen(text);

	n = n < size ? n : size - 1;
	memcpy(to, text, n);
	to[n] = '\0';
}

/* A parameter as main.cf sets it, expanded with main.cf alone; `otherwise` if it does not. */
static void from_main(struct reeve_conf *conf, const char *name, const char *otherwise, char *to,
                      size_t size)
{
	struct pf_index *index = reeve_pf_index(conf, NULL);
	const struct pf_setting *setting = NULL;
	uint64_t work = PF_EXPAND_MAX_BYTES;
	struct reeve_buf text;

	if (index != NULL)
		setting = reeve_pf_find(&index->settings, name, strlen(name));
	if (setting == NULL) {
		keep(to, size, otherwise);
		return;
	}
	reeve_buf_init(&text, size);
	reeve_pf_eval_set(index, NULL, setting->value, &work, &text);
	keep(to, size, reeve_buf_text(&text));
	reeve_buf_dispose(&text);
}

/* The machine's name, with a domain; no DNS, neither here nor in Postfix (src/util/get_hostname.c). */
static const char *host_name(struct reeve_conf *conf)
{
	struct postfix *own = conf->own;

	if (own->host[0] != '\0')
		return own->host;
	if (gethostname(own->host, sizeof own->host - 1) < 0)
		keep(own->host, sizeof own->host, "localhost");
	own->host[sizeof own->host - 1] = '\0';
	if (strchr(own->host, '.') == NULL) {
		size_t n = strlen(own->host);

		if (n + 2 < sizeof own->host) {
			own->host[n] = '.';
			from_main(conf, "mydomain", "localdomain", own->host + n + 1,
			          sizeof own->host - n - 1);
		}
	}
	return own->host;
}

static const char *domain_name(struct reeve_conf *conf)
{
	struct postfix *own = conf->own;
	char host[sizeof own->domain];
	const char *dot;

	if (own->domain[0] == '\0') {
		from_main(conf, "myhostname", host_name(conf), host, sizeof host);
		dot = strchr(host, '.');
		keep(own->domain, sizeof own->domain, dot == NULL ? "localdomain" : dot + 1);
	}
	return own->domain;
}

/* NULL for mynetworks: it is made of the machine's network interfaces, which we do not ask. */
static const char *host_default(struct reeve_conf *conf, const struct pf_param *param)
{
	if (strcmp(param->name, "myhostname") == 0)
		return host_name(conf);
	if (strcmp(param->name, "mydomain") == 0)
		return domain_name(conf);
	return NULL;
}

/* ---- looking up ---------------------------------------------------------------------------- */

static bool is_text(const char *text, const char *name, size_t n)
{
	return strlen(text) == n && memcmp(text, name, n) == 0;
}

const char *reeve_pf_lookup(struct reeve_conf *conf, const struct pf_service *service,
                            const char *name, size_t n)
{
	const struct pf_param *param = reeve_pf_param(name, n);
	struct postfix *own = conf->own;
	const struct pf_setting *setting;

	if (service != NULL) {
		const char *program = service->words[PF_COMMAND].text;
		const char *slash = strrchr(program, '/');

		if (is_text("process_name", name, n))
			return slash != NULL && slash[1] != '\0' ? slash + 1 : program;
		if (is_text("service_name", name, n))
			return service->words[0].text;
		setting = reeve_pf_find(&service->options, name, n);
		if (setting != NULL)
			return setting->value;
	}
	/* What sets a parameter that is read-only is passed over. */
	setting = param != NULL && strcmp(param->type, "readonly") == 0
	                  ? NULL
	                  : reeve_pf_find(&own->index->settings, name, n);
	if (setting != NULL)
		return setting->value;
	if (is_text("config_directory", name, n))
		return own->folder;
	if (is_text("process_id", name, n)) {
		snprintf(own->pid, sizeof own->pid, "%ld", (long)getpid());
		return own->pid;
	}
	if (param == NULL)
		return reeve_pf_service_param(own->index, name, n);
	if (strcmp(param->type, "host") == 0)
		return host_default(conf, param);
	enum pf_version version = reeve_pf_version(conf);
	if (own->release[0] != '\0' && is_text("mail_version", name, n))
		return own->release;
	return reeve_pf_default(param, version);
}

uint64_t reeve_pf_work(const struct postfix *own)
{
	uint64_t work = (uint64_t)16 << 20;

	if (own->main != NULL)
		work += (uint64_t)own->main->size * 10;
	if (own->master != NULL)
		work += (uint64_t)own->master->size * 10;
	return work;
}

struct asker {
	struct reeve_conf *conf;
	const struct pf_service *service;
};

static const char *look_up(void *user, const char *name, size_t n)
{
	const struct asker *asker = user;

	return reeve_pf_lookup(asker->conf, asker->service, name, n);
}

int reeve_pf_eval(struct reeve_conf *conf, const struct pf_service *service, const char *value,
                  uint64_t *work_r, struct reeve_buf *out, struct reeve_error *err)
{
	struct asker asker = {conf, service};
	struct pf_expand expand = {.lookup = look_up, .user = &asker, .work = *work_r};
	bool ok;

	if (reeve_pf_index(conf, err) == NULL)
		return -1;
	ok = reeve_pf_expand(&expand, value, strlen(value), out);
	*work_r = expand.work;
	if (out->has_failed)
		return reeve_fail_nomem(err);
	if (!ok)
		return reeve_fail(err, REEVE_EFORMAT, "cannot expand '%.100s': %s", value, expand.why);
	return 0;
}

struct set_asker {
	const struct pf_index *index;
	const struct pf_service *service;
};

static const char *look_up_set(void *user, const char *name, size_t n)
{
	const struct set_asker *asker = user;
	const struct pf_settings *settings = asker->service != NULL ? &asker->service->options
	                                                            : &asker->index->settings;
	const struct pf_setting *setting = reeve_pf_find(settings, name, n);

	return setting == NULL ? NULL : setting->value;
}

void reeve_pf_eval_set(const struct pf_index *index, const struct pf_service *service,
                       const char *value, uint64_t *work, struct reeve_buf *out)
{
	struct set_asker asker = {index, service};
	struct pf_expand expand = {.lookup = look_up_set, .user = &asker, .work = *work};

	if (!reeve_pf_expand(&expand, value, strlen(value), out))
		reeve_buf_clear(out);
	*work = expand.work;
}
