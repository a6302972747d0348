// SPDX-License-Identifier: MPL-2.0
// What a form does to a text on its way, undone.
#ifndef RABBIT_SOCKS_FRAMING_FORM_TEXT_H_
#define RABBIT_SOCKS_FRAMING_FORM_TEXT_H_

#include <string>

#include "base/bytes.h"

namespace rabbit_socks::framing {

// Each "\r\n" as "\n": a form sends every line end as the former.
std::string WithoutCarriageReturns(base::Bytes text);

}  // namespace rabbit_socks::framing

#endif  // RABBIT_SOCKS_FRAMING_FORM_TEXT_H_
