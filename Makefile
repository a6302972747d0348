# SPDX-License-Identifier: MPL-2.0
# The one door to the project: make help.

SHELL       := /bin/bash
.SHELLFLAGS := -o pipefail -c
# Objects are kept, also those that only a chain of rules needs; a file whose recipe failed is not.
.SECONDARY:
.DELETE_ON_ERROR:
APP       := rabbit_socks
APP_SRC   := erl_src/$(APP).app.src
VERSION   := $(or $(shell sed -n 's/.*{vsn, *"\([^"]*\)"}.*/\1/p' $(APP_SRC) 2>/dev/null),1.0.0)

# Everything that is built lies below BUILD, so that several builds can live side by side. A sanitizer changes every object:
# it gets a directory of its own.
BUILD     ?= build
SAN       ?=
ROOMS     ?= base http websocket framing transport session node net server
CXX       ?= g++
CLANGXX   ?= clang++

RABBITMQ_HOME    ?= $(lastword $(sort $(wildcard /usr/lib/rabbitmq/lib/rabbitmq_server-*)))
RABBITMQ_PLUGINS ?= $(RABBITMQ_HOME)/plugins
EI        := $(shell erl -noshell -eval 'io:format("~ts", [code:lib_dir(erl_interface)]), halt().' 2>/dev/null)
LLHTTP    ?= /usr/share/llhttp
LLHTTP_H  ?= /usr/share/include/llhttp

# Under the sanitizers it is clang that compiles, in a quarter of g++'s time, and the fuzz targets are linked with the same
# objects: hence the coverage that libFuzzer asks for.
SANITIZED := $(BUILD)/sanitized
ifneq ($(SAN),)
  OUT      := $(SANITIZED)
  CC       := clang
  CXX      := $(CLANGXX)
  OPT      := -O1
  SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
  SANCOV   := -fsanitize=fuzzer-no-link
else
  OUT      := $(BUILD)/release
  OPT      := -O2
  HARDEN   := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
  HARDENLD := -pie -Wl,-z,relro,-z,now
endif

# The plugin as the broker will see it, and the archive of it.
PLUGIN    := $(OUT)/$(APP)-$(VERSION)
DIST      := $(if $(filter build/release,$(OUT)),dist,$(OUT)/dist)
EZ        := $(DIST)/$(APP)-$(VERSION).ez
# How many tests passed, failed and were skipped, one file a run.
RESULTS   := $(BUILD)/results
RUN       := $(if $(SAN),sanitized-)

include mk/cxx.mk
include mk/erlang.mk
include mk/client.mk
include mk/check.mk
include mk/fuzz.mk
include mk/deps.mk
include mk/trixie.mk

.DEFAULT_GOAL := all
.PHONY: all edge beams objects compile sanitize unit eunit test system clients history clients-table check fuzz fuzz-regress bench bench-deflate dist run-broker demo ci deps info help clean

all: edge beams ## the edge in priv/, the beams and rabbit_socks.app in ebin/

edge: $(OUT)/rabbit_socks_edge
	@mkdir -p priv && cp $< priv/rabbit_socks_edge.new && mv priv/rabbit_socks_edge.new priv/rabbit_socks_edge

beams: $(OUT)/beams.stamp
	@mkdir -p ebin && rm -f ebin/*.beam && cp $(PLUGIN)/ebin/* ebin/

test: unit eunit ## the tests that need no broker: GoogleTest and EUnit (SAN=address for the sanitizers)
	@tools/total.sh $(RESULTS)/$(RUN)unit $(RESULTS)/$(RUN)eunit

system: dist test-beams ## Common Test with a real broker and the real archive (SUITE=name, CASE=name)
	@$(CT) $(RUN)system $(if $(SUITE),$(SUITE:%_SUITE=%),$(SYSTEM_SUITES))

clients: dist test-beams ## the real client libraries and headless Chromium against a real broker
	@$(CT) $(RUN)clients $(if $(SUITE),$(SUITE:%_SUITE=%),$(CLIENT_SUITES))

history: dist test-beams ## the promises of docs/DELIVERY.md while things go wrong, for a release (S=180 seconds a fault)
	@RABBIT_SOCKS_HISTORY_S=$(or $(S),180) $(CT) $(RUN)history history history_clients

clients-table: test-beams ## the table of docs/CLIENTS.md from the last make clients
	@RABBIT_SOCKS_ROOT=$(CURDIR) RABBIT_SOCKS_BUILD=$(abspath $(BUILD)) erl -noshell -pa $(TEST_BEAMS) -eval 'ok = socketio_clients_table:write(), halt().'

# Info-ZIP, because OTP's own zip loses the executable bit.
dist: $(EZ) ## dist/rabbit_socks-VERSION.ez, to be dropped into a plugins folder
$(EZ): $(OUT)/rabbit_socks_edge $(OUT)/beams.stamp $(BROWSER_CLIENT_STAMP) $(shell find priv -type f ! -name 'rabbit_socks_edge*' 2>/dev/null) LICENSE
	@rm -rf $(PLUGIN)/priv && mkdir -p $(PLUGIN)/priv $(DIST)
	@cp -r $(filter-out priv/rabbit_socks_edge%,$(wildcard priv/*)) $(PLUGIN)/priv/ 2>/dev/null || true
	@$(if $(BROWSER_CLIENT),mkdir -p $(PLUGIN)/priv/www && cp -r $(BROWSER_CLIENT_OUT)/www $(PLUGIN)/priv/www/socket.io)
	@install -m 0755 $(OUT)/rabbit_socks_edge $(PLUGIN)/priv/rabbit_socks_edge
	@$(if $(SAN),,strip --strip-debug $(PLUGIN)/priv/rabbit_socks_edge)
	@cp LICENSE $(PLUGIN)/
	@rm -f $@ && cd $(OUT) && zip -q -X -r $(abspath $@) $(APP)-$(VERSION)
	@echo "built $@"

# The example that the demo pages have a page for.
CHAT_EZ := $(abspath $(OUT))/chat/rabbit_socks_chat-1.0.0.ez
$(CHAT_EZ): $(wildcard examples/rabbit_socks_chat/src/*) $(OUT)/beams.stamp
	@$(MAKE) --no-print-directory -C examples/rabbit_socks_chat OUT=$(dir $@) EBIN=$(abspath $(PLUGIN))/ebin >$(OUT)/chat.log || { cat $(OUT)/chat.log; exit 1; }

run-broker: dist test-beams $(CHAT_EZ) ## a throw-away broker with the plugin and the pages, until Ctrl-C
	@RABBIT_SOCKS_EZ=$(EZ) RABBIT_SOCKS_CHAT_EZ=$(CHAT_EZ) tools/run_broker.sh $(TEST_BEAMS)

demo: ## from nothing to a running broker: the packages it needs, the plugin, run-broker
	@$(MAKE) --no-print-directory deps DEPS="$(DEPS_BUILD)"
	@$(MAKE) --no-print-directory -j2 dist test-beams
	@$(MAKE) --no-print-directory run-broker

bench-deflate: ## what compression costs the edge, codec alone
	@$(MAKE) --no-print-directory -C test/bench deflate BUILD=$(abspath $(BUILD))

bench: dist test-beams ## rates, CPU and memory beside Cowboy and npm's socket.io (PART=, S=, ROUNDS=)
	@$(MAKE) --no-print-directory -C test/bench ROOT=$(CURDIR) BUILD=$(abspath $(BUILD)) EZ=$(abspath $(EZ)) EBIN=$(abspath $(PLUGIN))/ebin TEST_BEAMS=$(abspath $(TEST_BEAMS))

# The suites that send the most unusual bytes, for a run under the sanitizers.
SAN_SUITES := conformance attacks deflate socketio06 tls tls_attacks

sanitize: ## unit tests and the suites of hostile bytes under ASan and UBSan
	@$(MAKE) --no-print-directory SAN=address unit
	@$(MAKE) --no-print-directory SAN=address system SUITE="$(SAN_SUITES)"

objects: $(OUT)/rabbit_socks_edge $(OUT)/test_beams.stamp $(OUT)/unit_tests $(if $(SAN),fuzz-build)

compile: ## every object that a test needs
	@$(MAKE) --no-print-directory -s -j2 objects && $(MAKE) --no-print-directory -s -j2 SAN=address objects

ci: deps ## installs what is needed, then runs every test and check there is
	@$(MAKE) --no-print-directory -s -j2 dist test-beams client-packages
	@tools/ci.sh $(RESULTS) "compile test check fuzz-regress sanitize" "system clients" "trixie"

info: ## every resolved build variable
	@$(foreach v,APP VERSION BUILD OUT SAN ROOMS CXX CLANGXX CXXFLAGS LDFLAGS LDLIBS EI LLHTTP LLHTTP_H RABBITMQ_HOME PLUGIN EZ \
	  ERLC_FLAGS PLT SYSTEM_SUITES CLIENT_SUITES FUZZ_TARGETS,printf '%-16s %s\n' '$(v)' '$($(v))';)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile mk/*.mk | sort | awk -F '|' '{printf "%-20s %s\n", $$1, $$2}'

clean: ## removes everything that was built
	rm -rf build _build dist priv/rabbit_socks_edge ebin/*.beam ebin/*.app
