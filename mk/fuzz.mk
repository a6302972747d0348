# SPDX-License-Identifier: MPL-2.0
# libFuzzer, one target for each test/fuzz/<name>_fuzz.cc, built with clang under ASan and UBSan. Its corpus lies in
# test/fuzz/corpus/<name>: what a run finds worth keeping goes there, and fuzz-regress replays all of it.
#
#   make fuzz T=rfc6455 S=60     one target for 60 seconds; without T all of them, one after the other

T ?=
S ?= 60
FUZZ_OUT     := $(BUILD)/fuzz
FUZZ_TARGETS := $(patsubst test/fuzz/%_fuzz.cc,%,$(sort $(wildcard test/fuzz/*_fuzz.cc)))
FUZZ_FLAGS   := -std=c++20 -O1 -g -fno-exceptions -fno-omit-frame-pointer -fsanitize=address,undefined \
                -fno-sanitize-recover=all $(CPPFLAGS_)
# The rooms that parse; the others touch the world.
FUZZ_SRC     := $(foreach r,$(filter-out net server,$(ROOMS)),$(wildcard c_src/$(r)/*.cc))
FUZZ_O       := $(FUZZ_SRC:c_src/%.cc=$(FUZZ_OUT)/%.o) $(patsubst %,$(FUZZ_OUT)/llhttp/%.o,api http llhttp)
# As an archive: a target is linked with what it uses.
FUZZ_LIB     := $(FUZZ_OUT)/rooms.a
FUZZ_BIN     := $(FUZZ_TARGETS:%=$(FUZZ_OUT)/bin/%)

$(FUZZ_OUT)/llhttp/%.o: $(LLHTTP)/%.c
	@mkdir -p $(@D)
	$(Q)clang -O1 -g -fsanitize=address,undefined,fuzzer-no-link -DLLHTTP_STRICT_MODE=1 -I$(LLHTTP_H) -c -o $@ $<

$(FUZZ_OUT)/%.o: c_src/%.cc
	@mkdir -p $(@D)
	@echo "CXX  $< (fuzz)"
	$(Q)$(CLANGXX) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(FUZZ_LIB): $(FUZZ_O)
	@rm -f $@ && ar rcs $@ $^

$(FUZZ_OUT)/bin/%: test/fuzz/%_fuzz.cc $(FUZZ_LIB) $(wildcard test/fuzz/*.h)
	@mkdir -p $(@D)
	@echo "LD   $@"
	$(Q)$(CLANGXX) $(FUZZ_FLAGS) -fsanitize=fuzzer -Itest/fuzz -Itest/c_src -o $@ $< $(FUZZ_LIB) $(EI)/lib/libei.a -lcrypto -lz -lpthread

fuzz: $(if $(T),$(FUZZ_OUT)/bin/$(T),$(FUZZ_BIN)) ## libFuzzer (T=target S=seconds; all targets without T)
	@for t in $(or $(T),$(FUZZ_TARGETS)); do \
	  mkdir -p $(FUZZ_OUT)/corpus/$$t test/fuzz/corpus/$$t $(FUZZ_OUT)/findings; echo "fuzz: $$t for $(S) s"; \
	  $(FUZZ_OUT)/bin/$$t -max_total_time=$(S) -print_final_stats=1 -timeout=10 -rss_limit_mb=2048 \
	    $$(test -f test/fuzz/$$t.dict && echo -dict=test/fuzz/$$t.dict) -artifact_prefix=$(FUZZ_OUT)/findings/$$t- \
	    $(FUZZ_OUT)/corpus/$$t test/fuzz/corpus/$$t 2>&1 | tail -n 40 || exit 1; \
	done

fuzz-regress: $(FUZZ_BIN) ## replays each corpus under ASan and UBSan
	@for t in $(FUZZ_TARGETS); do mkdir -p $(FUZZ_OUT)/findings; \
	  ls test/fuzz/corpus/$$t/* >/dev/null 2>&1 || { echo "fuzz-regress: $$t has no corpus"; exit 1; }; \
	  $(FUZZ_OUT)/bin/$$t -runs=0 -timeout=10 -artifact_prefix=$(FUZZ_OUT)/findings/$$t- test/fuzz/corpus/$$t >$(FUZZ_OUT)/$$t.log 2>&1 \
	    || { cat $(FUZZ_OUT)/$$t.log; exit 1; }; \
	  echo "fuzz-regress: $$t, $$(ls test/fuzz/corpus/$$t | wc -l) inputs"; \
	done

-include $(FUZZ_SRC:c_src/%.cc=$(FUZZ_OUT)/%.d)
