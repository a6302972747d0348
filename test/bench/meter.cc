// SPDX-License-Identifier: MPL-2.0
#include "meter.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string_view>

#include "connection.h"

namespace {

// User and system time of a process, in clock ticks.
uint64_t CpuTicks(const std::string& pid) {
  std::FILE* file = std::fopen(("/proc/" + pid + "/stat").c_str(), "r");
  if (file == nullptr) Fail("no process " + pid);
  std::array<char, 1024> line{};
  const size_t size = std::fread(line.data(), 1, line.size() - 1, file);
  std::fclose(file);
  const std::string_view text(line.data(), size);
  const size_t end = text.rfind(')');
  unsigned long user = 0, system = 0;
  if (end == std::string_view::npos ||
      std::sscanf(line.data() + end + 2,
                  "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
                  &system) != 2) {
    Fail("cannot read the CPU time of " + pid);
  }
  return user + system;
}

double OwnCpuSeconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

Nanoseconds Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<Nanoseconds>(now.tv_sec) * 1000000000U +
         static_cast<Nanoseconds>(now.tv_nsec);
}

void Meter::Begin() {
  ticks_.clear();
  for (const std::string& pid : pids_) ticks_.push_back(CpuTicks(pid));
  own_ = OwnCpuSeconds();
  begun_ = Now();
}

void Meter::Print(uint64_t count) const {
  if (count == 0) Fail("nothing came back");
  const double took = static_cast<double>(Now() - begun_) / 1e9;
  const double units = static_cast<double>(count);
  const double tick = 1e6 / static_cast<double>(sysconf(_SC_CLK_TCK));
  std::printf("rate %.0f\n", units / took);
  for (size_t i = 0; i < pids_.size(); ++i) {
    const uint64_t ticks = CpuTicks(pids_[i]) - ticks_[i];
    std::printf("cpu_us %s %.3f\n", pids_[i].c_str(),
                static_cast<double>(ticks) * tick / units);
  }
  std::printf("generator_cpu_us %.3f\n",
              (OwnCpuSeconds() - own_) * 1e6 / units);
}

void PrintLatencies(std::vector<Nanoseconds>* latencies) {
  if (latencies->empty()) return;
  std::sort(latencies->begin(), latencies->end());
  const auto print = [&](const char* name, size_t percent) {
    const size_t at = latencies->size() * percent / 100;
    std::printf("%s %.0f\n", name, static_cast<double>((*latencies)[at]) / 1e3);
  };
  print("latency_p50_us", 50);
  print("latency_p99_us", 99);
}
