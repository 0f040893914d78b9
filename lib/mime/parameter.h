/* SPDX-License-Identifier: MIT */
/*
 * The values of Content-Type and Content-Disposition: a type, and parameters behind it (RFC 2045
 * section 5.1, RFC 2183), which may be in pieces and in a charset (RFC 2231). Read as Dovecot reads
 * them (lib-mail/rfc2231-parser.c); values are unfolded.
 */
#ifndef MIME_PARAMETER_H
#define MIME_PARAMETER_H

#include "mime/charset.h"

/*
 * Append a content type, "text/plain", in lower case. Nothing if it is none: a word is missing, or
 * something else than parameters follows. Returns where the parameters begin, at most n.
 */
size_t reeve_content_type(const char *value, size_t n, struct reeve_buf *out);

/* The same of a content disposition, "attachment". */
size_t reeve_content_disposition(const char *value, size_t n, struct reeve_buf *out);

/*
 * Append the value of a parameter. `name` is in lower case. The first `name="..."` counts; else
 * name*=utf-8''..., or name*0=, name*1*=... if none is missing: these are joined and in UTF-8.
 * Returns whether there is one.
 */
bool reeve_parameter_get(struct reeve_charsets *charsets, const char *parameters, size_t n,
                         const char *name, struct reeve_buf *out);

#endif
