/* SPDX-License-Identifier: MIT */
/*
 * Arrays that grow by a row:
 *
 *     struct row *rows = reeve_rows_grow(list->rows, sizeof *rows, list->count, &list->room);
 *     if (rows == NULL)
 *             ... no memory; list->rows is as it was ...
 *     list->rows = rows;
 *     rows[list->count++] = ...
 */
#ifndef BASE_ROWS_H
#define BASE_ROWS_H

#include <stddef.h>

/*
 * Room for one more row of `size` bytes, which is not filled, behind `count`: the rows, perhaps moved.
 * *room is for how many there is room, 0 at first. NULL without memory; rows and room stay then.
 */
void *reeve_rows_grow(void *rows, size_t size, size_t count, size_t *room);

#endif
