/* SPDX-License-Identifier: MIT */
/* Have the running programs read what was changed. */
#include "base/error.h"
#include "base/run.h"
#include "limits/limits.h"

#include <string.h>

#define TIMEOUT_MS 60000
#define SAID_BYTES 4000

static const struct {
	const char *program;
	const char *check[2]; /* whether it runs: exit status 0; NULL: not to be asked */
	const char *reload;
} rows[] = {
	[REEVE_CONF_DOVECOT] = {"doveadm", {"process", "status"}, "reload"},
	[REEVE_CONF_POSTFIX] = {"postfix", {"status", NULL}, "reload"},
};

static int run(const char *const *argv, struct reeve_buf *said, struct reeve_run_answer *answer,
               struct reeve_error *err)
{
	struct reeve_run_how how = {
		.argv = argv, .out = said, .err = said, .timeout_ms = TIMEOUT_MS};

	return reeve_run(&how, answer, err);
}

/* The last line of what a program said. */
static const char *last_line(struct reeve_buf *said)
{
	const char *text, *line;

	while (said->length > 0 && said->bytes[said->length - 1] == '\n')
		said->length--;
	text = reeve_buf_text(said);
	line = strrchr(text, '\n');
	return line == NULL ? text : line + 1;
}

int reeve_limits_reload(enum reeve_conf_kind program, struct reeve_error *err)
{
	char path[200];
	struct reeve_run_answer answer;
	struct reeve_buf said;
	int r = -1;

	if (reeve_run_find(NULL, rows[program].program, path, sizeof path) == NULL)
		return 0;
	const char *const check[] = {path, rows[program].check[0], rows[program].check[1], NULL};
	const char *const reload[] = {path, rows[program].reload, NULL};

	reeve_buf_init(&said, SAID_BYTES);
	if (run(check, &said, &answer, err) < 0)
		goto out;
	if (answer.end != REEVE_RUN_EXITED || answer.status != 0) {
		r = 0;
		goto out;
	}
	reeve_buf_clear(&said);
	if (run(reload, &said, &answer, err) < 0)
		goto out;
	if (answer.end == REEVE_RUN_EXITED && answer.status == 0)
		r = 1;
	else
		reeve_fail(err, REEVE_EREFUSED, "'%s %s' failed: %s", rows[program].program,
		           rows[program].reload, last_line(&said));
out:
	reeve_buf_dispose(&said);
	return r;
}
