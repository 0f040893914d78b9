/* SPDX-License-Identifier: MIT */
/*
 * Opening the folder of a file that we make, on a way that nobody else can bend.
 *
 * The accident: root appends to /home/ann/mail/old every night, and one day ann makes `mail` a
 * symbolic link to /etc/cron.d. So of the symbolic links on the way only those are followed that
 * root made, or whoever we act as. Each part is opened in the one before: what was looked at is
 * what is entered.
 */
#ifndef BASE_WAY_H
#define BASE_WAY_H

#include <mailreeve/base.h>

/*
 * Returns a descriptor of the folder (O_PATH), or -1 with err: REEVE_EREFUSED for somebody else's
 * symbolic link, REEVE_EIO.
 */
int reeve_way_open(const char *folder, struct reeve_error *err);

#endif
