/* SPDX-License-Identifier: MIT */
/*
 * Names that we make. Debian 12's useradd(8) takes `Ann`, `ann@x` and Chinese, Debian 13's does
 * not; Dovecot lower-cases what a client sends (auth_username_format), so `Ann` could never log in.
 * docs/deviations.md, "Names of mail users".
 */
#include "base/error.h"
#include <mailreeve/user.h>
#include <string.h>

#define NAME_BYTES   32  /* useradd(8): what utmp(5) holds */
#define LOCAL_BYTES  64  /* RFC 5321 section 4.5.3.1.1 */
#define DOMAIN_BYTES 253 /* RFC 1035 section 2.3.4, without the length bytes and the root */
#define LABEL_BYTES  63

static const char first[] = "abcdefghijklmnopqrstuvwxyz_";
static const char digits[] = "0123456789";
static const char rest[] = "abcdefghijklmnopqrstuvwxyz_0123456789.-";

static int refuse(const char *name, const char *why, struct reeve_error *err)
{
	return reeve_fail(err, REEVE_EUSAGE, "'%s' is no name for a mail user: %s", name, why);
}

/* Letters, digits and '-' between dots; a '-' at neither end. */
static const char *domain_fault(const char *domain)
{
	if (domain[0] == '\0')
		return "there is no domain behind the '@'";
	if (strlen(domain) > DOMAIN_BYTES)
		return "its domain has more than 253 characters";
	for (const char *at = domain;;) {
		size_t n = strcspn(at, ".");

		if (n == 0 || n > LABEL_BYTES || at[0] == '-' || at[n - 1] == '-' ||
		    strspn(at, rest) < n || memchr(at, '_', n) != NULL)
			return "its domain is no host name in lower case";
		if (at[n] == '\0')
			return NULL;
		at += n + 1;
	}
}

int reeve_user_name_check(const char *name, bool is_virtual, struct reeve_error *err)
{
	size_t n = is_virtual ? strcspn(name, "@") : strlen(name);
	size_t most = is_virtual ? LOCAL_BYTES : NAME_BYTES;

	if (n == 0)
		return refuse(name, "it is empty", err);
	if (n > most)
		return refuse(name,
		              is_virtual ? "more than 64 characters in front of the '@'"
		                         : "more than 32 characters",
		              err);
	if (strchr(first, name[0]) == NULL && !(is_virtual && strchr(digits, name[0]) != NULL))
		return refuse(name,
		              is_virtual ? "it has to begin with a lower case letter, a digit or '_'"
		                         : "it has to begin with a lower case letter or '_'",
		              err);
	if (strspn(name, rest) < n)
		return refuse(name, "only a-z, 0-9, '_', '.' and '-' may be in it", err);
	/* The mailbox of ann.lock would be the lock of ann's. */
	if (!is_virtual && n > 5 && strcmp(name + n - 5, ".lock") == 0)
		return refuse(name, "its mailbox would be a lock", err);
	if (is_virtual && name[n] == '@') {
		const char *fault = domain_fault(name + n + 1);

		if (fault != NULL)
			return refuse(name, fault, err);
	}
	return 0;
}
