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

/* ---- the other way: what names a text could be made of --------------------------------------- */

enum reeve_piece_kind {
	REEVE_PIECE_TEXT,     /* as it stands */
	REEVE_PIECE_USER,     /* the name, in whatever case */
	REEVE_PIECE_USERNAME, /* what is in front of its '@' */
	REEVE_PIECE_DOMAIN,   /* what is behind it */
	REEVE_PIECE_PART,     /* a part of the name: "%1n" */
	REEVE_PIECE_OTHER,    /* depends on more than the name, or is not known */
};
struct reeve_piece {
	enum reeve_piece_kind kind;
	const char *text; /* in the text, length bytes; a variable with its '%' */
	size_t length;
};

/* The next piece at *at, which moves on. 1, 0 at the end, -1 for a variable that is none. */
int reeve_dovecot_piece(const char **at, bool is_24, struct reeve_piece *piece_r);

/* Bytes in the text that was matched; NULL: the pattern does not say. */
struct reeve_match_part {
	const char *text;
	size_t length;
};
struct reeve_match {
	struct reeve_match_part user, username, domain;
};

/*
 * Whether `text` could be `pattern` for some name: each variable at least one byte, and no '/', one that is
 * there twice the same. That it is that name's is to be seen by reeve_dovecot_expand(). A pattern takes as long
 * as it has variables in one part between two '/': it is the admin's.
 */
bool reeve_dovecot_match(const char *pattern, bool is_24, const char *text, struct reeve_match *match_r);

#endif
