// SPDX-License-Identifier: MPL-2.0
#include "server/terms.h"

#include <algorithm>

namespace rabbit_socks::server::terms {
namespace {

std::string Big(uint64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    text.push_back(static_cast<char>(value >> shift & 0xff));
  return text;
}

std::string Join(const std::vector<std::string>& parts) {
  std::string all;
  for (const std::string& part : parts) all += part;
  return all;
}

// Takes terms off the front of what is left.
class Reader {
 public:
  explicit Reader(base::Bytes bytes) : rest_(bytes) {}

  std::string Term() {
    switch (Number(1)) {
      case 97:
        return std::to_string(Number(1));
      case 98:
        return std::to_string(static_cast<int32_t>(Number(4)));
      case 110: {
        const size_t size = Number(1);
        Take(1);
        uint64_t value = 0;
        for (size_t i = 0; i < size; ++i) value |= Number(1) << (8 * i);
        return std::to_string(value);
      }
      case 100:
        return std::string(Take(Number(2)));
      case 115:
      case 119:
        return std::string(Take(Number(1)));
      case 118:
        return std::string(Take(Number(2)));
      case 109:
        return "<<\"" + std::string(Take(Number(4))) + "\">>";
      case 107:  // a list of small integers
        return "\"" + std::string(Take(Number(2))) + "\"";
      case 106:
        return "[]";
      case 108: {
        std::string text = "[" + Terms(Number(4)) + "]";
        Take(1);  // the tail
        return text;
      }
      case 104:
        return "{" + Terms(Number(1)) + "}";
      case 105:
        return "{" + Terms(Number(4)) + "}";
      case 116:
        return Pairs(Number(4));
      case 88: {
        Term();
        const uint64_t number = Number(4);
        Take(8);
        return "<pid " + std::to_string(number) + ">";
      }
      case 103: {
        Term();
        const uint64_t number = Number(4);
        Take(5);
        return "<pid " + std::to_string(number) + ">";
      }
      default:
        rest_ = {};
        return "?";
    }
  }

 private:
  base::Bytes Take(size_t size) {
    const base::Bytes taken = rest_.substr(0, size);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  uint64_t Number(size_t size) {
    uint64_t value = 0;
    for (const char byte : Take(size))
      value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::string Terms(size_t count) {
    std::string text;
    for (size_t i = 0; i < count && !rest_.empty(); ++i)
      text += (i == 0 ? "" : ",") + Term();
    return text;
  }
  std::string Pairs(size_t count) {
    std::vector<std::string> pairs;
    for (size_t i = 0; i < count && !rest_.empty(); ++i) {
      const std::string key = Term();
      pairs.push_back(key + "=>" + Term());
    }
    std::sort(pairs.begin(), pairs.end());
    std::string text;
    for (const std::string& pair : pairs)
      text += (text.empty() ? "" : ",") + pair;
    return "#{" + text + "}";
  }

  base::Bytes rest_;
};

}  // namespace

std::string Atom(const std::string& name) {
  return "w" + Big(name.size(), 1) + name;
}
std::string Binary(base::Bytes bytes) {
  return "m" + Big(bytes.size(), 4) + std::string(bytes);
}

std::string Integer(uint64_t value) {
  if (value < 256) return "a" + Big(value, 1);
  if (value <= INT32_MAX) return "b" + Big(value, 4);
  std::string digits;
  for (; value != 0; value >>= 8)
    digits.push_back(static_cast<char>(value & 0xff));
  return "n" + Big(digits.size(), 1) + std::string(1, '\0') + digits;
}

std::string Tuple(const std::vector<std::string>& elements) {
  return "h" + Big(elements.size(), 1) + Join(elements);
}

std::string List(const std::vector<std::string>& elements) {
  return elements.empty()
             ? "j"
             : "l" + Big(elements.size(), 4) + Join(elements) + "j";
}

std::string Map(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string text = "t" + Big(pairs.size(), 4);
  for (const auto& [key, value] : pairs) text += key + value;
  return text;
}

std::string Pid(uint32_t number) {
  return "X" + Atom("n") + Big(number, 4) + Big(0, 4) + Big(1, 4);
}

std::string Packet(const std::string& term) {
  return Big(term.size() + 1, 4) + "\x83" + term;
}

std::string Show(base::Bytes term) { return Reader(term).Term(); }

}  // namespace rabbit_socks::server::terms
