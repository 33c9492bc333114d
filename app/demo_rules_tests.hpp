#pragma once

namespace vandvagt::app {

/// `demo.rules-test.toml`: what the rules of the example catchment must say.
extern const char* const demo_rules_tests;

}  // namespace vandvagt::app
