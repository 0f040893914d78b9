/* SPDX-License-Identifier: MIT */
/* Any bytes as /etc/aliases. */
#include "tiles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return tiles(REEVE_SYNTAX_ALIASES, data, size);
}
