/* SPDX-License-Identifier: MIT */
/* The quota of a user, in the line of a passwd-file that Dovecot reads. */
#ifndef USER_QUOTA_H
#define USER_QUOTA_H

#include "conf/tree.h"
#include "user/steps.h"

/*
 * A quota as Dovecot takes it, kept: "2G", "1536M", "1000B". Always with a unit: without one 2.3's
 * rules count in kilobytes.
 */
const char *users_quota_text(struct reeve_users *users, uint64_t bytes);

/* The extra field that says it, "userdb_quota_rule=*:storage=2G"; kept. NULL with err: REEVE_EREFUSED. */
const char *users_quota_item(struct reeve_users *users, uint64_t bytes, struct reeve_error *err);

/*
 * The line of `key`, which is there, shall say this quota. 1 if it is changed, 0 if it is so
 * already, -1 with err.
 */
int users_quota_set(struct reeve_users *users, struct reeve_doc *doc, const char *key,
                    uint64_t bytes, struct reeve_error *err);

/*
 * The same for a system user: his line in the passwd-file that Dovecot's configuration adds to
 * passwd(5), made if there is none; what is changed is added as a step. REEVE_EREFUSED if the
 * configuration names no such file.
 */
int users_quota_system(struct reeve_users *users, const char *name, uint64_t bytes,
                       struct reeve_error *err);

#endif
