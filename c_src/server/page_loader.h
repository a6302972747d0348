// SPDX-License-Identifier: MPL-2.0
// Static pages from a directory into memory, once, when a listener is
// configured.
//
// Requests never name a file: what is not loaded here is not served (attack
// rows W02 to W04). Symbolic links below the directory are not followed, only
// regular files are read, and nothing blocks: a FIFO is opened non-blocking and
// passed over. The directory itself may be a link: the operator named it.
#ifndef RABBIT_SOCKS_SERVER_PAGE_LOADER_H_
#define RABBIT_SOCKS_SERVER_PAGE_LOADER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "http/pages.h"

namespace rabbit_socks::server {

struct PageLimits {
  size_t max_files = 1000;
  size_t max_file = 4 << 20;
  size_t max_total = 32 << 20;
  int max_depth = 8;
};

// Null when the directory cannot be read. What is passed over for a limit, or
// cannot be read, gets a line in *problems; files that are not to be served
// (http::ContentType, names that begin with ".") are passed over in silence.
std::shared_ptr<const http::Pages> LoadPages(
    const std::string& directory, const PageLimits& limits,
    std::vector<std::string>* problems);

}  // namespace rabbit_socks::server

#endif  // RABBIT_SOCKS_SERVER_PAGE_LOADER_H_
