// SPDX-License-Identifier: MPL-2.0
// What a listener that speaks TLS was told: plain data that the node room reads
// and the net room uses. Names are those of Erlang's ssl application.
#ifndef RABBIT_SOCKS_BASE_TLS_OPTIONS_H_
#define RABBIT_SOCKS_BASE_TLS_OPTIONS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rabbit_socks::base {

// Who we are and whom we trust: of the listener, or of one of its host names.
struct TlsIdentity {
  std::string certfile;              // PEM, our own certificate first
  std::vector<std::string> cert;     // or the same as DER
  std::string keyfile;               // PEM; empty: in certfile
  std::string key;                   // or the key as DER
  std::string password;              // of an encrypted key; never logged
  std::string cacertfile;            // PEM
  std::vector<std::string> cacerts;  // or as DER
  bool verify_peer = false;
  bool fail_if_no_peer_cert = false;
  uint8_t depth = 1;  // intermediate certificates of a client's chain
};

struct TlsOptions {
  TlsIdentity identity;  // for every name that is not among the hosts
  std::vector<std::pair<std::string, TlsIdentity>> hosts;  // lower case
  bool tls12 = true, tls13 = true;
  std::vector<std::string> ciphers;  // names of OpenSSL or the RFCs; empty:
                                     // those with forward secrecy
  bool honor_cipher_order = false;
  bool reuse_sessions = true;
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_TLS_OPTIONS_H_
