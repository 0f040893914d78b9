/* SPDX-License-Identifier: MIT */
/*
 * A Postfix configuration inside: main.cf and master.cf of one folder, and an index over their trees.
 *
 * The index is made when it is first asked for and thrown away by a change. All its strings belong to its
 * arena and are as Postfix's text is: lines joined, ended by a NUL. Of several settings, options,
 * services of one name the last counts, as in a dictionary that Postfix fills (src/util/dict.c,
 * dict_load_fp()); those before are shadowed.
 *
 *     postfix_open.c    the two files
 *     postfix_index.c   settings and services out of trees
 *     postfix_word.c    a service's words, put in order as postconf does
 *     postfix_params.c  the parameters that Postfix has: names, types, defaults
 *     postfix_expand.c  $name, ${name?text}, ${{a} == {b} ? {c} : {d}}
 *     postfix_compare.c the sides of a comparison
 *     postfix_eval.c    what a name stands for
 *     postfix_used.c    names of somebody's own that something uses
 *     postfix_path.c    PATH, and the text that postconf prints
 *     postfix_edit.c    set, unset: what is done
 *     postfix_change.c  whether it did what it should, and nothing else
 *     postfix_edit_*.c  the edits, of main.cf and of master.cf
 *     postfix_lint*.c   what is taken in silence
 */
#ifndef CONF_POSTFIX_H
#define CONF_POSTFIX_H

#include "base/arena.h"
#include "conf/kinds.h"

enum { PF_FIELDS = 8, PF_COMMAND = 7 };

enum pf_version {
	PF_UNKNOWN, /* not looked up yet */
	PF_37,      /* up to 3.8 */
	PF_310,
};

/* A row of postfix_params.tsv, which says what the columns mean. */
struct pf_param {
	const char *name, *type, *least, *most;
	const char *default_37, *default_310; /* "-": no such parameter there */
	const char *version;
};

struct pf_setting {
	const char *name, *value;
	uint32_t node; /* in main.cf; in an option of a service: in master.cf */
	bool is_shadowed;
	bool is_used; /* something uses it as $name, or else; good once reeve_pf_mark_used() ran */
};

/* Settings in the order of the file, and those that count in the order of names. */
struct pf_settings {
	struct pf_setting *rows, **sorted;
	size_t count, sorted_count;
};

/* A word of a service: without braces, options taken apart ("-vo" is "-v", "-o"). */
struct pf_word {
	const char *text;
	uint32_t node;   /* of the tree: a piece or a setting */
	bool has_value;  /* "-o", and the next word is its value */
	bool is_argument; /* behind the options */
};

struct pf_service {
	uint32_t node;
	struct pf_word *words; /* PF_FIELDS at least */
	size_t word_count;
	struct pf_settings options; /* -o name=value */
	bool is_shadowed;
	const struct pf_service *last; /* of that name and type: the one that counts */
};

/* A name that services which deliver have. */
struct pf_transport {
	const char *name;
	unsigned int groups; /* postfix_params.c's */
};

struct pf_index {
	struct reeve_arena *arena;
	struct pf_settings settings; /* of main.cf */
	struct pf_service *services; /* in the order of the file */
	size_t service_count;
	struct pf_transport *transports; /* in the order of names, each once */
	size_t transport_count;
	struct pf_setting **options; /* of all services, in the order of names */
	size_t option_count;
	bool is_marked; /* reeve_pf_mark_used() ran */
};

struct postfix {
	struct reeve_doc *main, *master; /* either may be NULL */
	struct pf_index *index;          /* NULL: to be made */
	struct reeve_buf text;           /* what get() handed out */
	struct reeve_buf path;
	const char *folder;              /* without the root; config_directory */
	enum pf_version version;
	char release[24];                /* "3.7.11", or "" */
	char host[256], domain[256];     /* "" until looked up */
	char pid[24];
};

/*
 * A configuration of bytes, for tests: of Postfix 3.10 on host.example.org, files main.cf and master.cf.
 * Closed with reeve_conf_close().
 */
struct reeve_conf *reeve_pf_of(const void *main_cf, size_t main_size, const void *master_cf,
                               size_t master_size, const struct reeve_talk *talk,
                               struct reeve_error *err);

/* ---- index --------------------------------------------------------------------------------- */

/* The index, made if need be. NULL with err: REEVE_ENOMEM. */
struct pf_index *reeve_pf_index(struct reeve_conf *conf, struct reeve_error *err);
void reeve_pf_index_drop(struct reeve_conf *conf);

/* Room for `most` rows; false without memory. Then rows and count are filled, and sorted. */
bool reeve_pf_settings_new(struct pf_settings *settings, struct reeve_arena *arena, size_t most);
void reeve_pf_settings_sort(struct pf_settings *settings);

/* The one that counts for name[0..n), or NULL. */
struct pf_setting *reeve_pf_find(const struct pf_settings *settings, const char *name, size_t n);

/* Fill words and options of a service from its node. False without memory. */
bool reeve_pf_words(const struct reeve_doc *doc, uint32_t node, struct reeve_arena *arena,
                    struct pf_service *service);

bool reeve_pf_transports(struct pf_index *index); /* fill them; false without memory */

/* ---- parameters ---------------------------------------------------------------------------- */

extern const struct pf_param reeve_pf_params[];
extern const size_t reeve_pf_param_count;

const struct pf_param *reeve_pf_param(const char *name, size_t n); /* or NULL */

/* Its default in that version of Postfix, or NULL if it has none such. */
const char *reeve_pf_default(const struct pf_param *param, enum pf_version version);

/*
 * What a parameter that a transport of master.cf makes (slow_destination_rate_delay) is without a
 * setting ("$default_destination_rate_delay"), or NULL if no service makes it.
 */
const char *reeve_pf_service_param(const struct pf_index *index, const char *name, size_t n);

/* The version of the Postfix that is installed in the root; the newest that we know, if none is. */
enum pf_version reeve_pf_version(struct reeve_conf *conf);

/* ---- expanding ----------------------------------------------------------------------------- */

/*
 * How $name is looked up while text is expanded. Returns NULL where it is not defined. The string is good
 * until the next call.
 */
typedef const char *pf_lookup(void *user, const char *name, size_t n);

struct pf_expand {
	pf_lookup *lookup;
	void *user;
	bool is_scan;    /* only tell lookup() of every name, in both branches; nothing is written */
	unsigned int depth;
	uint64_t work;   /* bytes that may still be looked at */
	char why[200];   /* what is wrong, after a failure */
};

#define PF_EXPAND_MAX_BYTES ((size_t)16 << 20) /* of a result */

/* The bytes that may be looked at to expand all that there is: ten times the files, and 16 MB. */
uint64_t reeve_pf_work(const struct postfix *own);

/*
 * Expand text[0..n) to the end of `out`, as mac_expand() of Postfix 3.10 does. False, with why,
 * for a syntax error, for names nested deeper than Postfix's 100 (a loop), or too much of it.
 */
bool reeve_pf_expand(struct pf_expand *expand, const char *text, size_t n, struct reeve_buf *out);

/* Keep what is wrong, the first of it. Returns false. */
bool reeve_pf_expand_fail(struct pf_expand *expand, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Less than 0, 0, more: numbers by value if both are, else texts by bytes. False with why. */
bool reeve_pf_compare(struct pf_expand *expand, const char *left, const char *right, int *order_r);

/* The same of compatibility levels, "3.6". */
bool reeve_pf_compare_levels(struct pf_expand *expand, const char *left, const char *right,
                             int *order_r);

/*
 * The value of a name as Postfix would look it up: of `service` (may be NULL), of main.cf, or the
 * default. NULL if it is not defined.
 */
const char *reeve_pf_lookup(struct reeve_conf *conf, const struct pf_service *service,
                            const char *name, size_t n);

/* Expand a value with those. *work_r is reduced. -1 with err: REEVE_EFORMAT, REEVE_ENOMEM. */
int reeve_pf_eval(struct reeve_conf *conf, const struct pf_service *service, const char *value,
                  uint64_t *work_r, struct reeve_buf *out, struct reeve_error *err);

/* Expand with what main.cf (or a service's options alone) sets, and nothing else; "" if that fails. */
void reeve_pf_eval_set(const struct pf_index *index, const struct pf_service *service,
                       const char *value, uint64_t *work, struct reeve_buf *out);

/* Told of a $name in `setting` (of a service, or of main.cf) that nothing defines. */
typedef void pf_undefined(void *user, const struct pf_service *service,
                          const struct pf_setting *setting, const char *name);

/*
 * Mark the settings that something uses, as postconf finds out which parameters are unused
 * (src/postconf/postconf_user.c). `undefined` may be NULL. -1 with err: REEVE_ENOMEM.
 */
int reeve_pf_mark_used(struct reeve_conf *conf, pf_undefined *undefined, void *user,
                       struct reeve_error *err);

/* Whether something refers to a name that nothing sets: `-o x=$name`, a restriction class. */
bool reeve_pf_is_referred(struct reeve_conf *conf, const char *name, size_t n);

/* Whether a name is a parameter: one of this version's, or one that a transport makes. */
bool reeve_pf_is_param(struct reeve_conf *conf, const char *name);

/* Whether a setting of main.cf, or an option, has a meaning to Postfix. After reeve_pf_mark_used(). */
bool reeve_pf_is_used(struct reeve_conf *conf, const struct pf_setting *setting);
bool reeve_pf_is_used_option(struct reeve_conf *conf, const struct pf_setting *option);

/* ---- paths and text ------------------------------------------------------------------------ */

enum pf_part {
	PF_PARAM,   /* of main.cf */
	PF_SERVICE, /* smtp/inet */
	PF_FIELD,   /* smtp/inet/chroot */
	PF_OPTION,  /* smtp/inet/-o name */
};

struct pf_path {
	enum pf_part part;
	const char *service; /* spans of the path */
	size_t service_length;
	const char *type;
	size_t type_length;
	int field;
	const char *name; /* of a parameter or an option */
	size_t name_length;
};

extern const char *const reeve_pf_fields[PF_FIELDS];

/* Take a PATH apart. -1 with err: REEVE_EUSAGE. */
int reeve_pf_path(struct reeve_conf *conf, const char *text, struct pf_path *path_r,
                  struct reeve_error *err);

/* The service a path names: the last of several. NULL if there is none. */
const struct pf_service *reeve_pf_service(const struct pf_index *index, const struct pf_path *path);

/* Add text with every run of white space made one blank, none at the ends (postconf's print). */
void reeve_pf_squeeze(struct reeve_buf *buf, const char *text);

/*
 * Add a service as postconf -M prints it (`is_entry`), or its command with options (postconf -F). With
 * work != NULL, options are expanded. -1 with err.
 */
int reeve_pf_print(struct reeve_conf *conf, const struct pf_service *service, bool is_entry,
                   uint64_t *work, struct reeve_buf *buf, struct reeve_error *err);

/* ---- changing ------------------------------------------------------------------------------ */

void reeve_pf_replace(struct reeve_edits *edits, uint32_t start, uint32_t end, const char *text);

/* Remove the lines that hold text in [start, end), both at the beginnings of lines; not the others. */
void reeve_pf_remove_lines(const struct reeve_doc *doc, struct reeve_edits *edits, uint32_t start,
                           uint32_t end);

/* A parameter of main.cf; value NULL removes it. The edits may fail sticky. */
void reeve_pf_edit_main(const struct postfix *own, const struct pf_path *path, const char *value,
                        struct reeve_edits *edits);

/* An option of a service; value NULL removes it. -1 with err: REEVE_EREFUSED. */
int reeve_pf_edit_option(const struct postfix *own, const struct pf_service *service,
                         const struct pf_path *path, const char *value, struct reeve_edits *edits,
                         struct reeve_error *err);
void reeve_pf_edit_field(const struct postfix *own, const struct pf_service *service, int field,
                         const char *value, struct reeve_edits *edits);
/* Make a service have the words of `wanted`; `command` is the text of its last field. */
void reeve_pf_edit_service(const struct postfix *own, const struct pf_service *service,
                           const struct pf_service *wanted, const char *command,
                           struct reeve_edits *edits);
/* What stands in front of an option in a line of its own: in `service` (may be NULL), or any other. */
void reeve_pf_add_indent(const struct postfix *own, const struct pf_service *service,
                         struct reeve_buf *text);

/* "-o name=value", in braces where there are blanks. */
void reeve_pf_add_option_text(struct reeve_buf *text, const char *name, size_t n, const char *value);

/*
 * A new one: in the place of a line of its name and type that has too few fields, behind a commented-out
 * entry, or at the end of the file.
 */
void reeve_pf_add_service(const struct postfix *own, const struct pf_service *wanted,
                          struct reeve_edits *edits);

/* ---- the rows of kinds.h --------------------------------------------------- */

const char *reeve_pf_nearest(const struct reeve_conf *conf, const char *path);
int reeve_pf_open(struct reeve_conf *conf, struct reeve_error *err);
void reeve_pf_close(struct reeve_conf *conf);
int reeve_pf_set(struct reeve_conf *conf, const char *path, const char *value,
                 struct reeve_error *err);
int reeve_pf_unset(struct reeve_conf *conf, const char *path, struct reeve_error *err);
long reeve_pf_lint(struct reeve_conf *conf, struct reeve_error *err);

#endif
