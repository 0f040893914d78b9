/* SPDX-License-Identifier: MIT */
/* Pieces of a page in HTML, with pictures in SVG. */
#include "page.h"

#include "text.h"
#include "utf8.h"
#include <stdlib.h>
#include <string.h>

/*
 * Everything is in the page itself, and the policy forbids it to ask for more: what a sender put
 * into a name can do nothing, even if it got through.
 */
static const char head[] =
	"\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; img-src data:\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta name=\"color-scheme\" content=\"light dark\">\n"
	"<meta name=\"referrer\" content=\"no-referrer\">\n"
	"<link rel=\"icon\" href=\"data:,\">\n";

static const char style[] =
	":root{--back:#f4f5f7;--card:#fff;--line:#e1e4ea;--text:#1b2330;--faint:#5d6878;"
	"--read:#2f7f86;--unread:#e39a2d;--hint:#e8f3f1;--track:#eceff3}\n"
	"@media(prefers-color-scheme:dark){:root{--back:#11151b;--card:#1a2029;--line:#2b3441;"
	"--text:#e5e9f0;--faint:#98a4b5;--read:#4fb3b3;--unread:#efb252;--hint:#16302f;"
	"--track:#252d38}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--back);color:var(--text);"
	"font:15px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
	"main{max-width:1120px;margin:0 auto;padding:24px 20px 40px}\n"
	"h1{font-size:22px;margin:0 0 2px;overflow-wrap:anywhere}\n"
	"h2{font-size:15px;margin:0 0 12px;font-weight:600}\n"
	"p{margin:0}\n"
	".faint{color:var(--faint)}h2 .faint{font-weight:400}\n"
	"section.box{margin:0 0 36px}\n"
	".cards{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;margin-top:16px}\n"
	".card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px}\n"
	".wide{grid-column:1/-1}\n"
	".tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:16px;margin-top:16px}\n"
	".tile b{display:block;font-size:24px;line-height:1.25;font-weight:650;"
	"font-variant-numeric:tabular-nums}\n"
	".tile span{color:var(--faint);font-size:13px;word-break:keep-all}\n"
	".row{margin:0 0 10px}.row:last-child{margin-bottom:0}\n"
	".words{display:flex;gap:12px;justify-content:space-between;align-items:baseline}\n"
	".name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;min-width:0;"
	"unicode-bidi:isolate}\n"
	".figures{white-space:nowrap;color:var(--faint);font-size:13px;"
	"font-variant-numeric:tabular-nums}\n"
	".figures b{color:var(--text);font-weight:600}\n"
	".bar{height:8px;margin-top:4px;background:var(--track);border-radius:4px;overflow:hidden;"
	"display:flex}\n"
	".bar.tall{height:16px;border-radius:8px;margin:10px 0 8px}\n"
	".bar i{display:block;height:100%}.r{background:var(--read);fill:var(--read)}"
	".u{background:var(--unread);fill:var(--unread)}\n"
	".key{display:flex;gap:18px;flex-wrap:wrap;font-size:13px;color:var(--faint)}\n"
	".key i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px}\n"
	"svg{display:block;width:100%;height:auto}\n"
	"svg text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;"
	"fill:var(--faint);text-anchor:middle}\n"
	"svg .top{fill:var(--text);font-weight:600}svg line{stroke:var(--line)}\n"
	".hint{background:var(--hint);border-color:var(--read)}\n"
	".order{padding:10px 0;border-top:1px solid var(--line)}"
	".order:first-of-type{border-top:0;padding-top:0}.order:last-child{padding-bottom:0}\n"
	"code{font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',monospace;"
	"overflow-wrap:anywhere;unicode-bidi:isolate}\n"
	".best code{font-weight:700}\n"
	".badge{display:inline-block;margin-left:8px;padding:1px 8px;border-radius:9px;"
	"background:var(--read);color:var(--card);font-size:12px}\n"
	"table{width:100%;border-collapse:collapse;table-layout:fixed}\n"
	"th{font-weight:500;font-size:13px;color:var(--faint);text-align:left;padding:0 10px 6px 0}\n"
	"td{padding:7px 10px 7px 0;border-top:1px solid var(--line);overflow:hidden;"
	"text-overflow:ellipsis;white-space:nowrap;unicode-bidi:isolate}\n"
	".n,.s{text-align:right;font-variant-numeric:tabular-nums;padding-right:18px}"
	".n{width:84px}.s{width:104px}.d{width:112px}"
	".f{width:28%}\n"
	"tr.new td.t{font-weight:650}\n"
	"footer{color:var(--faint);font-size:13px;margin-top:20px}\n"
	"@media(max-width:720px){main{padding:16px 12px 28px}.cards{grid-template-columns:minmax(0,1fr);"
	"gap:12px;margin-top:12px}.tiles{grid-template-columns:repeat(2,minmax(0,1fr));gap:12px;"
	"margin-top:12px}.card{padding:14px}.tile b{font-size:20px}svg text{font-size:15px}"
	".unit{display:none}\n"
	"table,tbody{display:block}thead{display:none}"
	"tr{display:grid;grid-template-columns:auto 1fr auto;gap:0 12px;padding:9px 0;"
	"border-top:1px solid var(--line)}tr:first-child{border-top:0}"
	"td,td.n,td.s,td.d,td.f{border:0;padding:0;width:auto}td.t{grid-area:1/1/2/4}td.f{grid-area:2/1/3/4}"
	"td.s{grid-area:3/1/4/2;text-align:left;font-weight:600}td.d{grid-area:3/2/4/3;color:var(--faint)}"
	"td.n{grid-area:3/3/4/4;color:var(--faint)}td.n::before{content:'no. '}}\n"
	"@media print{body{background:#fff}.card{break-inside:avoid}}\n";

void page_begin(FILE *out, const char *begins, const char *title)
{
	fprintf(out, "%s%s<title>", begins, head);
	page_text(out, title);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n", style);
}

void page_end(FILE *out)
{
	fputs("</main>\n</body>\n</html>\n", out);
}

void page_text(FILE *out, const char *text)
{
	while (*text != '\0') {
		uint32_t c = 0xfffd;
		size_t n = utf8_decode(text, &c);

		switch (text_harmless(c)) {
		case 0:
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		case ' ':
			fputc(' ', out);
			break;
		default:
			if (text_harmless(c) == c && n > 0)
				fwrite(text, 1, n, out);
			else
				fputs(UTF8_REPLACEMENT, out);
		}
		text += n > 0 ? n : 1;
	}
}

static double percent(uint64_t part, uint64_t all)
{
	return all > 0 ? 100.0 * (double)part / (double)all : 0;
}

void page_bar(FILE *out, const struct page_bar *bar)
{
	fprintf(out, "<div class=\"bar\"><i class=\"r\" style=\"width:%.2f%%\"></i>"
	             "<i class=\"u\" style=\"width:%.2f%%\"></i></div>\n",
	        percent(bar->bytes - bar->unread_bytes, bar->longest),
	        percent(bar->unread_bytes, bar->longest));
}

/* Words in two lines that are about as long as each other. */
static void put_two_lines(FILE *out, const char *words, double x, double y)
{
	size_t n = strlen(words), cut = n;

	for (size_t i = 0; i < n; i++) {
		if (words[i] != ' ')
			continue;
		size_t now = i > n - i ? i : n - i, was = cut > n - cut ? cut : n - cut;
		if (now < was)
			cut = i;
	}
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%.*s</text>", x, y, (int)cut, words);
	if (cut < n)
		fprintf(out, "<text x=\"%.1f\" y=\"%.1f\">%s</text>", x, y + 15, words + cut + 1);
}

void page_columns(FILE *out, const char *title, const struct page_column *columns, size_t n)
{
	const double width = 520, height = 232, floor = 190, room = 162;
	double step = width / (double)n, wide = step * 0.62;
	uint64_t longest = 0;

	for (size_t i = 0; i < n; i++)
		if (columns[i].bytes > longest)
			longest = columns[i].bytes;
	fprintf(out, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s\">\n"
	             "<line x1=\"0\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\"/>\n",
	        width, height, title, floor + 0.5, width, floor + 0.5);
	for (size_t i = 0; i < n; i++) {
		const struct page_column *c = &columns[i];
		double x = step * (double)i + (step - wide) / 2, middle = step * ((double)i + 0.5);
		double all = percent(c->bytes, longest) / 100 * room;
		double unread = percent(c->unread_bytes, longest) / 100 * room;

		/* What is there is seen. */
		if (c->bytes > 0 && all < 1.5)
			all = 1.5;
		if (unread > all)
			unread = all;
		fprintf(out, "<rect class=\"r\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
		        x, floor - all + unread, wide, all - unread);
		fprintf(out, "<rect class=\"u\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
		        x, floor - all, wide, unread);
		fprintf(out, "<text class=\"top\" x=\"%.1f\" y=\"%.1f\">%s</text>", middle,
		        floor - all - 6, c->above);
		put_two_lines(out, c->below, middle, floor + 19);
		fputc('\n', out);
	}
	fputs("</svg>\n", out);
}
