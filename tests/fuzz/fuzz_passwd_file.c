/* SPDX-License-Identifier: MIT */
/* Any bytes as a passwd-file. */
#include "tiles.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return tiles(REEVE_SYNTAX_PASSWD_FILE, data, size);
}
