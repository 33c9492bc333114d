#include "tests/support/figure_data.hpp"

#include <cstdlib>

namespace vandvagt::test {

FigureData::FigureData(const std::string& name, const std::string& columns) {
  const char* folder = std::getenv("VANDVAGT_FIGURES");
  if (folder == nullptr || *folder == '\0') return;
  std::filesystem::create_directories(folder);
  stream_.open(std::filesystem::path(folder) / (name + ".dat"));
  stream_ << "# " << columns << "\n";
  stream_.precision(9);
}

void FigureData::row(std::initializer_list<double> values) {
  if (!wanted()) return;
  for (const double value : values) stream_ << value << " ";
  stream_ << "\n";
}

}  // namespace vandvagt::test
