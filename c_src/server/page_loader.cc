// SPDX-License-Identifier: MPL-2.0
#include "server/page_loader.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace rabbit_socks::server {
namespace {

struct DirCloser {
  void operator()(DIR* dir) const { closedir(dir); }
};
using Dir = std::unique_ptr<DIR, DirCloser>;

class Loader {
 public:
  Loader(const PageLimits& limits, http::Pages* pages,
         std::vector<std::string>* problems)
      : limits_(limits), pages_(pages), problems_(problems) {}

  // Takes `fd`, an open directory; `prefix` is its path below the root, with a
  // "/" at its end unless empty.
  void Walk(int fd, const std::string& prefix, int depth);

 private:
  void Visit(int parent, const std::string& name, const std::string& path,
             int depth);
  void Load(int fd, size_t size, const std::string& path);
  void Problem(const std::string& path, const char* what) {
    problems_->push_back("page " + path + ": " + what);
  }

  const PageLimits& limits_;
  http::Pages* pages_;
  std::vector<std::string>* problems_;
  size_t entries_ = 0;  // looked at, served or not
  size_t files_ = 0;
  size_t total_ = 0;
  bool full_ = false;
};

void Loader::Walk(int fd, const std::string& prefix, int depth) {
  const Dir dir(fdopendir(fd));
  if (!dir) {
    close(fd);
    return Problem(prefix, std::strerror(errno));
  }
  std::vector<std::string> names;
  while (const dirent* entry = readdir(dir.get())) {
    if (entry->d_name[0] == '.') continue;
    if (++entries_ > limits_.max_files * 10) {
      full_ = true;
      return Problem(prefix, "too many files");
    }
    names.emplace_back(entry->d_name);
  }
  std::sort(names.begin(),
            names.end());  // the same files whatever order the file system has
  for (const std::string& name : names) {
    if (full_) return;
    Visit(fd, name, prefix + name, depth);
  }
}

void Loader::Visit(int parent, const std::string& name, const std::string& path,
                   int depth) {
  const int fd =
      openat(parent, name.c_str(),
             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (fd < 0) {
    // ELOOP: a symbolic link. ENXIO: a socket or a device without a driver.
    if (errno != ELOOP && errno != ENXIO) Problem(path, std::strerror(errno));
    return;
  }
  struct stat status {};
  if (fstat(fd, &status) != 0) {
    close(fd);
    return Problem(path, std::strerror(errno));
  }
  if (S_ISDIR(status.st_mode)) {
    if (depth < limits_.max_depth) return Walk(fd, path + "/", depth + 1);
    Problem(path, "too deep");
  } else if (S_ISREG(status.st_mode) && !http::ContentType(name).empty()) {
    Load(fd, static_cast<size_t>(std::max<off_t>(status.st_size, 0)), path);
  }
  close(fd);
}

void Loader::Load(int fd, size_t size, const std::string& path) {
  if (size > limits_.max_file) return Problem(path, "too large");
  if (files_ >= limits_.max_files || size > limits_.max_total - total_) {
    full_ = true;
    return Problem(
        path, "too many pages: this one and those after it are not served");
  }
  // A file that grows meanwhile is cut at its size, one that shrinks is taken
  // as it is.
  std::string bytes(size, '\0');
  size_t filled = 0;
  while (filled < size) {
    const ssize_t got = read(fd, bytes.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Problem(path, std::strerror(errno));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  bytes.resize(filled);
  ++files_;
  total_ += filled;
  pages_->Add(path, std::move(bytes));
}

}  // namespace

std::shared_ptr<const http::Pages> LoadPages(
    const std::string& directory, const PageLimits& limits,
    std::vector<std::string>* problems) {
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) {
    problems->push_back("pages " + directory + ": " + std::strerror(errno));
    return nullptr;
  }
  auto pages = std::make_shared<http::Pages>();
  Loader(limits, pages.get(), problems).Walk(fd, "", 0);
  return pages;
}

}  // namespace rabbit_socks::server
