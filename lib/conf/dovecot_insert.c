/* SPDX-License-Identifier: MIT */
/*
 * Where a new setting of Dovecot's goes: after a commented-out default of the same name in its
 * block, else at the end of the block. A new block: behind a commented-out one of the same name,
 * else at the end of the block or file that has others of its type, else at the end of the root
 * file.
 */
#include "base/error.h"
#include "conf/dovecot_edit.h"

#include <string.h>

/* Behind the last thing in a block that is no empty line. */
static uint32_t end_of_block(const struct reeve_doc *doc, uint32_t container)
{
	uint32_t at = doc->nodes[container].body;

	for (uint32_t n = doc->nodes[container].first; n != 0; n = doc->nodes[n].next) {
		if (doc->nodes[n].kind != REEVE_NODE_BLANK || doc->nodes[n].end == 3)
			at = doc->nodes[n].end;
	}
	return at;
}

/*
 * Outside of blocks, above the node `n`, which is in one: behind the last setting there, or above
 * the block and the comments that belong to it.
 */
static uint32_t end_above(const struct reeve_doc *doc, uint32_t n)
{
	uint32_t at = UINT32_MAX, start = 0;

	while (doc->nodes[n].parent != 0)
		n = doc->nodes[n].parent;
	for (uint32_t k = doc->nodes[0].first; k != n; k = doc->nodes[k].next) {
		const struct reeve_node *node = &doc->nodes[k];

		if (node->kind == REEVE_NODE_SETTING)
			at = node->end;
		if (node->kind != REEVE_NODE_COMMENT)
			start = node->end;
	}
	return at != UINT32_MAX ? at : start;
}

/* 2.4 wants its version before all else. */
static bool is_first(const struct dovecot_hunt *hunt)
{
	static const char name[] = "dovecot_config_version";

	return !hunt->is_block && hunt->target->place == 0 &&
	       hunt->type.length == sizeof name - 1 &&
	       memcmp(hunt->type.bytes, name, sizeof name - 1) == 0;
}

static uint32_t start_of(const struct reeve_doc *doc)
{
	uint32_t n = doc->nodes[0].first;

	while (n != 0 &&
	       (doc->nodes[n].kind == REEVE_NODE_BLANK || doc->nodes[n].kind == REEVE_NODE_COMMENT))
		n = doc->nodes[n].next;
	return n == 0 ? doc->size : doc->nodes[n].start;
}

/* Right behind the !include of somebody else's file that sets it. */
static bool is_behind_gate(const struct dovecot_hunt *hunt)
{
	return hunt->is_late && hunt->gate.doc != NULL && !hunt->is_block &&
	       hunt->block.doc == NULL && hunt->gate.place == hunt->target->place;
}

/* The block of a PATH's last number must be the next one. */
static int check_number(const struct dovecot_hunt *hunt, struct reeve_error *err)
{
	const struct reeve_places *places = hunt->target->places;
	uint32_t have = 0;

	for (uint32_t n = 1; n < places->count && hunt->number > 0; n++) {
		const struct reeve_place *place = &places->places[n];

		if (place->parent == hunt->target->place && place->number > have &&
		    strlen(place->type) == hunt->type.length &&
		    memcmp(place->type, hunt->type.bytes, hunt->type.length) == 0)
			have = place->number;
	}
	if (hunt->number > have + 1)
		return reeve_fail(err, REEVE_EUSAGE, "'%s': there are only %u of these blocks",
		                  hunt->target->path, (unsigned int)have);
	return 0;
}

/* The document and the block at whose end the new line goes. */
static int choose(struct dovecot_hunt *hunt, struct dovecot_insertion *insertion,
                  uint32_t *container_r, struct reeve_error *err)
{
	uint32_t container = 0;

	insertion->doc = hunt->target->conf->docs[0];
	if (hunt->kin.doc != NULL) {
		insertion->doc = hunt->kin.doc;
		container = insertion->doc->nodes[hunt->kin.node].parent;
	} else if (is_behind_gate(hunt)) {
		insertion->doc = hunt->gate.doc;
		container = insertion->doc->nodes[hunt->gate.node].parent;
	} else if (hunt->target->place != 0) {
		insertion->doc = hunt->block.doc;
		container = hunt->block.node;
	}
	if (insertion->doc->nodes[container].flags & REEVE_NODE_ONE_LINE)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s': its block in '%s' is on one line, which Dovecot refuses",
		                  hunt->target->path, insertion->doc->path);
	if (is_first(hunt)) {
		insertion->at = start_of(insertion->doc);
	} else if (is_behind_gate(hunt)) {
		insertion->at = insertion->doc->nodes[hunt->gate.node].end;
	} else if (hunt->user.doc != NULL) {
		insertion->doc = hunt->user.doc;
		insertion->at = end_above(insertion->doc, hunt->user.node);
	} else {
		insertion->at = end_of_block(insertion->doc, container);
	}
	*container_r = container;
	return 0;
}

/* Lines before `at` end with a line end; if the last does not, the new ones begin with one. */
static int mend_ends(struct dovecot_insertion *insertion, const struct dovecot_looks *looks,
                     bool wants_blank, struct reeve_error *err)
{
	const struct reeve_doc *doc = insertion->doc;
	struct reeve_buf whole;
	size_t n = strlen(looks->eol);
	bool is_open = insertion->at > 0 && doc->bytes[insertion->at - 1] != '\n';
	/* A byte order mark is no line. */
	bool is_mark = insertion->at == 3 && doc->nodes[1].kind == REEVE_NODE_BLANK;

	if (is_open && insertion->at < doc->size)
		return reeve_fail(err, REEVE_EREFUSED,
		                  "'%s': no line begins where the new one belongs", doc->path);
	reeve_buf_init(&whole, REEVE_CONF_MAX_BYTES);
	if (is_open && !is_mark)
		reeve_buf_add_text(&whole, looks->eol);
	if (wants_blank)
		reeve_buf_add_text(&whole, looks->eol);
	reeve_buf_add(&whole, insertion->text.bytes, insertion->text.length);
	if (is_open && !is_mark && whole.length > n)
		whole.length -= n;
	reeve_buf_dispose(&insertion->text);
	insertion->text = whole;
	return 0;
}

static int write_lines(struct dovecot_hunt *hunt, const struct dovecot_wish *wish,
                       struct dovecot_insertion *insertion, struct reeve_error *err)
{
	const struct dovecot_at *comment = &hunt->comment;
	uint32_t container = 0;
	struct dovecot_looks looks;
	int r = 0;

	if (comment->doc != NULL) {
		insertion->doc = comment->doc;
		insertion->at = comment->doc->nodes[comment->node].end;
	} else if (choose(hunt, insertion, &container, err) < 0) {
		return -1;
	}
	dovecot_looks_init(&looks, insertion->doc, insertion->at);
	if (comment->doc != NULL) {
		dovecot_looks_at_comment(&looks, comment->doc, comment->node,
		                         hunt->is_block ? 0 : hunt->type.length);
	} else {
		dovecot_looks_at_block(&looks, insertion->doc, container);
	}
	if (!dovecot_looks_write(&looks, hunt->target->rest, wish, &insertion->text))
		r = reeve_fail(err, REEVE_EUSAGE, "'%s' cannot be written as a value of '%s'",
		               wish->value, hunt->target->path);
	else
		r = mend_ends(insertion, &looks,
		              hunt->is_block && container == 0 && comment->doc == NULL &&
		                      insertion->at > 3,
		              err);
	dovecot_looks_dispose(&looks);
	return r;
}

/* The first missing part, and the places for it. */
static int look(struct dovecot_hunt *hunt, bool is_plain, struct reeve_error *err)
{
	hunt->is_block = reeve_path_step(hunt->target->rest, &hunt->type, &hunt->name,
	                                 &hunt->number) != NULL;
	if (dovecot_hunt_look(hunt, err) < 0)
		return -1;
	if (is_plain)
		hunt->kin = hunt->comment = hunt->user = hunt->gate = (struct dovecot_at){0};
	return 0;
}

int dovecot_insertion_make(struct dovecot_insertion *insertion, struct dovecot_target *target,
                           const struct dovecot_wish *wish, bool is_plain, struct reeve_error *err)
{
	struct dovecot_hunt hunt = {.target = target};
	int r;

	*insertion = (struct dovecot_insertion){0};
	reeve_buf_init(&insertion->text, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&hunt.type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&hunt.name, REEVE_CONF_MAX_BYTES);
	r = look(&hunt, is_plain, err);
	/* Its block is only in somebody else's files: one of the same name adds to it. */
	if (r == 0 && target->place != 0 && hunt.block.doc == NULL && !is_behind_gate(&hunt)) {
		hunt = (struct dovecot_hunt){.target = target, .type = hunt.type, .name = hunt.name};
		r = dovecot_target_whole(target, err);
		if (r == 0)
			r = look(&hunt, is_plain, err);
	}
	if (r == 0)
		r = check_number(&hunt, err);
	if (r == 0)
		r = write_lines(&hunt, wish, insertion, err);
	reeve_buf_dispose(&hunt.type);
	reeve_buf_dispose(&hunt.name);
	if (r == 0 && insertion->text.has_failed)
		r = reeve_fail_nomem(err);
	if (r < 0)
		reeve_buf_dispose(&insertion->text);
	return r;
}
