// SPDX-License-Identifier: MPL-2.0
#include "http_connection.h"

#include <strings.h>

namespace {

constexpr std::string_view kEnd = "\r\n\r\n";

size_t ContentLength(std::string_view head) {
  constexpr std::string_view kName = "\r\ncontent-length: ";
  for (size_t at = head.find('\r'); at + kName.size() < head.size();
       at = head.find('\r', at + 1)) {
    if (strncasecmp(head.data() + at, kName.data(), kName.size()) == 0)
      return std::strtoul(head.data() + at + kName.size(), nullptr, 10);
  }
  Fail("an answer without Content-Length: " + std::string(head));
}

}  // namespace

void HttpConnection::Get(const std::string& target) {
  Send("GET " + target + " HTTP/1.1\r\nHost: " + host_ + "\r\n\r\n");
}

void HttpConnection::Post(const std::string& target, std::string_view body) {
  Send("POST " + target + " HTTP/1.1\r\nHost: " + host_ +
       "\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: " +
       std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

void HttpConnection::Send(const std::string& request) {
  if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    Fail("cannot send a request");
}

bool HttpConnection::Read(bool wait, std::string* body) {
  std::array<char, 16384> buffer;
  const ssize_t got =
      recv(fd_, buffer.data(), buffer.size(), wait ? 0 : MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (got <= 0) Fail("the server closed a connection");
  in_.append(buffer.data(), static_cast<size_t>(got));
  const size_t end = in_.find(kEnd);
  if (end == std::string::npos) return false;
  const std::string_view head = std::string_view(in_).substr(0, end + 2);
  const size_t begin = end + kEnd.size(), size = ContentLength(head);
  if (in_.size() < begin + size) return false;
  if (head.substr(0, 12) != "HTTP/1.1 200" || in_.size() > begin + size)
    Fail("not the answer to one request: " + in_);
  body->assign(in_, begin, size);
  in_.clear();
  return true;
}

std::string HttpConnection::Answer() {
  std::string body;
  while (!Read(true, &body)) {
  }
  return body;
}
