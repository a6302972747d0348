// SPDX-License-Identifier: MPL-2.0
// What parts of events read back as: terms as TermWalker shows them.
#ifndef RABBIT_SOCKS_TEST_FUZZ_SHOWN_TERMS_H_
#define RABBIT_SOCKS_TEST_FUZZ_SHOWN_TERMS_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <string>
#include <utility>

#include "base/headers.h"
#include "base/outbox.h"
#include "base/relayed_request.h"
#include "base/statistics.h"
#include "base/value.h"

namespace rabbit_socks::fuzz {

inline void AddField(const std::string& name, const std::string& value,
                     std::string* list) {
  *list += std::string(list->empty() ? "" : ",") + "{<" + name + ">,<" + value +
           ">}";
}

inline std::string Show(const base::RelayedHead& head) {
  std::string text;
  for (const auto& [name, value] : head.headers) AddField(name, value, &text);
  return "[" + text + "]";
}

inline std::string Show(const base::Headers& headers) {
  std::string text;
  for (const base::Header& field : headers.fields())
    AddField(field.name, field.value, &text);
  return "[" + text + "]";
}

inline std::string Show(const base::Statistics::Counts& counts) {
  std::string text;
  for (const auto& [number, count] : counts)
    text += (text.empty() ? "{" : ",{") + std::to_string(number) + "," +
            std::to_string(count) + "}";
  return "[" + text + "]";
}

inline std::string Show(const base::Statistics& said) {
  return "#{'accepted'," + std::to_string(said.accepted) + ",'answers'," +
         Show(said.answers) + ",'clients'," + std::to_string(said.clients) +
         ",'connections'," + std::to_string(said.connections) + ",'cpu'," +
         std::to_string(said.cpu) + ",'ended'," + Show(said.ended) +
         ",'memory'," + std::to_string(said.memory) + ",'refused'," +
         std::to_string(said.refused) + "}";
}

inline std::string OrNone(const std::string& text) {
  return text.empty() ? "'none'" : "<" + text + ">";
}

// `auth` as it is shown.
inline std::string Show(const base::OpenInfo& info, const std::string& auth) {
  std::string path;
  for (const std::string& part : info.path)
    path += std::string(path.empty() ? "" : ",") + "<" + part + ">";
  return "#{'auth',[" + auth + "],'certificate'," + OrNone(info.certificate) +
         ",'generation','none','headers'," + Show(info.headers) +
         ",'local',{<>,0},'namespace'," + OrNone(info.nsp) + ",'path',[" +
         path + "],'peer',{<" + info.peer_address + ">," +
         std::to_string(info.peer_port) + "},'protocol','rfc6455','query',<" +
         info.query + ">,'secure'," + (info.secure ? "'true'" : "'false'") +
         ",'subprotocol'," + OrNone(info.subprotocol) +
         ",'transport','websocket'}";
}

inline std::string Show(const base::RelayedRequest& request) {
  const std::string& der = request.certificate;
  return "#{'body',<" + request.body + ">" +
         (der.empty() ? "" : ",'certificate',<" + der + ">") + ",'headers'," +
         Show(request.headers) + ",'local',{<>,0},'method',<" + request.method +
         ">,'path',<" + request.path + ">,'peer',{<>," +
         std::to_string(request.peer_port) + "},'secure'," +
         (request.secure ? "'true'" : "'false'") + ",'target',<" +
         request.target + ">}";
}

// An array of texts, numbers and bytes, and how it reads back.
inline std::pair<base::Value, std::string> Arguments(
    FuzzedDataProvider* input) {
  base::Value args;
  std::string shown;
  const size_t list = args.Begin(base::Value::Kind::kArray);
  uint32_t size = 0;
  for (; size < 300 && input->ConsumeBool(); ++size) {
    shown += size == 0 ? "" : ",";
    if (input->ConsumeBool()) {
      const auto number = input->ConsumeIntegral<uint16_t>();
      args.Integer(number);
      shown += std::to_string(number);
    } else if (input->ConsumeBool()) {
      const std::string text = input->ConsumeRandomLengthString(30);
      args.Text(text);
      shown += "<" + text + ">";
    } else {
      const std::string bytes = input->ConsumeRandomLengthString(30);
      args.Binary(bytes);
      shown += "{'binary',<" + bytes + ">}";
    }
  }
  args.End(list, size);
  return {std::move(args), "[" + shown + "]"};
}

}  // namespace rabbit_socks::fuzz

#endif  // RABBIT_SOCKS_TEST_FUZZ_SHOWN_TERMS_H_
