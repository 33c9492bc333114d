#include "config/rules_test.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string_view>

#include "config/detail/document.hpp"
#include "config/detail/section.hpp"

namespace vandvagt::config {
namespace {

using alerts::ExpectedMessage;
using alerts::ExpectedStanding;
using alerts::RulesTestCase;
using alerts::RulesTestStep;

constexpr int format_version = 1;
constexpr std::size_t most_evaluations = 100'000;
constexpr std::string_view ending = ".rules-test.toml";

// What the file says of when something happens, before it is put in order.
struct Happening {
  Time at;
  std::optional<alerts::ObservedReading> reading = {};
  std::optional<alerts::ForecastEvidence> run = {};
  RulesTestStep::Act act = RulesTestStep::Act::evaluate;
};

/// What a reading or a member's value measures: a rate of rise is made of stages or depths.
Dimension dimension_of_value(alerts::Quantity quantity) {
  if (quantity == alerts::Quantity::discharge) return Dimension::discharge;
  return alerts::is_share(quantity) ? Dimension::dimensionless : Dimension::length;
}

class CaseReader {
 public:
  CaseReader(Section& section, std::span<const alerts::Rule> rules)
      : section_(section), rules_(rules) {}

  std::optional<RulesTestCase> read() {
    const auto before = section_.context().faults.size();
    test_.place = section_.place();
    section_.require("name", "say what the case shows");
    section_.text("name", test_.name);
    find_rule();
    section_.time("start", start_given_);
    start_ = start_given_.value_or(start_);
    read_readings();
    section_.each("run", [&](Section& run) { read_run(run); });
    section_.each("decision", [&](Section& decision) { read_decision(decision); });
    read_quiet_evaluations();
    section_.each("message", [&](Section& message) { read_message(message); });
    section_.each("standing", [&](Section& standing) { read_standing(standing); });
    if (happenings_.empty() && section_.context().faults.size() == before)
      section_.fault("", "nothing happens in it", "give readings, a run, or every and until");
    if (section_.context().faults.size() > before) return std::nullopt;
    put_in_order();
    return std::move(test_);
  }

 private:
  void find_rule() {
    section_.require("rule", "name the rule that it tests");
    section_.text("rule", test_.rule);
    for (const auto& rule : rules_)
      if (rule.id == test_.rule) rule_ = &rule;
    if (rule_ == nullptr && section_.has("rule"))
      section_.fault("rule", "\"" + test_.rule + "\" is no rule of the configuration",
                     "name one that is");
  }

  // A duration from the start, or a time.
  std::optional<Time> when(const Section& in, const std::string& key, const Node& node) const {
    if (node.type == Node::Type::text) {
      const std::string& text = node.text;
      const bool back = text.starts_with('-');
      if (const auto after = parse_duration(back ? text.substr(1) : text))
        return back ? start_ - *after : start_ + *after;
    }
    if (node.type == Node::Type::time || node.type == Node::Type::text) {
      if (const auto time = parse_time(node.text)) return *time;
    }
    in.fault(key, "is no time", "write how long after the start, e.g. \"90min\", or a UTC time");
    return std::nullopt;
  }

  std::optional<Time> when(Section& in, const std::string& key) const {
    const Node* node = in.ask(key);
    return node == nullptr ? std::nullopt : when(in, key, *node);
  }

  void read_readings() {
    const Node* rows = section_.ask("readings");
    if (rows == nullptr) return;
    for (const auto& row : rows->items) read_reading(row);
    if (rows->type != Node::Type::list)
      section_.fault("readings", "is no list", "write [[\"0min\", 1.2], [\"10min\", 1.4]]");
  }

  // [time, value], [time, value, "bad"], [time, value, "good", time of arrival]
  void read_reading(const Node& row) {
    const std::string key = "readings";
    const auto size = row.items.size();
    if (row.type != Node::Type::list || size < 2 || size > 4)
      return section_.fault(key, "has a row that is no reading",
                            "write [time, value], [time, value, \"bad\"] or "
                            "[time, value, \"good\", time of arrival]");
    const auto time = when(section_, key, row.items[0]);
    const auto value = value_of(section_, key, row.items[1]);
    const bool flagged = size > 2;
    const std::string flag = flagged ? row.items[2].text : "good";
    if (flag != "good" && flag != "bad")
      section_.fault(key, "has the flag \"" + flag + "\"", "write \"good\" or \"bad\"");
    const auto arrival = size > 3 ? when(section_, key, row.items[3]) : time;
    if (!time || !value || !arrival) return;
    happenings_.push_back(
        {.at = *arrival, .reading = alerts::ObservedReading{*time, *value, flag == "good", ""}});
  }

  std::optional<double> value_of(const Section& in, const std::string& key,
                                 const Node& node) const {
    const auto dimension =
        rule_ == nullptr ? Dimension::length : dimension_of_value(rule_->quantity);
    return in.value_of(node, key, dimension, {});
  }

  void read_run(Section& section) {
    section.require("at", "say when the run is evaluated");
    const auto at = when(section, "at");
    alerts::ForecastEvidence run;
    run.reference_time = when(section, "reference_time").value_or(at.value_or(start_));
    run.run = "test-" + format_time_compact(run.reference_time);
    section.text("failed", run.why_not);
    run.usable = run.why_not.empty();
    if (run.usable) read_members(section, run);
    if (at) happenings_.push_back({.at = *at, .run = std::move(run)});
  }

  void read_members(Section& section, alerts::ForecastEvidence& run) {
    std::vector<Time> times;
    section.require("times", "give the times of the members' values, or failed = \"why\"");
    if (const Node* list = section.ask("times")) {
      for (const auto& item : list->items)
        if (const auto time = when(section, "times", item)) times.push_back(*time);
      if (!std::is_sorted(times.begin(), times.end()))
        section.fault("times", "is not in order", "sort it");
    }
    section.require("members", "give a list of values for each member");
    const Node* members = section.ask("members");
    if (members == nullptr) return;
    for (const auto& member : members->items) {
      alerts::MemberSeries series{
          .member = static_cast<int>(run.members.size()), .times = times, .values = {}};
      for (const auto& item : member.items)
        series.values.push_back(
            value_of(section, "members", item).value_or(std::numeric_limits<double>::quiet_NaN()));
      if (series.values.size() != times.size())
        return section.fault("members", "has a member with another number of values than times",
                             "give a value for each time");
      run.members.push_back(std::move(series));
    }
  }

  void read_decision(Section& section) {
    using Act = RulesTestStep::Act;
    section.require("at", "say when the person decides");
    section.require("action", "choose approve, reject or cancel");
    Happening decision;
    section.choice<Act>(
        "action", decision.act,
        {{"approve", Act::approve}, {"reject", Act::reject}, {"cancel", Act::cancel}});
    if (const auto at = when(section, "at")) {
      decision.at = *at;
      happenings_.push_back(std::move(decision));
    }
  }

  // Evaluations without anything new, so that silence is noticed.
  void read_quiet_evaluations() {
    Duration every{0};
    section_.duration("every", every);
    const auto until = when(section_, "until");
    if (every <= Duration::zero() || !until) {
      if (section_.has("every") != section_.has("until"))
        section_.fault("every", "and until need each other", "give both or neither");
      return;
    }
    if ((*until - start_) / every > static_cast<std::int64_t>(most_evaluations))
      return section_.fault("every", "makes more than 100000 evaluations", "make it longer");
    for (Time t = start_; t <= *until; t += every) happenings_.push_back({.at = t});
  }

  void check_level(const Section& section, const std::string& level) const {
    if (rule_ == nullptr || level == "none" || level == "unknown") return;
    const auto& levels = rule_->levels;
    const bool known =
        std::any_of(levels.begin(), levels.end(), [&](const auto& l) { return l.name == level; });
    if (!known)
      section.fault("level", "\"" + level + "\" is no level of the rule",
                    "name one, or none or unknown");
  }

  void read_message(Section& section) {
    ExpectedMessage message;
    message.place = section.place();
    section.require("at", "say when it comes");
    message.at = when(section, "at").value_or(start_);
    using alerts::MessageKind;
    section.require("type", "choose alert, update, all-clear or cancel");
    section.choice<MessageKind>("type", message.kind,
                                {{"alert", MessageKind::alert},
                                 {"update", MessageKind::update},
                                 {"all-clear", MessageKind::all_clear},
                                 {"cancel", MessageKind::cancel}});
    message.level = message.kind == MessageKind::all_clear ? "none" : "";
    if (message.kind != MessageKind::all_clear) section.require("level", "name the level");
    section.text("level", message.level);
    check_level(section, message.level);
    read_details(section, message);
    section.flag("waits", message.waits);
    test_.messages.push_back(std::move(message));
  }

  static void read_details(Section& section, ExpectedMessage& message) {
    using alerts::Basis;
    using alerts::Certainty;
    using alerts::Urgency;
    section.choice<std::optional<Basis>>(
        "basis", message.basis,
        {{"observed", Basis::observed}, {"forecast", Basis::forecast}, {"none", Basis::none}});
    section.choice<std::optional<Certainty>>("certainty", message.certainty,
                                             {{"unknown", Certainty::unknown},
                                              {"possible", Certainty::possible},
                                              {"likely", Certainty::likely},
                                              {"observed", Certainty::observed}});
    section.choice<std::optional<Urgency>>("urgency", message.urgency,
                                           {{"unknown", Urgency::unknown},
                                            {"past", Urgency::past},
                                            {"future", Urgency::future},
                                            {"expected", Urgency::expected},
                                            {"immediate", Urgency::immediate}});
  }

  void read_standing(Section& section) {
    ExpectedStanding standing;
    standing.place = section.place();
    section.require("at", "say when");
    section.require("level", "name the level, none or unknown");
    standing.at = when(section, "at").value_or(start_);
    section.text("level", standing.level);
    check_level(section, standing.level);
    if (section.has("stale")) {
      bool stale = false;
      section.flag("stale", stale);
      standing.stale = stale;
    } else {
      section.ask("stale");
    }
    test_.standings.push_back(std::move(standing));
  }

  // One evaluation for all that is known at a time; a person decides after it.
  void put_in_order() {
    std::stable_sort(happenings_.begin(), happenings_.end(), [](const auto& a, const auto& b) {
      const auto acts = [](const Happening& h) { return h.act != RulesTestStep::Act::evaluate; };
      return a.at != b.at ? a.at < b.at : acts(a) < acts(b);
    });
    for (auto& happening : happenings_) {
      const bool acts = happening.act != RulesTestStep::Act::evaluate;
      auto& steps = test_.steps;
      if (acts || steps.empty() || steps.back().now != happening.at ||
          steps.back().act != RulesTestStep::Act::evaluate) {
        steps.push_back({.now = happening.at, .evidence = {}, .act = happening.act});
      }
      auto& evidence = steps.back().evidence;
      if (happening.run) evidence.forecast = std::move(happening.run);
      if (happening.reading) evidence.readings.push_back(*happening.reading);
    }
    const auto earlier = [](const auto& a, const auto& b) { return a.at < b.at; };
    std::stable_sort(test_.standings.begin(), test_.standings.end(), earlier);
  }

  Section& section_;
  std::span<const alerts::Rule> rules_;
  const alerts::Rule* rule_ = nullptr;
  std::optional<Time> start_given_;
  Time start_ = std::chrono::sys_days{std::chrono::January / 1 / 2026};
  std::vector<Happening> happenings_;
  RulesTestCase test_;
};

void read_cases(Section& top, std::span<const alerts::Rule> rules,
                std::vector<RulesTestCase>& cases) {
  int format = format_version;
  top.require("format", "write format = 1");
  top.whole("format", format);
  if (format != format_version)
    top.fault("format", std::to_string(format) + " is not known here", "write format = 1");
  top.require("case", "add [[case]] with name and rule");
  top.each("case", [&](Section& section) {
    if (auto one = CaseReader(section, rules).read()) cases.push_back(std::move(*one));
  });
}

}  // namespace

std::vector<RulesTestCase> load_rules_test(const std::filesystem::path& file,
                                           std::span<const alerts::Rule> rules, Faults& faults) {
  std::vector<RulesTestCase> cases;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) {
    faults.push_back({file.string(), "cannot be read", "name a file of rule tests"});
    return cases;
  }
  const auto document = parse_document(text.str(), file.string(), faults);
  if (!document) return cases;
  Context context{
      .file = file.string(), .file_folder = file.parent_path(), .data_folder = file.parent_path()};
  {
    Section top(context, &*document, "", 0);
    read_cases(top, rules, cases);
  }
  faults.insert(faults.end(), context.faults.begin(), context.faults.end());
  return cases;
}

std::vector<std::filesystem::path> rules_tests_of(const std::filesystem::path& configuration) {
  std::vector<std::filesystem::path> found;
  const std::string stem = configuration.stem().string() + ".";
  std::error_code error;
  const auto folder = std::filesystem::absolute(configuration).parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(stem) && name.ends_with(ending) &&
        name.size() + 1 >= stem.size() + ending.size())
      found.push_back(configuration.parent_path() / name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace vandvagt::config
