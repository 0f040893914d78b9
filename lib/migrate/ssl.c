/* SPDX-License-Identifier: MIT */
/* ssl_protocols: from a list of versions to the lowest one. */
#include "migrate/hop.h"

#include <string.h>
#include <strings.h>

static bool is_word(const char *word, const char *p, size_t n)
{
	return strlen(word) == n && strncasecmp(word, p, n) == 0;
}

static const char *const versions[] = {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
enum { VERSIONS = sizeof versions / sizeof *versions };

/*
 * iostream-openssl-common.c of 2.2.36: the words without '!', or else all, without those with '!',
 * in any case of letters. SSLv2 is gone everywhere and never counts. *gaps_r: a bit for each
 * version above the lowest that was off, and that ssl_min_protocol cannot switch off. That a list
 * does not name TLSv1.3 tells nothing: it is younger than the lists.
 */
static const char *lowest(const char *value, unsigned int *gaps_r)
{
	unsigned int on = 0, off = 0, wanted;
	int min = -1;
	size_t n;

	*gaps_r = 0;
	for (const char *p = value; (p = reeve_migrate_word(p, &n)) != NULL; p += n) {
		bool is_off = *p == '!';
		unsigned int bits =
			is_word("ALL", p + is_off, n - is_off) ? (1U << VERSIONS) - 1 : 0;

		for (unsigned int i = 0; i < VERSIONS; i++)
			if (is_word(versions[i], p + is_off, n - is_off))
				bits = 1U << i;
		if (bits == 0)
			return NULL;
		*(is_off ? &off : &on) |= bits;
	}
	wanted = (on == 0 ? (1U << VERSIONS) - 1 : on) & ~off;
	for (int i = 1; i < VERSIONS; i++) {
		bool is_on = (wanted & 1U << i) != 0;

		if (min < 0 && is_on)
			min = i;
		else if (min >= 0 && !is_on && (i < VERSIONS - 1 || (off & 1U << i) != 0))
			*gaps_r |= 1U << i;
	}
	return min < 0 ? NULL : versions[min];
}

/* "TLSv1.1 and TLSv1.2 were off here ... they are on now" */
static const char *about_gaps(struct migrate_hop *hop, unsigned int gaps)
{
	const char *names = "";
	unsigned int left = gaps;

	for (unsigned int i = 0; i < VERSIONS; i++) {
		if ((gaps & 1U << i) == 0)
			continue;
		left &= ~(1U << i);
		names = reeve_migrate_text(hop, "%s%s%s", names,
		                           *names == '\0' ? ""
		                           : left == 0    ? " and "
		                                          : ", ",
		                           versions[i]);
	}
	bool is_one = (gaps & (gaps - 1)) == 0;
	return reeve_migrate_text(hop,
	                          "%s %s off here, and 2.3 cannot switch off a version above the "
	                          "lowest: %s on now",
	                          names, is_one ? "was" : "were", is_one ? "it is" : "they are");
}

void reeve_migrate_ssl_protocols(struct migrate_hop *hop, struct migrate_site *site)
{
	unsigned int gaps;
	const char *version = lowest(site->value, &gaps);

	if (version == NULL) {
		reeve_migrate_decide(hop, site, site->main,
		                     "no version is left on, or a word is unknown: write "
		                     "ssl_min_protocol instead");
		return;
	}
	reeve_migrate_rewrite(hop, site, "ssl_min_protocol", version);
	reeve_migrate_tell(hop, site, REEVE_MIGRATE_CHANGED, site->main,
	                   reeve_migrate_text(hop, "ssl_min_protocol = %s", version),
	                   site->main->row.note);
	if (gaps != 0)
		reeve_migrate_decide(hop, site, site->main, about_gaps(hop, gaps));
}
