# SPDX-License-Identifier: MPL-2.0
# The edge: one program from the rooms of c_src, and one GoogleTest binary from the tests that mirror them.

# V=1 shows whole commands.
Q         := $(if $(V),,@)

WARN      := -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wswitch-enum -Werror
CPPFLAGS_ := -DRABBIT_SOCKS_VERSION='"$(VERSION)"' -Ic_src -isystem $(EI)/include -isystem $(LLHTTP_H)
CXXFLAGS  := -std=c++20 $(OPT) -g -fno-exceptions $(if $(SAN),,$(WARN)) $(HARDEN) $(SANFLAGS) $(SANCOV) $(CPPFLAGS_)
# What a test costs is its compilation: no optimiser, and line numbers are all the debugger is told.
TESTFLAGS := -std=c++20 -O0 -g1 -fno-exceptions $(if $(SAN),,$(WARN) -fPIE) $(SANFLAGS) $(CPPFLAGS_)
# Strict mode: the default of llhttp 8 lets published request smuggling through.
CFLAGS    := $(OPT) -g $(HARDEN) $(SANFLAGS) $(SANCOV) -DLLHTTP_STRICT_MODE=1 -I$(LLHTTP_H)
LDFLAGS   := $(SANFLAGS) $(HARDENLD)
# Of the machine, the edge wants libc, OpenSSL and zlib only. libuv's archive has another name in Debian 13.
LIBUV     := $(lastword libuv_a.a $(notdir $(wildcard /usr/lib/*/libuv.a)))
LDLIBS     = $(if $(LLHTTP_O),,-l:libllhttp.a) -l:$(LIBUV) $(EI)/lib/libei.a -lssl -lcrypto -lz -lpthread -ldl
STATIC    := $(if $(SAN),,-static-libstdc++ -static-libgcc)

# Debian 12 ships llhttp's C source, Debian 13 the library.
LLHTTP_O  := $(if $(wildcard $(LLHTTP)/llhttp.c),$(OUT)/llhttp/api.o $(OUT)/llhttp/http.o $(OUT)/llhttp/llhttp.o)
ROOM_SRC  := $(foreach r,$(ROOMS),$(wildcard c_src/$(r)/*.cc))
ROOM_O    := $(ROOM_SRC:c_src/%.cc=$(OUT)/%.o)
UNIT_SRC  := $(foreach r,$(ROOMS),$(wildcard test/c_src/$(r)/*.cc)) $(wildcard test/c_src/*.cc test/c_src/support/*.cc)
UNIT_O    := $(UNIT_SRC:test/c_src/%.cc=$(OUT)/test/%.o)

$(OUT)/rabbit_socks_edge: $(ROOM_O) $(OUT)/main.o $(LLHTTP_O)
	@echo "LD   $@"
	$(Q)$(CXX) $(LDFLAGS) $(STATIC) -o $@ $^ $(LDLIBS)

$(OUT)/unit_tests: $(ROOM_O) $(UNIT_O) $(LLHTTP_O)
	@echo "LD   $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lgmock -lgtest_main -lgtest

# GoogleTest's headers are half of that cost: they are read once. (g++ wants .gch, clang++ .pch.)
TEST_PREFIX := $(OUT)/test/prefix.h
$(TEST_PREFIX): mk/cxx.mk Makefile
	@mkdir -p $(@D)
	@printf '#include <%s>\n' gtest/gtest.h gmock/gmock.h memory string string_view vector >$@
	$(Q)$(CXX) $(TESTFLAGS) -x c++-header -o $@$(if $(SAN),.pch,.gch) $@

$(OUT)/test/%.o: test/c_src/%.cc $(TEST_PREFIX)
	@mkdir -p $(@D)
	@echo "CXX  $<"
	$(Q)$(CXX) $(TESTFLAGS) -include $(TEST_PREFIX) -MMD -MP -Itest/c_src -c -o $@ $<

$(OUT)/llhttp/%.o: $(LLHTTP)/%.c
	@mkdir -p $(@D)
	@echo "CC   $<"
	$(Q)$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

# The version is compiled in: a new one rebuilds what may hold it.
$(OUT)/main.o $(filter $(OUT)/server/%,$(ROOM_O)): $(wildcard $(APP_SRC))

$(OUT)/%.o: c_src/%.cc
	@mkdir -p $(@D)
	@echo "CXX  $<"
	$(Q)$(CXX) $(CXXFLAGS) -MMD -MP -c -o $@ $<

unit: $(OUT)/unit_tests ## GoogleTest (GTEST=--gtest_filter=...)
	@mkdir -p $(RESULTS) && rm -f $(OUT)/unit.xml
	@$(OUT)/unit_tests --gtest_brief=1 --gtest_output=xml:$(OUT)/unit.xml $(GTEST); \
	  status=$$?; tools/gtest_result.sh $(OUT)/unit.xml > $(RESULTS)/$(RUN)unit; exit $$status

-include $(ROOM_O:.o=.d) $(UNIT_O:.o=.d) $(LLHTTP_O:.o=.d) $(OUT)/main.d
