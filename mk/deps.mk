# SPDX-License-Identifier: MPL-2.0
# Debian's packages, by name. Installed only when one is missing, so that a complete machine needs no network. "a/b" is a, or b
# where Debian has no a: node-llhttp of Debian 12 has llhttp's C source, that of Debian 13 does not.

# Node comes from Debian unless the machine has one of its own.
DEPS_NODE   = $(if $(BROWSER_CLIENT),$(if $(shell command -v npm),,nodejs npm))
# To build the plugin and to run a broker with it. npm fetches the client that browsers are served.
DEPS_BUILD  = make g++ zip rabbitmq-server erlang-base erlang-dev erlang-crypto libuv1-dev libssl-dev zlib1g-dev rapidjson-dev libllhttp-dev/node-llhttp \
              $(DEPS_NODE)
# To test it.
DEPS_TEST   = libgtest-dev libgmock-dev erlang-eunit erlang-common-test erlang-dialyzer erlang-tools rebar3 clang clang-format clang-tidy libclang-rt-dev \
              chromium perl libprotocol-websocket-perl ruby ruby-websocket python3-socketio python3-requests python3-websocket openssl debootstrap
DEPS       ?= $(DEPS_BUILD) $(DEPS_TEST)

deps: ## installs Debian's packages for everything (as root)
	@tools/deps.sh $(DEPS)
