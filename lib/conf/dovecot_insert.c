/* SPDX-License-Identifier: MIT */
/*
 * Where a new setting of Dovecot's goes: after a commented-out default of the same name in its
 * block, else at the end of the block. A new block: behind a commented-out one of the same name,
 * else at the end of the block or file that has others of its type, else at the end of the root
 * file.
 */
#include "base/error.h"
#include "conf/dovecot_edit.h"
#include "conf/dovecot_walk.h"

#include <string.h>

/* What a walk found for the new line. */
struct hunt {
	struct dovecot_target *target;
	struct reeve_buf type, name; /* the first missing block, or the name of the setting */
	uint32_t number;
	bool is_block;           /* a block is missing */
	struct dovecot_at block; /* the last block of the place */
	struct dovecot_at kin;   /* the last block in the place with the missing one's type */
	struct dovecot_at
		comment;        /* a commented-out default, or the '}' of a commented-out block */
	struct dovecot_at user; /* a setting in a filter that a setting outside must come before */
	int rank;               /* of the comment: how much it looks like one */
	unsigned int commented; /* blocks that comments opened */
	bool is_namesake;       /* the outermost of them is the one that is missing */
};

static bool is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\t';
}

/* ---- looking ------------------------------------------------------------------------------- */

/*
 * How much a comment looks like `#name = value`: 3 if it is so, 2 with a blank behind '#', 1 with
 * more, as examples in prose have. 0: not at all.
 */
static int rank_of(const struct hunt *hunt, const struct reeve_doc *doc,
                   const struct reeve_node *node)
{
	uint32_t at = node->note + 1, blanks;

	while (at < node->note_end && is_blank(doc->bytes[at]))
		at++;
	blanks = at - node->note - 1;
	if (node->note_end - at < hunt->type.length ||
	    memcmp(doc->bytes + at, hunt->type.bytes, hunt->type.length) != 0)
		return 0;
	at += (uint32_t)hunt->type.length;
	while (at < node->note_end && is_blank(doc->bytes[at]))
		at++;
	if (at == node->note_end || doc->bytes[at] != '=')
		return 0;
	return blanks == 0 ? 3 : blanks == 1 ? 2 : 1;
}

/* Whether a comment's text, [at, end), is the first line of the block that is missing. */
static bool is_its_start(const struct hunt *hunt, const struct reeve_doc *doc, uint32_t at,
                         uint32_t end)
{
	struct reeve_doc *line;
	struct reeve_buf type, name;
	bool is_so;

	if (!hunt->is_block || hunt->target->places->at != hunt->target->place)
		return false;
	line = reeve_doc_of(REEVE_SYNTAX_DOVECOT, "", doc->bytes + at, end - at, NULL, NULL);
	if (line == NULL)
		return false;
	reeve_buf_init(&type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	if (line->count == 2 && line->nodes[1].kind == REEVE_NODE_BLOCK) {
		reeve_dovecot_name(line, 1, &type);
		reeve_dovecot_value(line, 1, &name);
	}
	is_so = type.length == hunt->type.length && name.length == hunt->name.length &&
	        memcmp(type.bytes, hunt->type.bytes, type.length) == 0 &&
	        (name.length == 0 || memcmp(name.bytes, hunt->name.bytes, name.length) == 0);
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&name);
	reeve_doc_free(line);
	return is_so;
}

/*
 * Inside of a commented-out block, comments are not defaults of the block around. Where it is a
 * namesake of the block that is missing, that goes behind it.
 */
static void see_comment(struct hunt *hunt, const struct reeve_walk *walk)
{
	const struct reeve_doc *doc = walk->doc;
	const struct reeve_node *node = &doc->nodes[walk->node];
	uint32_t at = node->note + 1;
	int rank;

	while (at < node->note_end && (is_blank(doc->bytes[at]) || doc->bytes[at] == '#'))
		at++;
	if (at < node->note_end && doc->bytes[node->note_end - 1] == '{') {
		if (hunt->commented++ == 0)
			hunt->is_namesake = is_its_start(hunt, doc, at, node->note_end);
	} else if (at + 1 == node->note_end && doc->bytes[at] == '}') {
		if (hunt->commented > 0 && --hunt->commented == 0 && hunt->is_namesake)
			hunt->comment = (struct dovecot_at){walk->doc, walk->node, 0};
	} else if (hunt->commented == 0 && !hunt->is_block &&
	           hunt->target->places->at == hunt->target->place) {
		rank = rank_of(hunt, doc, node);
		if (rank > 0 && rank >= hunt->rank) {
			hunt->rank = rank;
			hunt->comment = (struct dovecot_at){walk->doc, walk->node, 0};
		}
	}
}

static void see_block(struct hunt *hunt, const struct reeve_walk *walk)
{
	const struct reeve_places *places = hunt->target->places;
	const struct reeve_place *place = &places->places[places->at];
	struct dovecot_at at = {walk->doc, walk->node, places->at};

	if (places->at == hunt->target->place)
		hunt->block = at;
	else if (hunt->is_block && place->parent == hunt->target->place &&
	         strlen(place->type) == hunt->type.length &&
	         memcmp(place->type, hunt->type.bytes, hunt->type.length) == 0)
		hunt->kin = at;
}

/* Whether a value has the word `$name`. */
static bool has_word(const struct reeve_buf *value, const struct reeve_buf *name)
{
	for (size_t i = 0; i + name->length < value->length; i++) {
		size_t end = i + 1 + name->length;

		if (value->bytes[i] == '$' &&
		    memcmp(value->bytes + i + 1, name->bytes, name->length) == 0 &&
		    (end == value->length || is_blank(value->bytes[end])))
			return true;
	}
	return false;
}

/*
 * `protocol imap { mail_plugins = $mail_plugins x }` has the value that is set outside so far: what
 * is written below it comes too late.
 */
static void see_setting(struct hunt *hunt, const struct reeve_walk *walk, struct reeve_buf *text)
{
	bool is_one;

	if (hunt->is_block || hunt->target->place != 0 || hunt->target->places->at == 0 ||
	    hunt->user.doc != NULL)
		return;
	reeve_buf_clear(text);
	reeve_dovecot_name(walk->doc, walk->node, text);
	is_one = text->length == hunt->type.length &&
	         memcmp(text->bytes, hunt->type.bytes, text->length) == 0;
	reeve_buf_clear(text);
	reeve_dovecot_value(walk->doc, walk->node, text);
	if (is_one || has_word(text, &hunt->type))
		hunt->user = (struct dovecot_at){walk->doc, walk->node, 0};
}

static int look(struct hunt *hunt, struct reeve_error *err)
{
	struct reeve_places *places = hunt->target->places;
	struct reeve_walk walk;
	enum reeve_walk_event event;
	struct reeve_buf text;
	bool has_failed;

	reeve_buf_init(&text, REEVE_CONF_MAX_BYTES);
	reeve_places_rewind(places);
	reeve_walk_init(&walk, hunt->target->conf);
	walk.wants_comments = true;
	while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		if (event != REEVE_WALK_COMMENT)
			hunt->commented = 0;
		if (event == REEVE_WALK_COMMENT) {
			see_comment(hunt, &walk);
		} else if (event == REEVE_WALK_ENTER) {
			reeve_places_enter(places, walk.doc, walk.node);
			see_block(hunt, &walk);
		} else if (event == REEVE_WALK_LEAVE) {
			reeve_places_leave(places);
		} else if (event == REEVE_WALK_SETTING) {
			see_setting(hunt, &walk, &text);
		}
	}
	has_failed = walk.has_failed || places->has_failed || text.has_failed;
	reeve_walk_dispose(&walk);
	reeve_buf_dispose(&text);
	return has_failed ? reeve_fail_nomem(err) : 0;
}

/* ---- placing ------------------------------------------------------------------------------- */

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
static bool is_first(const struct hunt *hunt)
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

/* The block of a PATH's last number must be the next one. */
static int check_number(const struct hunt *hunt, struct reeve_error *err)
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
static int choose(struct hunt *hunt, struct dovecot_insertion *insertion, uint32_t *container_r,
                  struct reeve_error *err)
{
	uint32_t container = 0;

	insertion->doc = hunt->target->conf->docs[0];
	if (hunt->kin.doc != NULL) {
		insertion->doc = hunt->kin.doc;
		container = insertion->doc->nodes[hunt->kin.node].parent;
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

static int write_lines(struct hunt *hunt, const struct dovecot_wish *wish,
                       struct dovecot_insertion *insertion, struct reeve_error *err)
{
	const struct dovecot_at *comment = &hunt->comment;
	uint32_t container = 0;
	struct dovecot_looks looks;
	int r = 0;

	if (comment->doc != NULL)
		insertion->doc = comment->doc;
	else if (choose(hunt, insertion, &container, err) < 0)
		return -1;
	dovecot_looks_init(&looks, insertion->doc);
	if (comment->doc != NULL) {
		insertion->at = comment->doc->nodes[comment->node].end;
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

int dovecot_insertion_make(struct dovecot_insertion *insertion, struct dovecot_target *target,
                           const struct dovecot_wish *wish, bool is_plain, struct reeve_error *err)
{
	struct hunt hunt = {.target = target};
	int r;

	*insertion = (struct dovecot_insertion){0};
	reeve_buf_init(&insertion->text, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&hunt.type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&hunt.name, REEVE_CONF_MAX_BYTES);
	hunt.is_block = reeve_path_step(target->rest, &hunt.type, &hunt.name, &hunt.number) != NULL;
	r = look(&hunt, err);
	if (is_plain)
		hunt.kin = hunt.comment = hunt.user = (struct dovecot_at){0};
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
