// SPDX-License-Identifier: MPL-2.0
#include "net/tls_stream.h"

#include <openssl/err.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "net/tls_error.h"

namespace rabbit_socks::net {

std::unique_ptr<TlsStream> TlsStream::Accept(
    std::shared_ptr<const TlsContext> context, int fd) {
  Ssl ssl = context->NewConnection(fd);
  if (!ssl) return nullptr;
  return std::unique_ptr<TlsStream>(
      new TlsStream(std::move(context), std::move(ssl)));
}

TlsStream::Step TlsStream::Judge(int result, bool* wants_other, int other) {
  const int error = SSL_get_error(ssl_.get(), result);
  *wants_other = error == other;
  switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return Step::kWait;
    case SSL_ERROR_ZERO_RETURN:
      return Step::kEnd;
    case SSL_ERROR_SYSCALL:
      fault_ = errno == 0 ? "connection lost"
                          : std::string("connection lost: ") + strerror(errno);
      break;
    default: {
      const long verified = SSL_get_verify_result(ssl_.get());
      fault_ = TakeTlsError();
      if (verified != X509_V_OK)
        fault_ += std::string(": ") + X509_verify_cert_error_string(verified);
    }
  }
  ERR_clear_error();
  return Step::kBroken;
}

TlsStream::Step TlsStream::Handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    read_wants_write_ = false;
    buffered_ = SSL_has_pending(ssl_.get()) != 0;
    context_.reset();  // an old one is not kept by those that it served
    return Step::kDone;
  }
  const Step step = Judge(result, &read_wants_write_, SSL_ERROR_WANT_WRITE);
  return step == Step::kEnd ? Step::kBroken : step;
}

std::string TlsStream::PeerCertificate() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return {};
  std::string der(reinterpret_cast<const char*>(bytes),
                  static_cast<size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

TlsStream::Step TlsStream::Read(std::span<char> buffer, size_t* got) {
  *got = 0;
  buffered_ = false;
  read_wants_write_ = false;
  Step step = std::exchange(after_, Step::kDone);
  while (step == Step::kDone) {
    size_t more = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), buffer.data() + *got,
                                   buffer.size() - *got, &more);
    *got += more;
    if (result != 1) {
      step = Judge(result, &read_wants_write_, SSL_ERROR_WANT_WRITE);
    } else if (SSL_has_pending(ssl_.get()) == 0) {
      break;  // the descriptor says when there is more
    } else if (*got == buffer.size()) {
      buffered_ = true;
      break;
    }
  }
  if (*got == 0) return step;
  if (step == Step::kEnd || step == Step::kBroken) after_ = step;
  return Step::kDone;
}

TlsStream::Step TlsStream::Write(base::Bytes bytes, size_t* taken) {
  *taken = 0;
  ERR_clear_error();
  write_wants_read_ = false;
  const int result =
      SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), taken);
  if (result == 1) return Step::kDone;
  const Step step = Judge(result, &write_wants_read_, SSL_ERROR_WANT_READ);
  return step == Step::kEnd ? Step::kBroken : step;
}

TlsStream::Step TlsStream::End() {
  ERR_clear_error();
  const int result = SSL_shutdown(ssl_.get());
  if (result >= 0) return Step::kDone;
  bool unused = false;
  return Judge(result, &unused, SSL_ERROR_WANT_READ) == Step::kWait
             ? Step::kWait
             : Step::kDone;
}

}  // namespace rabbit_socks::net
