/* SPDX-License-Identifier: MIT */
/*
 * Hashes of known passwords, as they are published: of yescrypt's and glibc's own tests,
 * crypt_blowfish's, Dovecot's src/lib-auth/test-password-scheme.c, and hashcat's example hashes.
 */
#ifndef USER_HASHES_H
#define USER_HASHES_H

#define GOST "$gy$j9T$HtyOX9cwJ2Dh8LlJV8IJ30$ZCSJt69pE/HLXFfIuxukRc2PlNla.tbqJxUHCp/WHVD"
#define YESCRYPT "$y$jC4$LdJMENpBABJJ3hIHjB1B$jVg4HoqqpbmQv/NCpin.QCMagJ8o4QX7lXdzvVV0xFC"
#define SCRYPT "$7$06..../....SodiumChloride$ENlyo6fGw4PCcDBOFepfSZjFUnVatHzCcW55.ZGz3B0"
#define SHA512 \
	"$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS" \
	"35inz1"
#define ROUNDS \
	"$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSw" \
	"btEW7o7UmJEiDwGqd8p4ur1"
#define SHA256 "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"
#define BCRYPT_A "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define BCRYPT_B "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define BCRYPT_Y "$2y$05$11ipvo5dR6CwkzwmhwM26OXgzXwhV2PyPuLV.Qi31ILcRcThQpEiW"
#define MD5 "$1$saltstri$YMyguxXMBpd2TEZ.vS/3q1"
#define MD5_DOVECOT "$1$GgvxyNz8$OjZhLh4P.gF1lxYEbLZ3e/"
#define DES "//EsnG9FLTKjo"
#define LONG_TEXT \
	"a very much longer text to encrypt.  This one even stretches over morethan one line."
#define ARGON2ID \
	"$argon2id$v=19$m=65536,t=3,p=1$vBb99oJ12p3WAdYlaMHz1A$jtFOtbo/sYV9OSlTxDo/nVNq3uArHd5GJSEx0ty85" \
	"Cc"

#endif
