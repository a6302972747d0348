# SPDX-License-Identifier: MPL-2.0
# libFuzzer, one target for each test/fuzz/<name>_fuzz.cc, linked with the objects of SAN=address. Its corpus lies in
# test/fuzz/corpus/<name>: what a run finds worth keeping goes there, and fuzz-regress replays all of it.
#
#   make fuzz T=rfc6455 S=60     one target for 60 seconds; without T all of them, one after the other

T ?=
S ?= 60
FUZZ_TARGETS := $(patsubst test/fuzz/%_fuzz.cc,%,$(sort $(wildcard test/fuzz/*_fuzz.cc)))

.PHONY: fuzz-build
ifeq ($(SAN),)

fuzz fuzz-build fuzz-regress:
	@$(MAKE) --no-print-directory SAN=address $@

else

FUZZ_OUT     := $(OUT)/fuzz
# The rooms that parse; the others touch the world.
FUZZ_O       := $(filter-out $(OUT)/net/% $(OUT)/server/%,$(ROOM_O)) $(LLHTTP_O)
# As an archive: a target is linked with what it uses.
FUZZ_LIB     := $(FUZZ_OUT)/rooms.a
FUZZ_BIN     := $(FUZZ_TARGETS:%=$(FUZZ_OUT)/bin/%)

$(FUZZ_LIB): $(FUZZ_O)
	@mkdir -p $(@D)
	@rm -f $@ && ar rcs $@ $^

$(FUZZ_OUT)/bin/%: test/fuzz/%_fuzz.cc $(FUZZ_LIB) $(wildcard test/fuzz/*.h)
	@mkdir -p $(@D)
	@echo "LD   $@"
	$(Q)$(CXX) $(CXXFLAGS) -fsanitize=fuzzer -Itest/fuzz -Itest/c_src -o $@ $< $(FUZZ_LIB) $(EI)/lib/libei.a -lcrypto -lz -lpthread

fuzz-build: $(FUZZ_BIN)

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

endif
