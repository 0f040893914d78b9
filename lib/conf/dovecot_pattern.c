/* SPDX-License-Identifier: MIT */
/*
 * What the pattern of an !include means, as settings_include() of Dovecot's config-parser.c: glob(3) with
 * braces, a relative pattern behind the folder of the file in which it stands.
 */
#include "conf/dovecot_pattern.h"

#include "conf/dovecot_include.h"

#include <locale.h>
#include <string.h>

/*
 * What glob() is asked: in front of an absolute pattern the root, in front of a relative one the folder
 * of the including file. The root is no pattern; Dovecot takes the folder for one.
 */
static void add_whole_pattern(const struct reeve_conf *conf, const char *includer,
                              const char *pattern, struct reeve_buf *buf)
{
	const char *root = conf->how.root, *slash = strrchr(includer, '/');
	size_t n = strlen(root);
	bool is_absolute = pattern[0] == '/', has_root = is_absolute;

	if (!is_absolute && n > 0 && strncmp(includer, root, n) == 0 && includer[n] == '/') {
		has_root = true;
		includer += n;
	}
	for (size_t i = 0; has_root && i < n; i++) {
		if (strchr("\\*?[]{},~", root[i]) != NULL)
			reeve_buf_add_byte(buf, '\\');
		reeve_buf_add_byte(buf, (unsigned char)root[i]);
	}
	if (!is_absolute && slash != NULL)
		reeve_buf_add(buf, includer, (size_t)(slash - includer) + 1);
	reeve_buf_add_text(buf, pattern);
}

/* Into how many patterns the braces are expanded, at most: a short one can stand for millions. */
static uint32_t count_braces(const char *pattern)
{
	uint32_t count = 1, here = 1;

	for (const char *p = pattern; *p != '\0' && count <= REEVE_INCLUDE_BRACES; p++) {
		if (*p == '{')
			here = 1;
		else if (*p == ',')
			here++;
		else if (*p == '}')
			count *= here;
	}
	return count;
}

/* glob() sorts by the locale of the process; Dovecot has none. */
static int glob_plainly(const char *pattern, glob_t *found)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before = (locale_t)0;
	int r;

	if (plain != (locale_t)0)
		before = uselocale(plain);
	r = glob(pattern, GLOB_BRACE, NULL, found);
	if (plain != (locale_t)0) {
		uselocale(before);
		freelocale(plain);
	}
	return r;
}

/* Whether a copy of what an absolute pattern means is beside the root file: the buffer is the pattern for
 * that then. */
static bool is_beside(const struct reeve_conf *conf, const char *pattern, struct reeve_buf *buf)
{
	const struct reeve_dovecot *own = conf->own;
	const char *rest = reeve_include_in_copy(conf, pattern);
	struct reeve_buf copy;
	glob_t found = {0};
	bool is_there = false;

	if (rest == NULL || buf->is_cut || count_braces(rest) > REEVE_INCLUDE_BRACES)
		return false;
	reeve_buf_init(&copy, REEVE_PATTERN_MAX);
	add_whole_pattern(conf, own->files[0].path, rest, &copy);
	if (!copy.is_cut && !copy.has_failed && glob_plainly(reeve_buf_text(&copy), &found) == 0) {
		reeve_buf_clear(buf);
		reeve_buf_add_text(buf, reeve_buf_text(&copy));
		is_there = true;
	}
	globfree(&found);
	reeve_buf_dispose(&copy);
	return is_there;
}

int reeve_pattern_match(const struct reeve_conf *conf, const char *includer, const char *pattern,
                        glob_t *found, bool *is_beside_r)
{
	struct reeve_buf buf;
	int r;

	reeve_buf_init(&buf, REEVE_PATTERN_MAX);
	add_whole_pattern(conf, includer, pattern, &buf);
	*is_beside_r = is_beside(conf, pattern, &buf);
	const char *whole = reeve_buf_text(&buf);
	if (buf.is_cut || count_braces(pattern) > REEVE_INCLUDE_BRACES)
		r = REEVE_PATTERN_TOO_MUCH;
	else
		r = buf.has_failed ? GLOB_NOSPACE : glob_plainly(whole, found);
	reeve_buf_dispose(&buf);
	return r;
}
