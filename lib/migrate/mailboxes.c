/* SPDX-License-Identifier: MIT */
/*
 * What the plugins autocreate and expire did is said by mailbox sections since 2.1 and 2.2. We do
 * not write them: 2.3.14 has no such plugin, so to it they would be something new, and it would
 * make, or empty, mailboxes that it did not before; and the days of expire stood in a cron job
 * since 2.0. But what to write is known to the letter, and told.
 *
 * autocreate, autocreate2 ... end at the first number that is not there (autocreate-plugin.c of
 * 2.1.16), expire of 1.x is "BOX DAYS [BOX DAYS ...]", of which the fewest days count (expire-env.c
 * of 1.2.rc1), since 2.0 one name, and expire2 ... as above.
 */
#include "migrate/hop.h"

#include "conf/dovecot_space.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct box {
	const char *name, *setting; /* "auto = create" */
	unsigned long days;         /* of expire; 0: not known */
	const struct migrate_site *in;
};

struct boxes {
	struct box *boxes; /* the hop's arena */
	size_t count, room;
	bool is_utf7, is_without_days; /* a name may be mUTF-7 */
};

/* ---- what the plugins were told ------------------------------------------------------------ */

/* Room for one more. False without memory. */
static bool grow(struct migrate_hop *hop, struct boxes *boxes)
{
	size_t room = boxes->room * 2 + 16;
	struct box *more;

	if (boxes->count < boxes->room)
		return true;
	more = reeve_arena_alloc(hop->arena, room * sizeof *more);
	if (more == NULL) {
		hop->has_failed = true;
		return false;
	}
	if (boxes->count > 0)
		memcpy(more, boxes->boxes, boxes->count * sizeof *more);
	boxes->boxes = more;
	boxes->room = room;
	return true;
}

static void add(struct migrate_hop *hop, struct boxes *boxes, const char *name, const char *setting,
                unsigned long days)
{
	for (size_t i = 0; i < boxes->count; i++) {
		struct box *box = &boxes->boxes[i];

		if (strcmp(box->name, name) != 0)
			continue;
		if (box->days == 0 || (days > 0 && days < box->days)) {
			box->setting = setting; /* subscribe comes after create */
			box->days = days;
		}
		return;
	}
	if (grow(hop, boxes))
		boxes->boxes[boxes->count++] = (struct box){name, setting, days, NULL};
	boxes->is_utf7 |= strchr(name, '&') != NULL;
}

/* "Trash 7 Spam 30": all second words are numbers. */
static bool is_with_days(const char *value)
{
	size_t n, words = 0;

	for (const char *p = value; (p = reeve_migrate_word(p, &n)) != NULL; p += n)
		if (++words % 2 == 0 && strspn(p, "0123456789") < n)
			return false;
	return words > 0 && words % 2 == 0;
}

static void add_expire(struct migrate_hop *hop, struct boxes *boxes, const char *value)
{
	const char *name = NULL;
	size_t n;

	if (!is_with_days(value)) {
		add(hop, boxes, value, "autoexpunge = DAYSd", 0);
		boxes->is_without_days = true;
		return;
	}
	for (const char *p = value; (p = reeve_migrate_word(p, &n)) != NULL; p += n) {
		const char *word = reeve_migrate_copy(hop, p, n);

		if (name != NULL)
			add(hop, boxes, name,
			    reeve_migrate_text(hop, "autoexpunge = %sd", word),
			    strtoul(word, NULL, 10));
		name = name == NULL ? word : NULL;
	}
}

/* All values of a plugin's setting, of any protocol. Returns whether there are any. */
static bool add_all(struct migrate_hop *hop, struct boxes *boxes, const char *name,
                    const char *setting)
{
	bool any = false;

	for (uint32_t i = 0; i < hop->count; i++) {
		const struct migrate_site *site = &hop->sites[i];
		const struct migrate_site *block = reeve_migrate_parent(hop, site);

		if (block == NULL || site->thing.name != NULL || *site->value == '\0' ||
		    strcmp(block->thing.type, "plugin") != 0 || strcmp(site->thing.type, name) != 0)
			continue;
		any = true;
		if (setting != NULL)
			add(hop, boxes, site->value, setting, 0);
		else
			add_expire(hop, boxes, site->value);
	}
	return any;
}

static void add_numbered(struct migrate_hop *hop, struct boxes *boxes, const char *name,
                         const char *setting)
{
	const char *numbered = name;

	for (unsigned n = 2; add_all(hop, boxes, numbered, setting); n++)
		numbered = reeve_migrate_text(hop, "%s%u", name, n);
}

/* ---- where they are ------------------------------------------------------------------------ */

/* Whether it is written again; blocks without a name are each their own (config-parser.c). */
static bool is_same(const struct migrate_site *a, const struct migrate_site *b)
{
	return strcmp(a->thing.type, b->thing.type) == 0 && *a->value != '\0' &&
	       strcmp(a->value, b->value) == 0;
}

/* The value of a setting in a block of the name, wherever it is written again. NULL. */
static const char *value_in(const struct migrate_hop *hop, const struct migrate_site *block,
                            const char *name)
{
	const char *value = NULL;

	for (uint32_t i = 0; i < hop->count; i++) {
		const struct migrate_site *site = &hop->sites[i];
		const struct migrate_site *up = reeve_migrate_parent(hop, site), *other = block;

		if (site->thing.name != NULL || strcmp(site->thing.type, name) != 0)
			continue;
		while (up != NULL && other != NULL && up != other && is_same(up, other)) {
			up = reeve_migrate_parent(hop, up);
			other = reeve_migrate_parent(hop, other);
		}
		if (up == other)
			value = site->value;
	}
	return value;
}

static bool is_namespace(const struct migrate_site *site)
{
	return site->thing.name != NULL && site->up == 0 &&
	       strcmp(site->thing.type, "namespace") == 0;
}

/* Whether a namespace was there above. */
static bool is_again(const struct migrate_hop *hop, const struct migrate_site *site)
{
	for (const struct migrate_site *s = hop->sites; s < site; s++)
		if (is_namespace(s) && is_same(s, site))
			return true;
	return false;
}

/* Whether mail_namespace_is_usable_prefix() takes a name: "inbox" at its beginning is INBOX. */
static bool has_prefix(const char *name, const char *prefix)
{
	size_t n = strncasecmp(name, "INBOX", 5) == 0 && strncmp(prefix, "INBOX", 5) == 0 ? 5 : 0;

	return strncmp(name + n, prefix + n, strlen(prefix + n)) == 0;
}

/* As mail_namespace_find_mask() of 2.3.19 does: INBOX is in the namespace with inbox = yes, else in
 * that with the prefix ""; another name where the longest prefix fits, "" fits all. In none, it is
 * taken for one of inbox = yes. Takes the prefix off the name. */
static void find_namespace(const struct migrate_hop *hop, struct box *box)
{
	bool is_inbox = strcasecmp(box->name, "INBOX") == 0;
	const struct migrate_site *with_inbox = NULL;
	size_t longest = 0;

	for (uint32_t i = 0; i < hop->count; i++) {
		const struct migrate_site *site = &hop->sites[i];
		const char *inbox, *prefix;

		if (!is_namespace(site) || is_again(hop, site))
			continue;
		inbox = value_in(hop, site, "inbox");
		prefix = value_in(hop, site, "prefix");
		prefix = prefix == NULL ? "" : prefix;
		if (with_inbox == NULL && inbox != NULL && reeve_space_is_yes(inbox))
			with_inbox = site;
		if (strlen(prefix) >= longest && has_prefix(box->name, prefix)) {
			box->in = site;
			longest = strlen(prefix);
		}
	}
	if (with_inbox != NULL && (is_inbox || box->in == NULL))
		box->in = with_inbox;
	if (!is_inbox)
		box->name += longest;
}

/* Whether such a section is there, and says something about it. */
static bool is_there(const struct migrate_hop *hop, const struct box *box)
{
	const char *name = strncmp(box->setting, "autoe", 5) == 0 ? "autoexpunge" : "auto", *value;

	for (uint32_t i = 0; box->in != NULL && i < hop->count; i++) {
		const struct migrate_site *site = &hop->sites[i];
		const struct migrate_site *up = reeve_migrate_parent(hop, site);

		if (up == NULL || site->thing.name == NULL ||
		    strcmp(site->thing.type, "mailbox") != 0 || !is_namespace(up) ||
		    strcmp(site->value, box->name) != 0 || (up != box->in && !is_same(up, box->in)))
			continue;
		value = value_in(hop, site, name);
		if (value != NULL && strcmp(value, "no") != 0 && strcmp(value, "0") != 0)
			return true;
	}
	return false;
}

/* ---- what to write ------------------------------------------------------------------------- */

static const char *quoted(struct migrate_hop *hop, const char *name)
{
	return reeve_migrate_text(
		hop, strpbrk(name, " \t#{}=\"") == NULL && *name != '\0' ? "%s" : "\"%s\"", name);
}

static const char *sections(struct migrate_hop *hop, const struct boxes *boxes,
                            const struct migrate_site *in)
{
	const char *text = "";

	for (size_t i = 0; i < boxes->count; i++)
		if (boxes->boxes[i].in == in)
			text = reeve_migrate_text(hop, "%s mailbox %s { %s }", text,
			                          quoted(hop, boxes->boxes[i].name),
			                          boxes->boxes[i].setting);
	if (*text == '\0')
		return "";
	if (in == NULL)
		return reeve_migrate_text(hop, "namespace inbox { inbox = yes%s }", text);
	return reeve_migrate_text(hop, "namespace %s%s{%s }", in->value,
	                          *in->value == '\0' ? "" : " ", text);
}

static const char *written(struct migrate_hop *hop, const struct boxes *boxes)
{
	const char *text = sections(hop, boxes, NULL);

	for (uint32_t i = 0; i < hop->count; i++) {
		const char *more =
			is_namespace(&hop->sites[i]) ? sections(hop, boxes, &hop->sites[i]) : "";

		if (*more != '\0')
			text = reeve_migrate_text(hop, "%s%s%s", text, *text == '\0' ? "" : ", ",
			                          more);
	}
	if (boxes->is_without_days)
		text = reeve_migrate_text(hop, "%s, DAYS as your job with doveadm expunge has them",
		                          text);
	if (boxes->is_utf7)
		text = reeve_migrate_text(
			hop, "%s; since 2.1 names are UTF-8, no longer mUTF-7 with '&'", text);
	return text;
}

const char *reeve_migrate_mailboxes(struct migrate_hop *hop, bool is_expire)
{
	struct boxes boxes = {.count = 0};
	size_t left = 0;

	if (is_expire) {
		add_numbered(hop, &boxes, "expire", NULL);
	} else {
		add_numbered(hop, &boxes, "autocreate", "auto = create");
		add_numbered(hop, &boxes, "autosubscribe", "auto = subscribe");
	}
	if (boxes.count == 0)
		return is_expire
		               ? "autoexpunge = DAYSd in a mailbox section of the namespace"
		               : "auto = create or subscribe in a mailbox section of the namespace";
	for (size_t i = 0; i < boxes.count; i++) {
		find_namespace(hop, &boxes.boxes[i]);
		if (!is_there(hop, &boxes.boxes[i]))
			boxes.boxes[left++] = boxes.boxes[i];
	}
	boxes.count = left;
	return left == 0 ? "nothing, for the mailbox sections are there" : written(hop, &boxes);
}

/* ---- after the last hop -------------------------------------------------------------------- */

bool reeve_migrate_names_mailboxes(const struct migrate_rule *rule)
{
	return rule->action == MIGRATE_MANUAL && strstr(rule->row.note, "{mailboxes ") != NULL;
}

bool reeve_migrate_advise(struct migrate_hop *hop)
{
	for (int from = MIGRATE_1_0; from < hop->migrate->target; from++) {
		for (uint32_t i = 0; i < hop->count; i++) {
			hop->sites[i].main = NULL;
			hop->sites[i].more_count = 0;
		}
		reeve_migrate_match(hop, from);
		for (uint32_t i = 0; i < hop->count; i++)
			for (size_t k = 0; k < hop->sites[i].more_count; k++) {
				struct migrate_site *site = &hop->sites[i];
				const struct migrate_rule *rule = site->more[k];

				if (reeve_migrate_names_mailboxes(rule))
					reeve_migrate_decide(
						hop, site, rule,
						reeve_migrate_fill(hop, site, rule->row.note));
			}
	}
	return false;
}
