# SPDX-License-Identifier: MPL-2.0
# The edge: one program from the rooms of c_src, and one GoogleTest binary from the tests that mirror them.

# V=1 shows whole commands.
Q         := $(if $(V),,@)

WARN      := -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wswitch-enum -Werror
CPPFLAGS_ := -DRABBIT_SOCKS_VERSION='"$(VERSION)"' -Ic_src -isystem $(EI)/include -isystem $(LLHTTP_H)
CXXFLAGS  := -std=c++20 -O2 -g -fno-exceptions $(WARN) $(HARDEN) $(SANFLAGS) $(CPPFLAGS_)
# Strict mode: the default of llhttp 8 lets published request smuggling through.
CFLAGS    := -O2 -g $(HARDEN) $(SANFLAGS) -DLLHTTP_STRICT_MODE=1 -I$(LLHTTP_H)
LDFLAGS   := $(SANFLAGS) $(HARDENLD)
# Of the machine, the edge wants libc, OpenSSL and zlib only.
LDLIBS    := -l:libuv_a.a $(EI)/lib/libei.a -lssl -lcrypto -lz -lpthread -ldl
STATIC    := $(if $(SAN),,-static-libstdc++ -static-libgcc)

LLHTTP_O  := $(OUT)/llhttp/api.o $(OUT)/llhttp/http.o $(OUT)/llhttp/llhttp.o
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

$(OUT)/test/%.o: test/c_src/%.cc
	@mkdir -p $(@D)
	@echo "CXX  $<"
	$(Q)$(CXX) $(CXXFLAGS) -MMD -MP -Itest/c_src -c -o $@ $<

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
