# mailreeve: one Makefile, sources by wildcard: a new source file needs no change here.
# `make help` lists the targets; CONTRIBUTING.md says how to work with them.

VERSION   = 0.1.0
SOVERSION = 0

# Packagers: make DEPS=no WERROR= CFLAGS=... LDFLAGS=... PREFIX=/usr LIBDIR=/usr/lib/TRIPLET
PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
INCLUDEDIR  ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
MANDIR  ?= $(DATADIR)/man
UNITDIR ?= $(PREFIX)/lib/systemd/system
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
BUILD   ?= build
# An object's list of headers names it as BUILD was written then: one spelling, or none is found.
override BUILD := $(patsubst $(CURDIR)/%,%,$(BUILD))
DEPS    ?= yes

# make's own idea of CC is cc, which a machine may point anywhere.
ifeq ($(origin CC),default)
CC = gcc
endif
CFLAGS  ?= -O2 -g
WERROR  ?= -Werror
# The tools find the library beside them, in the build folder and under any PREFIX.
RPATH   ?= -Wl,-rpath,'$$ORIGIN/../lib'
# A library that lacks a symbol does not link. (Not with clang's sanitizers: they are in the program.)
ZDEFS   ?= -Wl,-z,defs

WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wwrite-strings -Wvla -Wformat=2
OURFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DREEVE_VERSION='"$(VERSION)"' -Ilib/include -Ilib \
           -I$(BUILD)/gen
COMPILE  = $(CC) -std=c11 -fPIC -pthread $(WARN) $(WERROR) $(OURFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK     = $(CC) -pthread $(CFLAGS) $(LDFLAGS)
LIBS     = -llockfile -lxxhash -lunistring -lcrypt
TOOLLIBS = -ljson-c

LIB_SRC  = $(wildcard lib/*/*.c)
TOOL_SRC = $(wildcard tools/reeve-*.c)
COMMON_SRC = $(wildcard tools/common/*.c)
UNIT_SRC = $(wildcard tests/unit/*.c)
FUZZ_SRC = $(wildcard tests/fuzz/fuzz_*.c)
# A name with a '_' is a part of the program that is named before it.
BENCH_SRC = $(filter-out $(BENCH_PARTS),$(wildcard tests/bench/*.c))
BENCH_PARTS = $(wildcard tests/bench/*_*.c)
CRASH_SRC = $(wildcard tests/crash/*.c)
REAL_SRC = $(wildcard tests/real/*.c)
ALL_SRC  = $(wildcard lib/*/*.c tools/*.c tools/common/*.c tests/*/*.c)
TABLES   = $(patsubst lib/%.tsv,$(BUILD)/gen/%.inc,$(wildcard lib/*/*.tsv lib/*/*/*.tsv))
HEADERS  = $(wildcard lib/include/mailreeve/*.h)
PAGES    = $(wildcard docs/*.[1-8])

obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJ  = $(call obj,$(LIB_SRC))
SO       = $(BUILD)/lib/libmailreeve.so.$(SOVERSION)
SO_LINK  = $(BUILD)/lib/libmailreeve.so
ARCHIVE  = $(BUILD)/lib/libmailreeve.a
TOOLS    = $(patsubst tools/%.c,$(BUILD)/bin/%,$(TOOL_SRC))
FUZZERS  = $(patsubst tests/fuzz/fuzz_%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))
BENCHES  = $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(BENCH_SRC))
REALS    = $(patsubst tests/real/%.c,$(BUILD)/tests/%,$(REAL_SRC))
CRASHES  = $(addprefix $(BUILD)/crash/,kill replay plans shim.so)

# $(call deps,GROUP): a stamp that says scripts/deps was content with that group.
ifneq ($(DEPS),no)
deps     = $(foreach group,$(1),$(BUILD)/deps/$(group).$(notdir $(lastword $(CC))))
endif

# One word and a name per step; V=1 shows the commands.
say      = $(if $(V),,@printf '  %-4s %s\n' $(1) $@ && )

## all          the library and the tools, in ./build (what `make` alone does)
all: $(SO) $(SO_LINK) $(ARCHIVE) $(TOOLS)

$(BUILD)/deps/%: scripts/deps
	@mkdir -p $(@D)
	@CC='$(CC)' CPPFLAGS='$(CPPFLAGS)' scripts/deps $(basename $*)
	@touch $@

# A table of lib/ROOM is a list of initialisers for the C file that includes it: {"field", "field"},
$(BUILD)/gen/%.inc: lib/%.tsv
	@mkdir -p $(@D)
	$(call say,GEN)awk '/^#/ { next } { gsub(/\\/, "&&"); gsub(/"/, "\\\""); gsub(/\t/, "\", \""); \
		print "{\"" $$0 "\"}," }' $< >$@

$(BUILD)/obj/%.o: %.c | $(call deps,build) $(TABLES)
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) -MMD -MP -c -o $@ $<

$(SO): $(LIB_OBJ) lib/mailreeve.map
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -shared -Wl,-soname,$(@F) -Wl,--version-script=lib/mailreeve.map $(ZDEFS) \
		-o $@ $(LIB_OBJ) $(LIBS)

$(SO_LINK): $(SO)
	@ln -sf $(<F) $@

$(ARCHIVE): $(LIB_OBJ)
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/bin/%: $(BUILD)/obj/tools/%.o $(call obj,$(COMMON_SRC)) | $(SO_LINK)
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) $(RPATH) -o $@ $(filter %.o,$^) -L$(BUILD)/lib -lmailreeve $(TOOLLIBS)

# ---- tests: they see the rooms from inside, so they link the static library -----------------

$(call obj,$(UNIT_SRC)): | $(call deps,check)

$(BUILD)/unit: $(call obj,$(UNIT_SRC)) $(ARCHIVE)
	$(call say,LINK)$(LINK) -o $@ $^ $(LIBS) $$(pkg-config --libs check)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(call obj,$(BENCH_PARTS)) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $^ $(LIBS)

# The crash tests have the shim in front of libc, and reeve-prune with small steps, linked in.
SHIM_SRC  = $(wildcard tests/crash/shim*.c)
CRASH_BOTH = $(filter-out %/kill.c %/replay.c %/plans.c,$(CRASH_SRC))
SMALL_SRC = $(shell grep -l REEVE_COMPACT_ lib/base/*.c) $(COMMON_SRC) tools/reeve-prune.c
SMALL     = -DREEVE_COMPACT_STEP_BYTES=8192 -DREEVE_COMPACT_CHUNK_BYTES=2048 \
            -DREEVE_COMPACT_GAP_BYTES=1024 -Dmain=reeve_tool_main -Wno-missing-prototypes
SMALL_OBJ = $(patsubst %.c,$(BUILD)/small/%.o,$(SMALL_SRC))

# open() and open64() are two functions there.
$(call obj,$(SHIM_SRC)): OURFLAGS += -U_FILE_OFFSET_BITS

$(BUILD)/small/%.o: %.c | $(call deps,build) $(TABLES)
	@mkdir -p $(@D)
	$(call say,CC)$(COMPILE) $(SMALL) -MMD -MP -c -o $@ $<

$(BUILD)/crash/shim.so: $(call obj,$(SHIM_SRC))
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -shared -o $@ $^

$(BUILD)/crash/kill $(BUILD)/crash/replay $(BUILD)/crash/plans: $(BUILD)/crash/%: $(BUILD)/obj/tests/crash/%.o \
		$(call obj,$(CRASH_BOTH)) $(SMALL_OBJ) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $^ $(LIBS) $(TOOLLIBS)

$(BUILD)/tests/%: $(BUILD)/obj/tests/real/%.o $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $^ $(LIBS)

# A fuzz target with libFuzzer (FUZZ_MAIN=-fsanitize=fuzzer), or with a main() that plays files.
FUZZ_MAIN ?= $(BUILD)/obj/tests/fuzz/replay.o
$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(filter %.o,$(FUZZ_MAIN)) $(ARCHIVE)
	@mkdir -p $(@D)
	$(call say,LINK)$(LINK) -o $@ $(filter %.o,$^) $(filter-out %.o,$(FUZZ_MAIN)) $(ARCHIVE) $(LIBS)

test-programs: all $(BUILD)/unit $(FUZZERS) $(BENCHES) $(CRASHES) $(REALS)

# Every suite finds what was built in $BUILD and ends with "N passed, N failed, N skipped".
run      = BUILD=$(BUILD) tests/run
SANITIZE = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=address,undefined

## check        unit, tool, documentation and packaging tests; under ten seconds
check: test-programs | $(call deps,check)
	@$(run) -j6 $(BUILD)/unit $(wildcard tests/tool/run tests/crash/run tests/docs/run \
		tests/docs/examples tests/house/run)

## check-asan   unit and tool tests, and the fuzz seeds, with gcc's and clang's sanitizers
check-asan: | $(call deps,build check clang)
	@$(MAKE) --no-print-directory test-programs BUILD=$(BUILD)/asan-gcc CC=gcc CFLAGS='$(SANITIZE)'
	@$(MAKE) --no-print-directory test-programs BUILD=$(BUILD)/asan-clang CC=clang CFLAGS='$(SANITIZE)' ZDEFS=
	@tests/run -j2 $(foreach b,$(BUILD)/asan-gcc $(BUILD)/asan-clang,$(foreach suite,\
		$(b)/unit $(wildcard tests/tool/run tests/fuzz/run),'BUILD=$(b) FUZZ_SECONDS=0 $(suite)'))

## check-crash  kill, fail and replay a prune at every system call (minutes)
check-crash: test-programs | $(call deps,crash)
	@$(run) 'tests/crash/run all'

## check-real   against real Dovecot 2.3 and 2.4 and real Postfix, on loopback; root (minutes)
check-real: test-programs | $(call deps,real)
	@$(run) tests/real/run

## fuzz         each fuzz target for FUZZ_SECONDS=60
FUZZ_SECONDS ?= 60
fuzz: | $(call deps,fuzz)
	@$(MAKE) --no-print-directory test-programs BUILD=$(BUILD)/libfuzzer CC=clang ZDEFS= FUZZ_MAIN=-fsanitize=fuzzer \
		CFLAGS='$(SANITIZE) -fsanitize=fuzzer-no-link'
	@BUILD=$(BUILD)/libfuzzer FUZZ_SECONDS=$(FUZZ_SECONDS) tests/run tests/fuzz/run

## bench        speed of the prune as ratios to cp, measured in one run
bench: all $(BENCHES) | $(call deps,bench)
	@BUILD=$(BUILD) tests/bench/run

## peers        what others do to mail that stays, run again: the table of docs/peers.md (root; minutes)
peers: test-programs | $(call deps,real bench)
	@tests/real/setup
	@BUILD=$(BUILD) tests/real/peers.py --table

## demo         a mailbox that filled a disk: look at it, prune it, verify it; no root, no server
demo: all $(BENCHES)
	@BUILD=$(BUILD) scripts/demo

## lint         clang-tidy, cppcheck, mandoc, shellcheck, floors, exported symbols, headers
lint: all | $(call deps,lint)
	@BUILD=$(BUILD) tests/run scripts/lint

# ---- installing -----------------------------------------------------------------------------

# Templates go where conf-templates/manifest.tsv says.
templates = bindir='$(BINDIR)' unitdir='$(UNITDIR)' tmpfilesdir='$(TMPFILESDIR)' DESTDIR='$(DESTDIR)' \
            scripts/templates

## install      to DESTDIR and PREFIX (LIBDIR=... for multiarch)
install: all
	install -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig $(INCLUDEDIR)/mailreeve \
		$(DATADIR)/mailreeve/conf-templates)
	install -m 644 $(SO) $(DESTDIR)$(LIBDIR)/libmailreeve.so.$(VERSION)
	ln -sf libmailreeve.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libmailreeve.so.$(SOVERSION)
	ln -sf libmailreeve.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libmailreeve.so
	install -m 644 $(ARCHIVE) $(DESTDIR)$(LIBDIR)
	install -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)/mailreeve
	install -m 644 conf-templates/* $(DESTDIR)$(DATADIR)/mailreeve/conf-templates
	sed -e 's|@libdir@|$(LIBDIR)|' -e 's|@includedir@|$(INCLUDEDIR)|' -e 's|@version@|$(VERSION)|' \
		-e 's|@libs@|$(LIBS)|' lib/mailreeve.pc.in >$(DESTDIR)$(LIBDIR)/pkgconfig/mailreeve.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/mailreeve.pc
	for tool in $(TOOLS); do install -m 755 $$tool $(DESTDIR)$(BINDIR) || exit; done
	for page in $(PAGES); do \
		install -D -m 644 -t $(DESTDIR)$(MANDIR)/man$${page##*.} $$page || exit; done
	$(templates) install
	[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || install -d -m 700 /var/lib/mailreeve/journal /var/lib/mailreeve/undo
	[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ldconfig

## uninstall    remove what install put there
uninstall:
	cd $(DESTDIR)$(LIBDIR) && rm -f libmailreeve.so libmailreeve.so.$(SOVERSION) \
		libmailreeve.so.$(VERSION) libmailreeve.a pkgconfig/mailreeve.pc
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,$(notdir $(TOOLS)))
	for page in $(PAGES); do rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; done
	rm -rf $(DESTDIR)$(INCLUDEDIR)/mailreeve $(DESTDIR)$(DATADIR)/mailreeve
	$(templates) uninstall
	[ -n '$(DESTDIR)' ] || [ "$$(id -u)" != 0 ] || ldconfig

## clean        remove what was built
clean:
	rm -rf $(BUILD)

## help         this list
help:
	@sed -n 's/^## /  make /p' Makefile

-include $(patsubst %.o,%.d,$(call obj,$(ALL_SRC)) $(SMALL_OBJ))
.SECONDARY:
.PHONY: all test-programs check check-asan check-crash check-real fuzz bench peers demo lint \
	install uninstall clean help
