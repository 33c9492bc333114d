#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "grids/netcdf.hpp"
#include "tests/grids/full_disk.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::grids {
namespace {

using test::entries;
using test::FullDisk;
using test::run_command;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;

StateContent some_state() {
  StateContent state;
  state.attributes = {{"time", "2026-11-23T00:00:00Z"},
                      {"empty", ""},
                      {"json", "{\n \"å\": \"" + std::string(200000, 'x') + "\"}"}};
  std::vector<double> depth{0.1,    -0.0,  std::bit_cast<double>(0x7ff8dead0000beefULL),
                            5e-324, 1e308, 0.3};
  std::vector<float> residual{1e-45F, -0.0F, std::nanf("7"), 2.5F};
  state.arrays = {{"depth", {2, 3}, depth},
                  {"residual", {4}, residual},
                  {"infiltrated", {0}, std::vector<double>{}},
                  {"a_float_map", {3, 0}, std::vector<float>{}}};
  return state;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

TEST(NetcdfState, ComesBackToTheBit) {
  const TemporaryFolder folder;
  const auto state = some_state();
  const auto written = write_state(folder / "state.nc", state);
  ASSERT_TRUE(written) << written.error().message;
  const auto back = read_state(folder / "state.nc");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->attributes, state.attributes);
  ASSERT_EQ(back->arrays.size(), state.arrays.size());
  for (std::size_t k = 0; k < state.arrays.size(); ++k) {
    const auto& got = back->arrays[k];
    const auto& want = state.arrays[k];
    EXPECT_EQ(got.name, want.name);
    EXPECT_EQ(got.shape, want.shape);
    ASSERT_EQ(got.values.index(), want.values.index());
    std::visit(
        [&](const auto& w) {
          EXPECT_TRUE(same_bits(std::get<std::decay_t<decltype(w)>>(got.values), w)) << want.name;
        },
        want.values);
  }
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(NetcdfState, DigestSeesEveryBitNameAndShapeButNotTheOrder) {
  const auto state = some_state();
  const auto digest = state_digest(state);
  auto other = state;
  std::swap(other.arrays[0], other.arrays[1]);
  EXPECT_EQ(state_digest(other), digest);
  other = state;
  std::get<0>(other.arrays[0].values)[1] = 0.0;  // was -0
  EXPECT_NE(state_digest(other), digest);
  other = state;
  other.arrays[0].shape = {3, 2};
  EXPECT_NE(state_digest(other), digest);
  other = state;
  other.attributes["empty"] = "x";
  EXPECT_NE(state_digest(other), digest);
}

TEST(NetcdfState, AlteredValueIsRefused) {
  const TemporaryFolder folder;
  auto state = some_state();
  ASSERT_TRUE(write_state(folder / "a.nc", state));
  // Another program changes one text and leaves the digest.
  const auto path = (folder / "a.nc").string();
  const auto changed = run_command("ncdump " + path + " | sed 's/2026-11-23T00/2026-11-22T00/' > " +
                                   path + ".cdl && ncgen -4 -o " + path + " " + path + ".cdl");
  ASSERT_EQ(changed.exit_code, 0) << changed.output;
  const auto back = read_state(folder / "a.nc");
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, ErrorCode::refused);
  EXPECT_THAT(back.error().message, AllOf(HasSubstr("a.nc"), HasSubstr("digest")));
}

TEST(NetcdfState, DamagedBytesNeverComeBackAsAState) {
  const TemporaryFolder folder;
  StateContent state;
  for (int k = 0; k < 3; ++k) {
    std::vector<double> values(5000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(double(i) * (k + 1));
    state.arrays.push_back({"a" + std::to_string(k), {50, 100}, values});
  }
  ASSERT_TRUE(write_state(folder / "a.nc", state));
  const auto whole = test::read_text(folder / "a.nc");
  int differing = 0;
  for (std::size_t at = 20; at < whole.size(); at += whole.size() / 40) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    test::write_text(folder / "b.nc", damaged);
    const auto back = read_state(folder / "b.nc");
    // Some bytes belong to no content; then the state must be the one that was written.
    if (back)
      EXPECT_EQ(state_digest(*back), state_digest(state)) << "byte " << at;
    else
      ++differing;
  }
  EXPECT_GT(differing, 20) << "most of the file is content";
}

TEST(NetcdfState, OtherFilesAreNoState) {
  const TemporaryFolder folder;
  EXPECT_EQ(read_state(folder / "absent.nc").error().code, ErrorCode::io);
  test::write_text(folder / "text.nc", "not netCDF");
  EXPECT_EQ(read_state(folder / "text.nc").error().code, ErrorCode::io);
  test::write_text(folder / "o.cdl", "netcdf o { dimensions: n = 2 ; variables: double a(n) ; }");
  const auto made = run_command("ncgen -4 -o " + (folder / "other.nc").string() + " " +
                                (folder / "o.cdl").string());
  ASSERT_EQ(made.exit_code, 0) << made.output;
  EXPECT_EQ(read_state(folder / "other.nc").error().code, ErrorCode::refused);
}

TEST(NetcdfState, FullDiskKeepsTheOldState) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_state(folder / "a.nc", some_state()));
  StateContent larger;
  unsigned seed = 1;
  std::vector<float> noise(200000);
  for (float& v : noise) v = static_cast<float>(seed = seed * 1664525U + 1013904223U);
  larger.arrays = {{"depth", {noise.size()}, noise}};
  for (const rlim_t bytes : {0U, 20000U, 400000U}) {
    const FullDisk full(bytes);
    EXPECT_EQ(write_state(folder / "a.nc", larger).error().code, ErrorCode::io);
  }
  EXPECT_TRUE(read_state(folder / "a.nc"));
  EXPECT_EQ(entries(folder.path()), 1);
}

}  // namespace
}  // namespace vandvagt::grids
