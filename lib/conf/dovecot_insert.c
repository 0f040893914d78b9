/* SPDX-License-Identifier: MIT */
/*
 * Where a new setting of Dovecot's goes, and what its line looks like: after a commented-out default of
 * the same name in its block, else at the end of the block; indented as what stands around it.
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
	bool is_block;          /* a block is missing */
	struct dovecot_at block;   /* the last block of the place */
	struct dovecot_at kin;     /* the last block in the place with the missing one's type */
	struct dovecot_at comment; /* a commented-out default, or the '}' of a commented-out block */
	int rank;                  /* of the comment: how much it looks like one */
	unsigned int commented;    /* blocks that comments opened */
	bool is_namesake;          /* the outermost of them is the one that is missing */
};

static bool is_blank(unsigned char byte)
{
	return byte == ' ' || byte == '\t';
}

/* ---- looking ------------------------------------------------------------------------------- */

/*
 * How much a comment looks like `#name = value`: 3 if it is so, 2 with a blank behind '#', 1 with more, as
 * examples in prose have. 0: not at all.
 */
static int rank_of(const struct hunt *hunt, const struct reeve_doc *doc, const struct reeve_node *node)
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
static bool is_its_start(const struct hunt *hunt, const struct reeve_doc *doc, uint32_t at, uint32_t end)
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

static int look(struct hunt *hunt, struct reeve_error *err)
{
	struct reeve_places *places = hunt->target->places;
	struct reeve_walk walk;
	enum reeve_walk_event event;
	bool has_failed;

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
		}
	}
	has_failed = walk.has_failed || places->has_failed;
	reeve_walk_dispose(&walk);
	return has_failed ? reeve_fail_nomem(err) : 0;
}

/* ---- looks --------------------------------------------------------------------------------- */

/* How a line is written; spans of a document's bytes, or texts. */
struct looks {
	struct reeve_buf indent, unit, before, after; /* around '=' */
	size_t column;                                /* of a '=' that stands below others; 0 */
	const char *eol;
};

static void set(struct reeve_buf *buf, const void *bytes, size_t n)
{
	reeve_buf_clear(buf);
	reeve_buf_add(buf, bytes, n);
}

/* The white space before a node's first word, if the node begins its line. */
static bool indent_of(const struct reeve_doc *doc, uint32_t n, struct reeve_buf *indent)
{
	const struct reeve_node *node = &doc->nodes[n];
	uint32_t at = node->start;

	if (at > 0 && doc->bytes[at - 1] != '\n')
		return false;
	while (at < node->end && is_blank(doc->bytes[at]))
		at++;
	set(indent, doc->bytes + node->start, at - node->start);
	return true;
}

/* The white space around the '=' of the name that ends at `at`. */
static void look_around(struct looks *looks, const struct reeve_doc *doc, uint32_t name, uint32_t at,
                        uint32_t end)
{
	uint32_t before = at, after;

	while (at < end && is_blank(doc->bytes[at]))
		at++;
	if (at == end || doc->bytes[at] != '=')
		return;
	after = at + 1;
	set(&looks->before, doc->bytes + before, at - before);
	/* Two blanks or more: the '=' of several lines stand below each other. */
	looks->column = at - before > 1 && doc->bytes[before] == ' ' ? at - name : 0;
	for (at = after; at < end && is_blank(doc->bytes[at]); at++)
		;
	if (at < end && doc->bytes[at] != '\r' && doc->bytes[at] != '\n' && doc->bytes[at] != '#')
		set(&looks->after, doc->bytes + after, at - after);
	else if (at == after)
		set(&looks->after, " ", looks->before.length > 0);
}

/* What a level of blocks is indented by in this file. */
static void find_unit(struct looks *looks, const struct reeve_doc *doc)
{
	struct reeve_buf outer, inner;

	reeve_buf_init(&outer, 1000);
	reeve_buf_init(&inner, 1000);
	set(&looks->unit, "  ", 2);
	for (uint32_t n = 1; n < doc->count; n++) {
		const struct reeve_node *node = &doc->nodes[n];

		if ((node->kind == REEVE_NODE_SETTING || node->kind == REEVE_NODE_BLOCK) &&
		    node->parent != 0 && indent_of(doc, node->parent, &outer) &&
		    indent_of(doc, n, &inner) && inner.length > outer.length) {
			set(&looks->unit, inner.bytes + outer.length, inner.length - outer.length);
			break;
		}
	}
	reeve_buf_dispose(&outer);
	reeve_buf_dispose(&inner);
}

/* The line end of the file's first line. */
static const char *eol_of(const struct reeve_doc *doc)
{
	uint32_t end = reeve_line_after(doc, 0);

	return end > 1 && doc->bytes[end - 1] == '\n' && doc->bytes[end - 2] == '\r' ? "\r\n" : "\n";
}

static void looks_init(struct looks *looks, const struct reeve_doc *doc)
{
	*looks = (struct looks){.eol = eol_of(doc)};
	reeve_buf_init(&looks->indent, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&looks->unit, 1000);
	reeve_buf_init(&looks->before, 1000);
	reeve_buf_init(&looks->after, 1000);
	set(&looks->before, " ", 1);
	set(&looks->after, " ", 1);
	find_unit(looks, doc);
}

static void looks_dispose(struct looks *looks)
{
	reeve_buf_dispose(&looks->indent);
	reeve_buf_dispose(&looks->unit);
	reeve_buf_dispose(&looks->before);
	reeve_buf_dispose(&looks->after);
}

/* As the commented-out default; with name 0 only its indentation. */
static void look_at_comment(struct looks *looks, const struct reeve_doc *doc, uint32_t n, size_t name)
{
	const struct reeve_node *node = &doc->nodes[n];
	uint32_t at = node->note + 1;

	indent_of(doc, n, &looks->indent);
	if (name == 0)
		return;
	while (at < node->note_end && is_blank(doc->bytes[at]))
		at++;
	look_around(looks, doc, at, at + (uint32_t)name, node->note_end);
	looks->column = 0;
}

/* As the last setting or block in `container`, else as a comment, else one level deeper than it. */
static void look_at_block(struct looks *looks, const struct reeve_doc *doc, uint32_t container)
{
	bool is_found = false;

	if (container != 0) {
		indent_of(doc, container, &looks->indent);
		reeve_buf_add(&looks->indent, looks->unit.bytes, looks->unit.length);
	}
	for (uint32_t n = doc->nodes[container].first; n != 0; n = doc->nodes[n].next) {
		const struct reeve_node *node = &doc->nodes[n];

		if (node->kind == REEVE_NODE_COMMENT && !is_found && container != 0) {
			indent_of(doc, n, &looks->indent);
		} else if (node->kind == REEVE_NODE_SETTING || node->kind == REEVE_NODE_BLOCK) {
			is_found = indent_of(doc, n, &looks->indent) || is_found;
			if (node->kind == REEVE_NODE_SETTING)
				look_around(looks, doc, node->name, node->name_end, node->end);
		}
	}
}

/* ---- writing ------------------------------------------------------------------------------- */

/* A word that needs quotes has them: a block's name, and since 2.4 a setting's. */
static void add_word(struct reeve_buf *buf, const struct reeve_buf *word)
{
	bool is_plain = word->length > 0;

	for (size_t i = 0; i < word->length; i++)
		is_plain &= strchr(" \t\"{}#=", word->bytes[i]) == NULL;
	if (is_plain) {
		reeve_buf_add(buf, word->bytes, word->length);
		return;
	}
	reeve_buf_add_byte(buf, '"');
	for (size_t i = 0; i < word->length; i++) {
		if (word->bytes[i] == '\\' || word->bytes[i] == '"')
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, word->bytes[i]);
	}
	reeve_buf_add_byte(buf, '"');
}

static void add_buf(struct reeve_buf *buf, const struct reeve_buf *other)
{
	reeve_buf_add(buf, other->bytes, other->length);
}

/* `name = value` and a line end. */
static bool add_setting(struct reeve_buf *text, const struct looks *looks, const struct reeve_buf *name,
                        const struct dovecot_wish *wish)
{
	struct reeve_buf line, value;
	size_t start;
	bool is_good;

	reeve_buf_init(&line, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&value, REEVE_CONF_MAX_BYTES);
	add_buf(&line, &looks->indent);
	start = line.length;
	add_word(&line, name);
	if (looks->column > 0) {
		do
			reeve_buf_add_byte(&line, ' ');
		while (line.length - start < looks->column && !line.has_failed);
	} else {
		add_buf(&line, &looks->before);
	}
	reeve_buf_add_byte(&line, '=');
	if (*wish->value != '\0' || wish->is_from_file)
		add_buf(&line, &looks->after);
	is_good = dovecot_wish_write(wish, &line, '\0', looks->eol, strlen(looks->eol), &value);
	add_buf(text, &line);
	add_buf(text, &value);
	reeve_buf_add_text(text, looks->eol);
	is_good = is_good && !line.has_failed && !value.has_failed;
	reeve_buf_dispose(&line);
	reeve_buf_dispose(&value);
	return is_good;
}

/* The blocks that are missing, and the setting inside. */
static bool add_blocks(struct reeve_buf *text, struct looks *looks, const char *rest,
                       const struct dovecot_wish *wish)
{
	struct reeve_buf type, name;
	unsigned int depth = 0;
	uint32_t number;
	bool is_good;

	reeve_buf_init(&type, REEVE_CONF_MAX_BYTES);
	reeve_buf_init(&name, REEVE_CONF_MAX_BYTES);
	while ((rest = reeve_path_step(rest, &type, &name, &number)) != NULL) {
		add_buf(text, &looks->indent);
		add_word(text, &type);
		if (name.length > 0) {
			reeve_buf_add_byte(text, ' ');
			add_word(text, &name);
		}
		reeve_buf_add_text(text, " {");
		reeve_buf_add_text(text, looks->eol);
		add_buf(&looks->indent, &looks->unit);
		depth++;
	}
	is_good = add_setting(text, looks, &type, wish) && !name.has_failed;
	while (depth-- > 0) {
		looks->indent.length -= looks->unit.length;
		add_buf(text, &looks->indent);
		reeve_buf_add_text(text, "}");
		reeve_buf_add_text(text, looks->eol);
	}
	reeve_buf_dispose(&type);
	reeve_buf_dispose(&name);
	return is_good;
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
	insertion->at = end_of_block(insertion->doc, container);
	*container_r = container;
	return 0;
}

/* Lines before `at` end with a line end; if the last does not, the new ones begin with one. */
static int mend_ends(struct dovecot_insertion *insertion, const struct looks *looks, bool wants_blank,
                     struct reeve_error *err)
{
	const struct reeve_doc *doc = insertion->doc;
	struct reeve_buf whole;
	size_t n = strlen(looks->eol);
	bool is_open = insertion->at > 0 && doc->bytes[insertion->at - 1] != '\n';
	/* A byte order mark is no line. */
	bool is_mark = insertion->at == 3 && doc->nodes[1].kind == REEVE_NODE_BLANK;

	if (is_open && insertion->at < doc->size)
		return reeve_fail(err, REEVE_EREFUSED, "'%s': no line begins where the new one belongs",
		                  doc->path);
	reeve_buf_init(&whole, REEVE_CONF_MAX_BYTES);
	if (is_open && !is_mark)
		reeve_buf_add_text(&whole, looks->eol);
	if (wants_blank)
		reeve_buf_add_text(&whole, looks->eol);
	add_buf(&whole, &insertion->text);
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
	struct looks looks;
	int r = 0;

	if (comment->doc != NULL)
		insertion->doc = comment->doc;
	else if (choose(hunt, insertion, &container, err) < 0)
		return -1;
	looks_init(&looks, insertion->doc);
	if (comment->doc != NULL) {
		insertion->at = comment->doc->nodes[comment->node].end;
		look_at_comment(&looks, comment->doc, comment->node,
		                hunt->is_block ? 0 : hunt->type.length);
	} else {
		look_at_block(&looks, insertion->doc, container);
	}
	if (!add_blocks(&insertion->text, &looks, hunt->target->rest, wish))
		r = reeve_fail(err, REEVE_EUSAGE, "'%s' cannot be written as a value of '%s'", wish->value,
		               hunt->target->path);
	else
		r = mend_ends(insertion, &looks,
		              hunt->is_block && container == 0 && comment->doc == NULL &&
		                      insertion->at > 3,
		              err);
	looks_dispose(&looks);
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
		hunt.kin = hunt.comment = (struct dovecot_at){0};
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
