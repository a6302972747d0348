// SPDX-License-Identifier: MPL-2.0
#include "server/listeners.h"

#include <string>
#include <utility>
#include <vector>

#include "net/tls_source.h"
#include "server/options.h"
#include "server/page_loader.h"

namespace rabbit_socks::server {

using base::Bytes;
using base::ListenerId;
using base::Time;

void Listeners::Configure(ListenerId listener, const node::Config& config) {
  std::vector<std::string> problems;
  session::ListenerConfig made = ToListenerConfig(config, &problems);
  if (!config.pages.empty())
    made.pages = LoadPages(config.pages, PageLimits{}, &problems);
  for (const std::string& problem : problems)
    core_->Note(Level::kError,
                "listener " + std::to_string(listener) + ": " + problem);
  core_->hub.Configure(listener, std::move(made));
  SetTls(listener, config);
}

// The files are read now, so that what is wrong is told before a client comes.
void Listeners::SetTls(ListenerId listener, const node::Config& config) {
  if (!config.tls) return core_->loop->SetTls(listener, nullptr);
  auto source = std::make_shared<net::TlsSource>(*config.tls);
  static_cast<void>(source->Current(core_->loop->Now()));
  for (const net::TlsSource::Report& report : source->TakeReports())
    core_->Note(report.error ? Level::kError : Level::kWarning,
                "listener " + std::to_string(listener) + ": " + report.text);
  core_->loop->SetTls(listener, std::move(source));
}

void Listeners::Listen(ListenerId listener, const node::Config& config,
                       Time now) {
  Configure(listener, config);
  if (core_->lifecycle.stopping()) return;
  known_.insert(listener);
  const std::optional<int> fd =
      core_->rendezvous.Ask(listener, {Want::Kind::kListen, {}}, now);
  if (fd) Met(listener, *fd);
}

void Listeners::Met(ListenerId listener, int fd) {
  if (core_->loop->Listen(listener, fd)) {
    core_->writer.Listening(listener);
  } else {
    core_->Note(Level::kError, "listener " + std::to_string(listener) +
                                   ": its descriptor is no listening socket");
  }
}

void Listeners::Unlisten(ListenerId listener) {
  known_.erase(listener);
  core_->rendezvous.Cancel(listener);
  core_->loop->Unlisten(listener);
}

void Listeners::UnlistenAll() {
  const std::unordered_set<ListenerId> all = std::exchange(known_, {});
  for (const ListenerId listener : all) Unlisten(listener);
}

void Listeners::Remove(ListenerId listener, uint16_t code, Bytes reason,
                       Time window, Time now) {
  Unlisten(listener);
  core_->loop->SetTls(listener, nullptr);
  core_->hub.Remove(listener, code, reason, window, now);
  core_->Drain(now);
}

}  // namespace rabbit_socks::server
