/* SPDX-License-Identifier: MIT */
/* What is known of each limit. */
#include "limits/limits.h"

const struct limit_fact reeve_limit_facts[] = {
#include "limits/limits.inc"
};

const size_t reeve_limit_fact_count = sizeof reeve_limit_facts / sizeof reeve_limit_facts[0];
