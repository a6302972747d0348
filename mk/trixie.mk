# SPDX-License-Identifier: MPL-2.0
# The other broker: RabbitMQ 4 and OTP 27 as Debian 13 has them, in a root directory of their own below BUILD.

TRIXIE_SUITES := harness listeners web_context edge operator alarm schema stomp stomp_broker stomp_login \
                 amqp amqp_login amqp_consume amqp_stream amqp_token emit

.PHONY: trixie
trixie: ## the plugin with the RabbitMQ of Debian 13 (as root; TRIXIE_SUITES=)
	@tools/trixie.sh $(abspath $(BUILD))/trixie $(abspath $(RESULTS)) "$(filter-out $(DEPS_NODE),$(DEPS_BUILD)) erlang-eunit erlang-common-test openssl" "$(TRIXIE_SUITES)"
