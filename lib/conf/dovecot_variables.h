/* SPDX-License-Identifier: MIT */
/*
 * Variables in texts of Dovecot's configuration that are another for each user: places of mail, homes,
 * what is looked up.
 *
 * Known are those that depend on the user: of 2.3 %u %n %d %h %i, %{user} and its kin, with the modifiers
 * L and U, an offset and a width (lib/var-expand.c); of 2.4 %{user}, %{home}, %{uid}, %{gid} through the
 * filters username, domain, lower and upper (lib-var-expand). With any other the text is not known, for we
 * would look into the wrong place.
 */
#ifndef CONF_DOVECOT_VARIABLES_H
#define CONF_DOVECOT_VARIABLES_H

#include <mailreeve/base.h>

struct reeve_whom {
	const char *name, *home; /* home: NULL if it is not known */
	bool has_ids;
	uint32_t uid, gid;
};

/* `text` with its variables; to be freed. NULL: a variable that is not known, or no memory. */
char *reeve_dovecot_expand(const char *text, bool is_24, const struct reeve_whom *whom);

#endif
