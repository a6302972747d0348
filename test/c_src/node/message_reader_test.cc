// SPDX-License-Identifier: MPL-2.0
// What the golden file does not show: the ways in which a message or an
// audience can be wrong.
#include "node/message_reader.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "node/arguments.h"
#include "node/term_writer.h"
#include "node/value_reader.h"
#include "support/values.h"

namespace rabbit_socks::node {
namespace {

using Write = std::function<void(TermWriter*)>;
constexpr uint64_t kMost = (uint64_t{1} << 53) - 1;
constexpr uint64_t kMostOfClients = 99999999999999999;

std::string Encode(const Write& write) {
  std::string out;
  TermWriter term(&out);
  write(&term);
  return out;
}

// {Name, …} with what the writers append.
std::string Tuple(const std::string& name, const std::vector<Write>& parts) {
  return Encode([&](TermWriter* term) {
    term->Tuple(1 + static_cast<uint32_t>(parts.size()));
    term->Atom(name);
    for (const Write& part : parts) part(term);
  });
}

Write Text(std::string text) {
  return [text](TermWriter* term) { term->Binary(text); };
}
Write Name(std::string name) {
  return [name](TermWriter* term) { term->Atom(name); };
}
Write Number(uint64_t number) {
  return [number](TermWriter* term) { term->Integer(number); };
}
Write None() {
  return [](TermWriter* term) { term->ListEnd(); };
}
// [Part | Tail]
Write Cons(Write part, Write tail) {
  return [part, tail](TermWriter* term) {
    term->ListHead(1);
    part(term);
    tail(term);
  };
}

// The fault's code, and 0 only for what the whole term was taken for.
uint16_t Read(const std::string& term, std::string* shown) {
  TermReader reader(term);
  base::Value args;
  args.Text("of before");
  base::Message message;
  const base::Fault fault = ReadMessage(&reader, &args, &message);
  if (fault.code != kBrokenTerm) {
    EXPECT_TRUE(reader.AtEnd());
  }
  *shown = fault ? std::string(fault.text) : test::Show(message);
  return fault.code;
}

TEST(MessageReaderTest, AcknowledgementsHaveIdsBelowTheLimit) {
  std::string shown;
  EXPECT_EQ(Read(Tuple("event", {Text("e"), None(), Number(kMost)}), &shown),
            0);
  EXPECT_EQ(shown, "event <e> [] " + std::to_string(kMost));
  // Attack row E35: a client's own may be larger.
  EXPECT_EQ(Read(Tuple("ack", {Number(kMostOfClients), None()}), &shown), 0);
  EXPECT_EQ(shown, "ack " + std::to_string(kMostOfClients) + " []");
  for (const Write& id : {Number(kMost + 1), Name("nine"), Text("9"), None()}) {
    EXPECT_EQ(Read(Tuple("event", {Text("e"), None(), id}), &shown),
              kBrokenTerm);
  }
  for (const Write& id :
       {Number(kMostOfClients + 1), Name("nine"), Text("9"), None()}) {
    EXPECT_EQ(Read(Tuple("ack", {id, None()}), &shown), kBrokenTerm);
  }
  EXPECT_EQ(Read(Tuple("ack", {Name("none"), None()}), &shown), kBrokenTerm);
}

TEST(MessageReaderTest, OtherTuplesAreBroken) {
  std::string shown;
  for (const std::string& term :
       {Tuple("utf8", {}), Tuple("utf8", {Name("a")}),
        Tuple("utf8", {Text("a"), Text("b")}), Tuple("text", {Text("a")}),
        Tuple("event", {Text("a")}), Tuple("event", {Text("a"), None()}),
        Tuple("event", {Name("a"), None(), Name("none")}),
        Tuple("event", {Text("a"), None(), Name("none"), Number(1)}),
        Tuple("ack", {Number(1)}), Tuple("ack", {Number(1), None(), None()}),
        Encode(Text("a")), std::string()}) {
    EXPECT_EQ(Read(term, &shown), kBrokenTerm) << test::Escape(term);
  }
}

TEST(MessageReaderTest, TermsOfNoJsonAreSteppedOver) {
  std::string shown;
  const Write improper = Cons(Number(1000), Number(1));
  EXPECT_EQ(Read(Tuple("ack", {Number(1), improper}), &shown), kNoValue);
  EXPECT_EQ(shown, "an improper list");
  EXPECT_EQ(Read(Tuple("event", {Text("e"), improper, Number(1)}), &shown),
            kNoValue);
  EXPECT_EQ(Read(Tuple("event", {Text("\xff"), None(), Number(1)}), &shown),
            kNoValue);
  EXPECT_EQ(shown, "an event's name that is not UTF-8");
  for (const Write& args : {Text("e"), Name("null"), Number(1)}) {
    EXPECT_EQ(Read(Tuple("ack", {Number(1), args}), &shown), kNoValue);
    EXPECT_EQ(shown, "arguments that are not a list");
  }
}

bool IsAudience(const std::vector<std::pair<std::string, Write>>& pairs,
                base::Audience* audience) {
  const std::string term = Encode([&](TermWriter* t) {
    t->Map(static_cast<uint32_t>(pairs.size()));
    for (const auto& [key, value] : pairs) {
      t->Atom(key);
      value(t);
    }
  });
  TermReader reader(term);
  return ReadAudience(&reader, audience) && reader.AtEnd();
}

TEST(MessageReaderTest, AnAudienceIsRoomsWithoutOthers) {
  base::Audience audience;
  const std::string longest(kMaxRoom, 'x');
  ASSERT_TRUE(IsAudience({{"except", Cons(Number(kMaxId), None())},
                          {"except_rooms", Cons(Text("b"), None())},
                          {"rooms", Cons(Text(longest), None())}},
                         &audience));
  EXPECT_EQ(audience.rooms, std::vector<std::string>{longest});
  EXPECT_EQ(audience.except_rooms, std::vector<std::string>{"b"});
  EXPECT_EQ(audience.except, std::vector<base::SessionId>{{kMaxId}});
}

TEST(MessageReaderTest, AnAudienceMayBeANamespace) {
  base::Audience audience;
  ASSERT_TRUE(IsAudience({{"rooms", None()}}, &audience));
  EXPECT_EQ(audience.nsp, "");
  EXPECT_FALSE(audience.everybody);
  ASSERT_TRUE(IsAudience({{"rooms", Name("all")}, {"namespace", Text("/a")}},
                         &audience));
  EXPECT_EQ(audience.nsp, "/a");
  EXPECT_TRUE(audience.everybody);
}

// Erlang writes a list of small integers in a form of its own.
TEST(MessageReaderTest, SessionsMayBePacked) {
  base::Audience audience;
  const Write packed = [](TermWriter* term) {
    term->PackedListHead(2);
    term->Raw("\x07\xff");
  };
  ASSERT_TRUE(IsAudience({{"except", packed}}, &audience));
  const std::vector<base::SessionId> sessions = {{7}, {255}};
  EXPECT_EQ(audience.except, sessions);
  EXPECT_FALSE(IsAudience({{"rooms", packed}}, &audience));
}

TEST(MessageReaderTest, OtherAudiencesAreMalformed) {
  const std::vector<std::pair<std::string, Write>> wrong = {
      {"rooms", Text("a")},
      {"rooms", Name("some")},
      {"namespace", Text("")},
      {"namespace", Name("all")},
      {"rooms", Cons(Text(""), None())},
      {"rooms", Cons(Text(std::string(kMaxRoom + 1, 'x')), None())},
      {"rooms", Cons(Name("a"), None())},
      {"rooms", Cons(Text("a"), Text("b"))},
      {"except_rooms", Cons(Number(300), None())},
      {"except", Number(1)},
      {"except", Cons(Text("1"), None())},
      {"except", Cons(Number(uint64_t{1} << 56), None())},
      {"listener", Number(1)},
  };
  for (const auto& [key, value] : wrong) {
    base::Audience audience;
    EXPECT_FALSE(IsAudience({{key, value}}, &audience)) << key;
  }
}

}  // namespace
}  // namespace rabbit_socks::node
