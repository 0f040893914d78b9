/* SPDX-License-Identifier: MIT */
/* Whether any Dovecot has a setting of a PATH. */
#include "conf/dovecot_names.h"
#include "conf/dovecot_ops.h"
#include "conf/dovecot_path.h"

#include <string.h>

/* Whether a block takes a setting: before 2.4 by the block's type, since then by its type in front,
 * too. */
static bool is_known(const char *block, const char *label, const char *name)
{
	static const char *const any[] = {"plugin",
	                                  "dict"}; /* what is inside is up to whoever writes it */
	struct reeve_buf full;
	bool is_so = reeve_dovecot_was_in(block, name) ||
	             reeve_dovecot_kind(name) != REEVE_DOVECOT_UNKNOWN;
	enum reeve_dovecot_kind kind = reeve_dovecot_kind(block);

	for (size_t i = 0; i < sizeof any / sizeof any[0]; i++)
		is_so |= strcmp(block, any[i]) == 0;
	is_so |= kind == REEVE_DOVECOT_TEXT_LIST || kind == REEVE_DOVECOT_BOOL_LIST;
	reeve_buf_init(&full, 1000);
	for (int with_label = 0; with_label < 2 && !is_so && *block != '\0'; with_label++) {
		reeve_buf_clear(&full);
		reeve_buf_add_text(&full, block);
		reeve_buf_add_text(&full, "_");
		if (with_label) {
			reeve_buf_add_text(&full, label);
			reeve_buf_add_text(&full, "_");
		}
		reeve_buf_add_text(&full, name);
		is_so = reeve_dovecot_kind(reeve_buf_text(&full)) != REEVE_DOVECOT_UNKNOWN;
	}
	reeve_buf_dispose(&full);
	return is_so;
}

bool reeve_dovecot_knows(const struct reeve_conf *conf, const char *path)
{
	struct reeve_buf type, name, block, label;
	uint32_t number;
	bool is_so;

	(void)conf;
	reeve_buf_init(&type, 1000);
	reeve_buf_init(&name, 1000);
	reeve_buf_init(&block, 1000);
	reeve_buf_init(&label, 1000);
	while ((path = reeve_path_step(path, &type, &name, &number)) != NULL) {
		reeve_buf_clear(&block);
		reeve_buf_clear(&label);
		reeve_buf_add(&block, type.bytes, type.length);
		reeve_buf_add(&label, name.bytes, name.length);
	}
	is_so = type.length > 0 && !type.is_cut &&
	        is_known(reeve_buf_text(&block), reeve_buf_text(&label), reeve_buf_text(&type));
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&name);
	reeve_buf_dispose(&block);
	reeve_buf_dispose(&label);
	return is_so;
}
