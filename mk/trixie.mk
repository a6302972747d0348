# SPDX-License-Identifier: MPL-2.0
# The other broker: RabbitMQ 4 and OTP 27 as Debian 13 has them, in a root directory of their own below BUILD. The other
# libraries that are there, llhttp 9 among them, are the edge's.

TRIXIE_SUITES := harness listeners web_context edge operator metrics alarm schema stomp stomp_broker stomp_login \
                 amqp amqp_login amqp_consume amqp_stream amqp_token emit forward
TRIXIE_CLIENTS := stomp_client amqp_clients
# npm's packages are installed out here, and Node comes from that Debian.
TRIXIE_DEPS := $(filter-out $(DEPS_NODE),$(DEPS_BUILD)) nodejs erlang-eunit erlang-common-test libgtest-dev libgmock-dev openssl

.PHONY: trixie trixie-tests trixie-system trixie-clients
trixie: $(if $(TRIXIE_CLIENTS),$(call client_packages,stomp socketio)) ## the plugin with the RabbitMQ of Debian 13 (as root; TRIXIE_SUITES=, TRIXIE_CLIENTS=)
	@tools/trixie.sh $(abspath $(BUILD))/trixie $(abspath $(RESULTS)) "$(TRIXIE_DEPS)" "TRIXIE_SUITES='$(TRIXIE_SUITES)' TRIXIE_CLIENTS='$(TRIXIE_CLIENTS)'"

# What runs in there.
trixie-tests: unit eunit $(if $(TRIXIE_SUITES),trixie-system) $(if $(TRIXIE_CLIENTS),trixie-clients)

trixie-system:
	@$(MAKE) --no-print-directory system SUITE="$(TRIXIE_SUITES)"

trixie-clients:
	@$(MAKE) --no-print-directory clients SUITE="$(TRIXIE_CLIENTS)"
