# mailreeve: one Makefile, sources by wildcard. `make help` lists what it does.

VERSION  = 0.1.0
SOVERSION = 0

CC      ?= gcc
PREFIX  ?= /usr/local
BUILD   ?= build
CFLAGS  ?= -O2 -g
WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wwrite-strings -Wvla -Wformat=2
WERROR  ?= -Werror
CPPFLAGS += -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DREEVE_VERSION='"$(VERSION)"' -Ilib/include -Ilib
ALLFLAGS = -std=c11 -fPIC -pthread $(WARN) $(WERROR) $(CPPFLAGS) $(CFLAGS)

LIBS     = -llockfile -lxxhash
TOOLLIBS = -ljson-c

LIB_SRC  = $(wildcard lib/*/*.c)
TOOL_SRC = $(wildcard tools/reeve-*.c)
COMMON_SRC = $(wildcard tools/common/*.c)
UNIT_SRC = $(wildcard tests/unit/*.c)

obj      = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJ  = $(call obj,$(LIB_SRC))
TOOLS    = $(patsubst tools/%.c,$(BUILD)/bin/%,$(TOOL_SRC))
SO       = $(BUILD)/lib/libmailreeve.so.$(SOVERSION)

all: $(SO) $(BUILD)/lib/libmailreeve.so $(BUILD)/lib/libmailreeve.a $(TOOLS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) -MMD -MP -c -o $@ $<

$(SO): $(LIB_OBJ) lib/mailreeve.map
	@mkdir -p $(@D)
	$(CC) -shared -Wl,-soname,libmailreeve.so.$(SOVERSION) -Wl,--version-script=lib/mailreeve.map \
		-Wl,-z,defs $(ALLFLAGS) $(LDFLAGS) -o $@ $(LIB_OBJ) $(LIBS)

$(BUILD)/lib/libmailreeve.so: $(SO)
	ln -sf libmailreeve.so.$(SOVERSION) $@

$(BUILD)/lib/libmailreeve.a: $(LIB_OBJ)
	@mkdir -p $(@D)
	rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

# The tools find the library beside them (bin/../lib), in the build folder and under any PREFIX.
$(BUILD)/bin/%: $(BUILD)/obj/tools/%.o $(call obj,$(COMMON_SRC)) $(BUILD)/lib/libmailreeve.so
	@mkdir -p $(@D)
	$(CC) $(ALLFLAGS) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN/../lib' -o $@ $(filter %.o,$^) \
		-L$(BUILD)/lib -lmailreeve $(TOOLLIBS)

# Unit tests see the rooms from inside, so they link the static library.
$(BUILD)/unit: $(call obj,$(UNIT_SRC)) $(BUILD)/lib/libmailreeve.a
	$(CC) $(ALLFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/lib/libmailreeve.a $(LIBS) \
		$$(pkg-config --libs check)

check: $(BUILD)/unit
	$(BUILD)/unit

clean:
	rm -rf $(BUILD)

-include $(patsubst %.o,%.d,$(LIB_OBJ) $(call obj,$(TOOL_SRC) $(COMMON_SRC) $(UNIT_SRC)))
.SECONDARY:
.PHONY: all check clean
