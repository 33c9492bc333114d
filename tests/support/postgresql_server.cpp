#include "tests/support/postgresql_server.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace vandvagt::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// The folder of the newest version's programs, which Debian keeps out of PATH; empty: none.
fs::path programs() {
  fs::path newest;
  int version = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const int its = std::atoi(entry.path().filename().c_str());
    if (its > version && fs::exists(entry.path() / "bin" / "postgres")) {
      version = its;
      newest = entry.path() / "bin";
    }
  }
  return newest;
}

/// The server refuses to run as root.
struct User {
  uid_t uid = ::geteuid();
  gid_t gid = ::getegid();
  User() {
    if (uid != 0) return;
    for (const char* name : {"postgres", "nobody"})
      if (const auto* found = ::getpwnam(name); found != nullptr) {
        uid = found->pw_uid;
        gid = found->pw_gid;
        return;
      }
  }
};

void give(const fs::path& path, const User& user) {
  if (::geteuid() != 0) return;
  if (::chown(path.c_str(), user.uid, user.gid) != 0)
    throw std::runtime_error(path.string() + ": cannot be given to the server's user");
}

/// Runs a program as that user, its output into `log`; @return its process.
pid_t launch(const std::vector<std::string>& command, const User& user, const fs::path& folder) {
  std::vector<char*> arguments;
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const std::string log = folder / "log", place = folder;
  const pid_t parent = ::getpid(), child = ::fork();
  if (child != 0) return child;
  if (::geteuid() == 0 &&
      (::setgroups(0, nullptr) != 0 || ::setgid(user.gid) != 0 || ::setuid(user.uid) != 0))
    ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // a test that is killed takes its server along
  if (::getppid() != parent || ::chdir(place.c_str()) != 0) ::_exit(126);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::setenv("LC_ALL", "C", 1);
  ::execv(arguments.front(), arguments.data());
  ::_exit(127);
}

void run(const std::vector<std::string>& command, const User& user, const fs::path& folder) {
  int status = 0;
  ::waitpid(launch(command, user, folder), &status, 0);
  if (status != 0) throw std::runtime_error(command.front() + ": " + read_text(folder / "log"));
}

/// An empty cluster, made once a build (that takes a second or two) and copied for each test.
fs::path pattern(const User& user) {
  const fs::path folder = fs::path(VANDVAGT_BINARY_DIR) / "postgresql-cluster";
  fs::create_directories(folder);
  const int lock = ::open((folder / "lock").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  ::flock(lock, LOCK_EX);
  if (!fs::exists(folder / "made")) {
    const TemporaryFolder place;  // the build's folder may be closed to that user
    give(place.path(), user);
    run({programs() / "initdb", "-D", place / "data", "-A", "trust", "-U", "vandvagt", "-E", "UTF8",
         "--locale=C", "--no-sync", "--data-checksums", "--wal-segsize=1"},
        user, place.path());
    // Making a database for each test would cost more than all else.
    write_text(place / "rename.sql", "ALTER DATABASE postgres RENAME TO vandvagt\n");
    run({"/bin/sh", "-c",
         "exec " + (programs() / "postgres").string() + " --single -D data template1 <rename.sql"},
        user, place.path());
    fs::remove_all(folder / "data");
    fs::copy(place / "data", folder / "data", fs::copy_options::recursive);
    write_text(folder / "made", "");
  }
  ::close(lock);
  return folder / "data";
}

}  // namespace

bool PostgresqlServer::installed() {
  return !programs().empty();
}

PostgresqlServer::PostgresqlServer() {
  const User user;
  const auto data = folder_ / "data";
  fs::copy(pattern(user), data, fs::copy_options::recursive);
  give(folder_.path(), user);
  give(data, user);
  for (const auto& entry : fs::recursive_directory_iterator(data)) give(entry.path(), user);
  fs::permissions(data, fs::perms::owner_all);
  start();
}

PostgresqlServer::~PostgresqlServer() {
  end(SIGQUIT);
}

void PostgresqlServer::start(const std::string& options) {
  std::vector<std::string> command{programs() / "postgres",
                                   "-D",
                                   folder_ / "data",
                                   "-k",
                                   socket(),
                                   "-c",
                                   "listen_addresses=",
                                   "-c",
                                   "max_connections=30",
                                   "-c",
                                   "shared_buffers=16MB",
                                   "-c",
                                   "timezone=UTC"};
  std::istringstream words(options);
  for (std::string word; words >> word;) command.push_back(word);
  // A lock file of a server that was killed names a process that is another's by now.
  std::error_code none;
  fs::remove(folder_ / "data/postmaster.pid", none);
  pid_ = launch(command, User(), folder_.path());
  for (int i = 0; i < 1500; ++i) {
    if (run_command("psql -h " + socket() + " -U vandvagt -d template1 -c '' 2>&1").exit_code == 0)
      return;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) break;
    std::this_thread::sleep_for(20ms);
  }
  pid_ = -1;
  throw std::runtime_error("the PostgreSQL server does not start: " + log());
}

void PostgresqlServer::end(int signal_number) {
  if (pid_ < 0) return;
  ::kill(pid_, signal_number);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

void PostgresqlServer::stop() {
  end(SIGINT);
}

// The children notice by themselves that their parent is gone, and no new server starts on their
// shared memory before they have.
void PostgresqlServer::kill() {
  const auto children = run_command("ps -o pid= --ppid " + std::to_string(pid_)).output;
  std::istringstream words(children);
  std::vector<pid_t> all;
  for (pid_t child = 0; words >> child;) all.push_back(child);
  end(SIGKILL);
  for (const auto child : all) ::kill(child, SIGKILL);
  const auto limit = std::chrono::steady_clock::now() + 2s;  // nobody may be there to reap them
  for (const auto child : all)
    while (::kill(child, 0) == 0 && std::chrono::steady_clock::now() < limit)
      std::this_thread::sleep_for(5ms);
}

std::string PostgresqlServer::database(const std::string& name) {
  if (sql("SELECT 1 FROM pg_database WHERE datname = '" + name + "'", "template1").empty())
    sql("CREATE DATABASE " + name, "template1");
  return "host=" + socket() + " dbname=" + name + " user=vandvagt";
}

std::string PostgresqlServer::sql(const std::string& statement, const std::string& database) {
  write_text(folder_ / "statement.sql", statement);
  const auto answer =
      run_command("psql -v ON_ERROR_STOP=1 -qAt -h " + socket() + " -U vandvagt -d " + database +
                  " -f " + (folder_ / "statement.sql").string());
  if (answer.exit_code != 0) throw std::runtime_error(statement + ": " + answer.output);
  return answer.output;
}

std::string PostgresqlServer::log() const {
  return read_text(folder_ / "log");
}

}  // namespace vandvagt::test
