/* SPDX-License-Identifier: MIT */
/* lint for main.cf. */
#include "conf/cf_lines.h"
#include "conf/postfix_lint.h"

#include <string.h>

/* What postconf 3.9 and newer warn of (src/postconf/postconf_unused.c). */
static const struct {
	const char *name, *instead;
} deprecated[] = {
	{"disable_dns_lookups", "smtp_dns_support_level"},
	{"lmtp_enforce_tls", "lmtp_tls_security_level"},
	{"lmtp_tls_per_site", "lmtp_tls_policy_maps"},
	{"lmtp_use_tls", "lmtp_tls_security_level"},
	{"postscreen_enforce_tls", "postscreen_tls_security_level"},
	{"postscreen_use_tls", "postscreen_tls_security_level"},
	{"smtp_enforce_tls", "smtp_tls_security_level"},
	{"smtp_tls_per_site", "smtp_tls_policy_maps"},
	{"smtp_use_tls", "smtp_tls_security_level"},
	{"smtpd_enforce_tls", "smtpd_tls_security_level"},
	{"smtpd_tls_dh1024_param_file", NULL},
	{"smtpd_tls_eecdh_grade", NULL},
	{"smtpd_use_tls", "smtpd_tls_security_level"},
	{"tlsproxy_client_enforce_tls", "tlsproxy_client_security_level"},
	{"tlsproxy_client_per_site", "tlsproxy_client_policy_maps"},
	{"tlsproxy_client_use_tls", "tlsproxy_client_security_level"},
	{"tlsproxy_enforce_tls", "tlsproxy_tls_security_level"},
	{"tlsproxy_use_tls", "tlsproxy_tls_security_level"},
};

static void lint_deprecated(struct pf_lint *lint, const struct pf_setting *setting)
{
	struct reeve_doc *doc = lint->own->main;

	if (reeve_pf_version(lint->conf) == PF_37)
		return;
	for (size_t i = 0; i < sizeof deprecated / sizeof *deprecated; i++) {
		if (strcmp(deprecated[i].name, setting->name) != 0)
			continue;
		reeve_pf_say(lint, doc, REEVE_NOTE, doc->nodes[setting->node].name,
		             "'%s' will go from Postfix: %s%s", setting->name,
		             deprecated[i].instead != NULL ? "use " : "leave it out",
		             deprecated[i].instead != NULL ? deprecated[i].instead : "");
	}
}

/*
 * A continued line that looks like a setting of its own: somebody indented it by mistake, and it
 * belongs to the value above. Only names that mean something count: PATH=/bin is a value's.
 */
static void lint_swallowed(struct pf_lint *lint, const struct pf_setting *setting)
{
	struct reeve_doc *doc = lint->own->main;
	const struct reeve_node *nodes = doc->nodes;

	for (uint32_t c = nodes[setting->node].first; c != 0; c = nodes[c].next) {
		uint32_t at = nodes[c].value, end = nodes[c].value_end;
		char name[200];
		size_t n;

		if (nodes[c].kind != REEVE_NODE_PIECE || c == nodes[setting->node].first)
			continue;
		while (at < end && doc->bytes[at] != '=' && !reeve_cf_is_space(doc->bytes[at]))
			at++;
		n = at - nodes[c].value;
		while (at < end && (doc->bytes[at] == ' ' || doc->bytes[at] == '\t'))
			at++;
		if (n == 0 || n >= sizeof name || at == end || doc->bytes[at] != '=')
			continue;
		memcpy(name, doc->bytes + nodes[c].value, n);
		name[n] = '\0';
		if (strlen(name) == n && (reeve_pf_param(name, n) != NULL ||
		                          reeve_pf_is_param(lint->conf, name) ||
		                          reeve_pf_find(&lint->own->index->settings, name, n) != NULL))
			reeve_pf_say(lint, doc, REEVE_WARNING, nodes[c].value,
			             "with white space in front this line goes on with the value of"
			             " '%s': '%s' is not set by it",
			             setting->name, name);
	}
}

/* The last one counts. Who edits the first one changes nothing, also where both say the same. */
static void lint_shadowed(struct pf_lint *lint, const struct pf_setting *setting)
{
	struct reeve_doc *doc = lint->own->main;
	const struct pf_setting *last = reeve_pf_find(&lint->own->index->settings, setting->name,
	                                              strlen(setting->name));
	bool is_same = strcmp(setting->value, last->value) == 0;
	uint64_t line, column;

	reeve_doc_where(doc, doc->nodes[last->node].start, &line, &column);
	reeve_pf_say(lint, doc, REEVE_WARNING, doc->nodes[setting->node].name,
	             "'%s' is set again%s in line %llu, and that counts", setting->name,
	             is_same ? ", to the same," : "", (unsigned long long)line);
}

void reeve_pf_lint_main(struct pf_lint *lint)
{
	const struct pf_settings *settings = &lint->own->index->settings;

	for (size_t i = 0; i < settings->count && !lint->has_failed; i++) {
		const struct pf_setting *setting = &settings->rows[i];

		lint_swallowed(lint, setting);
		if (setting->is_shadowed) {
			lint_shadowed(lint, setting);
			continue;
		}
		if (!reeve_pf_is_used(lint->conf, setting))
			reeve_pf_lint_name(lint, lint->own->main, setting);
		lint_deprecated(lint, setting);
		reeve_pf_lint_value(lint, NULL, setting);
	}
}
