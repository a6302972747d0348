// SPDX-License-Identifier: MPL-2.0
// The TLS context of a listener, made anew when one of its files has changed.
//
// Files are looked at when a connection comes, at most once a second. A file
// that cannot be used leaves the context as it is, with one report for each
// change; connections that are there keep what they began with.
#ifndef RABBIT_SOCKS_NET_TLS_SOURCE_H_
#define RABBIT_SOCKS_NET_TLS_SOURCE_H_

#include <sys/types.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/tls_options.h"

namespace rabbit_socks::net {

class TlsContext;

class TlsSource {
 public:
  // So long the keys of tickets are used: who steals them later can read no
  // more than this of what TLS 1.2 sessions said.
  static constexpr base::Time kTicketKeyLife = 43200000;
  static constexpr base::Time kLookInterval = 1000;

  explicit TlsSource(base::TlsOptions options);

  // For a connection that comes now. Null: nothing usable was ever found.
  std::shared_ptr<const TlsContext> Current(base::Time now);

  struct Report {
    bool error;        // otherwise a warning
    std::string text;  // one line, no secrets
  };
  // What Current has found since the last call.
  std::vector<Report> TakeReports();

 private:
  // What tells one state of a file from another.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec changed{};
    int error = 0;
    bool operator==(const Stamp& other) const;
  };
  std::vector<Stamp> Look() const;
  void Make();

  base::TlsOptions options_;
  std::vector<std::string> files_;
  std::vector<Stamp> stamps_;
  std::shared_ptr<const TlsContext> context_;
  base::Time looked_ = 0, made_ = 0;
  bool begun_ = false;
  std::vector<Report> reports_;
};

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_TLS_SOURCE_H_
