#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vandvagt::test {

/// A configuration for `vandvagt watch`: two stations of the operator `kommune`, `n12` (stage,
/// sends numbers) and `q1` (discharge), and a rule on n12. The store lies in `<folder>/store`.
class WatchCase {
 public:
  /// `broker`: lines of [broker]; `more`: further text, such as a [watch] section; `store`: lines
  /// of [store].
  WatchCase(std::filesystem::path folder, const std::string& broker, const std::string& more = {},
            const std::string& store = {});
  std::filesystem::path configuration() const { return folder_ / "watch.toml"; }
  std::filesystem::path store() const { return folder_ / "store"; }
  std::filesystem::path readings() const { return store() / "readings.db"; }
  /// `vandvagt watch` on it, for RunningProgram.
  std::vector<std::string> command() const;

 private:
  std::filesystem::path folder_;
};

}  // namespace vandvagt::test
