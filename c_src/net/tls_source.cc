// SPDX-License-Identifier: MPL-2.0
#include "net/tls_source.h"

#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "net/tls_context.h"

namespace rabbit_socks::net {
namespace {

void Gather(const base::TlsIdentity& identity,
            std::vector<std::string>* files) {
  for (const std::string* file :
       {&identity.certfile, &identity.keyfile, &identity.cacertfile}) {
    if (!file->empty()) files->push_back(*file);
  }
}

}  // namespace

bool TlsSource::Stamp::operator==(const Stamp& other) const {
  return device == other.device && inode == other.inode && size == other.size &&
         changed.tv_sec == other.changed.tv_sec &&
         changed.tv_nsec == other.changed.tv_nsec && error == other.error;
}

TlsSource::TlsSource(base::TlsOptions options) : options_(std::move(options)) {
  Gather(options_.identity, &files_);
  for (const auto& [name, identity] : options_.hosts) Gather(identity, &files_);
}

std::vector<TlsSource::Stamp> TlsSource::Look() const {
  std::vector<Stamp> stamps;
  stamps.reserve(files_.size());
  for (const std::string& file : files_) {
    struct stat found {};
    Stamp stamp;
    if (stat(file.c_str(), &found) == 0) {
      stamp = {found.st_dev, found.st_ino, found.st_size, found.st_mtim, 0};
    } else {
      stamp.error = errno;
    }
    stamps.push_back(stamp);
  }
  return stamps;
}

std::shared_ptr<const TlsContext> TlsSource::Current(base::Time now) {
  if (begun_ && now - looked_ < kLookInterval) return context_;
  looked_ = now;
  // Before the files are read: what changes meanwhile is seen the next time.
  std::vector<Stamp> stamps = Look();
  if (!begun_ || stamps != stamps_ || now - made_ >= kTicketKeyLife) {
    stamps_ = std::move(stamps);
    made_ = now;
    begun_ = true;
    Make();
  }
  return context_;
}

void TlsSource::Make() {
  std::string error;
  std::vector<std::string> warnings;
  std::shared_ptr<const TlsContext> made =
      TlsContext::Create(options_, &error, &warnings);
  for (std::string& warning : warnings)
    reports_.push_back({false, "TLS: " + std::move(warning)});
  if (made) {
    context_ = std::move(made);
    return;
  }
  reports_.push_back(
      {true,
       (context_ ? "TLS: the certificate of before is still served: "
                 : "TLS: connections are refused until this is mended: ") +
           error});
}

std::vector<TlsSource::Report> TlsSource::TakeReports() {
  return std::exchange(reports_, {});
}

}  // namespace rabbit_socks::net
