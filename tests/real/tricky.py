# SPDX-License-Identifier: MIT
"""Mailboxes that are hard to read: some made by hand, any number made at random."""

import random

FROM = b'From a@example.org Thu Nov 29 22:33:52 2001\n'
OTHER = b'From b@example.org  Fri Nov 30 01:02:03 2001\n'
HEAD = b'Received: from x\nSubject: s\nDate: Thu, 29 Nov 2001 22:33:52 +0100\n'


def mail(fields=b'', body=b'body\n', line=FROM):
    return line + HEAD + fields + b'\n' + body + b'\n'


def with_length(body, more=0, fields=b'', line=FROM):
    return mail(b'Content-Length: %d\n' % (len(body) + more) + fields, body, line)


def crlf_length(body):
    """CR LF, and the length counts both."""
    return crlf(mail(b'Content-Length: %d\n' % len(crlf(body)), body))


QUOTE = b'He wrote:\n' + OTHER + b'Status: RO\n\nquoted\n'
BASE = b'X-IMAPbase: 1234567890 0000000010 $Label1 Junk\n'
PSEUDO = (
    b'From MAILER_DAEMON Thu Nov 29 22:33:52 2001\n'
    b'Date: Thu, 29 Nov 2001 22:33:52 +0100\n'
    b'From: Mail System Internal Data <MAILER-DAEMON@x>\n'
    b"Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\n"
    b'X-IMAP: 1111111111 0000000007\nStatus: RO\n\nThis text is part of it.\n\n'
)
DATE = b'Thu Nov 29 22:33:52 2001'


def crlf(box):
    return box.replace(b'\n', b'\r\n')


def from_lines():
    """One mailbox for each way to write a From_ line: does it begin the second message?"""
    lines = {
        'plain': b'From x ' + DATE,
        'two_spaces': b'From x  ' + DATE,
        'no_sender': b'From ' + DATE,
        'no_sender_space': b'From  ' + DATE,
        'quoted_sender': b'From "a b\\" c"@x ' + DATE,
        'open_quote': b'From "a b ' + DATE,
        'short_day': b'From x Thu Nov 9 22:33:52 2001',
        'padded_day': b'From x Thu Nov  9 22:33:52 2001',
        'no_seconds': b'From x Thu Nov 29 22:33 2001',
        'shortest': b'From x Thu Nov 9 22:33 2001',
        'named_zone': b'From x Thu Nov 29 22:33:52 PST 2001',
        'named_zone_after': b'From x Thu Nov 29 22:33:52 2001 PST',
        'zone_before': b'From x Thu Nov 29 22:33:52 +0300 2001',
        'zone_after': b'From x Thu Nov 29 22:33:52 2001 +0300',
        'zone_half': b'From x Thu Nov 29 22:33:52 2001 +0530',
        'zone_minus': b'From x Thu Nov 29 22:33:52 2001 -0800',
        'remote_from': b'From x Thu Nov 29 22:33:52 2001 remote from y',
        'alt': b'From x Thu, 29 Nov 2001 22:33:52',
        'alt_zone': b'From x Thu, 9 Nov 2001 22:33:52 +0100',
        'alt_short': b'From x Thu, 9 Nov 2001 22:33',
        'lower_month': b'From x thu nov 29 22:33:52 2001',
        'question': b'From x Thu ??? 29 22:33:52 2001',
        'day_zero': b'From x Thu Nov  0 22:33:52 2001',
        'day_32': b'From x Thu Nov 32 22:33:52 2001',
        'day_31_zone': b'From x Thu Nov 31 22:33:52 2001 +0000',
        'hour_25': b'From x Thu Nov 29 25:33:52 2001',
        'hour_24_zone': b'From x Thu Nov 29 24:00:00 2001 +0000',
        'leap_second': b'From x Sun Dec 31 23:59:60 2000 +0000',
        'year_1900': b'From x Thu Nov 29 22:33:52 1900',
        'year_9999': b'From x Thu Nov 29 22:33:52 9999',
        'year_0000': b'From x Thu Nov 29 22:33:52 0000',
        'year_2': b'From x Thu Nov 29 22:33:52 01',
        'epoch': b'From x Wed Dec 31 23:59:59 1969 +0000',
        'weekday': b'From x abc Nov 29 22:33:52 2001',
        'weekday_long': b'From x Thurs Nov 29 22:33:52 2001',
        'no_weekday': b'From x Nov 29 22:33:52 2001',
        'iso': b'From x 2001-11-29 22:33:52',
        'prose': b'From now on all will be well',
        'prose_long': b'From here to there it takes longer than anyone would think',
        'tab': b'From x\tThu Nov 29 22:33:52 2001',
        'tab_date': b'From x Thu\tNov\t29 22:33:52 2001',
        'split_weekday': b'From x \nThu Nov 29 22:33:52 2001',
        'split': b'From x ab\n Nov 29 22:33:52 2001',
        'at_in': b'From x at y.org Thu Nov 29 22:33:52 2001',
        'upper': b'FROM x Thu Nov 29 22:33:52 2001',
        'escaped': b'>From x Thu Nov 29 22:33:52 2001',
        'indented': b' From x Thu Nov 29 22:33:52 2001',
        'nul': b'From x\0y Thu Nov 29 22:33:52 2001',
        'high': b'From \xe4\xf6 Thu Nov 29 22:33:52 2001',
        'long_sender': b'From ' + b'x' * 3000 + b' ' + DATE,
        'long_tail': b'From x ' + DATE + b' y' * 2000,
        'spaces': b'From x' + b' ' * 500 + DATE,
        'colon_time': b'From x Thu Nov 29 22.33.52 2001',
        'digit_day': b'From x Thu Nov 9a 22:33:52 2001',
        'minute_only': b'From x Thu Nov 29 2:33:52 2001',
    }
    return {
        'from_' + name: FROM + HEAD + b'\none\n' + line + b'\n' + HEAD + b'\ntwo\n\n'
        for name, line in lines.items()
    }


def lengths():
    body = b'one\n' + QUOTE
    huge = (
        b'18446744073709551615',
        b'18446744073709551616',
        b'18446744073709551600',
        b'9' * 40,
        b'9223372036854775807',
        b'4294967296',
    )
    boxes = {
        'length_right': with_length(body) + mail(),
        'length_right_last': mail() + with_length(body),
        'length_short': with_length(body, -1) + mail(),
        'length_long': with_length(body, 1) + mail(),
        'length_zero': mail(b'Content-Length: 0\n', body) + mail(),
        'length_zero_empty': mail(b'Content-Length: 0\n', b'') + mail(),
        'length_empty': mail(b'Content-Length:\n', body) + mail(),
        'length_blank': mail(b'Content-Length:   \n', body) + mail(),
        'length_two_spaces': mail(b'Content-Length:  %d\n' % len(body), body) + mail(),
        'length_tab': mail(b'Content-Length:\t%d\n' % len(body), body) + mail(),
        'length_trailing': mail(b'Content-Length: %d  \t\n' % len(body), body) + mail(),
        'length_junk': mail(b'Content-Length: %dx\n' % len(body), body) + mail(),
        'length_folded': mail(b'Content-Length:\n %d\n' % len(body), body) + mail(),
        'length_folded_blank': mail(b'Content-Length: %d\n \n' % len(body), body) + mail(),
        'length_first_wins': mail(b'Content-Length: 3\nContent-Length: %d\n' % len(body), body)
        + mail(),
        'length_second_valid': mail(b'Content-Length: x\nContent-Length: %d\n' % len(body), body)
        + mail(),
        'length_upper': mail(b'CONTENT-LENGTH : %d\n' % len(body), body) + mail(),
        'length_over_two': mail(b'Content-Length: %d\n' % (len(body) + 1 + len(mail())), body)
        + mail()
        + mail(),
        'length_no_end': (with_length(body) + mail())[:-1],
        'length_last_no_end': with_length(body)[:-1],
        'length_quote_first': with_length(OTHER + b'Status: RO\n\nx\n') + mail(),
        'length_no_empty_line': FROM
        + b'Content-Length: 60\nSubject: x\n'
        + OTHER
        + b'X: y\n\nx\n'
        + mail(),
        'length_to_prose': mail(b'Content-Length: 4\n', b'abc\n\nFrom here on\n\n') + mail(),
        'length_to_first': FROM
        + HEAD
        + b'Content-Length: %d\n\n' % (2**64 - 200)
        + body
        + b'\n'
        + mail(),
        'length_crlf': crlf_length(body) + crlf(mail()),
        'length_crlf_last': crlf_length(body),
        'length_mixed_end': with_length(body)[:-1] + b'\r\n' + mail(),
        # The From_ line that the length leads to lies across the end of Dovecot's buffer.
        'length_at_buffer': with_length(b'z\n' + b'x' * 7945 + b'\n' + QUOTE) + mail(),
        # The CR before the line end that belongs to the separator is counted.
        'length_with_cr': mail(b'Content-Length: 5\n', b'body\r') + mail(),
        'length_unended_from': mail(b'Content-Length: 5\n', b'body\n') + OTHER[:-1],
    }
    # "Content-Length" that leads over a From_ line which begins where the header should end.
    inner = b'X: y\nStatus: RO\nDate: Sat, 01 Dec 2001 00:00:00 +0000\n\nx\n'
    boxes['length_spans_header'] = (
        FROM
        + b'Subject: x\nContent-Length: %d\n' % (len(OTHER) + len(inner) + 1)
        + OTHER
        + inner
        + b'\n'
        + mail()
    )
    for number, value in enumerate(huge):
        boxes['length_huge_%d' % number] = mail(b'Content-Length: ' + value + b'\n', body) + mail()
    return boxes


def flags_and_uids():
    status = (
        b'Status: R',
        b'Status: O',
        b'Status: RO',
        b'Status: OR',
        b'Status:RO',
        b'Status:  RO ',
        b'status: ro',
        b'Status : RO',
        b'Status: \n RO',
        b'Status: R\nStatus: O',
        b'Status: O\nStatus: O',
        b'Status: xRyOz',
        b'X-Status: AFTD',
        b'X-Status: A\nX-Status: D\nStatus: O',
        b'Xx-Status: R',
        b'Status: D',
        b'Status',
        b'Status\0x: RO',
        b'Status\0: R',
        b'Status\t\t: R',
        b'Stat us: R',
        b' Status: R',
        b'Status: R\0O',
        b'X-Status: F\n\tA',
        b'Statu\r: R',
        b'Status: R\rO',
        b'X-Status: \xff\xfe F',
    )
    boxes = {
        'flags': b''.join(mail(fields + b'\n') for fields in status),
        'flags_crlf': crlf(b''.join(mail(fields + b'\n') for fields in status)),
        'flags_first_line': FROM + b'Status: RO\n\nx\n\n' + FROM + b' Status: RO\n\nx\n\n',
        'pseudo': PSEUDO + mail() + mail(b'X-UID: 7\n') + mail(),
        'pseudo_alone': PSEUDO,
        'pseudo_second': mail() + PSEUDO + mail(),
        'pseudo_broken': PSEUDO.replace(b'1111111111', b'0') + mail(),
        'pseudo_uid': PSEUDO.replace(b'Status', b'X-UID: 3\nStatus')
        + mail(b'X-UID: 3\n')
        + mail(b'X-UID: 4\n'),
        'pseudo_uid_next': PSEUDO.replace(b'Status', b'X-UID: 8\nStatus')
        + mail(b'X-UID: 8\n')
        + mail(b'X-UID: 9\n'),
        'base_then_imap': mail(BASE + b'X-IMAP: 5 0000000005\n') + mail(),
        'imap_then_base': mail(b'X-IMAP: 5 0000000005\n' + BASE) + mail(),
        'uids': mail(BASE + b'X-UID: 3\n')
        + mail(b'X-UID: 5\n')
        + mail()
        + mail(b'X-UID: 9\n')
        + mail(b'X-UID: 12\n'),
        'uids_padded': mail(BASE + b'X-UID: 3      \n') + mail(b'X-UID: 0000000005 \n'),
        'uids_no_base': mail(b'X-UID: 3\n')
        + mail(b'X-UID: 2\n')
        + mail(b'X-UID: 3\n')
        + mail(b'X-UID: 4\n'),
        'uid_before_base': mail(b'X-UID: 3\n' + BASE) + mail(b'X-UID: 4\n'),
        'uids_down': mail(BASE + b'X-UID: 5\n') + mail(b'X-UID: 4\n') + mail(b'X-UID: 6\n'),
        'uids_same': mail(BASE + b'X-UID: 5\n') + mail(b'X-UID: 5\n') + mail(b'X-UID: 5\n'),
        'uids_forged': mail(BASE + b'X-UID: 5\n')
        + mail(b'X-UID: 4000000000\n')
        + mail(b'X-UID: 6\n'),
        'uid_twice': mail(BASE + b'X-UID: 3\nX-UID: 4\n') + mail(b'X-UID: 99\nX-UID: 5\n'),
        'uid_junk': mail(BASE + b'X-UID: 3x\n')
        + mail(b'X-UID: \n')
        + mail(b'X-UID: -4\n')
        + mail(b'X-UID:  4\n'),
        'uid_wrap': mail(BASE + b'X-UID: 4294967299\n') + mail(b'X-UID: 18446744073709551620\n'),
        'uid_zero': mail(BASE + b'X-UID: 0\n') + mail(b'X-UID: 0\n'),
        'uid_folded': mail(BASE + b'X-UID:\n 3\n') + mail(b'X-UID: 5\n \n'),
        'base_second': mail(b'X-IMAPbase: x 5\n' + BASE + b'X-UID: 2\n') + mail(),
        'base_short': mail(b'X-IMAPbase: 5 7\nX-UID: 2\n') + mail(),
        'base_alone': mail(b'X-IMAPbase: 5\nX-UID: 1\n') + mail(),
        'base_tab': mail(b'X-IMAPbase: 5\t7\nX-UID: 2\n') + mail(),
        'base_spaces': mail(b'X-IMAPbase: 5   7   a\nX-UID: 2\n') + mail(),
        'base_folded': mail(b'X-IMAPbase: 5 0000000007\n $a\n\t$b\nX-UID: 2\n') + mail(),
        'base_folded_crlf': crlf(mail(b'X-IMAPbase: 5 0000000007\n $a\nX-UID: 2\n') + mail()),
        'base_folded_early': mail(b'X-IMAPbase: 5 \n 7\nX-UID: 2\n') + mail(),
        'base_wrap': mail(b'X-IMAPbase: 4294967301 4294967303\nX-UID: 2\n') + mail(),
        'base_zero': mail(b'X-IMAPbase: 4294967296 7\nX-UID: 2\n') + mail(),
        'base_junk': mail(b'X-IMAPbase: 5 7x\nX-UID: 2\n') + mail(),
        'base_no_uid_left': mail(b'X-IMAPbase: 5 4294967294\nX-UID: 7\n')
        + mail()
        + mail(b'X-UID: 9\n'),
        'base_elsewhere': mail() + mail(BASE + b'X-UID: 5\n') + mail(),
        'hidden': mail(
            BASE
            + b'X-UID: 2\nX-Keywords: a\n b\nStatus: RO\nX-Status: F\nContent-Length: 5\n more\nX-Y: z\n'
        ),
    }
    return boxes


def shapes():
    dates = (
        b'Thu, 29 Nov 2001 22:33:52 +0100',
        b'29 Nov 2001 22:33 GMT',
        b'Thu, 29 Nov 01 22:33:52 -0800 (PST)',
        b'yesterday',
        b'',
        b'Thu, 29 Nov 2001\n 22:33:52 +0100',
        b'Thu, 29 Nov 2001 22:33:52 EST',
        b'Thu, 29 Nov 2001 22:33:52',
        b' Thu,29 Nov 2001 22:33:52 +0530',
        b'Thu, 31 Jun 2001 22:33:52 +0000',
    )
    headless = b'From a@example.org Thu Nov 29 22:33:52 2001\n'
    boxes = {
        'dates': b''.join(FROM + b'Received: x\nDate: ' + date + b'\n\nbody\n\n' for date in dates),
        'dates_two': FROM + b'Date: x\nDate: Thu, 29 Nov 2001 22:33:52 +0100\n\nx\n\n',
        'plain': mail() + mail(),
        'no_empty_line': mail()[:-1] + mail(),
        'no_end': (mail() + mail())[:-1],
        'no_end_two': (mail() + mail())[:-2],
        'empty': b'',
        'crlf': crlf(mail() + mail()),
        'crlf_no_end': crlf(mail() + mail())[:-1],
        'crlf_cut': crlf(mail() + mail())[:-2],
        'mixed': mail() + crlf(mail()) + mail(),
        'mixed_head': FROM + crlf(HEAD) + b'\nbody\n\n' + mail(),
        'cr_cr_lf': FROM + b'Subject: x\r\r\n\r\nbody\r\r\n\r\n' + mail(),
        'cr_only': mail(body=b'a\rb\r') + mail(),
        'nul': mail(b'X-Nul: a\0b\n', b'a\0b\n\0\n') + mail(),
        'nul_line': mail(b'\0\n') + mail(),
        'eight_bit': mail(b'Subject: \xe4\xff\n', bytes(range(128, 256)) + b'\n') + mail(),
        'empty_body': mail(body=b'') + mail(body=b''),
        'no_body': FROM + HEAD + FROM + HEAD + b'\n' + FROM + HEAD,
        'no_body_crlf': crlf(FROM + HEAD + FROM + HEAD + b'\n' + FROM + HEAD),
        'no_header': headless + b'\nbody\n\n' + headless + b'\n' + headless + b'\n\n' + headless,
        'no_header_crlf': crlf(
            headless + b'\nbody\n\nmore\n\n' + headless + b'\n' + headless + b'\n\n'
        ),
        'no_header_crlf_last': mail() + crlf(headless + b'\nbody\n'),
        'only_from': headless,
        'two_from': headless + headless,
        'three_from': headless + headless + headless + b'X: y\n\nx\n',
        'from_no_end': mail() + headless[:-1],
        'from_at_end': mail() + headless,
        'alone_no_end': headless[:-1],
        'leading_line': b'\n' + mail(),
        'leading_crlf': b'\r\n' + mail(),
        'junk': b'hello\n\nworld\n',
        'line_end': b'\n',
        'from_prefix': b'From',
        'from_word': b'From \n',
        'no_colon': FROM + b'garbage\nStatus: RO\n\nx\n\n' + mail(),
        'blank_lines': FROM + b' \nStatus: R\n\t\n\nx\n\n' + mail(),
        'quote': mail(body=QUOTE) + mail(),
        'quote_crlf': crlf(mail(body=QUOTE) + mail()),
        'stacked': mail(body=OTHER * 3) + mail(),
        'near': mail(body=b'\nFrom\nFrom \nFrom x\nFr\n\nF\nFromage\n' + b'\nFrom ' * 3) + mail(),
        'body_lines': mail(body=b'\n' * 50) + mail(body=b'\r\n' * 50) + mail(),
        'name_long': mail(b'x' * 1500 + b': y\n') + mail(),
        'name_status_long': mail(b'Status' + b' ' * 1500 + b': R\n') + mail(),
        'header_long': mail(b'X-Long: ' + b'word ' * 3000 + b'\nStatus: R\n') + mail(),
        'header_long_word': mail(b'X-Long: ' + b'w' * 20000 + b'\nStatus: R\n') + mail(),
        'header_huge': FROM
        + b'Received: x\nX-Many: y\n'
        + b' ' * 11000000
        + b'\n'
        + mail(b'Status: RO\n')[len(FROM) :],
        'header_many': mail(b'X-Many: y\n' * 5000 + b'Status: R\n') + mail(),
        'header_fold_many': mail(b'X-Many: y\n' + b' folded\n' * 5000 + b'Status: R\n') + mail(),
        'body_long_line': mail(body=b'x' * 100000 + b'\n' + QUOTE) + mail(),
        'big': b''.join(
            mail(b'X-N: %d\n' % i, b'line of text\n' * (i * 7 % 3000)) for i in range(60)
        ),
    }
    return boxes


def by_hand():
    boxes = {}
    for some in (shapes, from_lines, lengths, flags_and_uids):
        boxes.update(some())
    return boxes


def at_random(seed):
    """A nasty mailbox, small enough for Dovecot's 8 KB buffer to make no difference."""
    rnd = random.Random(seed)
    end = rnd.choice([b'\n'] * 4 + [b'\r\n'] * 2 + [None])

    def eol():
        return end if end is not None else rnd.choice((b'\n', b'\r\n'))

    senders = (b'x', b'a@example.org', b'"q \\" r"@y', b'', b'<>', b'MAILER-DAEMON', b'x y')
    zones = (b'', b'', b'', b' +0100', b' -0530', b' PST', b' remote from z')
    separators = [
        b'From %s %s %s %2d %02d:%02d:%02d %d%s'
        % (
            rnd.choice(senders),
            rnd.choice((b'Thu', b'Fri', b'xyz')),
            rnd.choice((b'Nov', b'jan', b'Jul')),
            rnd.randint(0, 31),
            rnd.randint(0, 24),
            rnd.randint(0, 59),
            rnd.randint(0, 60),
            rnd.randint(1970, 2037),
            rnd.choice(zones),
        )
        for _ in range(6)
    ]
    separators += [
        b'From now on',
        b'From x Thu, 9 Nov 2001 22:33:52',
        b'From x Thu Nov 29 22:33 2001',
        b'From ',
    ]
    values = (
        b'R',
        b'O',
        b'RO',
        b'',
        b' ',
        b'D',
        b'1',
        b'2',
        b'3',
        b'4',
        b'5',
        b'12',
        b'1 2',
        b'10 0000000020',
        b'7 0000000003 a b',
        b'0',
        b'x',
        b'4294967297',
        b'AF',
        b'T',
        b'R\0',
        b'3 ',
        b' 3',
        b'\xff',
    )
    names = (
        b'Status',
        b'X-Status',
        b'X-UID',
        b'x-uid',
        b'X-IMAPbase',
        b'X-IMAP',
        b'Content-Length',
        b'Date',
        b'Subject',
        b'X-Keywords',
        b'Received',
        b'Message-ID',
        b'X',
        b'Status ',
        b'Status\0',
        b'X-IMAPbas',
        b'From',
    )
    dates = (b'Thu, 29 Nov 2001 22:33:52 +0100', b'1 Jan 99 00:00 GMT', b'junk')

    def field():
        kind = rnd.random()
        if kind < 0.03:
            return rnd.choice((b'no colon', b'\0', b' odd', b': x', b'\r', b'From: x'))
        if kind < 0.1:
            return b'Date: ' + rnd.choice(dates)
        line = (
            rnd.choice(names)
            + rnd.choice((b': ', b': ', b': ', b':', b':\t', b':  '))
            + rnd.choice(values)
        )
        if rnd.random() < 0.12:
            line += eol() + rnd.choice((b' ', b'\t', b'  ')) + rnd.choice(values)
        return line

    def body():
        lines = []
        for _ in range(rnd.choice((0, 0, 1, 2, 5, 12))):
            lines.append(
                rnd.choice(
                    (
                        b'',
                        b'',
                        b'text',
                        b'\0',
                        b'>From x',
                        b'From: x',
                        field(),
                        rnd.choice(separators),
                        b'x' * rnd.randint(0, 90),
                        b'\r',
                        b'F',
                        b'\xe4',
                    )
                )
            )
        return b''.join(line + eol() for line in lines)

    box = b''
    while True:
        text = body()
        header = b''.join(field() + eol() for _ in range(rnd.randint(0, 6)))
        if rnd.random() < 0.35:
            header += (
                b'Content-Length: %d'
                % max(0, len(text) + rnd.choice((0, 0, 0, 0, -1, 1, 50, 300, -5)))
                + eol()
            )
        if rnd.random() < 0.3:
            header += field() + eol()
        if rnd.random() < 0.93:
            header += eol()
        message = rnd.choice(separators[:6]) + eol() + header + text
        if rnd.random() < 0.9:
            message += eol()
        if (
            len(box) + len(message) > 7000
            or box.count(b'\n') > 150
            or (box and rnd.random() < 0.12)
        ):
            break
        box += message
    if rnd.random() < 0.15:
        box = box[: -rnd.randint(1, 3)]
    return box
