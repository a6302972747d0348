// SPDX-License-Identifier: MPL-2.0
#include "node/reader.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "node/golden.h"
#include "node/recorder.h"
#include "node/term_writer.h"

namespace rabbit_socks::node {
namespace {

using Calls = std::vector<std::string>;

// Reads from a copy of just its size, so that a step beyond is seen.
base::Fault Read(base::Bytes packet, Recorder* recorder) {
  const auto copy = std::make_unique<char[]>(packet.size());
  packet.copy(copy.get(), packet.size());
  return ReadPacket(base::Bytes(copy.get(), packet.size()), recorder);
}

// K01: a packet that ends too early is a fault, wherever it ends.
TEST(ReaderTest, EveryCutIsAFault) {
  for (const golden::Line& line : golden::Load("node")) {
    SCOPED_TRACE(line.name);
    for (size_t size = 0; size < line.packet.size(); ++size) {
      Recorder recorder;
      EXPECT_EQ(Read(line.packet.substr(0, size), &recorder).code, 1) << size;
    }
  }
}

TEST(ReaderTest, ABytePastTheTermIsAFault) {
  for (const golden::Line& line : golden::Load("node")) {
    SCOPED_TRACE(line.name);
    Recorder recorder;
    EXPECT_EQ(Read(line.packet + "j", &recorder).code, 1);
  }
}

// K01: every bit of every byte the other way, and every tag in its place. A
// fault or some calls, and never a step out of the packet.
TEST(ReaderTest, SurvivesEveryChangedByte) {
  for (const golden::Line& line : golden::Load("node")) {
    size_t faults = 0;
    for (size_t at = 0; at < line.packet.size(); ++at) {
      std::string changed = line.packet;
      for (int value = 0; value < 256; ++value) {
        changed[at] = static_cast<char>(value);
        Recorder recorder;
        if (Read(changed, &recorder)) ++faults;
      }
    }
    EXPECT_GT(faults, line.packet.size()) << line.name;
  }
}

TEST(ReaderTest, DeliversTheCommandsBeforeAMalformedOne) {
  std::string packet = "\x83";
  TermWriter term(&packet);
  term.ListHead(2);
  term.Tuple(2);
  term.Atom("gone");
  term.Integer(8);
  term.Tuple(2);
  term.Atom("gone");
  term.Atom("nine");
  term.ListEnd();
  Recorder recorder;
  EXPECT_EQ(Read(packet, &recorder).code, 1);
  EXPECT_EQ(recorder.calls(), Calls{"gone 8"});
}

// K04
TEST(ReaderTest, RefusesWhatIsLargerThanAPacket) {
  std::string packet = "\x83";
  TermWriter term(&packet);
  term.Tuple(3);
  term.Atom("bytes");
  term.Integer(1);
  term.Binary(std::string(kMaxPacket, 'x'));
  Recorder recorder;
  EXPECT_EQ(Read(packet, &recorder).code, 1);
  EXPECT_TRUE(recorder.calls().empty());
}

template <class Write>
base::Fault ReadWritten(Recorder* recorder, Write&& write) {
  std::string packet = "\x83";
  TermWriter term(&packet);
  write(&term);
  return Read(packet, recorder);
}

TEST(ReaderTest, KnowsTheRangesOfNumbers) {
  struct Case {
    const char* name;
    std::vector<uint64_t> numbers;  // after them a binary, when `binary`
    bool binary;
    bool good;
  };
  const uint64_t id = (uint64_t{1} << 56) - 1;
  const std::vector<Case> cases = {
      {"gone", {id}, false, true},
      {"gone", {id + 1}, false, false},
      {"gone", {~uint64_t{0}}, false, false},
      {"credit", {1, UINT32_MAX, UINT32_MAX}, false, true},
      {"credit", {1, uint64_t{1} << 32, 0}, false, false},
      {"credit", {1, 0, uint64_t{1} << 32}, false, false},
      {"close", {1, 1000}, true, true},
      {"close", {1, 4999}, true, true},
      {"close", {1, 999}, true, false},
      {"close", {1, 5000}, true, false},
      {"close", {1, 65536 + 1000}, true, false},
      {"stop", {1001}, true, true},
      {"stop", {0}, true, false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(std::string(c.name) + " " + std::to_string(c.numbers.back()));
    Recorder recorder;
    const base::Fault fault = ReadWritten(&recorder, [&](TermWriter* term) {
      term->Tuple(static_cast<uint32_t>(1 + c.numbers.size() + c.binary));
      term->Atom(c.name);
      for (const uint64_t number : c.numbers) term->Integer(number);
      if (c.binary) term->Binary("");
    });
    EXPECT_EQ(fault.code, c.good ? 0 : 1);
    EXPECT_EQ(recorder.calls().size(), c.good ? 1U : 0U);
  }
}

TEST(ReaderTest, ATagIsAShortEndOfAName) {
  const std::string longest(kMaxTag, 'x');
  for (const auto& [tag, good] : std::vector<std::pair<std::string, bool>>{
           {"", true},
           {"aZ0-_", true},
           {longest, true},
           {longest + "x", false},
           {"a b", false},
           {"a+b", false},
           {std::string("a\0", 2), false}}) {
    Recorder recorder;
    // Clang takes no structured binding by reference.
    const base::Fault fault =
        ReadWritten(&recorder, [&written = tag](TermWriter* term) {
          term->Tuple(3);
          term->Atom("hello");
          term->Integer(1);
          term->Map(1);
          term->Atom("tag");
          term->Binary(written);
        });
    EXPECT_EQ(fault.code, good ? 0 : 1) << tag;
    EXPECT_EQ(recorder.calls(),
              good ? Calls{"hello 1 <> <" + tag + ">"} : Calls{});
  }
}

TEST(ReaderTest, AnAnswerHasAStatus) {
  for (const uint64_t status : {199, 200, 599, 600}) {
    Recorder recorder;
    const base::Fault fault = ReadWritten(&recorder, [&](TermWriter* term) {
      term->Tuple(5);
      term->Atom("answer");
      term->Integer(1);
      term->Integer(status);
      term->ListEnd();
      term->Binary("");
    });
    const bool good = status >= 200 && status <= 599;
    EXPECT_EQ(fault.code, good ? 0 : 1) << status;
    EXPECT_EQ(recorder.calls().size(), good ? 1U : 0U) << status;
  }
}

TEST(ReaderTest, AKnownCommandWithAnotherArityIsMalformed) {
  Recorder recorder;
  EXPECT_TRUE(ReadWritten(&recorder, [](TermWriter* term) {
    term->Tuple(3);
    term->Atom("gone");
    term->Integer(1);
    term->Integer(2);
  }));
  EXPECT_TRUE(ReadWritten(&recorder, [](TermWriter* term) {
    term->Tuple(1);
    term->Atom("gone");
  }));
  EXPECT_TRUE(recorder.calls().empty());
}

TEST(ReaderTest, OtherTermsThanCommandsAreMalformed) {
  const std::vector<std::string> packets = {
      "",
      "\x83",
      "\x84h\x01w\x01x",                             // another version
      std::string("\x83h\x00", 3),                   // {}
      std::string("\x83h\x01\x61\x01", 5),           // {1}
      std::string("\x83w\x04gone", 7),               // gone
      std::string("\x83k\x00\x02\x01\x02", 6),       // [1,2] as a string
      std::string("\x83l\x00\x00\x00\x00j", 7),      // never written so
      std::string("\x83l\x00\x00\x00\x00", 6),       // nor so
      std::string("\x83P\x00\x00\x00\x05xxxx", 10),  // compressed
      std::string("\x83h\x01w\x02\xc3\xbc", 7),      // {ü}
  };
  for (const std::string& packet : packets) {
    Recorder recorder;
    EXPECT_EQ(Read(packet, &recorder).code, 1) << test::Escape(packet);
    EXPECT_TRUE(recorder.calls().empty()) << test::Escape(packet);
  }
}

// Ten thousand lists in each other, and a million of them: no recursion.
TEST(ReaderTest, SkipsUnknownCommandsOfAnyDepth) {
  for (const size_t depth : {10000U, 1000000U}) {
    std::string packet = std::string("\x83h\x02w\x01x", 6);
    for (size_t i = 0; i < depth; ++i) packet.append("l\0\0\0\1", 5);
    packet += 'j';
    packet.append(depth, 'j');
    Recorder recorder;
    EXPECT_FALSE(Read(packet, &recorder));
    EXPECT_EQ(recorder.calls(), Calls{"unknown <x>"});
    EXPECT_TRUE(
        Read(base::Bytes(packet).substr(0, packet.size() - 1), &recorder));
  }
}

}  // namespace
}  // namespace rabbit_socks::node
