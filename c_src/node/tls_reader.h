// SPDX-License-Identifier: MPL-2.0
// The tls map in Config of a listener: docs/PORT_PROTOCOL.md, "TLS of a
// listener".
#ifndef RABBIT_SOCKS_NODE_TLS_READER_H_
#define RABBIT_SOCKS_NODE_TLS_READER_H_

#include "base/tls_options.h"
#include "node/term_reader.h"

namespace rabbit_socks::node {

// Reads one term at the cursor; false when it is not what the grammar has
// there.
[[nodiscard]] bool ReadTls(TermReader* term, base::TlsOptions* options);

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_NODE_TLS_READER_H_
