#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "grids/files.hpp"
#include "tests/grids/full_disk.hpp"
#include "tests/support/support.hpp"

namespace vandvagt::grids {
namespace {

using test::entries;
using test::FullDisk;
using test::TemporaryFolder;
using testing::HasSubstr;

TEST(AtomicText, ReplacesTheOldFileAndLeavesNothingBeside) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_text_atomically(folder / "run.json", "old"));
  ASSERT_TRUE(write_text_atomically(folder / "run.json", "new"));
  EXPECT_EQ(test::read_text(folder / "run.json"), "new");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(AtomicText, MissingFolderIsAnErrorThatNamesThePath) {
  const TemporaryFolder folder;
  const auto written = write_text_atomically(folder / "absent" / "run.json", "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_THAT(written.error().message, HasSubstr("absent/run.json"));
}

TEST(AtomicText, FullDiskKeepsTheOldFileAndLeavesNoPartialOne) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_text_atomically(folder / "run.json", "old"));
  const auto written = [&] {
    const FullDisk full(1000);
    return write_text_atomically(folder / "run.json", std::string(5000, 'x'));
  }();
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().message, HasSubstr("run.json"));
  EXPECT_EQ(test::read_text(folder / "run.json"), "old");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(FileDigest, IsThatOfSha256sum) {
  const TemporaryFolder folder;
  test::write_text(folder / "a.txt", std::string(200000, 'v'));
  const auto digest = file_digest(folder / "a.txt");
  ASSERT_TRUE(digest);
  const auto judge = test::run_command("sha256sum " + (folder / "a.txt").string());
  EXPECT_EQ(*digest, judge.output.substr(0, 64));
}

TEST(FileDigest, FolderOrMissingFileIsAnError) {
  const TemporaryFolder folder;
  EXPECT_THAT(file_digest(folder.path()).error().message, HasSubstr("not a file"));
  EXPECT_THAT(file_digest(folder / "absent").error().message, HasSubstr("no such file"));
}

TEST(OutputFolder, IsMadeWithItsParentsAndLeftEmpty) {
  const TemporaryFolder folder;
  ASSERT_TRUE(make_output_folder(folder / "a" / "b"));
  EXPECT_EQ(entries(folder / "a" / "b"), 0);
}

TEST(OutputFolder, FileInItsPlaceIsAnError) {
  const TemporaryFolder folder;
  test::write_text(folder / "out", "a file");
  const auto made = make_output_folder(folder / "out");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::io);
  EXPECT_THAT(made.error().message, HasSubstr("out"));
}

TEST(OutputFolder, UnwritableFolderIsAnError) {
  // /proc refuses new files even to root, whom permissions do not bind.
  const auto made = make_output_folder("/proc/self");
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("/proc/self"));
}

}  // namespace
}  // namespace vandvagt::grids
