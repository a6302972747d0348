// SPDX-License-Identifier: MPL-2.0
#include "base/slot_map.h"

#include <gtest/gtest.h>

#include <set>

#include "base/id.h"

namespace rabbit_socks::base {
namespace {

using Map = SlotMap<int, SessionId>;

TEST(SlotMapTest, FindsWhatWasInserted) {
  Map map;
  const SessionId a = map.Insert(std::make_unique<int>(1));
  const SessionId b = map.Insert(std::make_unique<int>(2));
  ASSERT_NE(map.Find(a), nullptr);
  EXPECT_EQ(*map.Find(a), 1);
  EXPECT_EQ(*map.Find(b), 2);
  EXPECT_EQ(map.size(), 2U);
  EXPECT_EQ(map.Find({}), nullptr);
  EXPECT_EQ(map.Find(SessionId::Of(77, 1)), nullptr);
}

TEST(SlotMapTest, AnOldIdDoesNotFindTheNewTenant) {
  Map map;
  const SessionId old = map.Insert(std::make_unique<int>(1));
  map.Erase(old);
  const SessionId fresh = map.Insert(std::make_unique<int>(2));
  EXPECT_EQ(fresh.slot(), old.slot()) << "slots are used again";
  EXPECT_EQ(map.Find(old), nullptr);
  map.Erase(old);
  EXPECT_EQ(*map.Find(fresh), 2)
      << "erasing an old id does not touch the new tenant";
  EXPECT_EQ(map.size(), 1U);
}

TEST(SlotMapTest, PointersOutliveGrowth) {
  Map map;
  const SessionId first = map.Insert(std::make_unique<int>(1));
  const int* pointer = map.Find(first);
  for (int i = 0; i < 1000; ++i) map.Insert(std::make_unique<int>(i));
  EXPECT_EQ(map.Find(first), pointer);
}

TEST(SlotMapTest, AnyObjectMayGoWhileForRuns) {
  Map map;
  std::vector<SessionId> ids;
  for (int i = 0; i < 10; ++i)
    ids.push_back(map.Insert(std::make_unique<int>(i)));
  std::set<int> seen;
  map.For([&](SessionId id, int& value) {
    seen.insert(value);
    const int next = value + 1;
    if (next < 10) map.Erase(ids[static_cast<size_t>(next)]);
    map.Erase(id);
  });
  EXPECT_EQ(seen, (std::set<int>{0, 2, 4, 6, 8}));
  EXPECT_EQ(map.size(), 0U);
}

TEST(SlotMapTest, AnObjectThatInsertsWhileItDiesIsSafe) {
  struct Parent {
    SlotMap<Parent, ConnectionId>* map = nullptr;
    ~Parent() {
      if (map == nullptr) return;
      for (int i = 0; i < 100; ++i) map->Insert(std::make_unique<Parent>());
    }
  };
  SlotMap<Parent, ConnectionId> map;
  auto parent = std::make_unique<Parent>();
  parent->map = &map;
  const ConnectionId id = map.Insert(std::move(parent));
  map.Erase(id);
  EXPECT_EQ(map.size(), 100U);
  EXPECT_EQ(map.Find(id), nullptr);
}

}  // namespace
}  // namespace rabbit_socks::base
