# SPDX-License-Identifier: MPL-2.0
# The Erlang side: plain erlc, which needs no network, and the test runners.

# Of the broker's command line tools only the behaviour of a command is needed.
CLI_LIB  := $(abspath $(BUILD))/cli
CLI_BEAM := $(CLI_LIB)/rabbitmqctl/ebin/Elixir.RabbitMQ.CLI.CommandBehaviour.beam

export ERL_LIBS := $(RABBITMQ_PLUGINS):$(CLI_LIB)

$(CLI_BEAM): $(wildcard $(RABBITMQ_HOME)/escript/rabbitmqctl)
	@mkdir -p $(@D)
	@erl -noshell -eval '{ok, S} = escript:extract("$<", []), {_, A} = lists:keyfind(archive, 1, S), {ok, Files} = zip:unzip(A, [memory]), [Beam] = [B || {F, B} <- Files, filename:basename(F) =:= "$(@F)"], ok = file:write_file("$@", Beam), halt().'
	@touch $@

ERLC_FLAGS := +debug_info +warnings_as_errors +warn_missing_spec +warn_untyped_record +warn_export_vars +warn_shadow_vars \
              +warn_obsolete_guard
ERL_SRC    := $(sort $(wildcard erl_src/*.erl))
ERL_HRL    := $(wildcard erl_src/*.hrl include/*.hrl)
MODULES    := $(notdir $(ERL_SRC:.erl=))
# A behaviour must be loadable when the modules that claim it are compiled.
BEHAVIOURS := $(shell grep -l '^-callback' $(ERL_SRC) /dev/null)
# Modules that include the broker's records, which have no types. erlc lets the command line win over their -compile.
FOREIGN    := $(shell grep -l '^-compile(nowarn_untyped_record)' $(ERL_SRC) /dev/null)

comma := ,
empty :=
space := $(empty) $(empty)

$(OUT)/beams.stamp: $(ERL_SRC) $(ERL_HRL) $(APP_SRC) $(CLI_BEAM) mk/erlang.mk
	@rm -rf $(PLUGIN)/ebin && mkdir -p $(PLUGIN)/ebin
	@$(if $(BEHAVIOURS),erlc $(ERLC_FLAGS) -I include -o $(PLUGIN)/ebin $(BEHAVIOURS))
	@erlc $(ERLC_FLAGS) -I include -pa $(PLUGIN)/ebin -o $(PLUGIN)/ebin $(filter-out $(BEHAVIOURS) $(FOREIGN),$(ERL_SRC))
	@$(if $(FOREIGN),erlc $(filter-out +warn_untyped_record,$(ERLC_FLAGS)) -I include -o $(PLUGIN)/ebin $(FOREIGN))
	@sed "s/{modules, *\[\]}/{modules, [$(subst $(space),$(comma) ,$(MODULES:%='%'))]}/" $(APP_SRC) > $(PLUGIN)/ebin/$(APP).app
	@grep -q "{modules, \['$(firstword $(MODULES))'" $(PLUGIN)/ebin/$(APP).app
	@touch $@

# Test modules and the helpers of the suites: one directory, so that a suite finds all of them.
TEST_BEAMS := $(OUT)/test_beams
EUNIT_SRC  := $(wildcard test/erl_src/*.erl)
# Helpers of the suites that have tests of their own.
EUNIT_OF   := test/system/history_checker.erl
SYSTEM_SRC := $(wildcard test/system/*.erl)
TEST_BEHAVIOURS := $(shell grep -l '^-callback' $(SYSTEM_SRC) /dev/null)
SUITES     := $(notdir $(wildcard test/system/*_SUITE.erl))
CLIENT_SUITES := $(patsubst %_SUITE.erl,%,$(filter pages_% %client_SUITE.erl %clients_SUITE.erl,$(SUITES)))
SYSTEM_SUITES := $(filter-out $(CLIENT_SUITES),$(SUITES:%_SUITE.erl=%))

.PHONY: test-beams eunit-beams
test-beams: $(OUT)/test_beams.stamp
$(OUT)/test_beams.stamp: $(SYSTEM_SRC) $(wildcard test/system/*.hrl) test/system/guard.sh $(OUT)/beams.stamp
	@rm -rf $(TEST_BEAMS) && mkdir -p $(TEST_BEAMS) && cp test/system/guard.sh $(TEST_BEAMS)/
	@$(if $(TEST_BEHAVIOURS),erlc +debug_info +warnings_as_errors -o $(TEST_BEAMS) $(TEST_BEHAVIOURS))
	@$(if $(SYSTEM_SRC),erlc +debug_info +warnings_as_errors -pa $(PLUGIN)/ebin -pa $(TEST_BEAMS) -I include -o $(TEST_BEAMS) $(filter-out $(TEST_BEHAVIOURS),$(SYSTEM_SRC)))
	@touch $@

eunit: $(OUT)/beams.stamp ## EUnit (M=module)
	@mkdir -p $(OUT)/eunit $(RESULTS)
	@erlc +debug_info -pa $(PLUGIN)/ebin -I include -I erl_src -o $(OUT)/eunit $(EUNIT_OF) $(if $(M),test/erl_src/$(M).erl,$(EUNIT_SRC))
	@escript tools/eunit.escript $(PLUGIN)/ebin $(OUT)/eunit $(RESULTS)/$(RUN)eunit $(if $(M),$(M),$(notdir $(EUNIT_SRC:.erl=)))

CT = RABBIT_SOCKS_ROOT=$(CURDIR) RABBIT_SOCKS_EZ=$(abspath $(EZ)) RABBIT_SOCKS_BUILD=$(abspath $(BUILD)) RABBIT_SOCKS_LOGS=$(abspath $(BUILD)/ct/brokers) \
     escript tools/ct.escript $(PLUGIN)/ebin $(TEST_BEAMS) $(BUILD)/ct $(RESULTS) "$(CASE)"
