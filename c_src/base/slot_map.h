// SPDX-License-Identifier: MPL-2.0
// A table from Id to an owned object, with constant-time insert, find and
// erase.
//
// Pointers from Find and Insert live until that object is erased. Erasing while
// For runs is allowed for any object.
#ifndef RABBIT_SOCKS_BASE_SLOT_MAP_H_
#define RABBIT_SOCKS_BASE_SLOT_MAP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rabbit_socks::base {

template <class T, class IdType>
class SlotMap {
 public:
  static constexpr size_t kMaxSlots = size_t{1} << IdType::kSlotBits;

  // REQUIRES: size() < kMaxSlots
  IdType Insert(std::unique_ptr<T> object) {
    uint32_t slot = 0;
    if (free_.empty()) {
      slot = static_cast<uint32_t>(slots_.size());
      slots_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    slots_[slot].object = std::move(object);
    ++size_;
    return IdType::Of(slot, slots_[slot].generation);
  }

  T* Find(IdType id) const {
    const uint32_t slot = id.slot();
    if (slot >= slots_.size() || slots_[slot].generation != id.generation())
      return nullptr;
    return slots_[slot].object.get();
  }

  void Erase(IdType id) {
    if (Find(id) == nullptr) return;
    Slot& slot = slots_[id.slot()];
    std::unique_ptr<T> last = std::move(slot.object);
    ++slot.generation;
    if (slot.generation == 0) slot.generation = 1;
    free_.push_back(id.slot());
    --size_;
  }

  template <class F>
  void For(F&& f) const {
    for (uint32_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot].object)
        f(IdType::Of(slot, slots_[slot].generation), *slots_[slot].object);
    }
  }

  size_t size() const { return size_; }

 private:
  struct Slot {
    std::unique_ptr<T> object;
    uint32_t generation = 1;
  };
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  size_t size_ = 0;
};

}  // namespace rabbit_socks::base

#endif  // RABBIT_SOCKS_BASE_SLOT_MAP_H_
