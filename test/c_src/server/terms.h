// SPDX-License-Identifier: MPL-2.0
// Terms in Erlang's external format for tests: written from nested calls, read
// back as text.
#ifndef RABBIT_SOCKS_TEST_SERVER_TERMS_H_
#define RABBIT_SOCKS_TEST_SERVER_TERMS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace rabbit_socks::server::terms {

// Each gives a term without the leading 131.
std::string Atom(const std::string& name);
std::string Binary(base::Bytes bytes);
std::string Integer(uint64_t value);
std::string Tuple(const std::vector<std::string>& elements);
std::string List(const std::vector<std::string>& elements);
std::string Map(const std::vector<std::pair<std::string, std::string>>& pairs);
// A pid of a node "n", told apart by its number.
std::string Pid(uint32_t number);

// A packet of the link: length word, 131, term.
std::string Packet(const std::string& term);

// One term, without the leading 131, as Erlang would print it: {hello,1,#{pid
// => 7}}, <<"text">>, <pid 5>. The text of what is not understood is "?".
std::string Show(base::Bytes term);

}  // namespace rabbit_socks::server::terms

#endif  // RABBIT_SOCKS_TEST_SERVER_TERMS_H_
