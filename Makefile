# SPDX-License-Identifier: MPL-2.0
# The one door to the project: make help.

VERSION  := 1.0.0
BUILD    ?= build
CXX      ?= g++
SAN      ?=
ROOMS    ?= base http websocket framing transport session node net server

EI       := $(shell erl -noshell -eval 'io:format("~ts", [code:lib_dir(erl_interface)]), halt().' 2>/dev/null)
LLHTTP   ?= /usr/share/llhttp
LLHTTP_H ?= /usr/share/include/llhttp
RABBITMQ_PLUGINS ?= $(firstword $(wildcard /usr/lib/rabbitmq/lib/rabbitmq_server-*/plugins))

# A sanitizer changes every object: it gets a directory of its own.
ifneq ($(SAN),)
  OUT      := $(BUILD)/$(subst $(comma),-,$(SAN))
  SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  HARDEN   :=
else
  OUT      := $(BUILD)/release
  SANFLAGS :=
  HARDEN   := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
  HARDENLD := -pie -Wl,-z,relro,-z,now
endif

WARN     := -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor -Wswitch-enum -Werror
CXXFLAGS := -std=c++20 -O2 -g -MMD -MP -fno-exceptions $(WARN) $(HARDEN) $(SANFLAGS) \
            -DRABBIT_SOCKS_VERSION='"$(VERSION)"' -Ic_src -isystem $(EI)/include -isystem $(LLHTTP_H)
CFLAGS   := -O2 -g -MMD $(HARDEN) $(SANFLAGS) -DLLHTTP_STRICT_MODE=1 -I$(LLHTTP_H)
LDLIBS   := -l:libuv_a.a $(EI)/lib/libei.a -lcrypto -lz -lpthread -ldl
LDFLAGS  := $(SANFLAGS) $(HARDENLD)
STATIC   := -static-libstdc++ -static-libgcc

LLHTTP_O := $(OUT)/llhttp/api.o $(OUT)/llhttp/http.o $(OUT)/llhttp/llhttp.o
ROOM_SRC := $(foreach r,$(ROOMS),$(wildcard c_src/$(r)/*.cc))
ROOM_O   := $(ROOM_SRC:c_src/%.cc=$(OUT)/%.o)
TEST_SRC := $(foreach r,$(ROOMS),$(wildcard test/c_src/$(r)/*.cc)) $(wildcard test/c_src/*.cc)
TEST_O   := $(TEST_SRC:test/c_src/%.cc=$(OUT)/test/%.o)

all: edge

edge: $(OUT)/rabbit_socks_edge
	@mkdir -p priv && cp $< priv/rabbit_socks_edge.new && mv priv/rabbit_socks_edge.new priv/rabbit_socks_edge

$(OUT)/rabbit_socks_edge: $(ROOM_O) $(OUT)/main.o $(LLHTTP_O)
	$(CXX) $(LDFLAGS) $(STATIC) -o $@ $^ $(LDLIBS)

$(OUT)/unit_tests: $(ROOM_O) $(TEST_O) $(LLHTTP_O)
	$(CXX) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lgtest -lgtest_main

$(OUT)/test/%.o: test/c_src/%.cc
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -Itest/c_src -c -o $@ $<

$(OUT)/llhttp/%.o: $(LLHTTP)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<

$(OUT)/%.o: c_src/%.cc
	@mkdir -p $(@D)
	$(CXX) $(CXXFLAGS) -c -o $@ $<

unit: $(OUT)/unit_tests
	$(OUT)/unit_tests $(GTEST)

clean:
	rm -rf build _build priv/rabbit_socks_edge ebin/*.beam ebin/*.app dist

.PHONY: all edge unit clean
-include $(ROOM_O:.o=.d) $(TEST_O:.o=.d) $(OUT)/main.d
