// `vandvagt subscribe` and what `vandvagt watch` does for its subscribers.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "alerts/outbox.hpp"
#include "messaging/private_broker.hpp"
#include "tests/app/running_program.hpp"
#include "tests/app/warned_case.hpp"
#include "tests/support/program.hpp"
#include "tests/support/support.hpp"

namespace vandvagt {
namespace {

using namespace std::chrono_literals;
using messaging::PrivateBroker;
using test::RunningProgram;

constexpr const char* quick_service = R"toml(
[watch]
heartbeat = "300ms"
watchdog = "5s"
takeover_after = "1500ms"
evaluation_interval = "1s"
station_rate = 100000.0
)toml";

class Subscribe : public testing::Test {
 protected:
  std::vector<std::string> subscriber(const std::string& name,
                                      const std::vector<std::string>& more = {}) const {
    std::vector<std::string> command{
        test::program(), "subscribe", "--name", name,       "--broker",
        broker_.url(),   "--status",  "test",   "--output", (folder_ / name).string()};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  test::WatchCase configured(const std::string& more = "") const {
    return {folder_.path(), "url = \"" + broker_.url() + "\"\n",
            test::areas_with_rules(1) + quick_service + more};
  }
  std::vector<std::filesystem::path> files(const std::filesystem::path& in) const {
    std::vector<std::filesystem::path> found;
    if (!std::filesystem::exists(in)) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(in))
      if (entry.is_regular_file()) found.push_back(entry.path());
    return found;
  }
  static std::string port_of(RunningProgram& service) {
    return service.rest_of_line("serving the feed on 127.0.0.1:");
  }
  static bool until(const std::function<bool()>& holds, std::chrono::seconds longest = 30s) {
    const auto end = std::chrono::steady_clock::now() + longest;
    while (!holds() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(50ms);
    return holds();
  }

  test::TemporaryFolder folder_;
  PrivateBroker broker_ = PrivateBroker::start(folder_ / "broker").value();
};

TEST_F(Subscribe, WhoComesLateAsksForWhatItMissedKeepsItAndConfirms) {
  const auto made = configured();
  RunningProgram service(made.command());
  ASSERT_TRUE(service.wait_for("receiving")) << service.output();
  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(gauge.publish_twice(1.5));
  ASSERT_TRUE(service.wait_for("warning messages sent")) << service.output();

  RunningProgram late(subscriber("fire-brigade"));
  ASSERT_TRUE(late.wait_for("NEW a0: severe")) << late.output();
  EXPECT_NE(late.output().find("asked for"), std::string::npos) << late.output();
  const auto outbox = alerts::Outbox::open(made.store() / "warnings.db").value();
  const auto message = outbox.messages()->front();
  const auto cap = folder_ / "fire-brigade" / "cap" / "a0" / (message.identifier + ".xml");
  EXPECT_EQ(test::read_text(cap), message.xml);
  EXPECT_TRUE(until([&] { return !outbox.receipts(message.identifier)->empty(); }));
  EXPECT_EQ(outbox.receipts(message.identifier)->front().subscriber, "fire-brigade");
  EXPECT_TRUE(until([&] { return files(folder_ / "fire-brigade" / "receipts").size() == 1; }));

  ASSERT_TRUE(gauge.publish_twice(0.1));
  ASSERT_TRUE(late.wait_for("all clear")) << late.output();
  const auto state = [&] {
    return nlohmann::json::parse(test::read_text(folder_ / "fire-brigade" / "state.json"), nullptr,
                                 false);
  };
  EXPECT_TRUE(until([&] {
    for (const auto& area : state().value("areas", nlohmann::json::array()))
      if (area.at("area") == "a0") return area.at("level") == "none";
    return false;
  })) << state();
  late.send(SIGTERM);
  EXPECT_EQ(late.wait(), 0) << late.output();

  RunningProgram again(subscriber("fire-brigade", {"--for", "3s"}));
  EXPECT_EQ(again.wait(), 0) << again.output();
  EXPECT_EQ(again.output().find("NEW"), std::string::npos) << again.output();  // it has them
}

TEST_F(Subscribe, WarnsThoughNobodyReadsTheServicesLog) {
  const auto made = configured();
  const auto pipe = folder_ / "log";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int log = ::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(log, 0);
  while (::write(log, "x", 1) == 1) {  // full: the first line that waits for it waits for ever
  }
  RunningProgram service({"/bin/sh", "-c",
                          "exec " + test::program() + " watch --config " +
                              made.configuration().string() + " 2>" + pipe.string()});
  RunningProgram subscribed(subscriber("police"));
  ASSERT_TRUE(subscribed.wait_for("a0 is")) << subscribed.output();
  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(until([&] {
    gauge.publish(1.5);  // what comes before the service receives is lost
    return subscribed.output().find("NEW a0: severe") != std::string::npos;
  }));
  ::close(log);
  service.send(SIGTERM);
  EXPECT_EQ(service.wait(), 0);
}

TEST_F(Subscribe, EndsWithFourWhenTheHeartbeatStopsAndShowsNothingAsKnown) {
  const auto made = configured();
  RunningProgram service(made.command());
  ASSERT_TRUE(service.wait_for("receiving")) << service.output();
  RunningProgram subscribed(subscriber("police", {"--heartbeat-timeout", "2s"}));
  ASSERT_TRUE(subscribed.wait_for("a0 is")) << subscribed.output();
  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(gauge.publish_twice(1.5));
  ASSERT_TRUE(subscribed.wait_for("a0 is severe")) << subscribed.output();
  service.send(SIGKILL);
  service.wait();
  EXPECT_EQ(subscribed.wait(), 4) << subscribed.output();
  EXPECT_NE(subscribed.output().find("gone without a word"), std::string::npos);
  EXPECT_NE(subscribed.output().find("a0 is unknown (the service is silent), last known severe"),
            std::string::npos)
      << subscribed.output();
}

TEST_F(Subscribe, RefusesWhatIsNotSignedByTheCertificateItWasGiven) {
  const auto pem = [&](const std::string& name) { return (folder_ / name).string(); };
  for (const char* name : {"service", "other"})
    ASSERT_EQ(test::run_command("openssl req -x509 -nodes -newkey rsa:2048 -keyout '" +
                                pem(std::string(name) + ".key") + "' -out '" +
                                pem(std::string(name) + ".pem") + "' -days 30 -subj /CN=" + name)
                  .exit_code,
              0);
  auto made = configured();
  auto text = test::read_text(made.configuration());
  text.replace(text.find("[alerts]\n"), 9,
               "[alerts]\nsigning_key = \"service.key\"\nsigning_certificate = \"service.pem\"\n");
  test::write_text(made.configuration(), text);
  RunningProgram service(made.command());
  ASSERT_TRUE(service.wait_for("receiving")) << service.output();
  RunningProgram trusting(subscriber("trusting", {"--certificate", pem("service.pem")}));
  RunningProgram wary(subscriber("wary", {"--certificate", pem("other.pem")}));
  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(gauge.publish_twice(1.5));
  EXPECT_TRUE(trusting.wait_for("NEW a0: severe")) << trusting.output();
  EXPECT_TRUE(wary.wait_for("REFUSED")) << wary.output();
  EXPECT_TRUE(files(folder_ / "wary" / "cap").empty());
}

TEST_F(Subscribe, AWarningThatNobodyConfirmsGoesToTheNextInTheList) {
  const auto made =
      configured("\n[escalation]\nsubscribers = [\"fire-brigade\", \"police\"]\nafter = \"1s\"\n");
  RunningProgram service(made.command());
  ASSERT_TRUE(service.wait_for("receiving")) << service.output();
  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(gauge.publish_twice(1.5));
  ASSERT_TRUE(service.wait_for("sent to police")) << service.output();
  EXPECT_TRUE(service.wait_for("neither fire-brigade nor police")) << service.output();
}

TEST_F(Subscribe, TheFeedIsServedAndTheHookIsCalledFromTheService) {
  const auto gateway = folder_ / "gateway";
  test::write_text(gateway, "#!/bin/sh\necho \"$@\" > '" + (folder_ / "called.partial").string() +
                                "'\nmv '" + (folder_ / "called.partial").string() + "' '" +
                                (folder_ / "called").string() + "'\n");
  ::chmod(gateway.c_str(), 0755);
  const auto made = configured("\n[web]\nlisten = \"127.0.0.1:0\"\n\n[hook]\ncommand = [\"" +
                               gateway.string() + "\", \"{area}\", \"{level}\"]\n");
  RunningProgram service(made.command());
  const auto port = port_of(service);
  ASSERT_FALSE(port.empty()) << service.output();
  ASSERT_TRUE(service.wait_for("receiving")) << service.output();
  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(gauge.publish_twice(1.5));
  EXPECT_TRUE(until([&] { return std::filesystem::exists(folder_ / "called"); }));
  EXPECT_EQ(test::read_text(folder_ / "called"), "a0 severe\n");
  const auto atom =
      test::run_command("curl -sS http://127.0.0.1:" + port + "/warnings.atom").output;
  EXPECT_NE(atom.find("in-force"), std::string::npos) << atom;
}

// From a station's and an area's name to a subscriber's terminal, files, the feed and a gateway;
// and back from receipts and requests that no honest client would send.
TEST_F(Subscribe, NoTextFromOutsideBreaksAnythingOnTheWholeChain) {
  const std::string broken = (folder_ / "broken").string();
  const std::string evil =
      "</text><script>alert(1)</script>&\\\"'`$(touch " + broken + ")\\u001b[2J";
  const auto gateway = folder_ / "gateway";
  test::write_text(gateway, "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$1\" > '" +
                                (folder_ / "called.partial").string() + "'\nmv '" +
                                (folder_ / "called.partial").string() + "' '" +
                                (folder_ / "called").string() + "'\n");
  ::chmod(gateway.c_str(), 0755);
  auto made = configured("\n[web]\nlisten = \"127.0.0.1:0\"\n\n[hook]\ncommand = [\"" +
                         gateway.string() + "\", \"{headline}\"]\n");
  auto text = test::read_text(made.configuration());
  const auto replace = [&](const std::string& what, const std::string& with) {
    ASSERT_NE(text.find(what), std::string::npos) << what;
    text.replace(text.find(what), what.size(), with);
  };
  replace("\"Town bridge\"", "\"" + evil + "\"");
  replace("\"Area 0\"", "\"" + evil + "\"");
  replace("\"Område 0\"", "\"" + evil + "\"");
  test::write_text(made.configuration(), text);
  RunningProgram service(made.command());
  ASSERT_TRUE(service.wait_for("receiving")) << service.output();
  RunningProgram subscribed(subscriber("police"));
  ASSERT_TRUE(subscribed.wait_for("a0 is")) << subscribed.output();

  messaging::Options options;
  options.url = broker_.url();
  messaging::Client enemy(options, {}, {});
  ASSERT_TRUE(enemy.connect(10s));
  const std::vector<std::pair<std::string, std::string>> sendings{
      {"vv/v1/receipt/police/x", "{\"received\":\"" + evil + "\",\"acted\":[[[]]]}"},
      {"vv/v1/receipt/police/" + evil, "{}"},
      {"vv/v1/receipt/';DROP TABLE receipt;--/x", "{}"},
      {"vv/v1/receipt/police/y", std::string(20'000, '[')},
      {"vv/v1/request/police/" + std::string(5000, 'a'), ""},
      {"vv/v1/request/police/../../etc/passwd", "x"},
      {"vv/v1/request/police/none", std::string("\0\xff", 2)},
      {"vv/v1/test/warn/a0/cap", "<!DOCTYPE a [<!ENTITY b \"c\">]><alert>&b;</alert>"},
      {"vv/v1/test/warn/a0/index", R"({"messages":[{"cap_id":"../../x","incident":"i","revision":1,
         "sent":"2016-06-01T00:00:00Z","expires":"2016-06-01T00:00:00Z"}]})"},
      {"vv/v1/sys/heartbeat", "{\"t\":3,\"degraded\":\"" + evil}};
  for (const auto& [topic, payload] : sendings)
    ASSERT_TRUE(enemy.publish({.topic = topic, .payload = payload}, 5s)) << topic;

  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(gauge.publish_twice(1.5));
  ASSERT_TRUE(subscribed.wait_for("NEW a0: severe")) << subscribed.output();
  EXPECT_EQ(subscribed.output().find('\x1b'), std::string::npos);
  EXPECT_NE(subscribed.output().find("REFUSED"), std::string::npos);
  for (const auto& file : files(folder_ / "police" / "cap"))
    EXPECT_EQ(test::run_command("xmllint --nonet --noout '" + file.string() + "'").exit_code, 0);
  EXPECT_TRUE(until([&] { return std::filesystem::exists(folder_ / "called"); }));
  EXPECT_EQ(test::read_text(folder_ / "called").substr(0, 2), "1\n");
  const auto port = port_of(service);
  const auto page = test::run_command("curl -sS http://127.0.0.1:" + port + "/").output;
  EXPECT_NE(page.find("&lt;script"), std::string::npos) << page;
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_TRUE(until([&] {
    const auto outbox = alerts::Outbox::open(made.store() / "warnings.db").value();
    const auto id = outbox.messages()->front().identifier;
    return outbox.receipts(id)->size() == 1;
  }));
  EXPECT_FALSE(std::filesystem::exists(broken));
  for (auto* one : {&service, &subscribed}) {
    one->send(SIGTERM);
    EXPECT_EQ(one->wait(), 0) << one->output();
  }
}

TEST_F(Subscribe, AStandbyTakesOverAndStepsBackAndEachMessageCountsOnce) {
  const auto made = configured();
  auto active = std::make_unique<RunningProgram>(made.command());
  ASSERT_TRUE(active->wait_for("receiving")) << active->output();
  auto command = made.command();
  command.emplace_back("--standby");
  RunningProgram standby(command);
  ASSERT_TRUE(standby.wait_for("standby: waiting")) << standby.output();
  test::Listener listener(broker_.url(), folder_ / "heard");
  test::Gauge gauge(broker_.url());
  ASSERT_TRUE(gauge.publish_twice(1.5));
  ASSERT_TRUE(
      listener.wait_for([](const auto& known) { return known.received().size() == 1; }, 20s));

  active->send(SIGKILL);
  active->wait();
  const auto killed = std::chrono::steady_clock::now();
  ASSERT_TRUE(gauge.publish_twice(0.1));  // while nobody is there
  ASSERT_TRUE(standby.wait_for("receiving")) << standby.output();
  const auto took = std::chrono::steady_clock::now() - killed;
  std::cout << "took over after " << std::chrono::duration<double>(took).count()
            << " s, configured 1.5 s" << std::endl;
  EXPECT_LT(took, 15s);
  EXPECT_TRUE(
      listener.wait_for([](const auto& known) { return known.received().size() == 2; }, 20s))
      << standby.output();
  EXPECT_TRUE(listener.known().received().back().all_clear);

  active = std::make_unique<RunningProgram>(made.command());
  ASSERT_TRUE(standby.wait_for("stepping back")) << standby.output();
  ASSERT_TRUE(gauge.publish_twice(1.5));
  EXPECT_TRUE(
      listener.wait_for([](const auto& known) { return known.received().size() == 3; }, 20s))
      << active->output();
  EXPECT_TRUE(listener.wait_for(
      [&](const auto& known) { return test::differs(known, made.store() / "warnings.db").empty(); },
      20s))
      << test::differs(listener.known(), made.store() / "warnings.db");
  for (auto* one : {active.get(), &standby}) {
    one->send(SIGTERM);
    EXPECT_EQ(one->wait(), 0) << one->output();
  }
}

TEST_F(Subscribe, TwoInstancesEachOnItsOwnGiveTheSameIdentifiers) {
  std::vector<test::WatchCase> cases;
  std::vector<std::unique_ptr<RunningProgram>> services;
  for (const char* name : {"one", "two"}) {
    cases.emplace_back(folder_ / name,
                       "url = \"" + broker_.url() + "\"\nclient_id = \"" + name + "\"\n",
                       test::areas_with_rules(1) + quick_service);
    services.push_back(std::make_unique<RunningProgram>(cases.back().command()));
    ASSERT_TRUE(services.back()->wait_for("receiving")) << services.back()->output();
  }
  test::Listener listener(broker_.url(), folder_ / "heard");
  test::Gauge gauge(broker_.url());
  const auto identifiers = [](const test::WatchCase& made) {
    std::vector<std::string> all;
    const auto outbox = alerts::Outbox::open(made.store() / "warnings.db").value();
    const auto messages = outbox.messages().value();
    for (const auto& message : messages) all.push_back(message.identifier);
    return all;
  };
  std::size_t expected = 0;
  for (const double value : {1.5, 0.1, 1.5}) {
    ASSERT_TRUE(gauge.publish_twice(value));
    ++expected;
    ASSERT_TRUE(until([&] {
      return identifiers(cases[0]).size() == expected && identifiers(cases[1]).size() == expected;
    })) << services[0]->output()
        << services[1]->output();
  }
  EXPECT_EQ(identifiers(cases[0]), identifiers(cases[1]));
  EXPECT_TRUE(
      listener.wait_for([](const auto& known) { return known.received().size() == 3; }, 20s));
  std::this_thread::sleep_for(500ms);  // for what must not come
  EXPECT_EQ(listener.known().received().size(), 3u);
}

}  // namespace
}  // namespace vandvagt
