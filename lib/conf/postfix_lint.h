/* SPDX-License-Identifier: MIT */
/*
 * Findings of lint about Postfix's files: gathered, then told in the order of the files. What the
 * parsers said when the files were read is counted, not told once more.
 */
#ifndef CONF_POSTFIX_LINT_H
#define CONF_POSTFIX_LINT_H

#include "conf/postfix.h"

struct pf_finding {
	struct reeve_doc *doc;
	uint32_t offset;
	enum reeve_severity severity;
	char *text; /* allocated */
};

struct pf_lint {
	struct reeve_conf *conf;
	struct postfix *own;
	struct pf_finding *findings;
	size_t count, room;
	bool has_failed; /* no memory */
	uint64_t work;   /* of expanding; reeve_pf_eval() */
	unsigned int asked; /* how often a name was compared with all others */
};

void reeve_pf_say(struct pf_lint *lint, struct reeve_doc *doc, enum reeve_severity severity,
                  uint32_t offset, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* What a value is wrong for, by the type of its parameter. `service` NULL: in main.cf. */
void reeve_pf_lint_value(struct pf_lint *lint, const struct pf_service *service,
                         const struct pf_setting *setting);

/* A name that is no parameter and that nothing uses. */
void reeve_pf_lint_name(struct pf_lint *lint, struct reeve_doc *doc, const struct pf_setting *setting);

void reeve_pf_lint_main(struct pf_lint *lint);
void reeve_pf_lint_master(struct pf_lint *lint);

#endif
