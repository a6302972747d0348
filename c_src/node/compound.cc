// SPDX-License-Identifier: MPL-2.0
#include "node/compound.h"

#include <limits>
#include <utility>
#include <vector>

#include "node/tls_reader.h"

namespace rabbit_socks::node {
namespace {

bool ReadField(TermReader* term, std::string* name, std::string* value) {
  return term->Tuple(2) && ReadString(term, name) && ReadString(term, value);
}

// {Address, Port}
bool ReadEndpoint(TermReader* term, std::string* address, uint16_t* port) {
  int64_t number = 0;
  if (!term->Tuple(2) || !ReadString(term, address)) return false;
  if (!term->Integer(0, std::numeric_limits<uint16_t>::max(), &number))
    return false;
  *port = static_cast<uint16_t>(number);
  return true;
}

bool ReadOrigins(TermReader* term, RouteConfig* route) {
  base::Bytes name;
  TermReader ahead = *term;
  route->any_origin = ahead.Atom(&name) && name == "any";
  if (!route->any_origin) return ReadStrings(term, &route->origins);
  *term = ahead;
  return true;
}

bool ReadRoute(TermReader* term, std::vector<RouteConfig>* routes) {
  RouteConfig route;
  const bool read = ReadMap(term, [&](base::Bytes key, TermReader* t) {
    if (key == "prefix") return ReadStrings(t, &route.prefix);
    if (key == "subprotocols") return ReadStrings(t, &route.subprotocols);
    if (key == "events") return t->Boolean(&route.events);
    if (key == "frames") return t->Boolean(&route.frames);
    if (key == "resumes") return t->Boolean(&route.resumes);
    return key == "origins" && ReadOrigins(t, &route);
  });
  routes->push_back(std::move(route));
  return read;
}

// A text that is not empty, or the name none.
bool ReadOptional(TermReader* term, std::string* text) {
  base::Bytes name;
  TermReader ahead = *term;
  if (!ahead.Atom(&name)) return ReadString(term, text) && !text->empty();
  *term = ahead;
  return name == "none";
}

bool ReadLimit(TermReader* term, int64_t* value) {
  TermReader ahead = *term;
  bool flag = false;
  if (ahead.Boolean(&flag)) {
    *term = ahead;
    *value = flag ? 1 : 0;
    return true;
  }
  return term->Integer(std::numeric_limits<int64_t>::min(),
                       std::numeric_limits<int64_t>::max(), value);
}

}  // namespace

bool ReadString(TermReader* term, std::string* text) {
  base::Bytes bytes;
  if (!term->Binary(&bytes)) return false;
  text->assign(bytes);
  return true;
}

bool ReadStrings(TermReader* term, std::vector<std::string>* strings) {
  return ReadList(term, [&](TermReader* t) {
    std::string text;
    if (!ReadString(t, &text)) return false;
    strings->push_back(std::move(text));
    return true;
  });
}

bool ReadFields(TermReader* term, Fields* fields) {
  return ReadList(term, [&](TermReader* t) {
    Fields::value_type field;
    if (!ReadField(t, &field.first, &field.second)) return false;
    fields->push_back(std::move(field));
    return true;
  });
}

bool ReadConfig(TermReader* term, Config* config) {
  const bool read = ReadMap(term, [&](base::Bytes key, TermReader* t) {
    if (key == "routes")
      return ReadList(
          t, [&](TermReader* r) { return ReadRoute(r, &config->routes); });
    if (key == "pages") return ReadOptional(t, &config->pages);
    if (key == "cookie") return ReadOptional(t, &config->cookie);
    if (key == "tls") return ReadTls(t, &config->tls.emplace());
    int64_t value = 0;
    if (!ReadLimit(t, &value)) return false;
    config->limits.emplace_back(std::string(key), value);
    return true;
  });
  return read && !config->routes.empty();
}

bool ReadRequest(TermReader* term, RelayedRequest* request) {
  unsigned seen = 0;
  const bool read = ReadMap(term, [&](base::Bytes key, TermReader* t) {
    const auto mark = [&](unsigned bit) { seen |= 1U << bit; };
    if (key == "method") return mark(0), ReadString(t, &request->method);
    if (key == "target") return mark(1), ReadString(t, &request->target);
    if (key == "path") return mark(2), ReadString(t, &request->path);
    if (key == "body") return mark(3), ReadString(t, &request->body);
    if (key == "certificate") return ReadString(t, &request->certificate);
    if (key == "secure") return mark(4), t->Boolean(&request->secure);
    if (key == "peer")
      return mark(5),
             ReadEndpoint(t, &request->peer_address, &request->peer_port);
    if (key == "local")
      return mark(6),
             ReadEndpoint(t, &request->local_address, &request->local_port);
    if (key == "headers") {
      mark(7);
      return ReadList(t, [&](TermReader* h) {
        std::string name;
        std::string value;
        if (!ReadField(h, &name, &value)) return false;
        request->headers.Add(std::move(name), std::move(value));
        return true;
      });
    }
    return false;
  });
  return read && seen == 0xFF;
}

}  // namespace rabbit_socks::node
