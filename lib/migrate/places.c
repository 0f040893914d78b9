/* SPDX-License-Identifier: MIT */
/* Where settings go that belong into blocks of their own now, and how it is written. */
#include "migrate/hop.h"

#include <string.h>

/* ---- where --------------------------------------------------------------------------------- */

bool reeve_migrate_is_for(const char *name, const char *protocol)
{
	bool is_not = *name == '!';

	name += is_not;
	if (strcmp(name, "managesieve") == 0)
		name = "sieve";
	return (strcmp(name, protocol) == 0) != is_not;
}

/* The services of the protocol that a site stands in; of all, in the root. */
static size_t services(const struct migrate_hop *hop, const struct migrate_site *site,
                       const char *services_r[3])
{
	static const struct {
		const char *protocol, *service;
	} all[] = {
		{"imap", "imap"},
		{"pop3", "pop3"},
		{"sieve", "managesieve"},
	};
	struct migrate_block around[MIGRATE_MAX_DEPTH];
	size_t depth = reeve_migrate_around(hop, site, around), n = 0;
	const char *name = "!"; /* not nothing: all */

	for (size_t i = 0; i < depth; i++)
		if (strcmp(around[i].type, "protocol") == 0)
			name = around[i].name;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if ((i < 2 || *name != '!' || !hop->migrate->without_sieve) &&
		    reeve_migrate_is_for(name, all[i].protocol))
			services_r[n++] = all[i].service;
	return n;
}

/* How a protocol is served: plain, with TLS on a port of its own, or both. */
struct served {
	bool plain, tls;
};

static struct served served(const struct migrate_hop *hop, const char *name)
{
	const char *words = "";
	struct served served = {false, false};
	size_t n, length = strlen(name);

	for (uint32_t i = 0; i < hop->count; i++) /* the last one counts */
		if (hop->sites[i].up == 0 && hop->sites[i].thing.name == NULL &&
		    strcmp(hop->sites[i].thing.type, "protocols") == 0)
			words = hop->sites[i].value;
	for (const char *p = words; (p = reeve_migrate_word(p, &n)) != NULL; p += n) {
		bool is_it = n >= length && memcmp(p, name, length) == 0;

		served.plain |= is_it && n == length;
		served.tls |= is_it && n == length + 1 && p[length] == 's';
	}
	return served;
}

bool reeve_migrate_is_off(const struct migrate_hop *hop, const char *name)
{
	struct served it = served(hop, name);

	return it.tls && !it.plain;
}

bool reeve_migrate_is_plain(const struct migrate_hop *hop, const char *name)
{
	struct served it = served(hop, name);
	struct served other = served(hop, strcmp(name, "imap") == 0 ? "pop3" : "imap");

	return it.plain && !it.tls && (other.plain || other.tls);
}

/* The value as it is written, if the rule says no other. */
static const char *value_of(struct migrate_hop *hop, const struct migrate_site *site)
{
	const struct reeve_doc *doc = hop->pages[site->page].doc;
	const struct reeve_node *node = &doc->nodes[site->node];
	const char *template = site->main->row.new_value;

	if (*template != '\0')
		return reeve_migrate_fill(hop, site, template);
	if (memchr(doc->bytes + node->value, '\n', node->value_end - node->value) != NULL)
		return site->value; /* over several lines */
	return reeve_migrate_text(
		hop, "%s%.*s", (node->flags & REEVE_NODE_FROM_FILE) != 0 ? "<" : "",
		(int)(node->value_end - node->value), (const char *)doc->bytes + node->value);
}

/* "a/b/c" as blocks a, b and the name c, with `what` (n bytes) at the beginning of <login> and
 * <mail>. */
static struct migrate_place place_of(struct migrate_hop *hop, const char *path, const char *service)
{
	struct migrate_place place = {{NULL}, NULL, NULL};
	size_t blocks = 0;

	for (;;) {
		size_t n = strcspn(path, "/");
		char *step = reeve_migrate_copy(hop, path, n), *mark = strchr(step, '<');

		if (mark != NULL) {
			bool is_login = strncmp(mark, "<login>", 7) == 0;

			step = reeve_migrate_text(hop, "%.*s%s%s", (int)(mark - step), step,
			                          service, is_login ? "-login" : "");
		}
		if (path[n] == '\0' || blocks == 3) {
			place.name = step;
			return place;
		}
		place.blocks[blocks++] = step;
		path += n + 1;
	}
}

size_t reeve_migrate_places(struct migrate_hop *hop, const struct migrate_site *site,
                            struct migrate_place places[MIGRATE_MAX_PLACES])
{
	const char *path = reeve_migrate_fill(hop, site, site->main->row.new_path);
	const char *of[3] = {""}, *rest;
	size_t n = 1;

	if (site->main->action == MIGRATE_ODD && strcmp(path, "listen") == 0)
		return reeve_migrate_listen(hop, site, places, &rest);
	if (strncmp(path, "./", 2) == 0)
		path += 2;
	else if (strchr(path, '<') != NULL)
		n = services(hop, site, of);
	for (size_t i = 0; i < n; i++) {
		places[i] = place_of(hop, path, of[i]);
		places[i].value = value_of(hop, site);
	}
	return n;
}

size_t reeve_migrate_depth(const struct migrate_hop *hop, const struct migrate_site *site)
{
	size_t depth = 0;

	while ((site = reeve_migrate_parent(hop, site)) != NULL)
		depth += site->main == NULL || site->main->action != MIGRATE_UNWRAP;
	return depth;
}

bool reeve_migrate_is_out(struct migrate_hop *hop, const struct migrate_site *site)
{
	struct migrate_place places[MIGRATE_MAX_PLACES];
	const struct migrate_rule *rule = site->main;

	if (rule == NULL || reeve_migrate_depth(hop, site) == 0)
		return false;
	if (rule->action == MIGRATE_MOVE)
		return strncmp(rule->row.new_path, "./", 2) != 0 &&
		       reeve_migrate_places(hop, site, places) > 0;
	return rule->action == MIGRATE_ODD && strcmp(rule->row.new_path, "listen") == 0 &&
	       reeve_migrate_places(hop, site, places) > 0;
}

/* ---- writing ------------------------------------------------------------------------------- */

static bool is_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

const char *reeve_migrate_render(struct migrate_hop *hop, const struct migrate_page *page,
                                 uint32_t line, const char *indent,
                                 const struct migrate_place *places, size_t n, const char *note)
{
	const char *indents[4] = {indent, NULL, NULL, NULL}, *open[3] = {NULL}, *text = "";
	size_t depth = 0;

	for (size_t i = 1; i < 4; i++)
		indents[i] = reeve_migrate_deeper(hop, page, line, indents[i - 1]);
	for (size_t i = 0; i <= n; i++) {
		size_t same = 0;

		while (i < n && same < depth && is_same(places[i].blocks[same], open[same]))
			same++;
		while (depth > same)
			text = reeve_migrate_text(hop, "%s%s}\n", text, indents[--depth]);
		if (i == n)
			break;
		for (; depth < 3 && places[i].blocks[depth] != NULL; depth++) {
			open[depth] = places[i].blocks[depth];
			text = reeve_migrate_text(hop, "%s%s%s {\n", text, indents[depth],
			                          open[depth]);
		}
		text = reeve_migrate_text(hop, "%s%s%s =%s%s%s\n", text, indents[depth],
		                          places[i].name, *places[i].value == '\0' ? "" : " ",
		                          places[i].value, note);
		note = "";
	}
	return text;
}

/* "service imap-login { vsz_limit = 64M }", for whoever is told. */
const char *reeve_migrate_in_words(struct migrate_hop *hop, const struct migrate_place *places,
                                   size_t n, const char *rest)
{
	const char *text = rest == NULL ? "" : rest;

	for (size_t i = 0; i < n; i++) {
		size_t depth = 0;

		text = reeve_migrate_text(hop, "%s%s", text, *text == '\0' ? "" : ", ");
		for (; depth < 3 && places[i].blocks[depth] != NULL; depth++)
			text = reeve_migrate_text(hop, "%s%s { ", text, places[i].blocks[depth]);
		text = reeve_migrate_text(hop, "%s%s = %s", text, places[i].name, places[i].value);
		while (depth-- > 0)
			text = reeve_migrate_text(hop, "%s }", text);
	}
	return text;
}
