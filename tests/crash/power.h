/* SPDX-License-Identifier: MIT */
/* The power fails in a scene: its log replayed on a disk that forgets. */
#ifndef CRASH_POWER_H
#define CRASH_POWER_H

#include "scene.h"

/* X(name, word, of what): the syncs of a plan, by the path and by what comes before. */
#define SYNCS(X)                                                                                   \
	X(NONE, "none", "not a sync")                                                              \
	X(PARENT, "parent", "a folder above the records, in which one was made")                   \
	X(BACKUP, "backup", "the old or new bytes in a record")                                    \
	X(MANIFEST, "manifest", "a manifest")                                                      \
	X(RECORD, "record", "the folder of a record, when it has all")                             \
	X(UNDO, "undo", "the folder of records, when a new one is whole")                          \
	X(BESIDE, "beside", "a file beside the one that it will replace")                          \
	X(FOLDER, "folder", "the folder of a file, when it was renamed")                           \
	X(GONE, "gone", "the folder of a file, when it was removed")                               \
	X(RIGHTS, "rights", "a file whose owner and mode were changed")                            \
	X(FOUND, "found", "a file whose owner and mode were found changed")                        \
	X(SWEPT, "swept", "the folder of a file, when what lay beside it was removed")             \
	X(NOTE, "note", "the folder of a record, when it is noted that it is done")                \
	X(OTHER, "other", "something else")

enum power_sync_kind {
#define SYNC(name, word, what) SYNC_##name,
	SYNCS(SYNC)
#undef SYNC
		SYNC_COUNT,
};

struct power_sync {
	const char *word, *text;
};
extern const struct power_sync power_syncs[];

struct power_how {
	bool quick;                  /* the act only, not the next run after a kill at each call */
	bool list;                   /* print the log */
	enum power_sync_kind ignore; /* a kind of sync that is a lie */
};

/* Replay a scene; each replay is counted (jobs.h). */
void power_test(const struct scene_row *row, const struct power_how *how);

/* Whether some disk of a scene does not recover. */
bool power_is_caught(const struct scene_row *row, const struct power_how *how);

#endif
