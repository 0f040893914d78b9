/* SPDX-License-Identifier: MIT */
/* Dates in header fields (RFC 5322 section 3.3), as generously as Dovecot reads them. */
#ifndef MIME_DATE_H
#define MIME_DATE_H

#include <mailreeve/base.h>

/*
 * Read the value of a Date: field, unfolded or not (lib-mail/message-date.c). *seconds_r is
 * seconds since 1970 UTC, *zone_minutes_r the zone, east positive. Returns false if it is none.
 */
bool reeve_date_parse(const char *text, size_t n, int64_t *seconds_r, int *zone_minutes_r);

#endif
