#include "forecast/detail/writer_thread.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace vandvagt::forecast::detail {
namespace {

TEST(WriterThread, TasksAreDoneInTheirOrderOnOneThreadThatIsNotTheCallers) {
  std::vector<int> done;  // no lock: only one thread writes, and `drain` orders it before us
  std::vector<std::thread::id> where;
  WriterThread writer(3);
  for (int k = 0; k < 100; ++k) {
    ASSERT_TRUE(writer.give([&, k]() -> Result<void> {
      done.push_back(k);
      where.push_back(std::this_thread::get_id());
      return {};
    }));
  }
  ASSERT_TRUE(writer.drain());
  ASSERT_EQ(done.size(), 100U);
  for (int k = 0; k < 100; ++k) {
    EXPECT_EQ(done[static_cast<std::size_t>(k)], k);
    EXPECT_EQ(where[static_cast<std::size_t>(k)], where.front());
  }
  EXPECT_NE(where.front(), std::this_thread::get_id());
}

TEST(WriterThread, NoMoreTasksWaitThanAllowed) {
  constexpr int most = 2;
  std::atomic<int> given = 0;
  int worst = 0;
  WriterThread writer(most);
  for (int k = 0; k < 200; ++k) {
    ASSERT_TRUE(writer.give([&, k]() -> Result<void> {
      if (k % 20 == 0) std::this_thread::yield();
      worst = std::max(worst, given.load() - k);
      return {};
    }));
    ++given;
  }
  ASSERT_TRUE(writer.drain());
  EXPECT_LE(worst, most + 1);  // those that wait, and the one being done
}

TEST(WriterThread, TheFirstErrorIsToldByEveryLaterCallAndNothingRunsAfterIt) {
  std::atomic<int> ran = 0;
  WriterThread writer(1);
  ASSERT_TRUE(writer.give([&]() -> Result<void> {
    ++ran;
    return fail(ErrorCode::io, "forecast.nc: disk full");
  }));
  Result<void> told;
  while (told)
    told = writer.give([&]() -> Result<void> {
      ++ran;
      return {};
    });
  EXPECT_EQ(told.error().message, "forecast.nc: disk full");
  EXPECT_EQ(told.error().code, ErrorCode::io);
  const auto at_the_end = writer.drain();
  ASSERT_FALSE(at_the_end);
  EXPECT_EQ(at_the_end.error().message, "forecast.nc: disk full");
  EXPECT_EQ(ran, 1);
}

TEST(WriterThread, WhatATaskThrowsBecomesItsError) {
  WriterThread writer(1);
  ASSERT_TRUE(writer.give([]() -> Result<void> { throw std::runtime_error("out of space"); }));
  const auto told = writer.drain();
  ASSERT_FALSE(told);
  EXPECT_NE(told.error().message.find("out of space"), std::string::npos);
}

TEST(WriterThread, ItsEndDropsWhatWaits) {
  std::atomic<bool> began = false;
  std::atomic<int> ran = 0;
  auto waits = std::make_shared<int>(0);
  const std::weak_ptr<int> dropped = waits;
  {
    WriterThread writer(1);
    ASSERT_TRUE(writer.give([&]() -> Result<void> {
      began = true;
      const auto late = std::chrono::steady_clock::now() + std::chrono::seconds{60};
      while (!dropped.expired() && std::chrono::steady_clock::now() < late) {
        std::this_thread::yield();
      }
      return {};
    }));
    while (!began) std::this_thread::yield();
    ASSERT_TRUE(writer.give([&ran, waits]() -> Result<void> {
      ++ran;
      return {};
    }));
    waits.reset();
  }
  EXPECT_TRUE(dropped.expired());
  EXPECT_EQ(ran, 0);
}

TEST(WriterThread, TellsWorkFromWaiting) {
  std::atomic<bool> may_end = false;
  WriterThread writer(1);
  ASSERT_TRUE(writer.give([&]() -> Result<void> {
    while (!may_end) std::this_thread::yield();
    return {};
  }));
  EXPECT_EQ(writer.working_seconds(), 0.0);
  may_end = true;
  ASSERT_TRUE(writer.drain());
  EXPECT_GT(writer.working_seconds(), 0.0);
}

}  // namespace
}  // namespace vandvagt::forecast::detail
