/* SPDX-License-Identifier: MIT */
/*
 * mkbox: writes mailboxes as Postfix fills them and Dovecot marks them. The same words give the
 * same bytes, on every machine, so a box need not be kept and a number can be measured again.
 *
 *     mkbox KIND SIZE [--seed N] [--read PERCENT] [--content-length] [--index FILE] > box
 *
 * KIND is mixed (text, HTML, attachments; sizes lognormal), cron (root's cron mail, 1.9 KB each),
 * html (newsletters), huge (5/6 of the box is one attachment, unread, amid the others) or small
 * (350 bytes each). SIZE takes K, M, G; the box ends with the message that reaches it.
 *
 * --index writes a line per message: offset, length, and its flags as the letters of Status: and
 * X-Status:, or "-". So a test can say what a prune must leave without asking our own scanner.
 *
 * It calls nothing of ours for the same reason. Everything is generated twice: the first pass only
 * counts, because the first message carries the last UID, and Content-Length its body's length.
 */
#include "mkbox_words.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- messages -------------------------------------------------------------------------------- */

enum kind { MIXED, CRON, HTML, HUGE_ONE, SMALL };

enum shape { TEXT, QUOTED_PRINTABLE, ALTERNATIVE, ATTACHMENT, LOG };

struct mail {
	uint32_t seq, uid;
	time_t when;
	enum kind kind;
	enum shape shape;
	size_t text_bytes, html_bytes, attachment_bytes;
	const char *sender, *domain, *word, *word2;
	unsigned int id; /* stands in Message-ID, queue id and boundary */
	char status[4], xstatus[5];
	bool is_new; /* came since Dovecot last looked: none of its headers */
};

static const char *const senders[] = {"news",    "shop",    "info",  "billing", "team",
				      "noreply", "support", "lists", "tickets", "office"};
static const char *const domains[] = {"shop.example",   "list.example",  "news.example",
				      "bank.example",   "example.net",   "example.com",
				      "travel.example", "garden.example"};

static const char *rfc_date(time_t when, char buf[40])
{
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(buf, 40, "%a, %e %b %Y %H:%M:%S +0000", &tm);
	return buf;
}

static void put_base64(size_t n)
{
	for (size_t i = 0; i < n; i += 64)
		put(base64_pool.bytes + base64_pool.starts[below((unsigned int)base64_pool.lines)],
		    n - i < 64 ? n - i : 64);
}

static void mail_trace(const struct mail *m)
{
	char date[40];
	unsigned int host = 1 + below(250);

	rfc_date(m->when, date);
	say("Return-Path: <bounce-%x@%s>\n", m->id, m->domain);
	say("X-Original-To: ann@example.org\nDelivered-To: ann@example.org\n");
	say("Received: from mx%u.%s (mx%u.%s [192.0.2.%u])\n"
	    "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n"
	    "\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\n"
	    "\t(No client certificate requested)\n"
	    "\tby mail.example.org (Postfix) with ESMTPS id 4%08Xz\n"
	    "\tfor <ann@example.org>; %s (UTC)\n",
	    host % 9, m->domain, host % 9, m->domain, host, m->id, date);
	say("Authentication-Results: mail.example.org;\n"
	    "\tdkim=pass header.d=%s header.s=s2024 header.b=%08x;\n"
	    "\tspf=pass (mail.example.org: domain of bounce-%x@%s designates 192.0.2.%u as "
	    "permitted "
	    "sender) smtp.mailfrom=bounce-%x@%s;\n"
	    "\tdmarc=pass (policy=none) header.from=%s\n",
	    m->domain, m->id * 7, m->id, m->domain, host, m->id, m->domain, m->domain);
	say("X-Rspamd-Server: mail\nX-Rspamd-Queue-Id: 4%08Xz\n", m->id);
	say("X-Spamd-Result: default: False [%d.%02u / 15.00];\n"
	    "\tDMARC_POLICY_ALLOW(-0.50)[%s,none];\n\tR_DKIM_ALLOW(-0.20)[%s:s=s2024];\n"
	    "\tR_SPF_ALLOW(-0.20)[+ip4:192.0.2.0/24];\n\tMIME_GOOD(-0.10)[text/plain];\n"
	    "\tRCVD_COUNT_TWO(0.00)[2];\n\tTO_DN_NONE(0.00)[]\n",
	    (int)(m->id % 9) - 3, m->id % 100, m->domain, m->domain);
	say("X-Spamd-Bar: %s\n", percent(80) ? "-" : "+++");
	say("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=%s; s=s2024;\n"
	    "\th=from:to:subject:date:message-id:mime-version:content-type;\n\tbh=",
	    m->domain);
	put_base64(43);
	say("=;\n\tb=");
	for (int i = 0; i < 5; i++) {
		put_base64(68);
		say(i < 4 ? "\n\t " : "==\n");
	}
	for (unsigned int hops = m->id % 3; hops > 0; hops--)
		say("Received: from app%u.%s (unknown [198.51.100.%u])\n"
		    "\tby mx%u.%s (Postfix) with ESMTP id %08X\n\tfor <ann@example.org>; %s\n",
		    hops, m->domain, host, host % 9, m->domain, m->id * hops, date);
}

static void mail_names(const struct mail *m)
{
	char date[40];

	say("Date: %s\n", rfc_date(m->when - (time_t)below(90), date));
	say("From: \"%s %s\" <%s@%s>\nTo: ann@example.org\n", m->sender, m->word, m->sender,
	    m->domain);
	if (percent(15))
		say("Subject: =?UTF-8?Q?%s_f=C3=BCr_%s_%u?=\n", m->word, m->word2, m->seq);
	else
		say("Subject: %s %s %u\n", m->word, m->word2, m->seq);
	say("Message-ID: <%08x.%u@%s>\n", m->id, m->seq, m->domain);
	if (percent(30))
		say("In-Reply-To: <%08x.%u@example.org>\nReferences: <%08x.%u@example.org>\n"
		    "\t<%08x.%u@%s>\n",
		    m->id ^ 1, m->seq, m->id ^ 1, m->seq, m->id ^ 2, m->seq, m->domain);
	if (percent(40))
		say("List-Id: <%s.%s>\nList-Unsubscribe: <https://%s/u/%08x>,\n"
		    "\t<mailto:leave-%x@%s>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
		    "Precedence: bulk\n",
		    m->sender, m->domain, m->domain, m->id, m->id, m->domain);
	if (percent(25))
		say("X-Mailer: Mailer %u.%u\n", 1 + m->id % 9, m->id % 20);
	say("MIME-Version: 1.0\n");
}

static void cron_header(const struct mail *m)
{
	char date[40];

	rfc_date(m->when, date);
	say("Return-Path: <root@mail.example.org>\nX-Original-To: root\n"
	    "Delivered-To: root@mail.example.org\n"
	    "Received: by mail.example.org (Postfix, from userid 0)\n\tid 4%08Xz; %s (UTC)\n",
	    m->id, date);
	say("From: root@mail.example.org (Cron Daemon)\nTo: root@mail.example.org\n"
	    "Subject: Cron <root@mail> test -x /usr/sbin/%s || run-parts --report /etc/cron.%s\n",
	    m->word, m->word2);
	say("MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
	    "Content-Transfer-Encoding: 8bit\nX-Cron-Env: <SHELL=/bin/sh>\n"
	    "X-Cron-Env: <HOME=/root>\nX-Cron-Env: <PATH=/usr/bin:/bin>\n"
	    "X-Cron-Env: <LOGNAME=root>\n");
	say("Message-Id: <20%010u.%08X@mail.example.org>\nDate: %s (UTC)\n", m->seq, m->id, date);
}

/* What Dovecot adds when it has seen the message, in its order, with its 50 bytes of room. */
static void dovecot_header(const struct mail *m, uint32_t last_uid)
{
	if (m->seq == 1)
		say("X-IMAPbase: 1700000000 %010u $Forwarded\n", last_uid);
	bool has_keyword = below(50) == 0;
	size_t used = m->status[0] != '\0' ? sizeof "Status: " + strlen(m->status) : 0;
	used += m->xstatus[0] != '\0' ? sizeof "X-Status: " + strlen(m->xstatus) : 0;
	say("X-UID: %u%*s\n", m->uid, has_keyword ? 0 : (int)(50 - used), "");
	if (m->status[0] != '\0')
		say("Status: %s\n", m->status);
	if (m->xstatus[0] != '\0')
		say("X-Status: %s\n", m->xstatus);
	if (has_keyword)
		say("X-Keywords: $Forwarded%20s\n", "");
}

static void mail_body(const struct mail *m)
{
	switch (m->shape) {
	case TEXT:
		put_lines(&text_pool, m->text_bytes);
		return;
	case LOG:
		put_lines(&log_pool, m->text_bytes);
		return;
	case QUOTED_PRINTABLE:
		put_lines(&qp_pool, m->text_bytes);
		say("\n");
		return;
	case ALTERNATIVE:
	case ATTACHMENT:
		break;
	}
	say("This is a multi-part message in MIME format.\n\n--=_%08x\n"
	    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n",
	    m->id);
	put_lines(&text_pool, m->text_bytes);
	if (m->html_bytes > 0) {
		say("\n--=_%08x\nContent-Type: text/html; charset=utf-8\n"
		    "Content-Transfer-Encoding: 8bit\n\n<html><body><table>\n",
		    m->id);
		put_lines(&html_pool, m->html_bytes);
		say("</table></body></html>\n");
	}
	if (m->shape == ATTACHMENT) {
		say("\n--=_%08x\nContent-Type: application/pdf; name=\"%s-%u.pdf\"\n"
		    "Content-Transfer-Encoding: base64\nContent-Disposition: attachment;\n"
		    "\tfilename=\"%s-%u.pdf\"\n\n",
		    m->id, m->sender, m->seq, m->sender, m->seq);
		put_lines(&base64_pool, m->attachment_bytes);
	}
	say("\n--=_%08x--\n", m->id);
}

static void mail_type(const struct mail *m)
{
	switch (m->shape) {
	case TEXT:
		say("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n");
		break;
	case QUOTED_PRINTABLE:
		say("Content-Type: text/plain; charset=utf-8\n"
		    "Content-Transfer-Encoding: quoted-printable\n");
		break;
	case ALTERNATIVE:
	case ATTACHMENT:
		say("Content-Type: multipart/%s; boundary=\"=_%08x\"\n",
		    m->shape == ATTACHMENT ? "mixed" : "alternative", m->id);
		break;
	case LOG:
		break;
	}
}

/* How long the body will be, by making it for nobody. */
static uint64_t body_length(const struct mail *m)
{
	bool was_counting = out.is_counting;
	uint64_t at = out.at, before = chance;

	out.is_counting = true;
	mail_body(m);
	uint64_t length = out.at - at;
	out.is_counting = was_counting;
	out.at = at;
	chance = before;
	return length;
}

static void mail_write(const struct mail *m, uint32_t last_uid, bool content_length)
{
	struct tm tm;
	char date[40];

	gmtime_r(&m->when, &tm);
	strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	if (m->kind == CRON) {
		say("From root@mail.example.org  %s\n", date);
		cron_header(m);
	} else if (m->kind == SMALL) {
		say("From %s@%s  %s\nReturn-Path: <%s@%s>\n", m->sender, m->domain, date, m->sender,
		    m->domain);
		say("From: %s@%s\nTo: ann@example.org\nSubject: %s %s\nMessage-ID: <%x.%u@%s>\n",
		    m->sender, m->domain, m->word, m->word2, m->id, m->seq, m->domain);
		say("Date: %s\n", rfc_date(m->when, date));
	} else {
		say("From bounce-%x@%s  %s\n", m->id, m->domain, date);
		mail_trace(m);
		mail_names(m);
		mail_type(m);
	}
	if (!m->is_new)
		dovecot_header(m, last_uid);
	if (content_length && !m->is_new)
		say("Content-Length: %llu\n", (unsigned long long)body_length(m));
	say("\n");
	mail_body(m);
	say("\n"); /* the empty line that Postfix ends a delivery with, and no part of the body */
}

/* ---- the box --------------------------------------------------------------------------------- */

struct order {
	enum kind kind;
	uint64_t size, seed;
	unsigned int read_percent;
	bool content_length;
};

static void mail_sizes(struct mail *m)
{
	unsigned int dice = below(100);

	m->text_bytes = lognormal(2500, 1.0, 1 << 20);
	switch (m->kind) {
	case CRON:
		m->shape = LOG;
		m->text_bytes = 1020 + below(200);
		return;
	case SMALL:
		m->text_bytes = 1;
		return;
	case HTML:
		m->shape = ALTERNATIVE;
		m->html_bytes = lognormal(40000, 0.7, 1 << 20);
		return;
	case MIXED:
	case HUGE_ONE:
		m->shape = dice < 40   ? TEXT
			   : dice < 50 ? QUOTED_PRINTABLE
			   : dice < 85 ? ALTERNATIVE
				       : ATTACHMENT;
		if (dice >= 50 && dice < 92)
			m->html_bytes = lognormal(20000, 0.8, 1 << 20);
		if (dice >= 85)
			m->attachment_bytes = lognormal(120000, 1.3, 24 << 20);
		return;
	}
}

static void mail_flags(struct mail *m, const struct order *order)
{
	bool is_read = percent(order->read_percent);

	/* What came after the last POP3 session has no headers of Dovecot's. */
	m->is_new =
		order->read_percent < 100 && out.at > order->size - order->size / 200 && m->seq > 1;
	if (m->is_new)
		return;
	strcpy(m->status, is_read ? "RO" : "O");
	bool is_answered = percent(3) && is_read;
	snprintf(m->xstatus, sizeof m->xstatus, "%s%s", is_answered ? "A" : "",
		 percent(1) ? "F" : "");
}

/* Writes or only counts; returns the last UID. */
static uint32_t box_write(const struct order *order, uint32_t last_uid, FILE *index)
{
	struct mail m = {.when = 1698969600}; /* 2023-11-03 */
	uint32_t uid = 0, seq = 0, seen_uid = 0;
	uint64_t giant = order->kind == HUGE_ONE ? order->size - order->size / 6 : 0;

	out.at = 0;
	while (out.at < order->size) {
		uint64_t start = out.at;

		seq++;
		chance = (order->seed << 32) + seq;
		draw();
		m = (struct mail){
			.seq = seq, .kind = order->kind, .when = m.when + 60 + below(900)};
		m.sender = PICK(senders);
		m.domain = PICK(domains);
		m.word = pick_word();
		m.word2 = pick_word();
		m.id = (unsigned int)(draw() >> 32);
		uid += below(20) == 0 ? 2 + below(3) : 1; /* gaps: some went before */
		m.uid = uid;
		mail_sizes(&m);
		mail_flags(&m, order);
		if (giant > 0 && out.at >= (order->size - giant) / 2) {
			m.shape = ATTACHMENT;
			m.attachment_bytes = giant;
			m.is_new = false;
			strcpy(m.status, "O");
			m.xstatus[0] = '\0';
			giant = 0;
		}
		mail_write(&m, last_uid, order->content_length);
		if (!m.is_new)
			seen_uid = uid;
		if (index != NULL && !out.is_counting)
			fprintf(index, "%llu\t%llu\t%s%s%s\n", (unsigned long long)start,
				(unsigned long long)(out.at - start), m.status, m.xstatus,
				m.status[0] == '\0' && m.xstatus[0] == '\0' ? "-" : "");
	}
	return seen_uid;
}

static void usage(void)
{
	fputs("usage: mkbox mixed|cron|html|huge|small SIZE[K|M|G] [--seed N] [--read PERCENT]\n"
	      "             [--content-length] [--index FILE] > box\n",
	      stderr);
	exit(2);
}

static bool parse_number(const char *text, bool has_unit, uint64_t *value_r)
{
	static const char units[] = "KMG";
	char *end;

	errno = 0;
	*value_r = strtoull(text, &end, 10);
	if (end == text || errno != 0 || text[0] == '-')
		return false;
	const char *unit = has_unit && *end != '\0' ? strchr(units, *end) : NULL;
	if (unit != NULL) {
		*value_r <<= 10 * (unit - units + 1);
		end++;
	}
	return *end == '\0';
}

static bool parse_kind(const char *text, enum kind *kind_r)
{
	static const char *const names[] = {
		[MIXED] = "mixed",   [CRON] = "cron",   [HTML] = "html",
		[HUGE_ONE] = "huge", [SMALL] = "small",
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		*kind_r = (enum kind)i;
		if (strcmp(text, names[i]) == 0)
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"seed", required_argument, NULL, 's'},
		{"read", required_argument, NULL, 'r'},
		{"content-length", no_argument, NULL, 'c'},
		{"index", required_argument, NULL, 'i'},
		{0},
	};
	struct order order = {.seed = 1};
	uint64_t read_percent = 70;
	FILE *index = NULL;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (opt == 's' && parse_number(optarg, false, &order.seed))
			continue;
		if (opt == 'r' && parse_number(optarg, false, &read_percent) && read_percent <= 100)
			continue;
		if (opt == 'c') {
			order.content_length = true;
			continue;
		}
		if (opt != 'i')
			usage();
		index = fopen(optarg, "w");
		if (index == NULL)
			die(optarg);
	}
	if (argc - optind != 2 || !parse_kind(argv[optind], &order.kind) ||
	    !parse_number(argv[optind + 1], true, &order.size))
		usage();
	order.read_percent = (unsigned int)read_percent;

	out.buf = malloc(OUT_BYTES);
	if (out.buf == NULL)
		die("malloc");
	chance = order.seed;
	pools_make();

	out.is_counting = true;
	uint32_t last_uid = box_write(&order, 0, NULL);
	out.is_counting = false;
	box_write(&order, last_uid, index);
	out_flush();
	if (index != NULL && fclose(index) != 0)
		die("index");
	return 0;
}
