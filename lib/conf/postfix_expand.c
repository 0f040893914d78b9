/* SPDX-License-Identifier: MIT */
/*
 * $name, ${name?text}, ${{a} == {b} ? {c} : {d}}: a reading of src/util/mac_expand.c and mac_parse.c of
 * Postfix 3.7 to 3.10, which agree.
 *
 * Postfix copies each piece of text and cuts it up; we hand spans of it down. What it bounds by the
 * machine's stack and memory (comparisons that nest, $a$a of $b$b of ...) we bound by a depth and by
 * the number of bytes looked at.
 */
#include "conf/postfix.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_LEVEL 100 /* mac_expand_callback()'s; begins anew inside a comparison */
#define MAX_DEPTH 1000

/* Text that is being read: from `at` to `end`. */
struct text {
	const char *at, *end;
};

static bool parse(struct pf_expand *x, struct text text, unsigned int level, struct reeve_buf *out);

bool reeve_pf_expand_fail(struct pf_expand *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (x->why[0] == '\0')
		vsnprintf(x->why, sizeof x->why, fmt, ap);
	va_end(ap);
	return false;
}

/* At most so many bytes in an error. */
static int shown(struct text text)
{
	return text.end - text.at > 40 ? 40 : (int)(text.end - text.at);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static const char *skip_space(struct text text)
{
	while (text.at < text.end && is_space(*text.at))
		text.at++;
	return text.at;
}

/* Whether a '{' comes next, behind white space, which is skipped then. */
static bool find_brace(struct text *text)
{
	const char *p = skip_space(*text);

	if (p == text->end || *p != '{')
		return false;
	text->at = p;
	return true;
}

static bool spend(struct pf_expand *x, struct text text)
{
	uint64_t n = (uint64_t)(text.end - text.at) + 1;

	if (x->work < n)
		return reeve_pf_expand_fail(x, "it expands to too much");
	x->work -= n;
	return true;
}

/* The text in the braces that begin at text->at; text->at goes behind them and white space. */
static bool take_braces(struct pf_expand *x, struct text *text, struct text *inside_r)
{
	const char *p = text->at + 1;
	size_t level = 1;

	for (; p < text->end; p++) {
		if (*p == '{')
			level++;
		else if (*p == '}' && --level == 0)
			break;
	}
	if (p == text->end)
		return reeve_pf_expand_fail(x, "unbalanced {} in '%.*s'", shown(*text), text->at);
	*inside_r = (struct text){text->at + 1, p};
	text->at = p + 1;
	text->at = skip_space(*text);
	return spend(x, *inside_r);
}

/* ---- comparisons --------------------------------------------------------------------------- */

static const char *const operators[] = {"==", "!=", "<", "<=", ">=", ">"};

static bool is_true(size_t operator, int order)
{
	switch (operator) {
	case 0:
		return order == 0;
	case 1:
		return order != 0;
	case 2:
		return order < 0;
	case 3:
		return order <= 0;
	case 4:
		return order >= 0;
	default:
		return order > 0;
	}
}

static bool take_operator(struct pf_expand *x, struct text *text, size_t *operator_r)
{
	const char *from = text->at;
	size_t n;

	while (text->at < text->end && strchr("<>!=?+-*/~&|%", *text->at) != NULL && *text->at != '\0')
		text->at++;
	n = (size_t)(text->at - from);
	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (strlen(operators[i]) == n && memcmp(operators[i], from, n) == 0) {
			*operator_r = i;
			return true;
		}
	}
	text->at = from;
	return reeve_pf_expand_fail(x, "a comparison such as == is expected at '%.*s'", shown(*text), text->at);
}

/* "{left} == {right}"; text->at goes behind it. */
static bool take_comparison(struct pf_expand *x, struct text *text, bool *is_true_r)
{
	struct text left, right;
	bool is_level = false, ok = false;
	struct reeve_buf a, b;
	size_t operator = 0;
	int order = 0;

	if (!take_braces(x, text, &left) || !take_operator(x, text, &operator))
		return false;
	if (text->at < text->end && is_name(*text->at)) {
		const char *suffix = text->at;

		while (text->at < text->end && is_name(*text->at))
			text->at++;
		is_level = text->at - suffix == 5 && memcmp(suffix, "level", 5) == 0;
		if (!is_level)
			return reeve_pf_expand_fail(x, "there is no comparison %s%.*s", operators[operator],
			            (int)(text->at - suffix > 40 ? 40 : text->at - suffix), suffix);
	}
	if (!find_brace(text))
		return reeve_pf_expand_fail(x, "'{' is expected behind %s", operators[operator]);
	if (!take_braces(x, text, &right))
		return false;

	reeve_buf_init(&a, PF_EXPAND_MAX_BYTES);
	reeve_buf_init(&b, PF_EXPAND_MAX_BYTES);
	/* Nesting is counted anew, as Postfix does. */
	if (!parse(x, left, 0, &a) || !parse(x, right, 0, &b))
		goto out;
	if (a.is_cut || b.is_cut) {
		reeve_pf_expand_fail(x, "it expands to too much");
		goto out;
	}
	*is_true_r = false;
	ok = x->is_scan || (is_level ? reeve_pf_compare_levels : reeve_pf_compare)(x, reeve_buf_text(&a),
	                                                         reeve_buf_text(&b), &order);
	if (ok && !x->is_scan)
		*is_true_r = is_true(operator, order);
	if (a.has_failed || b.has_failed)
		ok = reeve_pf_expand_fail(x, "out of memory");
out:
	reeve_buf_dispose(&a);
	reeve_buf_dispose(&b);
	return ok;
}

/* ---- what stands in ${ } ------------------------------------------------------------------- */

/* A result: "{text}", or all that is left. */
static bool take_result(struct pf_expand *x, struct text *text, struct text *result_r)
{
	if (find_brace(text))
		return take_braces(x, text, result_r);
	*result_r = *text;
	text->at = text->end;
	return true;
}

/* The "?yes:no" behind a name or comparison; `mark` is the '?' or ':' that was taken. */
static bool expand_choice(struct pf_expand *x, struct text text, char mark, bool is_set,
                          unsigned int level, struct reeve_buf *out)
{
	struct text result;

	if (mark == '?') {
		if (!take_result(x, &text, &result))
			return false;
		if ((is_set || x->is_scan) && !parse(x, result, level, out))
			return false;
		if (text.at == text.end)
			return true;
		if (*text.at++ != ':')
			return reeve_pf_expand_fail(x, "':' is expected at '%.*s'", shown(text), text.at - 1);
	}
	if (!take_result(x, &text, &result))
		return false;
	if ((!is_set || x->is_scan) && !parse(x, result, level, out))
		return false;
	if (text.at < text.end)
		return reeve_pf_expand_fail(x, "unexpected text at '%.*s'", shown(text), text.at);
	return true;
}

/* The name at text->at, and the '?' or ':' behind it (0: none), behind which text->at goes. */
static bool take_name(struct pf_expand *x, struct text *text, struct text *name_r, char *mark_r)
{
	text->at = skip_space(*text);
	name_r->at = name_r->end = text->at;
	*mark_r = '\0';
	for (; text->at < text->end; name_r->end = ++text->at) {
		const char *next = skip_space(*text);

		if (next == text->end) {
			text->at = text->end;
			return true;
		}
		if (*next == '?' || *next == ':') {
			*mark_r = *next;
			text->at = next + 1;
			return true;
		}
		if (!is_name(*text->at) && *text->at != '_')
			return reeve_pf_expand_fail(x, "a name is expected at '%.*s'", shown(*text), text->at);
	}
	return true;
}

/* What stands behind a '$', without brackets around it. */
static bool expand_reference(struct pf_expand *x, struct text text, unsigned int level,
                             struct reeve_buf *out)
{
	const char *value = NULL;
	bool is_set = false;
	struct text name;
	char mark = '\0';

	if (find_brace(&text)) {
		if (!take_comparison(x, &text, &is_set))
			return false;
		value = is_set ? "true" : "";
		if (text.at < text.end) {
			mark = *text.at++;
			if (mark != '?' && mark != ':')
				return reeve_pf_expand_fail(x, "'?' or ':' is expected at '%.*s'", shown(text),
				            text.at - 1);
		}
	} else {
		if (!take_name(x, &text, &name, &mark))
			return false;
		value = x->lookup(x->user, name.at, (size_t)(name.end - name.at));
		is_set = value != NULL && *value != '\0';
	}
	if (mark != '\0')
		return expand_choice(x, text, mark, is_set, level, out);
	if (!is_set || x->is_scan)
		return true;
	return parse(x, (struct text){value, value + strlen(value)}, level, out);
}

/* The end of the brackets that opened before `at`, or NULL. */
static const char *closing(struct text text, char open, char close)
{
	size_t level = 1;

	for (; text.at < text.end; text.at++) {
		if (*text.at == open)
			level++;
		else if (*text.at == close && --level == 0)
			return text.at;
	}
	return NULL;
}

/* One '$': text->at is at it, and goes behind what belongs to it. */
static bool expand_one(struct pf_expand *x, struct text *text, unsigned int level,
                       struct reeve_buf *out)
{
	struct text inside;
	char open = text->end - text->at > 1 ? text->at[1] : '\0';

	text->at++;
	if (open == '{' || open == '(') {
		inside.at = text->at + 1;
		inside.end = closing((struct text){inside.at, text->end}, open, open == '{' ? '}' : ')');
		if (inside.end == NULL)
			return reeve_pf_expand_fail(x, "no '%c' for '$%.*s'", open == '{' ? '}' : ')', shown(*text),
			            text->at);
		text->at = inside.end + 1;
		if (!spend(x, inside))
			return false;
	} else {
		inside.at = text->at;
		while (text->at < text->end && (is_name(*text->at) || *text->at == '_'))
			text->at++;
		inside.end = text->at;
	}
	if (inside.at == inside.end)
		return reeve_pf_expand_fail(x, "'$' without a name (write $$ for a '$')");
	return expand_reference(x, inside, level + 1, out);
}

static bool parse(struct pf_expand *x, struct text text, unsigned int level, struct reeve_buf *out)
{
	bool ok = spend(x, text);

	if (++x->depth > MAX_DEPTH)
		ok = reeve_pf_expand_fail(x, "it is nested too deep");
	/* Every piece of text behind the last level is an error, plain text, too. */
	if (ok && level > MAX_LEVEL && text.at < text.end)
		ok = reeve_pf_expand_fail(x, "names are nested too deep, or in a loop, at '%.*s'", shown(text), text.at);
	while (ok && text.at < text.end) {
		const char *dollar = memchr(text.at, '$', (size_t)(text.end - text.at));
		const char *stop = dollar != NULL ? dollar : text.end;

		if (!x->is_scan)
			reeve_buf_add(out, text.at, (size_t)(stop - text.at));
		text.at = stop;
		if (dollar == NULL)
			break;
		if (text.end - text.at > 1 && text.at[1] == '$') {
			if (!x->is_scan)
				reeve_buf_add_byte(out, '$');
			text.at += 2;
			continue;
		}
		ok = expand_one(x, &text, level, out);
	}
	x->depth--;
	return ok;
}

bool reeve_pf_expand(struct pf_expand *x, const char *text, size_t n, struct reeve_buf *out)
{
	x->depth = 0;
	x->why[0] = '\0';
	if (!parse(x, (struct text){text, text + n}, 0, out))
		return false;
	if (!x->is_scan && out->is_cut)
		return reeve_pf_expand_fail(x, "it expands to too much");
	return true;
}
