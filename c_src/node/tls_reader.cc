// SPDX-License-Identifier: MPL-2.0
#include "node/tls_reader.h"

#include <string>
#include <utility>

#include "node/compound.h"

namespace rabbit_socks::node {
namespace {

constexpr int64_t kMaxDepth = 5;

bool ReadVerify(TermReader* term, bool* verify_peer) {
  base::Bytes name;
  if (!term->Atom(&name)) return false;
  *verify_peer = name == "verify_peer";
  return *verify_peer || name == "verify_none";
}

bool ReadDepth(TermReader* term, uint8_t* depth) {
  int64_t value = 0;
  if (!term->Integer(0, kMaxDepth, &value)) return false;
  *depth = static_cast<uint8_t>(value);
  return true;
}

bool ReadVersions(TermReader* term, base::TlsOptions* options) {
  options->tls12 = options->tls13 = false;
  const bool read = ReadList(term, [&](TermReader* t) {
    base::Bytes name;
    if (!t->Atom(&name)) return false;
    options->tls12 = options->tls12 || name == "tlsv1.2";
    options->tls13 = options->tls13 || name == "tlsv1.3";
    return name == "tlsv1.2" || name == "tlsv1.3";
  });
  return read && (options->tls12 || options->tls13);
}

// One of a listener's or a host's keys.
bool ReadOfIdentity(base::Bytes key, TermReader* t, base::TlsIdentity* of) {
  if (key == "certfile") return ReadString(t, &of->certfile);
  if (key == "cert") return ReadStrings(t, &of->cert);
  if (key == "keyfile") return ReadString(t, &of->keyfile);
  if (key == "key") return ReadString(t, &of->key);
  if (key == "password") return ReadString(t, &of->password);
  if (key == "cacertfile") return ReadString(t, &of->cacertfile);
  if (key == "cacerts") return ReadStrings(t, &of->cacerts);
  if (key == "verify") return ReadVerify(t, &of->verify_peer);
  if (key == "fail_if_no_peer_cert")
    return t->Boolean(&of->fail_if_no_peer_cert);
  return key == "depth" && ReadDepth(t, &of->depth);
}

bool HasCertificate(const base::TlsIdentity& identity) {
  return !identity.certfile.empty() || !identity.cert.empty();
}

// {Name, Map}
bool ReadHost(TermReader* term, base::TlsOptions* options) {
  auto& [name, identity] = options->hosts.emplace_back();
  return term->Tuple(2) && ReadString(term, &name) && !name.empty() &&
         ReadMap(term,
                 [&, of = &identity](base::Bytes key, TermReader* t) {
                   return ReadOfIdentity(key, t, of);
                 }) &&
         HasCertificate(identity);
}

}  // namespace

bool ReadTls(TermReader* term, base::TlsOptions* options) {
  const bool read = ReadMap(term, [&](base::Bytes key, TermReader* t) {
    if (key == "versions") return ReadVersions(t, options);
    if (key == "ciphers") return ReadStrings(t, &options->ciphers);
    if (key == "honor_cipher_order")
      return t->Boolean(&options->honor_cipher_order);
    if (key == "reuse_sessions") return t->Boolean(&options->reuse_sessions);
    if (key == "sni_hosts")
      return ReadList(t, [&](TermReader* h) { return ReadHost(h, options); });
    return ReadOfIdentity(key, t, &options->identity);
  });
  return read && HasCertificate(options->identity);
}

}  // namespace rabbit_socks::node
