/* SPDX-License-Identifier: MIT */
/*
 * Password fields: what crypt(3) makes of a hash, and how the same hash is written in shadow(5) and
 * in a passwd-file of Dovecot. Public: mailreeve/user.h
 */
#ifndef USER_HASH_H
#define USER_HASH_H

#include <mailreeve/user.h>

/*
 * What locks a password, in front of the field. crypt(3) never makes a hash that begins so. Of a virtual
 * one every scheme may stand behind it; the '$' is for Dovecot 2.4, which takes what does not begin so for a
 * weak hash, and says that there is a temporary failure (src/lib-auth/password-scheme-crypt.c).
 */
#define REEVE_LOCK_SYSTEM "!"
#define REEVE_LOCK_VIRTUAL "{CRYPT}$!"

/*
 * The method of a hash, as crypt(5) calls it ("yescrypt"); NULL for what is none, cut off or has
 * other bytes. *is_legacy_r: crypt_checksalt(3) calls it that.
 */
const char *reeve_crypt_method(const char *hash, bool *is_legacy_r);

/* Whether a password gives this hash: 1, 0, or -1 with err: REEVE_EFORMAT, REEVE_ENOMEM. */
int reeve_crypt_fits(const char *hash, const char *password, struct reeve_error *err);

/*
 * A hash that somebody gives, with a {SCHEME} or as shadow(5) has it, as the other kind of field
 * takes it: for a passwd-file with a {SCHEME}, for shadow(5) without. A hash that is cut off or of no known
 * scheme is refused, for chpasswd -e takes anything, and so does Dovecot until somebody logs in.
 * A locked one, too.
 *
 * To be freed. NULL with err: REEVE_EUSAGE (its text does not show the hash), REEVE_ENOMEM.
 */
char *reeve_password_field(const char *hash, bool is_virtual, struct reeve_error *err);

/* Why a hash is soon guessed, as words behind its scheme: "which is weak"; NULL: it is not. */
const char *reeve_password_weakness(const char *field);

#endif
