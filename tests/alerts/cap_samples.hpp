#pragma once

#include <gtest/gtest.h>

#include "alerts/cap.hpp"
#include "tests/alerts/history.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::test {

/// A gauge rule's Alert, Update, unknown, all-clear and Cancel as evaluate() makes them.
inline std::vector<alerts::MessageContent> life_of_messages(Life& life) {
  life.run(run_of(0.0, {2.2, 2.6, 1.9}, 10.0, 12.0, 1.0), 0.0);
  life.read_steadily(9.0, 11.0, 2.7);
  life.evaluate(30.0);
  life.read_steadily(30.0, 42.0, 1.0);  // the expired run is waited for until hour 39
  life.read_steadily(50.0, 51.0, 3.3);
  life.cancel(51.1, "the gauge hung in a tree & <fell>");
  return life.messages();
}

/// Asserts that xmllint finds `xml` valid against the OASIS schema of the shared data, if there.
inline void expect_oasis_valid(const std::string& xml) {
  const auto data = shared_data();
  if (data.empty()) return;
  const auto schema = data / "cap12" / "cap12_google_copy.xsd";
  TemporaryFolder folder;
  write_text(folder / "message.xml", xml);
  const auto checked = run_command("xmllint --nonet --noout --schema '" + schema.string() + "' '" +
                                   (folder / "message.xml").string() + "'");
  EXPECT_EQ(checked.exit_code, 0) << checked.output << "\n" << xml.substr(0, 3000);
}

}  // namespace vandvagt::test
