/* SPDX-License-Identifier: MIT */
/*
 * Inside the room: a plan, its files, and what is written down of it.
 *
 * The state folder of a plan (lib/plan/state.c):
 *
 *     STATE/plan.lock        held (fcntl, of the open file) from the beginning of a plan to its end
 *     STATE/stage/           a copy of the tree, while the real program looks at it
 *     STATE/undo/ID/         a record: manifest, 1.old, 1.new, 2.old ...; then "done" or "back"; and
 *                            "followed", when what is run afterwards was run
 *
 * What is always true, also after a power loss:
 *
 *   - A file changes only after a whole record of it is durable: a torn manifest means that nothing
 *     was changed. So does a record all of whose files are old.
 *   - A name beside a file (record_file.beside) is made only after it is durable in a record.
 *   - "done" is durable only after all new names are. A record without "done" or "back" is of a
 *     plan that runs, or was broken off.
 */
#ifndef PLAN_PARTS_H
#define PLAN_PARTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/open.h"
#include "base/run.h"
#include "base/whole.h"
#include <mailreeve/plan.h>

#define PLAN_FILE_BYTES ((size_t)1 << 30) /* of one configuration file */
#define PLAN_BESIDE 32                    /* bytes of a name beside a file, with its NUL */
#define PLAN_KEPT 20                      /* changes that can be undone; of others as many */

/* ---- records (record.c, record_text.c, record_read.c) ----------------------------------------- */

enum plan_side { PLAN_OLD, PLAN_NEW };

struct record_bytes {
	uint64_t size;
	uint64_t hash;
};

struct record_file {
	enum reeve_plan_kind kind;
	const char *path;   /* as it was named, without the root */
	const char *target; /* the file itself */
	const char *beside; /* name in the target's folder while it is written; or NULL */
	struct reeve_rights rights[2]; /* where bytes are what changes, those of both sides */
	struct record_bytes sides[2];  /* {0} of what has none */
};

/* Whether something is there on that side; whether its bytes are kept. */
bool record_file_has(enum reeve_plan_kind kind, enum plan_side side);
bool record_file_has_bytes(enum reeve_plan_kind kind, enum plan_side side);

struct record_check {
	enum reeve_check kind;
	const char *path; /* without the root */
	bool is_moot;     /* of a plan: nobody was there to be asked */
};

struct record_after {
	enum reeve_after kind;
	const char *text; /* "newaliases", "postalias hash:/etc/aliases" */
};

/* Strings and arrays are in `arena`, which whoever has the record owns. */
struct record {
	char id[REEVE_CHANGE_ID];
	int64_t time;
	const char *what;
	const char *undoes; /* or NULL */
	struct record_file *files;
	size_t file_count;
	struct record_check *checks;
	size_t check_count;
	struct record_after *afters;
	size_t after_count;
	bool is_followed; /* those were run */
	/* Strange: ended, but its manifest is damaged, or of a later version. It is left alone. */
	enum { RECORD_TORN, RECORD_STRANGE, RECORD_OPEN, RECORD_DONE, RECORD_BACK } state;
};

/* The manifest's text, and back. From text: 0, or -1 if it is not whole or says what we do not
 * know. */
int record_to_text(const struct record *record, struct reeve_buf *text, struct reeve_error *err);
int record_from_text(struct record *record, struct reeve_arena *arena, const char *text, size_t n);

/* The text ends with the hash of what is before; *n_r is how much that is. */
bool record_is_whole(const char *text, size_t n, size_t *n_r);

const char *plan_check_word(enum reeve_check kind);

/* An ID as we make them. */
bool record_is_id(const char *name);

/* Make the folder of a new record and choose its ID. */
int record_make(int undo, struct record *record, struct reeve_error *err);

/* One side of the i-th file (from 0); owner and mode as `like`'s as far as we may. */
int record_put(int undo, const struct record *record, size_t i, enum plan_side side,
               const void *bytes, size_t n, int like, struct reeve_error *err);

/* The manifest, when all bytes are there: from here on the record is whole, and durable. */
int record_seal(int undo, const struct record *record, struct reeve_error *err);

/*
 * Into `record`, whose state tells what it is worth. -1 with err if it cannot be read, or is whole,
 * not ended, and not to be understood: it must not count as torn, and go with its backups.
 */
int record_read(int undo, const char *id, struct record *record, struct reeve_arena *arena,
                struct reeve_error *err);

/* One side of the i-th file, as it was put. REEVE_EFORMAT if it is not. */
int record_get(int undo, const struct record *record, size_t i, enum plan_side side,
               struct reeve_whole *whole, struct reeve_error *err);

int record_mark(int undo, const char *id, const char *word, struct reeve_error *err);

/* The record goes, its manifest first. */
int record_remove(int undo, const char *id, struct reeve_error *err);

/* All IDs, oldest first. */
struct record_ids {
	char (*ids)[REEVE_CHANGE_ID];
	size_t count;
};
int record_list(int undo, struct record_ids *ids_r, struct reeve_error *err);

/* ---- the state folder (state.c) ----------------------------------------------------------- */

struct plan_state {
	char *path;
	int fd, undo, lock; /* -1: not there, not held */
	pid_t before;       /* who had the lock last; 0: nobody known */
};

/* With `writes` all is made that is missing, and the lock taken. */
int plan_state_open(struct plan_state *state, const struct reeve_plan_how *how, bool writes,
                    struct reeve_error *err);
void plan_state_close(struct plan_state *state);

/* ---- a file of a plan (file.c, target.c) -------------------------------------------------- */

/* What is under a name, was, or shall be. */
struct plan_shape {
	bool is_there;
	const void *bytes; /* NULL: none, or they do not matter */
	size_t size;
	struct reeve_rights rights;
};

struct plan_file {
	enum reeve_plan_kind kind;
	const char *path, *target;  /* without the root; in the plan's arena */
	struct reeve_place place;   /* its folder, open */
	int fd;                     /* what is there, open for reading; -1: nothing is */
	struct plan_shape now, was; /* was: when it was opened */
	struct plan_shape sides[2]; /* what it was, what it shall be */
	enum plan_side wants; /* what is to come: of a change broken off perhaps the old side */
	char beside[PLAN_BESIDE];
	bool is_conflict;
	bool is_changed; /* it is not what is wanted; stays so when it is */
};

/*
 * Whether two shapes are the same as far as the kind of change goes: in their bytes, or in their
 * rights.
 */
bool plan_shape_equal(enum reeve_plan_kind kind, const struct plan_shape *a,
                      const struct plan_shape *b);

/* Whether the file is what a side is; whether it is what it shall be. */
bool plan_file_is(const struct plan_file *file, enum plan_side side);
bool plan_file_is_ready(const struct plan_file *file);

/* Rights are on the way from one side to the other: changing them takes more than one call. */
bool plan_rights_between(const struct reeve_rights *now, const struct reeve_rights *old,
                         const struct reeve_rights *next);

/*
 * Find the path's end (target.c), without the root in file->path and file->target: symbolic links
 * are followed as base/way.h would; not `follows`: refused. What is there must be what the kind of
 * change can deal with. To be freed; NULL with err.
 */
char *plan_find(struct plan_file *file, struct reeve_plan *plan, const char *path, bool follows,
                struct reeve_error *err);

/* Find it, open its folder and itself, and see what it is: file->now and was. */
int plan_file_open(struct plan_file *file, struct reeve_plan *plan, const char *path, bool follows,
                   struct reeve_error *err);
void plan_file_close(struct plan_file *file);

/* See what is under the name after we changed it. */
int plan_file_again(struct plan_file *file, struct reeve_error *err);

/* It is still what was opened, and what it was. REEVE_ECHANGED. */
int plan_file_still(const struct plan_file *file, struct reeve_error *err);

/* The root and an absolute path; NULL without memory. In the plan's arena. */
char *plan_path(struct reeve_plan *plan, const char *path);

/* ---- the plan ----------------------------------------------------------------------------- */

struct reeve_plan {
	struct reeve_plan_how how;
	struct reeve_arena *arena;
	struct plan_state state;
	struct reeve_error blind; /* of a dry run: why it could not look at the records */
	struct plan_file **files;
	size_t file_count, file_room;
	struct record_check *checks;
	size_t check_count;
	struct record_after *afters; /* after.c */
	size_t after_count;
	char followed[REEVE_CHANGE_ID]; /* the change that these follow; "": none that is done */
	const char *undoes;     /* the change that this one takes back */
	const char *takes_back; /* the one that it was asked to: nothing that follows it is run any more */
	struct record *resumes; /* the record of a change broken off, which this plan ends */
	enum plan_side resume_side;
	char cleared[REEVE_CHANGE_ID]; /* the last change that was cleared away, or would be */
	bool is_cleared_change;        /* it is known to be one, and no undo */
	bool is_applied;
	bool is_refused;            /* a program refuses what shall be, and what is there as well */
	struct reeve_error failure; /* the first; REEVE_OK: none */
	const char *programs;       /* a folder of stand-ins for the real programs: tests only */
};

/* Remember err, if it is the first failure. */
void plan_fail(struct reeve_plan *plan, const struct reeve_error *err);
struct plan_file *plan_file_add(struct reeve_plan *plan, struct reeve_error *err);

/* The i-th file of those that reeve_plan_count() counts; NULL: there are fewer. */
const struct plan_file *plan_changed(const struct reeve_plan *plan, size_t i);
void *plan_copy(struct reeve_plan *plan, const void *bytes, size_t n, struct reeve_error *err);
void plan_check_add(struct reeve_plan *plan, enum reeve_check kind, const char *path);

/* What is run after a change (after.c), by its text. Of a text: false if it is none. */
void plan_after_add(struct reeve_plan *plan, const char *text);
bool plan_after_of(const char *text, struct record_after *after_r);

/* Run those of a plan's or of a record's, each; 0, or -1 with the first failure. */
int plan_after_run(const struct reeve_plan *plan, const struct record_after *afters, size_t count,
                   struct reeve_error *err);

/*
 * Whether what follows a change that is done was not run, and has to be. Not that of one which is taken back, or
 * about to be: the undo has it run, of the files as they are then. `undos` are those that came later.
 */
bool plan_after_is_late(const struct reeve_plan *plan, const struct record *record,
                        struct record *const *undos, size_t count);

/*
 * Of changes that are done (newest first) run what was not run, since a run was killed behind "done", or it
 * failed; of the same for several once. A note, or a warning.
 */
void plan_after_catch_up(const struct reeve_plan *plan, struct record *const *records, size_t count);

/* "'reeve-undo ID' goes back, ...": what a person can do about a change broken off. */
#define PLAN_HINT 600
const char *plan_hint(const struct reeve_plan *plan, const struct record *record,
                      char hint[PLAN_HINT]);

/* State and lock, without a look at what was broken off. */
struct reeve_plan *plan_new(const struct reeve_plan_how *how, struct reeve_error *err);

/* All records, newest first, in the plan's arena (history.c). */
struct plan_history {
	struct record *records;
	const char **undone_by; /* of each: the ID of the change that took it back, or NULL */
	size_t count;
};
int plan_history_read(struct reeve_plan *plan, struct plan_history *history_r,
                      struct reeve_error *err);

/* What is beyond PLAN_KEPT goes. */
void plan_history_prune(struct reeve_plan *plan);

/* What the next plan makes of a record that is not ended. */
enum plan_left {
	LEFT_NOTHING, /* no file is new: it is cleared away */
	LEFT_ALL,     /* none is old: it counts as done */
	LEFT_RIGHTS,  /* rights are missing, and are carried to where the files are */
	LEFT_MIXED,   /* a person decides */
};
enum plan_left plan_look_left(struct reeve_plan *plan, const struct record *record);

/* Whether somebody holds the lock of plans: what is not ended may be of a plan that runs. */
bool plan_is_running(const struct reeve_plan *plan);

/*
 * Clear away and end what needs no decision (leftover.c). *left_r is the record of a change that
 * does (in the plan's arena), or NULL; *states_r says which files are what.
 */
int plan_settle(struct reeve_plan *plan, struct record **left_r, char states[400],
                struct reeve_error *err);

/*
 * Drop what lies beside the record's files; with `flush` the names in their folders are durable,
 * and the rights that were given.
 */
int plan_sweep(struct reeve_plan *plan, const struct record *record, bool flush,
               struct reeve_error *err);

/*
 * The files of a record, as files of the plan; with `turned` what was new is old. The side that is
 * wanted is `wants` (undo.c).
 */
int plan_take_files(struct reeve_plan *plan, const struct record *record, bool turned,
                    enum plan_side wants, struct reeve_error *err);

/* Files that somebody changed since stop an undo, or are no part of it (apply.c). */
int plan_check_conflicts(struct reeve_plan *plan, struct reeve_error *err);

/* Make each file what it shall be, if it is not yet (put.c). */
int plan_put(struct reeve_plan *plan, struct reeve_error *err);

/* ---- verifying (verify.c, stage.c) -------------------------------------------------------- */

/* Instead of a file the program sees another one. */
struct plan_bind {
	char *from, *to; /* in the eyes of this process; in the plan's arena */
};

/*
 * What shall be, for a program to look at: a file for each that changes, to be mounted over it
 * where only that program sees it. All lies in STATE/stage until plan_stage_remove().
 */
int plan_stage_files(struct reeve_plan *plan, struct plan_bind **binds_r, size_t *count_r,
                     struct reeve_error *err);

/*
 * A copy of the folder `top` (with the root in front) with the bytes in it that shall be: for where
 * nothing can be mounted. Returns its real path, in the arena; NULL with err, REEVE_EREFUSED if it
 * is too large.
 */
char *plan_stage_copy(struct reeve_plan *plan, const char *top, struct reeve_error *err);
void plan_stage_remove(struct reeve_plan *plan);

/*
 * Before anything is changed: -1 with REEVE_EREFUSED if a real program refuses what shall be and
 * takes what is. *is_broken_r: it refuses what is, so it has no say in what follows.
 */
int plan_verify_stage(struct reeve_plan *plan, bool *is_broken_r, struct reeve_error *err);

/* Afterwards, what is in place. */
int plan_verify_place(struct reeve_plan *plan, struct reeve_error *err);

#endif
