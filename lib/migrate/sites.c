/* SPDX-License-Identifier: MIT */
/* The files of a hop: their lines, and all that is set in them, in the order of reading. */
#include "base/buf.h"
#include "conf/dovecot_walk.h"
#include "migrate/hop.h"

#include <stdlib.h>
#include <string.h>

static bool read_page(struct migrate_hop *hop, struct migrate_page *page, struct reeve_doc *doc,
                      uint32_t **origins, uint32_t **starts)
{
	uint32_t n = 0;

	page->doc = doc;
	page->eol = "\n";
	for (uint32_t at = 0; at < doc->size; at = reeve_line_after(doc, at))
		n++;
	page->count = n > 0 ? n : 1;
	page->starts = reeve_arena_alloc(hop->arena, (page->count + 1) * sizeof *page->starts);
	page->lines = reeve_arena_alloc(hop->arena, page->count * sizeof *page->lines);
	page->sites = reeve_arena_alloc(hop->arena, (doc->count + 1) * sizeof *page->sites);
	if (*origins == NULL) {
		*origins = malloc(page->count * sizeof **origins);
		for (uint32_t i = 0; *origins != NULL && i < page->count; i++)
			(*origins)[i] = i + 1;
	}
	page->origins = *origins;
	if (page->starts == NULL || page->lines == NULL || page->sites == NULL || *origins == NULL)
		return false;

	uint32_t at = 0;
	for (uint32_t i = 0; i < page->count; i++) {
		page->starts[i] = at;
		if (at < doc->size)
			at = reeve_line_after(doc, at);
	}
	page->starts[page->count] = at;
	if (*starts == NULL) {
		*starts = malloc(page->count * sizeof **starts);
		if (*starts == NULL)
			return false;
		memcpy(*starts, page->starts, page->count * sizeof **starts);
	}
	page->has_nul = doc->size > 0 && memchr(doc->bytes, '\0', doc->size) != NULL;
	if (n > 0 && page->starts[1] >= 2 && doc->bytes[page->starts[1] - 2] == '\r')
		page->eol = "\r\n";
	return true;
}

static const char *decoded(struct migrate_hop *hop, const struct reeve_doc *doc, uint32_t node,
                           void (*add)(const struct reeve_doc *, uint32_t, struct reeve_buf *))
{
	struct reeve_buf buf;
	const char *text;

	reeve_buf_init(&buf, REEVE_CONF_MAX_BYTES);
	add(doc, node, &buf);
	hop->has_failed |= buf.has_failed;
	text = reeve_migrate_copy(hop, buf.bytes == NULL ? "" : (const char *)buf.bytes,
	                          buf.length);
	reeve_buf_dispose(&buf);
	return text;
}

static struct migrate_site *add_site(struct migrate_hop *hop)
{
	if (hop->count == hop->room) {
		uint32_t room = hop->room * 2 + 256;
		struct migrate_site *sites = realloc(hop->sites, room * sizeof *sites);

		if (sites == NULL) {
			hop->has_failed = true;
			return NULL;
		}
		hop->sites = sites;
		hop->room = room;
	}
	struct migrate_site *site = &hop->sites[hop->count++];
	*site = (struct migrate_site){.digits = "", .star = ""};
	return site;
}

static uint32_t page_of(const struct migrate_hop *hop, const struct reeve_doc *doc)
{
	uint32_t i = 0;

	while (hop->pages[i].doc != doc)
		i++;
	return i;
}

/* A file that is read a second time. */
static void read_again(struct migrate_site *site, uint32_t up)
{
	if (site->up == up)
		return;
	for (size_t i = 0; i < site->again_count; i++)
		if (site->again[i] == up)
			return;
	if (site->again_count == MIGRATE_MAX_AGAIN)
		site->is_read_often = true;
	else
		site->again[site->again_count++] = up;
}

static void read_site(struct migrate_hop *hop, const struct reeve_walk *walk, bool is_block)
{
	uint32_t p = page_of(hop, walk->doc), *seen = &hop->pages[p].sites[walk->node], up = 0;
	size_t depth = walk->depth - is_block;
	struct migrate_site *site;

	if (depth > 0) {
		const struct reeve_walk_block *around = &walk->blocks[depth - 1];

		up = hop->pages[page_of(hop, around->doc)].sites[around->node];
	}
	if (*seen != 0) {
		read_again(&hop->sites[*seen - 1], up);
		return;
	}
	site = add_site(hop);
	if (site == NULL)
		return;
	*seen = hop->count;
	site->page = p;
	site->node = walk->node;
	site->up = up;
	site->thing.type = decoded(hop, walk->doc, walk->node, reeve_dovecot_name);
	site->value = decoded(hop, walk->doc, walk->node, reeve_dovecot_value);
	if (is_block)
		site->thing.name = site->value;
}

static void end_elsewhere(struct migrate_hop *hop, const struct reeve_walk_block *block)
{
	uint32_t site = hop->pages[page_of(hop, block->doc)].sites[block->node];

	if (site != 0) /* 0: no memory */
		hop->sites[site - 1].ends_elsewhere = true;
}

bool reeve_migrate_is_sound(struct migrate_hop *hop, bool *is_sound_r)
{
	enum reeve_walk_event event;
	struct reeve_walk walk;

	*is_sound_r = true;
	for (size_t i = 0; i < hop->migrate->conf->doc_count; i++) {
		struct reeve_doc *doc = hop->migrate->conf->docs[i];

		*is_sound_r &= doc->errors == 0 && !hop->pages[i].has_nul;
		if (hop->pages[i].has_nul)
			reeve_doc_diag(doc, REEVE_PROBLEM,
			               (uint32_t)((const unsigned char *)memchr(doc->bytes, '\0',
			                                                        doc->size) -
			                          doc->bytes),
			               "a NUL byte: this is no text");
	}
	reeve_walk_init(&walk, hop->migrate->conf);
	while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		*is_sound_r &= event != REEVE_WALK_STRAY;
		if (event != REEVE_WALK_STRAY)
			continue;
		uint32_t at = walk.doc->nodes[walk.node].start;
		while (at < walk.doc->size && walk.doc->bytes[at] != '}')
			at++;
		reeve_doc_diag(walk.doc, REEVE_PROBLEM, at,
		               "a '}' that closes nothing: no block is open");
	}
	for (size_t i = 0; i < walk.depth && !walk.has_failed; i++) {
		const struct reeve_walk_block *block = &walk.blocks[i];

		*is_sound_r = false;
		reeve_doc_diag(block->doc, REEVE_PROBLEM, block->doc->nodes[block->node].name,
		               "a block that is not closed: is the file all there?");
	}
	hop->has_failed |= walk.has_failed;
	reeve_walk_dispose(&walk);
	return !hop->has_failed;
}

/* The !include of the root file that is being read, and the file that it names. */
struct reading {
	uint32_t node;
	struct migrate_page *page; /* NULL: nothing of it was read */
};

/* By each event, and at the end. */
static void note_include(struct migrate_hop *hop, const struct reeve_walk *walk,
                         enum reeve_walk_event event, struct reading *reading)
{
	if (event != REEVE_WALK_END && walk->doc != hop->pages[0].doc) {
		if (reading->node == 0 || reading->page != NULL)
			return;
		reading->page = &hop->pages[page_of(hop, walk->doc)];
		reading->page->is_ambiguous |= reading->page->include != 0;
		reading->page->include = reading->node;
		return;
	}
	size_t depth = walk->depth - (event == REEVE_WALK_ENTER);
	if (reading->page != NULL)
		reading->page->is_ambiguous |= depth > 0 || event == REEVE_WALK_LEAVE;
	*reading = (struct reading){.node = event == REEVE_WALK_INCLUDE && depth == 0 ? walk->node
	                                                                              : 0};
}

bool reeve_migrate_read(struct migrate_hop *hop, struct reeve_migrate *migrate)
{
	struct reading reading = {0};
	enum reeve_walk_event event;
	struct reeve_walk walk;

	*hop = (struct migrate_hop){.migrate = migrate, .arena = reeve_arena_new()};
	hop->page_count = (uint32_t)migrate->conf->doc_count;
	if (hop->arena != NULL)
		hop->pages = reeve_arena_alloc(hop->arena, hop->page_count * sizeof *hop->pages);
	if (hop->pages == NULL)
		return false;
	for (uint32_t i = 0; i < hop->page_count; i++)
		if (!read_page(hop, &hop->pages[i], migrate->conf->docs[i], &migrate->origins[i],
		               &migrate->starts[i]))
			return false;

	reeve_walk_init(&walk, migrate->conf);
	while ((event = reeve_walk_next(&walk)) != REEVE_WALK_END) {
		note_include(hop, &walk, event, &reading);
		if (event == REEVE_WALK_ENTER || event == REEVE_WALK_SETTING)
			read_site(hop, &walk, event == REEVE_WALK_ENTER);
		else if (event == REEVE_WALK_LEAVE &&
		         (walk.left.doc != walk.doc || walk.left.node != walk.node))
			end_elsewhere(hop, &walk.left);
	}
	note_include(hop, &walk, event, &reading);
	for (size_t i = 0; i < walk.depth && !walk.has_failed; i++)
		end_elsewhere(hop, &walk.blocks[i]);
	hop->has_failed |= walk.has_failed;
	reeve_walk_dispose(&walk);
	return !hop->has_failed;
}

void reeve_migrate_done(struct migrate_hop *hop)
{
	free(hop->sites);
	reeve_arena_free(hop->arena);
}

struct migrate_site *reeve_migrate_parent(const struct migrate_hop *hop,
                                          const struct migrate_site *site)
{
	return site->up == 0 ? NULL : &hop->sites[site->up - 1];
}

bool reeve_migrate_has_end(const struct migrate_hop *hop, const struct migrate_site *block)
{
	return (reeve_migrate_node(hop, block)->flags &
	        (REEVE_NODE_UNCLOSED | REEVE_NODE_ONE_LINE)) == 0;
}

bool reeve_migrate_is_closed(const struct migrate_hop *hop, const struct migrate_site *block)
{
	return reeve_migrate_has_end(hop, block) && !block->ends_elsewhere;
}

size_t reeve_migrate_around(const struct migrate_hop *hop, const struct migrate_site *site,
                            struct migrate_block blocks[MIGRATE_MAX_DEPTH])
{
	size_t depth = 0, n;

	for (const struct migrate_site *s = site; (s = reeve_migrate_parent(hop, s)) != NULL;)
		depth++;
	if (depth > MIGRATE_MAX_DEPTH) /* no rule is so deep: any that is too deep will do */
		depth = MIGRATE_MAX_DEPTH;
	n = depth;
	for (const struct migrate_site *s = site;
	     n > 0 && (s = reeve_migrate_parent(hop, s)) != NULL;)
		blocks[--n] = s->thing;
	/* An auth in an auth is the same to whoever takes both away. */
	while (depth > 1 && strcmp(blocks[0].type, "auth") == 0 &&
	       strcmp(blocks[1].type, "auth") == 0)
		memmove(blocks, blocks + 1, --depth * sizeof *blocks);
	return depth;
}
