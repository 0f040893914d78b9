/* SPDX-License-Identifier: MIT */
#include "base/rows.h"

#include <stdint.h>
#include <stdlib.h>

void *reeve_rows_grow(void *rows, size_t size, size_t count, size_t *room)
{
	if (rows != NULL && count < *room)
		return rows;
	size_t more = *room < 16 ? 16 : *room * 2;
	if (more <= count || more > SIZE_MAX / size)
		return NULL;
	rows = realloc(rows, more * size); /* moves big arrays by page tables */
	if (rows != NULL)
		*room = more;
	return rows;
}
