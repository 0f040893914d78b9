/* SPDX-License-Identifier: MIT */
/* Linting a Dovecot configuration: the door. */
#include "conf/dovecot_lint.h"
#include "base/error.h"
#include "conf/dovecot_ops.h"

#include <stdarg.h>
#include <stdio.h>

void dovecot_lint_say(struct dovecot_lint *lint, enum reeve_severity severity,
                      struct reeve_doc *doc, uint32_t offset, const char *fmt, ...)
{
	char text[1000];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	reeve_doc_diag(doc, severity, offset, "%s", text);
	lint->count += severity != REEVE_NOTE;
}

long reeve_dovecot_lint(struct reeve_conf *conf, struct reeve_error *err)
{
	struct dovecot_lint lint = {.conf = conf, .eval = reeve_eval_new(conf, NULL)};

	if (lint.eval == NULL)
		return reeve_fail_nomem(err);
	dovecot_lint_walk(&lint);
	dovecot_lint_names(&lint);
	dovecot_lint_rows(&lint);
	dovecot_lint_values(&lint);
	dovecot_lint_types(&lint);
	dovecot_lint_files(&lint);
	dovecot_lint_words(&lint);
	reeve_eval_free(lint.eval);
	return lint.has_failed ? reeve_fail_nomem(err) : lint.count;
}
