// SPDX-License-Identifier: MPL-2.0
// Time and CPU time of a measured part.
#ifndef RABBIT_SOCKS_TEST_BENCH_METER_H_
#define RABBIT_SOCKS_TEST_BENCH_METER_H_

#include <cstdint>
#include <string>
#include <vector>

using Nanoseconds = uint64_t;

Nanoseconds Now();

class Meter {
 public:
  explicit Meter(std::vector<std::string> pids) : pids_(std::move(pids)) {}

  // Calls turn() for a second, then begins to count, and calls it for
  // `seconds` more. *count is what turn() counts.
  template <class F>
  void Run(unsigned seconds, uint64_t* count, F&& turn) {
    constexpr Nanoseconds kSecond = 1000000000;
    for (const Nanoseconds until = Now() + kSecond; Now() < until;) turn();
    *count = 0;
    Begin();
    const Nanoseconds until = begun_ + seconds * kSecond;
    while (Now() < until) turn();
    Print(*count);
  }

 private:
  void Begin();
  // The lines "rate", "cpu_us PID" for each process and "generator_cpu_us",
  // each a unit counted.
  void Print(uint64_t count) const;

  std::vector<std::string> pids_;
  Nanoseconds begun_ = 0;
  double own_ = 0;
  std::vector<uint64_t> ticks_;
};

// The lines "latency_p50_us" and "latency_p99_us"; none when there are none.
void PrintLatencies(std::vector<Nanoseconds>* latencies);

#endif  // RABBIT_SOCKS_TEST_BENCH_METER_H_
