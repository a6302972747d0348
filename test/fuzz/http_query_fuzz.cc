// SPDX-License-Identifier: MPL-2.0
// Paths, queries, forms and origins: any bytes.
#include <cstdlib>
#include <string>

#include "base/headers.h"
#include "http/origin.h"
#include "http/pages.h"
#include "http/query.h"

using namespace rabbit_socks;  // NOLINT(google-build-using-namespace)

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string Encoded(base::Bytes bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += '%';
    text += "0123456789ABCDEF"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// What decodes is no longer and comes back from any spelling; a path has no
// NUL.
void CheckDecoding(base::Bytes bytes) {
  for (const auto decode : {http::PercentDecode, http::FormDecode}) {
    const auto decoded = decode(bytes);
    if (!decoded) continue;
    Require(decoded->size() <= bytes.size() &&
            (decode == http::FormDecode ||
             decoded->find('\0') == std::string::npos));
    Require(decode(Encoded(*decoded)) == decoded);
    if (bytes.find_first_of("%+") == base::Bytes::npos)
      Require(*decoded == bytes);
  }
}

void CheckForm(base::Bytes key, base::Bytes form) {
  const auto value = http::FormValue(form, key);
  // The first pair of that key, said plainly, is found again; but a key that
  // has to be decoded may not decode.
  if (key.find_first_of("%+&=") != base::Bytes::npos ||
      key.find('\0') != base::Bytes::npos)
    return;
  std::string pair = std::string(key) + "=1&";
  Require(http::FormValue(pair.append(form), key) == "1");
  std::string others;
  for (int i = 0; i < 100; ++i) others += "x" + std::string(key) + "&";
  Require(
      !http::FormValue(others.append(form), key));  // pairs after the hundredth
  if (value) Require(value->size() <= form.size());
}

void CheckPath(base::Bytes rest) {
  const std::string path = "/" + std::string(rest);
  std::string joined;
  for (const base::Bytes part : http::SplitPath(path)) {
    Require(part.find('/') == base::Bytes::npos);
    joined.append("/").append(part);
  }
  Require(joined == path);

  static const http::Pages* const pages = [] {
    auto* made = new http::Pages;
    made->Add("index.html", "root");
    made->Add("js/a.js", "script");
    return made;
  }();
  http::Request request;
  request.path = path;
  const http::Response response = pages->Answer(request);
  const auto decoded = http::PercentDecode(path);
  const bool root = decoded == "/" || decoded == "/index.html";
  Require(response.status == (root || decoded == "/js/a.js" ? 200 : 404));
  if (response.status == 200)
    Require(response.body == (root ? "root" : "script"));

  http::Pages added;
  added.Add(rest, "x");
  Require(added.size() == 0 || (rest.front() != '.' && rest.front() != '/' &&
                                rest.find("/.") == base::Bytes::npos &&
                                !http::ContentType(rest).empty()));
}

// What is allowed by a list equals an entry but for case and default port, and
// is fit to be echoed.
void CheckOrigin(base::Bytes bytes) {
  base::Headers headers;
  headers.Add("origin", std::string(bytes));
  static const auto* const listed =
      new http::OriginPolicy({"https://good.example", "http://[::1]:8080"});
  const bool allowed =
      listed->Judge(headers) == http::OriginPolicy::Verdict::kAllowed;
  const bool equal =
      base::EqualsIgnoringCase(bytes, "https://good.example") ||
      base::EqualsIgnoringCase(bytes, "https://good.example:443") ||
      base::EqualsIgnoringCase(bytes, "http://[::1]:8080");
  Require(allowed == equal);
  http::Response response;
  http::OriginPolicy{}.AddCors(headers, &response);
  for (const auto& [name, value] : response.headers)
    Require(http::IsSafeField(name, value));
}

void CheckDecimal(base::Bytes bytes) {
  const auto number = http::ParseDecimal(bytes);
  if (!number) return;
  Require(bytes.size() <= 17 && *number < 100000000000000000);
  std::string plain = std::to_string(*number);
  Require(std::string(bytes.size() - plain.size(), '0') + plain == bytes);
}

}  // namespace

// The bytes before the first LF are a key, the rest is all the other things.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const base::Bytes bytes(reinterpret_cast<const char*>(data), size);
  const size_t line = bytes.find('\n');
  const base::Bytes key =
      line == base::Bytes::npos ? base::Bytes() : bytes.substr(0, line);
  const base::Bytes rest =
      line == base::Bytes::npos ? bytes : bytes.substr(line + 1);
  CheckDecoding(rest);
  CheckForm(key, rest);
  CheckPath(rest);
  CheckOrigin(rest);
  CheckDecimal(rest);
  return 0;
}
