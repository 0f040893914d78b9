# SPDX-License-Identifier: MIT
"""Mailboxes full of words in all the ways in which mail writes them.

    boxes() is {name: bytes}; letters and digits only, as Dovecot's mailboxes are named.
"""

import base64
import quopri

FROM = b'From ann@example.org Mon Nov  3 10:00:00 2025\n'


def b64(text, charset='utf-8'):
    return base64.encodebytes(text.encode(charset))


def qp(text, charset='utf-8'):
    return quopri.encodestring(text.encode(charset)) + b'\n'


def word(text, charset, how='B'):
    """An encoded word of RFC 2047."""
    data = text.encode(charset)
    if how == 'B':
        body = base64.b64encode(data)
    else:
        body = b''.join(b'_' if c == 32 else b'=%02X' % c for c in data)
    return b'=?' + charset.encode() + b'?' + how.encode() + b'?' + body + b'?='


def mail(header, body=b'nothing to see\n'):
    if isinstance(header, str):
        header = header.encode('ascii')
    return FROM + b'Message-ID: <m@example.org>\n' + header + b'\n' + body + b'\n'


# ---- headers ------------------------------------------------------------------------------------

SUBJECTS = [
    b'Plain invoice 42 from Acme',
    b'PLAIN INVOICE IN CAPITALS',
    b'',
    b'folded\n over  two\n\tand three   lines\n \t and blanks',
    b'invoice\n 42',
    word('Größe der Straße', 'utf-8'),
    word('Größe der Straße', 'utf-8', 'Q'),
    word('Größe der Straße', 'iso-8859-1'),
    word('Größe der Straße', 'iso-8859-1', 'q'),
    word('“Größe” €uro', 'windows-1252', 'Q'),
    word('Счёт за октябрь', 'koi8-r'),
    word('Счёт за октябрь', 'koi8-r', 'Q'),
    word('請求書の件', 'iso-2022-jp'),
    word('請求書の件', 'utf-8'),
    b'=?x-nobody-knows?Q?Invoice_unknown?= here',
    b'=?x-nobody-knows?Q?INVOICE_UNKNOWN?= HERE',
    b'=?utf-8?X?Invoice?= bad encoding',
    b'=?utf-8?Q?not ended',
    b'=?utf-8?Q?with blank inside?= end',
    b'=?utf-8?B?!!!!?= end',
    b'=?utf-8?B?SW52b2ljZQ?= unpadded',
    b'=?utf-8*en?Q?Invoice?= language',
    b'=?UTF-8?Q?Split_in_?= =?utf-8?Q?two_words?=',
    b'=?UTF-8?Q?Split_over_?=\n =?utf-8?Q?two_lines?=',
    b'=?utf-8?Q?half_=C3?= =?utf-8?Q?=B6_letter?=',
    b'=?iso-8859-1?Q?Gr=F6?= =?utf-8?Q?=C3=9Fe?=',
    b'glued=?utf-8?Q?word?=glued',
    b'=?utf-8?Q?two__blanks?=   after',
    b'=?utf-8?Q?tab=09and=0Aline?=',
    'raw Größe der Straße'.encode(),
    'raw Größe der Straße'.encode('latin-1'),
    'ﬁne Ångström Ängström'.encode(),
    'A\u030angstro\u0308m decomposed'.encode(),
    'ΣΊΣΥΦΟΣ σίσυφος'.encode(),
    'İstanbul ısı DIŞ'.encode(),
    '한국어 제목'.encode(),
    'ǆ ǅ Ǆ Ǳ'.encode(),
    b're: [list] *special* (chars) "quoted" back\\slash',
    b'nul \0 inside',
    b'caf\xc3\xa9 and broken \xc3 and \xff\xfe end',
    b'overlong \xc0\xaf and \xf4\x90\x80\x80 and \xed\xa0\x80 end',
    b'=?utf-8?Q?=ED=A0=80_surrogate?=',
    b'=?us-ascii?Q?caf=C3=A9_ascii?=',
    b'=?utf-7?Q?caf+AOk-?=',
    b'=?utf-16be?B?AGMAYQBm?=',
    b'=?gb2312?B?t6LGsQ==?=',
    b'=?iso-8859-15?Q?=A4uro?=',
    b'x' * 3000 + b' needle-far-out',
]


def subjects():
    return b''.join(mail(b'Subject:%s%s\n' % (b' ' if text else b'', text)) for text in SUBJECTS)


ADDRESSES = [
    b'ann@example.org',
    b'Ann Example <ann@example.org>',
    b'"Ann Example" <ann@example.org>',
    b'"Example, Ann" <ann@example.org>',
    b'ann@example.org (Ann Example)',
    b'Ann (the great) Example <ann@example.org>',
    b'<ann@example.org>',
    b'Ann Example<ann@example.org>',
    b'Ann   Q.   Example <ann@example.org>',
    b'Ann Example <ann @ example . org>',
    b'ann(comment)@(other)example.org',
    b'ANN EXAMPLE <ANN@EXAMPLE.ORG>',
    b'Ann\n Example\n <ann@example.org>',
    b'a@x.org, Bob <b@y.org>,\n c@z.org',
    b'Friends: ann@example.org, bob@example.net;',
    b'Nobody:;',
    b'undisclosed-recipients:;',
    b'My Group: Ann Example <ann@example.org>;, cat@example.com',
    b'<@relay.example,@other.example:ann@example.org>',
    b'ann',
    b'Ann Example',
    b'Ann Example <ann>',
    b'Ann Example <ann@>',
    b'<>',
    b'',
    b'Ann Example <ann@example.org',
    b'Ann Example ann@example.org>',
    b'ann@example.org bob@example.net',
    b'"ann bob"@example.org',
    b'"a\\"b" <ann@example.org>',
    b'"ann\\\\ex" <ann@example.org>',
    word('Jörg Größe', 'utf-8') + b' <joerg@example.org>',
    word('Jörg Größe', 'iso-8859-1', 'Q') + b' <joerg@example.org>',
    b'"' + word('Jörg Größe', 'utf-8') + b'" <joerg@example.org>',
    word('Jörg', 'utf-8') + b' ' + word('Größe', 'utf-8', 'Q') + b' <joerg@example.org>',
    b'joerg@example.org (' + word('Jörg Größe', 'utf-8', 'Q') + b')',
    word('Größe, Jörg', 'utf-8', 'Q') + b' <joerg@example.org>',
    'Jörg Größe <joerg@example.org>'.encode(),
    'Jörg Größe <joerg@example.org>'.encode('latin-1'),
    'jörg@exämple.org'.encode(),
    b'ann@[192.0.2.1]',
    b'Ann <ann@example.org>, ,, Bob <bob@example.net>',
    b'Ann.Example@example.org',
    b'A.N.N. Example <ann@example.org>',
    b'Ann Example <ann..x@example.org>',
    b'Ann Example <.ann@example.org>',
    b'Ann [Team] <ann@example.org>',
    b'Ann @ Work <ann@example.org>',
    b'Ann; Bob <ann@example.org>',
    b'ann%host@example.org, host!ann@example.org',
    b'=?x-nobody-knows?Q?Ann_Example?= <ann@example.org>',
    b'Ann\0Example <ann@example.org>',
    b'((((((Ann))))))<ann@example.org>',
    b'(unclosed ann@example.org',
    b'"unclosed ann@example.org',
    b':;:;<<>>@@,',
    b'Ann <ann@example.org> (work)',
    b'\xff\xfe <ann@example.org>',
]


def addresses(field):
    return b''.join(mail(b'%s: %s\n' % (field, text)) for text in ADDRESSES)


def fields():
    """Names of fields, several of a name, and what is between name and value."""
    return b''.join(
        mail(header)
        for header in (
            b'X-Word: alpha\n',
            b'x-word: alpha\n',
            b'X-Word:alpha\n',
            b'X-Word : alpha\n',
            b'X-Word\t:\talpha\n',
            b'X-Word:\n alpha\n',
            b'X-Word:\n',
            b'X-Word: \n',
            b'X-Word:    \n',
            b'X-Word: alpha\nX-Word: beta\n',
            b'X-Word: al\nX-Word: pha\n',
            b'X-Word: al\n pha\n',
            b'X-Word: al\n\tpha\n',
            b'X-Word: al  pha\n',
            b'X-Word: al\t\tpha\n',
            b'X-Word: ' + word('alpha', 'utf-8') + b'\n',
            b'X-Word: ' + word('älpha', 'iso-8859-1', 'Q') + b'\n',
            'X-Word: älpha\n'.encode(),
            'X-Word: älpha\n'.encode('latin-1'),
            b'X-Words: alpha\n',
            b'X-Wor: alpha\n',
            b'no colon alpha\n',
            b'no colon\n alpha\nX-Word: beta\n',
            b'List-Id: The <alpha.example.org>\n',
            b'List-Id: "Alpha Users"\n\t<alpha-users.example.org>\n',
            b'Received: from a\n by b\n\twith alpha\nReceived: from c by beta\n',
            b'From: ann@example.org\nFrom: bob@example.net\n',
            b'Subject: alpha\nSubject: beta\n',
            b'Sender: bob@example.net\nFrom: ann@example.org\n',
            b'Resent-From: bob@example.net\n',
            b'X-Word: "alpha" <alpha@example.org>\n',
            b'X-Word: alpha\r\nX-Other: beta\r\n',
            b'X-\0Word: alpha\n',
            b'X-Word\0s: alpha\n',
            b'X-W\xc3\xb6rd: alpha\n',
            b': alpha\n',
            b'X-Long: ' + b'y' * 5000 + b' alpha\n',
            b'X-Many: ' + b''.join(b'word%d\n ' % i for i in range(400)) + b'alpha\n',
            b'Status: RO\nX-Status: A\nX-UID: 7\nContent-Length: 15\nX-Word: alpha\n',
        )
    )


# ---- bodies -------------------------------------------------------------------------------------

LONG = 'The quick brown fox jumps over the lazy dog and finds a needle in a haystack, Größe. '


def part(type_, encoding, body, more=b''):
    header = b''
    if type_:
        header += b'Content-Type: ' + type_ + b'\n'
    if encoding:
        header += b'Content-Transfer-Encoding: ' + encoding + b'\n'
    return header + more + b'\n' + body


def multipart(subtype, parts, preamble=b'', epilogue=b'', boundary=b'b1', end=True):
    body = preamble
    for each in parts:
        body += b'--' + boundary + b'\n' + each + b'\n'
    if end:
        body += b'--' + boundary + b'--\n'
    return (b'multipart/' + subtype + b'; boundary="' + boundary + b'"', body + epilogue)


def single(type_, encoding, body, more=b''):
    header, _, body = part(type_, encoding, body, more).partition(b'\n\n')
    if not (type_ or encoding or more):
        return mail(b'', body.lstrip(b'\n'))
    return mail(header + b'\n', body)


def multi(subtype, parts, **how):
    type_, body = multipart(subtype, parts, **how)
    return mail(b'MIME-Version: 1.0\nContent-Type: ' + type_ + b'\n', body)


def charsets():
    found = b''
    for charset in ('utf-8', 'iso-8859-1', 'windows-1252', 'iso-8859-15'):
        text = 'Größe und Straße: needle ' * 4 + '\n'
        type_ = b'text/plain; charset=' + charset.encode()
        found += single(type_, b'8bit', text.encode(charset))
        found += single(type_, b'quoted-printable', qp(text, charset))
        found += single(type_, b'base64', b64(text, charset))
    for charset, text in (('koi8-r', 'Счёт за октябрь\n'), ('windows-1251', 'Счёт за октябрь\n'),
                          ('iso-2022-jp', '請求書の件です\n'), ('shift_jis', '請求書の件です\n'),
                          ('euc-jp', '請求書の件です\n'), ('utf-16', 'Größe needle\n'),
                          ('utf-16le', 'Größe needle\n'), ('big5', '發票\n'), ('gb18030', '发票\n'),
                          ('utf-7', 'Größe needle\n'), ('euc-kr', '한국어\n')):
        found += single(b'text/plain; charset="' + charset.encode() + b'"', b'base64',
                        b64(text, charset))
    plain = 'Größe needle caf\u00e9\n'
    for type_ in (b'text/plain; charset=x-nobody-knows', b'text/plain; charset=us-ascii',
                  b'text/plain; charset=', b'text/plain; charset=""', b'text/plain',
                  b'text/plain; charset*=utf-8\'\'utf-8', b'text/plain; charset*0=ut; charset*1=f-8',
                  b'text/plain; charset=utf8', b'text/plain; charset=UTF-8; charset=koi8-r',
                  b'text/plain; format=flowed; charset=ISO-8859-1', b'text/html; charset=utf-8'):
        found += single(type_, b'8bit', plain.encode())
        found += single(type_, b'8bit', plain.encode('latin-1'))
    return found


def encodings():
    text = LONG * 5 + '\n'
    ascii_ = text.replace('ö', 'oe').replace('ß', 'ss')
    qp_soft = b'a nee=\ndle that is =\n  soft=20broken=0D=0Aand =6eEEdle2=\n'
    return b''.join((
        single(b'', b'', ascii_.encode()),
        single(b'text/plain', b'', ascii_.encode()),
        single(b'text/plain', b'7bit', ascii_.encode()),
        single(b'text/plain', b'binary', ascii_.encode()),
        single(b'text/plain', b'BASE64', b64(text)),
        single(b'text/plain', b'Base64 ', b64(text)),
        single(b'text/plain', b'base64; x=y', b64(text)),
        single(b'text/plain', b'base64 (comment)', b64(text)),
        single(b'text/plain', b'base64 binary', b64(text)),
        single(b'text/plain', b'Quoted-Printable', qp(text)),
        single(b'text/plain', b'quoted-printable', qp_soft),
        single(b'text/plain', b'quoted-printable', b'bad =ZZ escape =4 needle= \nx =\n'),
        single(b'text/plain', b'quoted-printable', b'trailing blanks   \nneedle\t\nend=20  \n'),
        single(b'text/plain', b'x-uuencode', b'needle in unknown encoding\n'),
        single(b'text/plain', b'', ascii_.encode(), b'Content-Transfer-Encoding:\n'),
        single(b'text/plain', b'base64', b64(text)[:-6] + b'\n'),
        single(b'text/plain', b'base64', b64(text) + b64('second needle2 after padding\n')),
        single(b'text/plain', b'base64', b64('pad needle\n') + b'trailing needle2 plain\n'),
        single(b'text/plain', b'base64', b'!!!!' + b64(text)),
        single(b'text/plain', b'base64', b64(text)[:100] + b'*' + b64(text)[100:]),
        single(b'text/plain', b'base64', b64(text).replace(b'\n', b'')),
        single(b'text/plain', b'base64', b64(text).replace(b'\n', b' \n ')),
        single(b'text/plain', b'base64', b'\n\n' + b64(text)),
        single(b'text/plain', b'8bit', ('x' * 100000 + ' needle far').encode()),
        single(b'text/plain', b'base64', b64('x' * 100000 + ' needle far')),
        single(b'text/plain', b'8bit', b'nul \0 needle\0after\n'),
        single(b'text/plain', b'8bit', b'broken \xff needle\xc3 after \xe2\x82 end\n'),
        single(b'text/plain', b'8bit', b'cut letter at the end \xe2\x82'),
        single(b'text/plain', b'8bit', b'line one\nline two\n\nline four\n'),
        single(b'text/plain', b'8bit', b''),
    ))


def types():
    """What is a text, and what is not."""
    body = b'a needle here\n'
    return b''.join(single(type_, b'', body) for type_ in (
        b'text/plain', b'TEXT/PLAIN', b'Text/Html', b'text/x-anything', b'text/', b'text',
        b'message/delivery-status', b'message/partial', b'message/external-body', b'message',
        b'application/octet-stream', b'application/json', b'image/svg+xml', b'multipart/mixed',
        b'multipart/mixed; boundary=', b'multipart/mixed; boundary=never', b'text/plain garbage',
        b'text / plain', b'(comment) text/plain', b'text(c)/(c)plain', b';charset=utf-8', b'/',
        b'text/plain; boundary=x', b'"text/plain"', b'=?utf-8?Q?text/plain?=',
        b'text/plain\n ;charset=utf-8', b'\n text/plain', b'text/plain; name="needle2.txt"',
        b'application/pdf; name="needle2.pdf"', b'text/plain;;;', b'x',
    )) + single(b'text/plain\nContent-Type: application/pdf', b'', body) \
       + single(b'application/pdf\nContent-Type: text/plain', b'', body) \
       + single(b'text/plain; charset=utf-8\nContent-Type: text/plain; charset=koi8-r', b'8bit',
                'Größe needle\n'.encode()) \
       + single(b'text/plain', b'base64\nContent-Transfer-Encoding: 7bit', b64('needle\n')) \
       + single(b'text/plain', b'7bit\nContent-Transfer-Encoding: base64', b64('needle\n'))


def parts():
    text = part(b'text/plain; charset=utf-8', b'8bit', 'Größe needle plain\n'.encode())
    html = part(b'text/html; charset=iso-8859-1', b'quoted-printable',
                qp('<p>Größe <b>nee</b>dle2</p>\n', 'iso-8859-1'))
    coded = part(b'text/plain; charset=utf-8', b'base64', b64('Größe needle3 coded\n'))
    blob = part(b'application/octet-stream; name=needle4.bin', b'base64', b64('needle5 in a blob'),
                b'Content-Disposition: attachment; filename="needle6.bin"\n')
    attached = part(b'text/plain; name=needle7.txt', b'base64', b64('needle8 in a text file\n'),
                    b'Content-Disposition: attachment; filename="needle7.txt"\n')
    inner = (b'From: ann@inner.example\nSubject: ' + word('Größe inside', 'utf-8') +
             b'\nStatus: RO needle10\n\ninner needle9 body\n')
    rfc822 = part(b'message/rfc822', b'', inner)
    nested_type, nested_body = multipart(b'alternative', [text, html], boundary=b'b2')
    nested = part(nested_type, b'', nested_body)
    inner_multi = part(b'message/rfc822', b'', b'Subject: deep\nContent-Type: ' + nested_type +
                       b'\n\n' + nested_body)
    digest = [b'\n' + inner, b'\n' + inner.replace(b'needle9', b'needle11')]
    return b''.join((
        multi(b'mixed', [text]),
        multi(b'mixed', [text, html]),
        multi(b'alternative', [html, coded]),
        multi(b'mixed', [text, blob]),
        multi(b'mixed', [blob]),
        multi(b'mixed', [text, attached]),
        multi(b'mixed', [rfc822]),
        multi(b'mixed', [text, rfc822, blob]),
        multi(b'mixed', [nested, attached]),
        multi(b'mixed', [inner_multi]),
        multi(b'digest', digest),
        multi(b'digest', [text]),
        multi(b'mixed', [text], preamble=b'a needle12 preamble\n', epilogue=b'a needle13 epilogue\n'),
        multi(b'mixed', [part(b'', b'', b'needle14 default\n')]),
        multi(b'mixed', [text], end=False),
        multi(b'mixed', [text, coded], end=False),
        multi(b'mixed', [], preamble=b'no part, needle15\n'),
        multi(b'mixed', [b'no header line, needle16\n']),
        multi(b'mixed', [b'\nempty header, needle17\n', b'X-Part: needle18\n\nbody\n']),
        multi(b'mixed', [text, nested], boundary=b'b2'),
        multi(b'mixed', [b'cut header: needle19'], end=False),
        multi(b'report', [text, part(b'message/delivery-status', b'',
                                     b'Status: 5.0.0 needle20\n')]),
        multi(b'mixed', [part(b'message/rfc822', b'base64', b64('Subject: in code\n\nneedle21\n'))]),
        multi(b'mixed', [part(b'text/plain', b'base64', b64('one needle22 part')[:-3]),
                         part(b'text/plain', b'base64', b64('next needle23 part'))]),
        multi(b'mixed', [part(b'text/plain', b'', b'split nee'), part(b'text/plain', b'', b'dle24')]),
        single(b'message/rfc822', b'', inner),
        single(b'message/rfc822', b'', b''),
        mail(b'Subject: cut he', b'')[:-2],
    ))


def text_edges():
    """Where TEXT goes from header to body, and from field to field."""
    return b''.join((
        mail(b'Subject: first\nX-Next: second\n', b'third\nfourth\n'),
        mail(b'Subject: fir\n st\n', b'third\n'),
        mail(b'Subject:first\n', b'third\n'),
        mail(b'Subject : first\n', b'third\n'),
        mail(b'line without colon\nSubject: x\n', b'third\n'),
        mail(b'Subject: ' + word('Größe', 'utf-8') + b'\n', b'third\n'),
        mail('Größe: in the name\n'.encode(), b'third\n'),
        mail(b'From: Ann <ann@example.org>\nTo: Bob (the third) <bob@example.net>\n', b'x\n'),
        mail(b'Status: RO\nX-Status: F\nX-UID: 12\nX-Keywords: hidden\n', b'x\n'),
    ))


# ---- keywords -----------------------------------------------------------------------------------

LISTED = b'Junk NonJunk $Forwarded $label1 alpha Beta'


def keywords():
    def box(first, *rest):
        return b''.join(FROM + b'Message-ID: <k@x>\n' + header + b'\nbody\n\n'
                        for header in (first, *rest))

    base = b'X-IMAPbase: 1700000000 0000000100 ' + LISTED + b'\n'
    uses = (b'', b'X-Keywords: alpha\n', b'X-Keywords: ALPHA\n', b'X-Keywords: beta\n',
            b'X-Keywords: alpha Beta\n', b'X-Keywords: alpha gamma\n', b'X-Keywords: gamma\n',
            b'X-Keywords: gamma\nX-Keywords: alpha\n', b'X-Keywords: Junk\nX-Keywords: alpha\n',
            b'X-Keywords:\n', b'X-Keywords:\nX-Keywords: alpha\n', b'X-Keywords: alpha alpha\n',
            b'X-Keywords:   alpha\t Junk   \n', b'X-Keywords: alpha\n Junk\n',
            b'X-Keywords: $Forwarded $label1\n', b'x-keywords: NonJunk\n',
            b'X-Keywords: alpha,Beta\n', b'X-Keyword: alpha\n', b'X-Keywords : alpha\n',
            b'Keywords: alpha\n', b'X-Keywords: alphabet\n', b'X-Keywords: \xc3\xa4\n',
            b'X-IMAPbase: 1700000000 0000000100 gamma\nX-Keywords: gamma\n')
    return {
        'kwlisted': box(base, *uses),
        'kwfirst': box(base + b'X-Keywords: alpha\n', *uses[:6]),
        'kwbefore': box(b'X-Keywords: alpha\n' + base, *uses[:6]),
        'kwbeforeandafter': box(b'X-Keywords: alpha\n' + base + b'X-Keywords: Beta\n', *uses[:6]),
        'kwnolist': box(b'', *uses),
        'kwemptylist': box(b'X-IMAPbase: 1700000000 0000000100\n', *uses),
        'kwshort': box(b'X-IMAPbase: 1 2 alpha\n', *uses[:8]),
        'kwfolded': box(b'X-IMAPbase: 1700000000 0000000100 Junk\n alpha\n\tBeta\n', *uses[:8]),
        'kwtwobases': box(b'X-IMAPbase: 1700000000 0000000100 Junk\n' + base, *uses[:8]),
        'kwbadbase': box(b'X-IMAPbase: 1700000000x 5 Junk\n' + base + b'X-Keywords: alpha\n',
                         *uses[:8]),
        'kwlate': box(b'', base, *uses[:8]),
        'kwpseudo': box(b'X-IMAP: 1700000000 0000000100 ' + LISTED + b'\nStatus: RO\n',
                        *uses[:8]),
        'kwodd': box(b'X-IMAPbase: 1700000000 0000000100 a(b a*b a{b a]b \xc3\xa4 a"b a\\b a%b '
                     b'a/b a.b ' + b'k' * 50 + b' ' + b'l' * 51 + b'\n',
                     *(b'X-Keywords: ' + name + b'\n' for name in (
                         b'a(b', b'a*b', b'a{b', b'a]b', b'\xc3\xa4', b'a"b', b'a\\b', b'a%b',
                         b'a/b', b'a.b', b'k' * 50, b'l' * 51))),
        'kwmany': box(b'X-IMAPbase: 1700000000 0000000100 ' +
                      b' '.join(b'word%d' % i for i in range(1500)) + b'\n',
                      b'X-Keywords: word0\n', b'X-Keywords: word1499\n', b'X-Keywords: word1500\n'),
    }


def boxes():
    found = {
        'subjects': subjects(),
        'from': addresses(b'From'),
        'to': addresses(b'To'),
        'cc': addresses(b'cc'),
        'bcc': addresses(b'BCC'),
        'fields': fields(),
        'charsets': charsets(),
        'encodings': encodings(),
        'types': types(),
        'parts': parts(),
        'edges': text_edges(),
    }
    for name in list(found):
        if name not in ('to', 'cc', 'bcc'):
            found[name + 'crlf'] = found[name].replace(b'\r\n', b'\n').replace(b'\n', b'\r\n')
    found.update(keywords())
    return found
