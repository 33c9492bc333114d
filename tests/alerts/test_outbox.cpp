#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

#include "alerts/outbox.hpp"
#include "tests/alerts/history.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

using alerts::AreaState;
using alerts::Outbox;
using alerts::OutboxMessage;
using alerts::StateChange;
using test::at;
using test::TemporaryFolder;

OutboxMessage message_of(const std::string& area, int revision, double sent = 0.0) {
  OutboxMessage message;
  message.identifier = "vv-" + area + "-r" + std::to_string(revision);
  message.rule = area + "-rule";
  message.area = area;
  message.incident = area + "-1";
  message.revision = revision;
  message.topic = "vv/v1/warn/" + area + "/cap";
  message.xml = "<alert>" + std::to_string(revision) + "</alert>";
  message.sent = at(sent);
  message.expires = at(sent + 24.0);
  return message;
}

StateChange change_of(const std::string& area, std::int64_t version,
                      std::vector<OutboxMessage> messages) {
  StateChange change;
  change.state.rule = area + "-rule";
  change.state.area = area;
  change.state.version = version;
  change.state.revision = static_cast<int>(version) + 1;
  change.messages = std::move(messages);
  return change;
}

AreaState area_of(const std::string& area, const std::string& payload) {
  return {area, "vv/v1/warn/" + area + "/state", payload};
}

Result<void> commit_one(Outbox& outbox, StateChange change, const std::string& payload) {
  const AreaState area = area_of(change.state.area, payload);
  return outbox.commit({&change, 1}, {&area, 1});
}

// Remembers what was published; fails from the n-th call on.
struct Recorder {
  std::vector<std::pair<std::string, std::string>> sent;
  int fail_after = 1'000'000;
  alerts::Sink sink() {
    return [this](const std::string& topic, const std::string& payload, bool) -> Result<void> {
      if (static_cast<int>(sent.size()) >= fail_after)
        return fail(ErrorCode::unavailable, "no broker");
      sent.emplace_back(topic, payload);
      return {};
    };
  }
};

TEST(Outbox, KeepsStateAndMessagesAcrossARestart) {
  TemporaryFolder folder;
  {
    auto outbox = Outbox::open(folder / "w.db");
    ASSERT_TRUE(outbox) << outbox.error().message;
    ASSERT_TRUE(commit_one(*outbox, change_of("a", 0, {message_of("a", 1)}), "one"));
  }
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(outbox);
  EXPECT_EQ(outbox->pending()->size(), 1u);
  EXPECT_EQ((*outbox->state("a-rule"))->version, 1);
  EXPECT_EQ(outbox->pending_states()->size(), 1u);
  EXPECT_FALSE(*outbox->state("nobody"));
}

TEST(Outbox, IsSafeByWriteAheadLogAndFullSync) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(outbox);
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 0, {}), "one"));
  EXPECT_TRUE(std::filesystem::exists(folder / "w.db-wal"));
}

TEST(Outbox, ACommitOnAnOlderStateIsRefusedWhole) {
  TemporaryFolder folder;
  auto one = Outbox::open(folder / "w.db"), other = Outbox::open(folder / "w.db");
  ASSERT_TRUE(one && other);
  ASSERT_TRUE(commit_one(*one, change_of("a", 0, {message_of("a", 1)}), "one"));
  const auto refused = commit_one(*other, change_of("a", 0, {message_of("a", 2)}), "two");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
  EXPECT_EQ(other->pending()->size(), 1u);
  EXPECT_EQ(other->area_states()->front().payload, "one");
  EXPECT_TRUE(commit_one(*other, change_of("a", 1, {message_of("a", 2)}), "two"));
}

TEST(Outbox, AnIssuedMessageIsNeverAltered) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 0, {message_of("a", 1)}), "one"));
  EXPECT_TRUE(commit_one(*outbox, change_of("a", 1, {message_of("a", 1)}), "one"));  // a repeat
  EXPECT_EQ(outbox->messages()->size(), 1u);
  auto altered = message_of("a", 1);
  altered.xml = "<alert>other</alert>";
  const auto refused = commit_one(*outbox, change_of("a", 2, {altered}), "one");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
}

TEST(Outbox, AStateOfTheSamePayloadIsNotPublishedAgain) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 0, {}), "one"));
  Recorder recorder;
  ASSERT_TRUE(publish_pending(*outbox, recorder.sink(), at(0.0)));
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 1, {}), "one"));
  EXPECT_TRUE(outbox->pending_states()->empty());
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 2, {}), "two"));
  EXPECT_EQ(outbox->pending_states()->size(), 1u);
  ASSERT_TRUE(publish_pending(*outbox, recorder.sink(), at(0.0)));
  ASSERT_TRUE(outbox->publish_all_states_again());
  EXPECT_EQ(outbox->pending_states()->size(), 1u);
}

TEST(Outbox, ConfirmingAnOlderPayloadLeavesTheNewerOnePending) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 0, {}), "one"));
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 1, {}), "two"));
  ASSERT_TRUE(outbox->confirm_state(area_of("a", "one")));
  EXPECT_EQ(outbox->pending_states()->size(), 1u);
}

TEST(Outbox, KeepsReceipts) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(outbox->add_receipt({"fire'); DROP TABLE receipt;--", "vv-a-r1", at(1.0), {}}));
  ASSERT_TRUE(outbox->add_receipt({"fire'); DROP TABLE receipt;--", "vv-a-r1", at(2.0), at(3.0)}));
  const auto receipts = outbox->receipts("vv-a-r1");
  ASSERT_TRUE(receipts);
  ASSERT_EQ(receipts->size(), 1u);
  EXPECT_EQ(receipts->front().received, at(1.0));
  EXPECT_EQ(receipts->front().acted, at(3.0));
}

TEST(Outbox, SaysClearlyThatAFolderIsMissingOrAFileIsNoDatabase) {
  const auto missing = Outbox::open("/nowhere/at/all/w.db");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("/nowhere/at/all/w.db"), std::string::npos);
  TemporaryFolder folder;
  test::write_text(folder / "w.db", std::string(4096, 'x'));
  EXPECT_FALSE(Outbox::open(folder / "w.db"));
}

TEST(Outbox, RefusesAFileOfANewerFormat) {
  TemporaryFolder folder;
  ASSERT_TRUE(Outbox::open(folder / "w.db"));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open((folder / "w.db").c_str(), &raw), SQLITE_OK);
  sqlite3_exec(raw, "PRAGMA user_version=99", nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  const auto refused = Outbox::open(folder / "w.db");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
}

TEST(Outbox, AFullDiskIsAnErrorAndWhatWasStoredStaysSound) {
  TemporaryFolder folder;
  {
    auto outbox = Outbox::open(folder / "w.db");
    ASSERT_TRUE(commit_one(*outbox, change_of("a", 0, {message_of("a", 1)}), "one"));
  }
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Files of this process end at 512 KiB: writing on fails as on a full disk.
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{512 * 1024, 512 * 1024};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto outbox = Outbox::open(folder / "w.db");
    auto big = message_of("a", 2);
    big.xml = std::string(4u << 20, 'x');
    const bool refused = outbox && !commit_one(*outbox, change_of("a", 1, {big}), "two");
    _exit(refused && outbox->pending()->size() == 1u ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(outbox);
  EXPECT_EQ(outbox->pending()->size(), 1u);
  EXPECT_EQ(outbox->area_states()->front().payload, "one");
  EXPECT_TRUE(commit_one(*outbox, change_of("a", 1, {message_of("a", 2)}), "two"));
}

TEST(Publish, SendsEachAreasMessagesInOrderAndThenItsState) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(commit_one(*outbox, change_of("b", 0, {message_of("b", 1)}), "b1"));
  ASSERT_TRUE(commit_one(*outbox, change_of("a", 0, {message_of("a", 1)}), "a1"));
  ASSERT_TRUE(commit_one(*outbox, change_of("b", 1, {message_of("b", 2)}), "b2"));
  Recorder recorder;
  const auto report = publish_pending(*outbox, recorder.sink(), at(1.0));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->messages, 3);
  EXPECT_EQ(report->states, 2);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"vv/v1/warn/a/cap", "<alert>1</alert>"},
      {"vv/v1/warn/a/state", "a1"},
      {"vv/v1/warn/b/cap", "<alert>1</alert>"},
      {"vv/v1/warn/b/cap", "<alert>2</alert>"},
      {"vv/v1/warn/b/state", "b2"}};
  EXPECT_EQ(recorder.sent, expected);
  EXPECT_TRUE(outbox->pending()->empty());
  EXPECT_EQ((*outbox->message("vv-a-r1"))->confirmed_at, at(1.0));
}

TEST(Publish, AWarningDoesNotWaitForStatesThatAConnectMadeDue) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  for (const std::string area : {"a", "b", "c", "d"})
    ASSERT_TRUE(commit_one(*outbox, change_of(area, 0, {}), area + "0"));
  ASSERT_TRUE(commit_one(*outbox, change_of("z", 0, {message_of("z", 1)}), "z1"));
  Recorder recorder;
  const auto first = publish_pending(*outbox, recorder.sink(), at(0.0), 3);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->more);
  ASSERT_EQ(recorder.sent.size(), 5u);
  EXPECT_EQ(recorder.sent[0].first, "vv/v1/warn/z/cap");
  EXPECT_EQ(recorder.sent[1].first, "vv/v1/warn/z/state");
  const auto second = publish_pending(*outbox, recorder.sink(), at(0.0), 3);
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->more);
  EXPECT_EQ(recorder.sent.back(),
            (std::pair<std::string, std::string>{"vv/v1/warn/d/state", "d0"}));
}

TEST(Publish, StopsAtTheFirstFailureAndGoesOnFromThere) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(
      commit_one(*outbox, change_of("a", 0, {message_of("a", 1), message_of("a", 2)}), "s"));
  Recorder recorder;
  recorder.fail_after = 1;
  const auto stopped = publish_pending(*outbox, recorder.sink(), at(0.0));
  ASSERT_TRUE(stopped);
  ASSERT_TRUE(stopped->stopped_by);
  EXPECT_EQ(stopped->stopped_by->message, "no broker");
  EXPECT_EQ(outbox->pending()->size(), 1u);
  recorder.fail_after = 100;
  ASSERT_TRUE(publish_pending(*outbox, recorder.sink(), at(0.1)));
  EXPECT_EQ(recorder.sent.size(), 3u);
  EXPECT_EQ(recorder.sent[1].second, "<alert>2</alert>");
}

TEST(Publish, AnExpiredMessageIsNeverSentAsNew) {
  TemporaryFolder folder;
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(commit_one(
      *outbox, change_of("a", 0, {message_of("a", 1, 0.0), message_of("a", 2, 20.0)}), "s"));
  Recorder recorder;
  const auto report = publish_pending(*outbox, recorder.sink(), at(25.0));
  ASSERT_TRUE(report);
  EXPECT_EQ(report->expired, 1);
  EXPECT_EQ(report->messages, 1);
  ASSERT_EQ(recorder.sent.size(), 2u);
  EXPECT_EQ(recorder.sent[0].second, "<alert>2</alert>");
  EXPECT_EQ(recorder.sent[1].second, "s");
  EXPECT_TRUE(outbox->pending()->empty());
}

// A child commits and publishes until it is killed; "published" goes to a file that is synced, as a
// broker would keep it. After each kill the outbox must be whole and go on where it stopped.
[[noreturn]] void work_until_killed(const std::filesystem::path& folder) {
  auto outbox = Outbox::open(folder / "w.db");
  if (!outbox) _exit(3);
  const auto sink = [&](const std::string& topic, const std::string& payload,
                        bool) -> Result<void> {
    std::ofstream out(folder / "broker.txt", std::ios::app);
    out << topic << " " << payload << "\n" << std::flush;
    return {};
  };
  for (;;) {
    if (!publish_pending(*outbox, sink, at(0.0))) _exit(6);
    const auto state = outbox->state("a-rule");
    if (!state) _exit(4);
    const auto version = *state ? (*state)->version : 0;
    const int revision = static_cast<int>(version) + 1;
    if (!commit_one(*outbox, change_of("a", version, {message_of("a", revision)}),
                    "state" + std::to_string(revision))) {
      _exit(5);
    }
  }
}

void check_after_kill(const std::filesystem::path& folder, int& revision) {
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(outbox) << outbox.error().message;
  const auto messages = outbox->messages();
  ASSERT_TRUE(messages);
  const auto state = outbox->state("a-rule");
  ASSERT_TRUE(state);
  const auto version = *state ? (*state)->version : 0;
  ASSERT_EQ(static_cast<std::int64_t>(messages->size()), version) << "state and messages part ways";
  revision = 0;
  for (const auto& message : *messages) EXPECT_EQ(message.revision, ++revision);
  EXPECT_LE(outbox->pending()->size(), 1u);
}

// What the broker holds: each revision at least once, in order apart from repeats.
void check_broker(const std::filesystem::path& folder, int last) {
  std::ifstream in(folder / "broker.txt");
  std::string topic, payload;
  int newest = 0;
  while (in >> topic >> payload) {
    if (!topic.ends_with("/cap")) continue;
    const int revision = std::stoi(payload.substr(7));
    EXPECT_TRUE(revision == newest + 1 || revision == newest) << revision << " after " << newest;
    newest = revision;
  }
  EXPECT_EQ(newest, last);
}

TEST(Outbox, LosesAndDoublesNothingWhenKilledAtRandomInstants) {
  TemporaryFolder folder;
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << std::endl;
  std::mt19937 random(seed);
  // More kills where a busy machine lets the child get on slowly.
  int rounds = 0, revisions = 0;
  for (; rounds < 15 || (revisions < 15 && rounds < 300); ++rounds) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) work_until_killed(folder.path());
    std::this_thread::sleep_for(std::chrono::microseconds{2'000 + random() % 150'000});
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    check_after_kill(folder.path(), revisions);
  }
  auto outbox = Outbox::open(folder / "w.db");
  ASSERT_TRUE(outbox);
  const auto sink = [&](const std::string& topic, const std::string& payload,
                        bool) -> Result<void> {
    std::ofstream out(folder / "broker.txt", std::ios::app);
    out << topic << " " << payload << "\n";
    return {};
  };
  ASSERT_TRUE(publish_pending(*outbox, sink, at(0.0)));
  const int last = static_cast<int>(outbox->messages()->size());
  std::cout << last << " revisions over " << rounds << " kills" << std::endl;
  EXPECT_GE(last, 15);
  check_broker(folder.path(), last);
}

}  // namespace
}  // namespace vandvagt
