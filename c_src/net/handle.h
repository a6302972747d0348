// SPDX-License-Identifier: MPL-2.0
// Ownership of libuv handles.
//
// The rules of this room:
// 1. <uv.h> appears only in net/. Nothing above knows that a handle exists.
// 2. A handle lives on the heap in exactly one Handle<T>, whose deleter sets
//    `data` to null, calls uv_close, and frees in the close callback.
// 3. Every callback begins by reading `data`; null means that the owner is
//    gone: return.
// 4. If uv_foo_init fails, the memory is freed without uv_close; if it
//    succeeds, only the deleter ends it.
// 5. What is to be written is owned by a SendQueue, never by a libuv request:
//    descriptors are polled, and we call read and write ourselves. So no byte
//    outlives its socket, and progress is seen byte by byte.
// 6. Nothing is destroyed inside its own callback: it is marked, and the end of
//    the turn reaps it.
// 7. Ids (slot and generation), never pointers, cross the room's border.
// 8. At the end every handle is closed, the loop runs until it is empty, and
//    uv_loop_close must return 0.
#ifndef RABBIT_SOCKS_NET_HANDLE_H_
#define RABBIT_SOCKS_NET_HANDLE_H_

#include <uv.h>

#include <memory>

namespace rabbit_socks::net {

template <class T>
struct HandleCloser {
  void operator()(T* handle) const {
    handle->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<T*>(closed); });
  }
};

template <class T>
using Handle = std::unique_ptr<T, HandleCloser<T>>;

// `init` is called with a T* and returns what uv_foo_init returned. Null when
// that is not 0; *error, when given, then holds it.
template <class T, class Init>
Handle<T> MakeHandle(void* owner, Init&& init, int* error = nullptr) {
  auto raw = std::make_unique<T>();
  const int result = init(raw.get());
  if (error != nullptr) *error = result;
  if (result != 0) return nullptr;
  raw->data = owner;
  return Handle<T>(raw.release());
}

}  // namespace rabbit_socks::net

#endif  // RABBIT_SOCKS_NET_HANDLE_H_
