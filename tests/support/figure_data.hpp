#pragma once

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>

namespace vandvagt::test {

/// Columns of numbers for a figure of docs/validation.md: `<name>.dat` in the folder that
/// VANDVAGT_FIGURES names (`./dev figures`). Without that variable nothing is written.
class FigureData {
 public:
  /// @param columns  what they hold, for the first line
  FigureData(const std::string& name, const std::string& columns);
  bool wanted() const { return stream_.is_open(); }
  void row(std::initializer_list<double> values);

 private:
  std::ofstream stream_;
};

}  // namespace vandvagt::test
