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

/* The month (0 to 11) whose English name begins with these three letters, in any case; or -1. */
int reeve_date_month(const char *letters);

/*
 * Seconds since 1970 of a date in UTC: tm_year to tm_sec. False if there is no such day or time;
 * the leap second 60 counts as 59 (Dovecot, lib/utc-mktime.c).
 */
bool reeve_date_utc(const struct tm *date, int64_t *seconds_r);

#endif
