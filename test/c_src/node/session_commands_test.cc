// SPDX-License-Identifier: MPL-2.0
// What the golden file does not show of the commands about sessions.
#include "node/session_commands.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "node/recorder.h"
#include "node/term_writer.h"

namespace rabbit_socks::node {
namespace {

using Write = std::function<void(TermWriter*)>;
using Command = bool (*)(TermReader*, Commands*);

// Whether the command takes the arguments, and what it then said.
bool Reads(Command command, const Write& arguments,
           std::vector<std::string>* calls) {
  std::string out;
  TermWriter term(&out);
  arguments(&term);
  TermReader reader(out);
  Recorder recorder;
  const bool read = command(&reader, &recorder) && reader.AtEnd();
  *calls = recorder.calls();
  return read;
}

TEST(SessionCommandsTest, ARoomHasANameOfUpTo1024Bytes) {
  for (const bool joins : {true, false}) {
    std::vector<std::string> calls;
    const auto room = [&](const std::string& name) {
      return Reads(
          joins ? ReadJoin : ReadLeave,
          [&](TermWriter* term) {
            term->Integer(1);
            term->Binary(name);
            if (joins) term->Atom("close");
          },
          &calls);
    };
    EXPECT_TRUE(room("r"));
    EXPECT_EQ(calls.size(), 1U);
    EXPECT_TRUE(room(std::string(1024, 'r')));
    EXPECT_FALSE(room(std::string(1025, 'r')));
    EXPECT_FALSE(room(""));
    EXPECT_TRUE(calls.empty());
  }
}

TEST(SessionCommandsTest, APositionIsATextOfUpTo4096Bytes) {
  std::vector<std::string> calls;
  const auto position = [&](const std::string& text) {
    return Reads(
        ReadPosition,
        [&](TermWriter* term) {
          term->Integer(1);
          term->Binary(text);
        },
        &calls);
  };
  EXPECT_TRUE(position(""));
  EXPECT_EQ(calls, std::vector<std::string>{"position 1 <>"});
  EXPECT_TRUE(position(std::string(4096, 'p')));
  EXPECT_FALSE(position(std::string(4097, 'p')));
  EXPECT_FALSE(position("\xff"));
  EXPECT_TRUE(calls.empty());
}

TEST(SessionCommandsTest, AJoinHasAPolicy) {
  std::vector<std::string> calls;
  const auto slow = [&](const std::string& name) {
    return Reads(
        ReadJoin,
        [&](TermWriter* term) {
          term->Integer(1);
          term->Binary("r");
          term->Atom(name.c_str());
        },
        &calls);
  };
  EXPECT_TRUE(slow("close"));
  EXPECT_TRUE(slow("drop_oldest"));
  EXPECT_TRUE(slow("conflate"));
  EXPECT_EQ(calls, std::vector<std::string>{"join 1 <r> conflate"});
  EXPECT_FALSE(slow("drop_newest"));
  EXPECT_TRUE(calls.empty());
}

TEST(SessionCommandsTest, DisconnectSaysOneOrAll) {
  std::vector<std::string> calls;
  const auto whole = [&](const std::string& name) {
    return Reads(
        ReadDisconnect,
        [&](TermWriter* term) {
          term->Integer(9);
          term->Atom(name);
        },
        &calls);
  };
  EXPECT_TRUE(whole("true"));
  EXPECT_EQ(calls, std::vector<std::string>{"disconnect 9 whole"});
  EXPECT_TRUE(whole("false"));
  EXPECT_EQ(calls, std::vector<std::string>{"disconnect 9 one"});
  EXPECT_FALSE(whole("maybe"));
}

// What is refused is refused whatever goes beside the text.
TEST(SessionCommandsTest, ARefusalMayCarryOneValue) {
  std::vector<std::string> calls;
  const auto refuse = [&](uint16_t status, const Write& data) {
    return Reads(
        ReadRefuse,
        [&](TermWriter* term) {
          term->Integer(9);
          term->Integer(status);
          term->Binary("no");
          data(term);
        },
        &calls);
  };
  const Write none = [](TermWriter* term) { term->ListEnd(); };
  EXPECT_TRUE(refuse(400, none));
  EXPECT_TRUE(refuse(599, none));
  EXPECT_EQ(calls, std::vector<std::string>{"refuse 9 599 <no> []"});
  EXPECT_FALSE(refuse(399, none));
  EXPECT_FALSE(refuse(600, none));
  EXPECT_TRUE(refuse(403, [](TermWriter* term) {
    term->ListHead(1);
    term->Tuple(0);
    term->ListEnd();
  }));
  EXPECT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0], "refuse 9 403 <no> []");
  const std::vector<Write> wrong = {
      [](TermWriter* term) { term->Integer(1); },
      [](TermWriter* term) {
        term->PackedListHead(2);
        term->Raw("ab");
      },
      [](TermWriter* term) {
        term->ListHead(2);
        term->Binary("a");
        term->Binary("b");
        term->ListEnd();
      },
      [](TermWriter* term) {
        term->ListHead(1);
        term->Binary("a");
        term->Binary("b");
      },
  };
  for (const Write& data : wrong) {
    EXPECT_FALSE(refuse(403, data));
    EXPECT_TRUE(calls.empty());
  }
}

// What came before the malformed message has been delivered.
TEST(SessionCommandsTest, ASendGoesAsFarAsItIsWellFormed) {
  std::vector<std::string> calls;
  EXPECT_FALSE(Reads(
      ReadSend,
      [](TermWriter* term) {
        term->Integer(1);
        term->ListHead(3);
        term->Tuple(2);
        term->Atom("utf8");
        term->Binary("a");
        term->Tuple(3);
        term->Atom("ack");
        term->Integer(2);
        term->Tuple(0);
        term->Tuple(1);
        term->Atom("utf8");
        term->ListEnd();
      },
      &calls));
  const std::vector<std::string> expected = {
      "send 1 utf8 <a>", "no-value 1 <a tuple that is not {binary, Binary}>"};
  EXPECT_EQ(calls, expected);
}

}  // namespace
}  // namespace rabbit_socks::node
