/* SPDX-License-Identifier: MIT */
/* Between the files of a scene. */
#ifndef CRASH_SCENE_CORE_H
#define CRASH_SCENE_CORE_H

#include "scene.h"

#include <mailreeve/plan.h>

_Noreturn void scene_die(const char *what);

/* Whether the file is there on a side. */
bool scene_has(const struct scene *s, int i, enum scene_side side);

/* Owner and mode that it has there. */
struct reeve_rights scene_rights(const struct scene *s, int i, enum scene_side side);

/* Put a file on a side, without a plan. */
void scene_put(const struct scene *s, int i, enum scene_side side);

struct bytes scene_read(const char *path);

#endif
