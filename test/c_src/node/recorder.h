// SPDX-License-Identifier: MPL-2.0
// Commands as lines of text, to be compared.
#ifndef RABBIT_SOCKS_TEST_NODE_RECORDER_H_
#define RABBIT_SOCKS_TEST_NODE_RECORDER_H_

#include <string>
#include <vector>

#include "node/messages.h"
#include "support/escape.h"
#include "support/values.h"

namespace rabbit_socks::node {

class Recorder : public Commands {
 public:
  const std::vector<std::string>& calls() const { return calls_; }

  void OnHello(int version, base::Bytes release, base::Bytes tag) override {
    Call("hello", {N(version), Q(release), Q(tag)});
  }
  void OnHeartbeat(uint64_t n) override { Call("heartbeat", {N(n)}); }
  void OnListen(base::ListenerId listener, Config config) override {
    Call("listen", {N(listener), Show(config)});
  }
  void OnConfigure(base::ListenerId listener, Config config) override {
    Call("configure", {N(listener), Show(config)});
  }
  void OnUnlisten(base::ListenerId listener) override {
    Call("unlisten", {N(listener)});
  }
  void OnRemove(base::ListenerId listener, uint16_t code, base::Bytes reason,
                base::Time window) override {
    Call("remove", {N(listener), N(code), Q(reason), N(window)});
  }
  void OnAdopt(uint64_t ref, base::Bytes buffer) override {
    Call("adopt", {N(ref), Q(buffer)});
  }
  void OnAccept(base::SessionId session, base::Bytes pid,
                Fields headers) override {
    std::string fields;
    for (const auto& [name, value] : headers) fields += Q(name) + Q(value);
    Call("accept", {N(session.value), Q(pid), "[" + fields + "]"});
  }
  void OnRefuse(base::SessionId session, uint16_t status, base::Bytes text,
                const base::Value& data) override {
    Call("refuse",
         {N(session.value), N(status), Q(text), "[" + test::Show(data) + "]"});
  }
  void OnSend(base::SessionId session, const base::Message& message) override {
    Call("send", {N(session.value), test::Show(message)});
  }
  void OnNoValue(base::SessionId session, base::Bytes why) override {
    Call("no-value", {N(session.value), Q(why)});
  }
  void OnDisconnect(base::SessionId session, bool whole) override {
    Call("disconnect", {N(session.value), whole ? "whole" : "one"});
  }
  void OnPosition(base::SessionId session, base::Bytes position) override {
    Call("position", {N(session.value), Q(position)});
  }
  void OnSync(base::SessionId session, uint64_t number) override {
    Call("sync", {N(session.value), N(number)});
  }
  void OnJoin(base::SessionId session, base::Bytes room,
              base::SlowPolicy slow) override {
    constexpr const char* kNames[] = {"close", "drop", "conflate"};
    Call("join",
         {N(session.value), Q(room), kNames[static_cast<size_t>(slow)]});
  }
  void OnLeave(base::SessionId session, base::Bytes room) override {
    Call("leave", {N(session.value), Q(room)});
  }
  void OnBroadcast(const base::Audience& audience,
                   const base::Message& message) override {
    Call("broadcast", {Show(audience), test::Show(message)});
  }
  void OnCredit(base::SessionId session, uint32_t messages,
                uint32_t bytes) override {
    Call("credit", {N(session.value), N(messages), N(bytes)});
  }
  void OnClose(base::SessionId session, uint16_t code,
               base::Bytes reason) override {
    Call("close", {N(session.value), N(code), Q(reason)});
  }
  void OnRequest(uint64_t ref, base::ListenerId listener,
                 RelayedRequest request) override {
    Call("request", {N(ref), N(listener), Show(request)});
  }
  void OnBytes(uint64_t ref, base::Bytes bytes) override {
    Call("bytes", {N(ref), Q(bytes)});
  }
  void OnGone(uint64_t ref) override { Call("gone", {N(ref)}); }
  void OnForwarded(uint64_t ref, base::Bytes name,
                   RelayedRequest request) override {
    Call("forwarded", {N(ref), Q(name), Show(request)});
  }
  void OnAnswer(uint64_t ref, uint16_t status, Fields headers,
                base::Bytes body) override {
    std::string fields;
    for (const auto& [name, value] : headers) fields += Q(name) + Q(value);
    Call("answer", {N(ref), N(status), "[" + fields + "]", Q(body)});
  }
  void OnUnanswered(uint64_t ref) override { Call("unanswered", {N(ref)}); }
  void OnStop(uint16_t code, base::Bytes reason) override {
    Call("stop", {N(code), Q(reason)});
  }
  void OnUnknown(base::Bytes name) override { Call("unknown", {Q(name)}); }

 private:
  template <class T>
  static std::string N(T number) {
    return std::to_string(number);
  }
  static std::string Q(base::Bytes bytes) {
    return "<" + test::Escape(bytes) + ">";
  }
  static std::string List(const std::vector<std::string>& strings) {
    std::string text;
    for (const std::string& string : strings) text += Q(string);
    return "[" + text + "]";
  }
  static std::string Show(const RelayedRequest& request) {
    std::string fields;
    for (const base::Header& field : request.headers.fields()) {
      fields += Q(field.name) + Q(field.value);
    }
    return Q(request.method) + " " + Q(request.target) + " " + Q(request.path) +
           " [" + fields + "] " + Q(request.peer_address) + " " +
           N(request.peer_port) + " " + Q(request.local_address) + " " +
           N(request.local_port) + (request.secure ? " secure " : " plain ") +
           Q(request.certificate) + " " + Q(request.body);
  }
  static std::string Show(const base::Audience& audience) {
    std::string text = "to ";
    if (!audience.nsp.empty()) text += audience.nsp + " ";
    text += audience.everybody ? "all" : List(audience.rooms);
    if (audience.key) text += " key " + Q(*audience.key);
    text += " except " + List(audience.except_rooms);
    for (const base::SessionId id : audience.except) text += " " + N(id.value);
    return text;
  }
  static std::string Show(const base::TlsIdentity& identity) {
    return Q(identity.certfile) + List(identity.cert) + Q(identity.keyfile) +
           Q(identity.key) + Q(identity.password) + Q(identity.cacertfile) +
           List(identity.cacerts) + (identity.verify_peer ? " verify" : "") +
           (identity.fail_if_no_peer_cert ? " fail" : "") + " depth " +
           N(identity.depth);
  }
  static std::string Show(const base::TlsOptions& tls) {
    std::string text = " tls " + Show(tls.identity);
    for (const auto& [name, identity] : tls.hosts)
      text += " host " + Q(name) + " " + Show(identity);
    return text + (tls.tls12 ? " 1.2" : "") + (tls.tls13 ? " 1.3" : "") + " " +
           List(tls.ciphers) + (tls.honor_cipher_order ? " order" : "") +
           (tls.reuse_sessions ? " reuse" : "");
  }
  static std::string Show(const Config& config) {
    std::string text;
    for (const RouteConfig& route : config.routes) {
      text += "route " + List(route.prefix) + List(route.subprotocols) +
              (route.any_origin ? "any" : List(route.origins)) +
              (route.events ? " events" : "") +
              (route.frames ? " frames" : "") +
              (route.resumes ? " resumes" : "") + " ";
    }
    text += "pages " + Q(config.pages);
    if (config.tls) text += Show(*config.tls);
    for (const auto& [key, value] : config.limits) {
      text += " " + key + "=" + N(value);
    }
    return text;
  }
  void Call(const std::string& name, const std::vector<std::string>& words) {
    calls_.push_back(name);
    for (const std::string& word : words) calls_.back() += " " + word;
  }

  std::vector<std::string> calls_;
};

}  // namespace rabbit_socks::node

#endif  // RABBIT_SOCKS_TEST_NODE_RECORDER_H_
