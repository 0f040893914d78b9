/* SPDX-License-Identifier: MIT */
/* A setting of a Dovecot configuration as it is told: its PATH, its value, and where it stands. */
#include "conf/dovecot_tell.h"

#include <string.h>

/* One word of a list as doveconf writes it. */
static void add_element(struct reeve_buf *buf, const char *word)
{
	if (buf->length > 0)
		reeve_buf_add_byte(buf, ' ');
	if (*word != '\0' && strpbrk(word, " \"\\#=,") == NULL) {
		reeve_buf_add_text(buf, word);
		return;
	}
	reeve_buf_add_byte(buf, '"');
	for (; *word != '\0'; word++) {
		if (*word == '"' || *word == '\\')
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, (unsigned char)*word);
	}
	reeve_buf_add_byte(buf, '"');
}

const char *reeve_eval_value(struct reeve_eval *eval, const struct reeve_item *item)
{
	if (item->kind != REEVE_ITEM_LIST)
		return item->value;
	reeve_buf_clear(&eval->buf);
	for (uint32_t n = item->first; n != REEVE_NONE; n = eval->items[n].next) {
		const struct reeve_item *element = &eval->items[n];

		if (element->is_set && strcmp(element->value, "yes") == 0)
			add_element(&eval->buf, strchr(element->key, '/') + 1);
	}
	return reeve_eval_keep(eval, eval->buf.bytes, eval->buf.length);
}

void reeve_eval_tell(struct reeve_eval *eval, uint32_t row_number,
                     struct reeve_conf_setting *setting, struct reeve_buf *path)
{
	const struct reeve_row *row = &eval->rows[row_number];

	reeve_buf_clear(path);
	reeve_places_path(eval->places, row->place, row->name, strlen(row->name), path);
	*setting = (struct reeve_conf_setting){
		.path = reeve_buf_text(path),
		.value = row->value,
		.file = row->doc->path,
		.is_shadowed = row->is_shadowed,
	};
	reeve_doc_where(row->doc, row->doc->nodes[row->node].name, &setting->line, &setting->column);
}
