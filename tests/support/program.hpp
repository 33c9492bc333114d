#pragma once

#include <string>

namespace vandvagt::test {

/// The program `vandvagt` that was built with these tests.
std::string program();

}  // namespace vandvagt::test
