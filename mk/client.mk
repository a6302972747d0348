# SPDX-License-Identifier: MPL-2.0
# The official Socket.IO client for browsers, which the edge serves at /socket.io/socket.io.js as a Socket.IO server does. It
# is npm's: fetched once, by version and digest (tools/browser_client/package-lock.json), into BUILD, and from there into the
# archive, with the licences of all that is bundled in it. It is never committed.
#
#   make dist BROWSER_CLIENT=    an archive without it

BROWSER_CLIENT       ?= 4
BROWSER_CLIENT_LOCK  := tools/browser_client
BROWSER_CLIENT_OUT   := $(BUILD)/browser_client
BROWSER_CLIENT_FILES := $(foreach f,socket.io socket.io.min socket.io.esm.min,$(f).js $(f).js.map)
BROWSER_CLIENT_PARTS := socket.io-client socket.io-parser engine.io-client engine.io-parser @socket.io/component-emitter debug ms
BROWSER_CLIENT_STAMP := $(if $(BROWSER_CLIENT),$(BROWSER_CLIENT_OUT)/stamp)

$(BROWSER_CLIENT_OUT)/stamp: $(BROWSER_CLIENT_LOCK)/package.json $(BROWSER_CLIENT_LOCK)/package-lock.json mk/client.mk
	@mkdir -p $(@D) && rm -rf $(@D)/www && cp $(BROWSER_CLIENT_LOCK)/package*.json $(@D)/
	@command -v npm >/dev/null || { echo "the Socket.IO client for browsers: npm is not installed; make dist BROWSER_CLIENT= does without" >&2; exit 1; }
	@cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --fetch-retries=1 >npm.log 2>&1 \
	  || { echo "the Socket.IO client for browsers: npm cannot fetch it ($(@D)/npm.log says why); make dist BROWSER_CLIENT= does without" >&2; exit 1; }
	@cd $(@D) && mkdir -p www && cp $(BROWSER_CLIENT_FILES:%=node_modules/socket.io-client/dist/%) www/
	@cd $(@D)/node_modules && for p in $(BROWSER_CLIENT_PARTS); do echo "== $$p"; echo; cat $$p/LICENSE 2>/dev/null || cat $$p/license.md || exit 1; echo; done >../www/LICENSE
	@touch $@

# The packages that the programs of test/clients are written for: $(call client_packages,DIRECTORY…). Suites install their own when
# they are missing (socks_node); where several run side by side, all of them are there before.
client_packages = $(1:%=test/clients/%/node_modules/.package-lock.json)
CLIENT_PACKAGES := $(filter-out bench,$(patsubst test/clients/%/package-lock.json,%,$(wildcard test/clients/*/package-lock.json)))

.PHONY: client-packages
client-packages: $(call client_packages,$(CLIENT_PACKAGES))

test/clients/%/node_modules/.package-lock.json: test/clients/%/package-lock.json
	@cd test/clients/$* && npm ci --no-audit --no-fund --ignore-scripts --prefer-offline >/dev/null && touch node_modules/.package-lock.json
