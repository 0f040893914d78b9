/* SPDX-License-Identifier: MIT */
/* What no row can say: protocols, listen, sockets of auth, names of namespaces. */
#include "migrate/hop.h"

#include <string.h>

static bool is_word(const char *word, const char *p, size_t n)
{
	return strlen(word) == n && memcmp(word, p, n) == 0;
}

/* ---- protocols ----------------------------------------------------------------------------- */

static const char *add_word(struct migrate_hop *hop, const char *words, const char *p, size_t n)
{
	return reeve_migrate_text(hop, "%s%s%.*s", words, *words == '\0' ? "" : " ", (int)n, p);
}

/* `imaps` without `imap`: imap, at the end as Dovecot's own converter has it, but not on its own
 * port. */
size_t reeve_migrate_protocols(struct migrate_hop *hop, const struct migrate_site *site,
                               struct migrate_place places[MIGRATE_MAX_PLACES], const char **rest_r)
{
	static const struct {
		const char *tls, *plain;
	} pairs[] = {{"imaps", "imap"}, {"pop3s", "pop3"}};
	bool has_tls[2] = {false}, has_plain[2] = {false};
	const char *words = "";
	size_t n, count = 0;

	for (const char *p = site->value; (p = reeve_migrate_word(p, &n)) != NULL; p += n) {
		bool goes = is_word("lda", p, n);

		for (size_t i = 0; i < 2; i++) {
			has_plain[i] |= is_word(pairs[i].plain, p, n);
			has_tls[i] |= is_word(pairs[i].tls, p, n);
			goes |= is_word(pairs[i].tls, p, n);
		}
		if (is_word("managesieve", p, n))
			words = add_word(hop, words, "sieve", 5);
		else if (!goes)
			words = add_word(hop, words, p, n);
	}
	for (size_t i = 0; i < 2; i++) {
		if (!has_tls[i] || has_plain[i])
			continue;
		words = add_word(hop, words, pairs[i].plain, strlen(pairs[i].plain));
		places[count++] = (struct migrate_place){
			.blocks = {reeve_migrate_text(hop, "service %s-login", pairs[i].plain),
		                   reeve_migrate_text(hop, "inet_listener %s", pairs[i].plain),
		                   NULL},
			.name = "port",
			.value = "0",
		};
	}
	*rest_r = words;
	return count;
}

/* ---- listen -------------------------------------------------------------------------------- */

struct address {
	const char *host, *port; /* port: NULL */
};

/* False if there are too many to be told apart. A port alone, with which 1.x did not start, is one
 * of all addresses: an empty listen is refused by 2.x. */
static bool read_addresses(struct migrate_hop *hop, const char *value, struct address *addresses,
                           size_t *count_r)
{
	size_t n, count = 0;

	for (const char *p = value; (p = reeve_migrate_word(p, &n)) != NULL; p += n) {
		const char *port = reeve_migrate_port(p, n);
		size_t host = port == NULL ? n : (size_t)(port - 1 - p);

		if (count == MIGRATE_MAX_ADDRESSES)
			return false;
		addresses[count].host = host == 0 ? "*" : reeve_migrate_copy(hop, p, host);
		addresses[count++].port =
			port == NULL ? NULL : reeve_migrate_copy(hop, port, (size_t)(p + n - port));
	}
	*count_r = count;
	return true;
}

static bool is_one_port(const struct address *addresses, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if ((addresses[i].port == NULL) != (addresses[0].port == NULL) ||
		    (addresses[0].port != NULL &&
		     strcmp(addresses[i].port, addresses[0].port) != 0))
			return false;
	return true;
}

static bool has_port(const struct address *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (addresses[i].port != NULL)
			return true;
	return false;
}

/* Where only one port is written it is everybody's. */
static void share_port(struct address *addresses, size_t count)
{
	const char *port = NULL;

	for (size_t i = 0; i < count; i++) {
		if (addresses[i].port == NULL)
			continue;
		if (port != NULL && strcmp(addresses[i].port, port) != 0)
			return;
		port = addresses[i].port;
	}
	for (size_t i = 0; i < count; i++)
		addresses[i].port = port;
}

static const char *hosts(struct migrate_hop *hop, const struct address *addresses, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = reeve_migrate_text(hop, "%s%s%s", text, i == 0 ? "" : ", ",
		                          addresses[i].host);
	return text;
}

static const char *default_port(const char *name)
{
	static const char *const ports[][2] = {
		{"imap", "143"}, {"imaps", "993"}, {"pop3", "110"}, {"pop3s", "995"}};

	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (strcmp(ports[i][0], name) == 0)
			return ports[i][1];
	return "4190";
}

/* One listener for all addresses, or one for each where ports differ. */
static size_t listeners(struct migrate_hop *hop, const char *service, const char *name, bool is_tls,
                        const char *value, const struct address *addresses, size_t count,
                        bool with_address, struct migrate_place *places)
{
	size_t n = 0, groups = is_one_port(addresses, count) ? 1 : count;

	for (size_t i = 0; i < groups; i++) {
		const char *number = i == 0 ? "" : reeve_migrate_text(hop, "%zu", i + 1);
		struct migrate_place place = {
			.blocks = {reeve_migrate_text(hop, "service %s-login", service),
		                   reeve_migrate_text(hop, "inet_listener %s%s", name, number),
		                   NULL}};

		if (with_address) {
			place.name = "address";
			place.value = groups > 1                  ? addresses[i].host
			              : addresses[0].port == NULL ? value
			                                          : hosts(hop, addresses, count);
			places[n++] = place;
		}
		if (addresses[i].port != NULL) {
			place.name = "port";
			place.value = addresses[i].port;
			places[n++] = place;
		} else if (i > 0) { /* a name of our own has no port of its own */
			place.name = "port";
			place.value = default_port(name);
			places[n++] = place;
		}
		if (is_tls && i > 0) { /* nor TLS */
			place.name = "ssl";
			place.value = "yes";
			places[n++] = place;
		}
	}
	return n;
}

size_t reeve_migrate_listen(struct migrate_hop *hop, const struct migrate_site *site,
                            struct migrate_place places[MIGRATE_MAX_PLACES], const char **rest_r)
{
	static const struct {
		const char *protocol, *service, *name, *tls;
	} all[] = {
		{"imap", "imap", "imap", "imaps"},
		{"pop3", "pop3", "pop3", "pop3s"},
		{"sieve", "managesieve", "sieve", NULL},
	};
	const struct migrate_site *parent = reeve_migrate_parent(hop, site);
	bool is_tls = strcmp(site->thing.type, "ssl_listen") == 0;
	struct address addresses[MIGRATE_MAX_ADDRESSES];
	size_t count, n = 0;

	*rest_r = NULL;
	if (!read_addresses(hop, site->value, addresses, &count) || count == 0)
		return 0;
	/* Of the root only the ports go, and an address without one gets that of the others, as in
	 * 2.3. */
	if (parent == NULL && !is_tls) {
		share_port(addresses, count);
		*rest_r = hosts(hop, addresses, count);
	}
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *name = is_tls ? all[i].tls : all[i].name;

		if (name == NULL ||
		    (parent == NULL ? i >= 2
		                    : !reeve_migrate_is_for(parent->value, all[i].protocol)))
			continue;
		/* A port would open it; an address alone says only where it would be. */
		if (has_port(addresses, count) &&
		    (is_tls ? parent == NULL && reeve_migrate_is_plain(hop, all[i].name)
		            : reeve_migrate_is_off(hop, name)))
			continue;
		n += listeners(hop, all[i].service, name, is_tls, site->value, addresses, count,
		               *rest_r == NULL || !is_one_port(addresses, count), places + n);
	}
	return n;
}

/* ---- sockets ------------------------------------------------------------------------------- */

const char *reeve_migrate_base_dir(struct migrate_hop *hop, const struct migrate_site *site)
{
	const char *folder = "/run/dovecot";
	size_t n;

	for (const struct migrate_site *s = hop->sites; s < site; s++)
		if (s->up == 0 && s->thing.name == NULL && strcmp(s->thing.type, "base_dir") == 0)
			folder = s->value;
	n = strlen(folder);
	return n > 0 && folder[n - 1] == '/' ? reeve_migrate_copy(hop, folder, n - 1) : folder;
}

/* The path that counts in a block of a socket; NULL: none is written. */
static const struct migrate_site *last_path(const struct migrate_hop *hop, uint32_t block)
{
	const struct migrate_site *last = NULL;

	for (uint32_t i = block; i < hop->count; i++)
		if (hop->sites[i].up == block && strcmp(hop->sites[i].thing.type, "path") == 0)
			last = &hop->sites[i];
	return last;
}

/* *is_default_r: none is written, and 1.x had one (master-settings.c, DEFAULT_MASTER_SOCKET_PATH).
 */
static const char *path_of(struct migrate_hop *hop, const struct migrate_site *block,
                           bool *is_default_r)
{
	const char *path = strcmp(block->thing.type, "master") == 0 ? "auth-master" : "auth-client",
		   *base;
	uint32_t number = (uint32_t)(block - hop->sites) + 1;
	size_t n;

	const struct migrate_site *last = last_path(hop, number);

	*is_default_r = last == NULL;
	if (last != NULL)
		path = last->value;
	base = reeve_migrate_base_dir(hop, block);
	n = strlen(base);
	return strncmp(path, base, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

const char *reeve_migrate_listener(struct migrate_hop *hop, struct migrate_site *site)
{
	bool is_default;
	const char *path = path_of(hop, site, &is_default);
	const char *quote = strpbrk(path, " \t{}\"#") != NULL ? "\"" : "";

	return reeve_migrate_text(hop, "unix_listener %s%s%s", quote, path, quote);
}

static bool ends_in(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* What a block of a socket became; 2.x knows a master socket by its name. */
static void tell_listener(struct migrate_hop *hop, struct migrate_site *site)
{
	bool is_master = strcmp(site->thing.type, "master") == 0, is_default;
	const char *path = path_of(hop, site, &is_default);
	bool is_named_so = ends_in(path, "-master") || ends_in(path, "-userdb");

	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, site->main,
	                   reeve_migrate_text(hop, "%s {", reeve_migrate_listener(hop, site)),
	                   site->main->row.note);
	if (is_default)
		reeve_migrate_decide(hop, site, site->main,
		                     "no path was written here, and 1.x had a default: see that "
		                     "this is the one");
	else if (is_master && !is_named_so)
		reeve_migrate_decide(
			hop, site, site->main,
			"the name of a socket that answers about users has to end in -userdb or "
			"-master: choose one, and tell it to whoever uses this socket");
	else if (!is_master && is_named_so)
		reeve_migrate_decide(
			hop, site, site->main,
			"a socket for clients must not end in -userdb or -master: choose another "
			"name, and tell it to whoever uses this socket");
	else if (strncmp(path, "/var/run/dovecot/", 17) == 0)
		/* doveconf takes it, and converts it to the same; the server may not start. */
		reeve_migrate_remind(
			hop, site, site->main,
			"if Dovecot says 'Socket already exists', take the folder off this name: "
			"it is Dovecot's own then, and /var/run a link to /run");
}

static void drop_path(struct migrate_hop *hop, struct migrate_site *site)
{
	struct migrate_site *block = reeve_migrate_parent(hop, site);

	reeve_migrate_drop(hop, site);
	if (site != last_path(hop, site->up)) {
		reeve_migrate_tell(
			hop, site, REEVE_MIGRATE_REMOVED, site->main, "",
			reeve_migrate_text(hop, "removed: path = %s; another one below counts",
		                           site->value));
		return;
	}
	reeve_migrate_tell(
		hop, site, REEVE_MIGRATE_CHANGED, site->main,
		reeve_migrate_text(hop, "%s {", reeve_migrate_listener(hop, block)),
		reeve_migrate_text(hop, "%s; it was %s", site->main->row.note, site->value));
}

/* ---- namespaces ---------------------------------------------------------------------------- */

/* Blocks of one name are one block, and in 1.x each namespace was its own. */
const char *reeve_migrate_namespace(struct migrate_hop *hop, const struct migrate_site *site)
{
	const char *type = site->value;
	size_t before = 0;

	for (const struct migrate_site *s = hop->sites; s < site; s++)
		before += s->up == 0 && s->thing.name != NULL &&
		          strcmp(s->thing.type, "namespace") == 0 && strcmp(s->value, type) == 0;
	return before == 0 ? type : reeve_migrate_text(hop, "%s%zu", type, before + 1);
}

/* ---- all ----------------------------------------------------------------------------------- */

void reeve_migrate_odd(struct migrate_hop *hop, struct migrate_site *site)
{
	const char *which = site->main->row.new_path;

	if (strcmp(which, "ssl_protocols") == 0)
		reeve_migrate_ssl_protocols(hop, site);
	else if (strcmp(which, "fsync") == 0)
		reeve_migrate_fsync(hop, site);
	else if (strcmp(which, "quota") == 0)
		reeve_migrate_quota(hop, site);
	else if (strcmp(which, "socket") == 0 && site->thing.name != NULL)
		tell_listener(hop, site);
	else if (strcmp(which, "socket") == 0)
		drop_path(hop, site);
	else
		reeve_migrate_move(hop, site);
}
