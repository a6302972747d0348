# SPDX-License-Identifier: MPL-2.0
# The checks that need no test: direction of the rooms, form, and what static analysis finds.

.PHONY: layers forbidden format format-fix tidy tidy-files xref dialyzer rebar sizes

check: layers forbidden format sizes xref dialyzer rebar tidy ## layers, forbidden words, sizes, clang-format, clang-tidy, xref, dialyzer, rebar3
	@echo "check: clean"

layers:
	@sh tools/check_layers.sh c_src

forbidden:
	@sh tools/check_forbidden.sh c_src erl_src

sizes:
	@sh tools/check_sizes.sh

CXX_FILES = $(shell find c_src test/c_src test/fuzz test/bench -name '*.cc' -o -name '*.h' 2>/dev/null | sort)

format:
	@clang-format --dry-run -Werror $(CXX_FILES) && echo "format: clean"

format-fix: ## clang-format over every C++ file
	@clang-format -i $(CXX_FILES)

# One stamp for each source: what did not change is not analysed again.
TIDY_SRC := $(wildcard c_src/*/*.cc c_src/*.cc)
TIDY_OK  := $(TIDY_SRC:c_src/%.cc=$(BUILD)/tidy/%.ok)

tidy:
	@$(MAKE) --no-print-directory -j2 -k tidy-files && echo "tidy: clean"

tidy-files: $(TIDY_OK)

$(BUILD)/tidy/%.ok: c_src/%.cc .clang-tidy $(wildcard c_src/*/*.h)
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- -std=c++20 -fno-exceptions $(CPPFLAGS_) -DRABBIT_SOCKS_VERSION='"$(VERSION)"' 2>$@.err \
	  || { grep -v 'warnings generated' $@.err; exit 1; }
	@rm -f $@.err && touch $@

# What our modules call must exist in the brokers' applications, and nothing that OTP is about to drop may be used.
xref: $(OUT)/beams.stamp
	@escript tools/xref.escript $(PLUGIN)/ebin

# The broker's applications and OTP, analysed once.
PLT      ?= build/plt/rabbit_socks-$(notdir $(RABBITMQ_HOME)).plt
PLT_OTP  := erts kernel stdlib crypto public_key ssl sasl
PLT_APPS := rabbit_common rabbit amqp_client rabbitmq_web_dispatch rabbitmq_stomp prometheus cowboy cowlib ranch

$(PLT): mk/check.mk
	@mkdir -p $(@D)
	@echo "dialyzer: the table of the broker's applications (once, some minutes)"
	@dialyzer --build_plt --output_plt $@.new --apps $(PLT_OTP) \
	  -r $(foreach a,$(PLT_APPS),$(wildcard $(RABBITMQ_PLUGINS)/$(a)-[0-9]*/ebin)) > $@.log 2>&1; test -s $@.new
	@mv $@.new $@

dialyzer: $(PLT) $(OUT)/beams.stamp
	@dialyzer --plt $(PLT) -Wunmatched_returns -Werror_handling -Wunknown -r $(PLUGIN)/ebin && echo "dialyzer: clean"

# rebar3 stays a second way in: it must build what the Makefile builds.
rebar:
	@REBAR_BASE_DIR=$(abspath $(BUILD))/rebar rebar3 as check compile > $(BUILD)/rebar.log 2>&1 || { cat $(BUILD)/rebar.log; exit 1; }
	@echo "rebar3: compiles"
