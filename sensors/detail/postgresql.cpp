#include "sensors/detail/postgresql.hpp"

#include <fmt/format.h>
#include <libxml/xmlstring.h>

#include <algorithm>
#include <array>
#include <bit>

#include "sensors/location.hpp"

namespace vandvagt::sensors::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// pg_type.h, which is not among libpq's headers; these numbers never change.
constexpr Oid int8_type = 20, text_type = 25, float8_type = 701, bytea_type = 17;
constexpr std::chrono::milliseconds first_pause = 250ms, longest_pause = 30s;  // to connect
// An advisory lock ("VvOb"), so that there is one writer at a time, as with SQLite.
constexpr const char* become_the_writer = "SELECT pg_advisory_xact_lock(1450594146)";

/// What is set where the connection string does not: a server that is gone is noticed in seconds.
constexpr std::array defaults{
    std::pair{"connect_timeout", "5"},      std::pair{"keepalives_idle", "10"},
    std::pair{"keepalives_interval", "5"},  std::pair{"keepalives_count", "3"},
    std::pair{"tcp_user_timeout", "15000"}, std::pair{"fallback_application_name", "vandvagt"}};

const char* cure(std::string_view state) {
  const auto in_class = [&](std::string_view two) { return state.substr(0, 2) == two; };
  if (state.empty() || in_class("08") || in_class("57"))
    return "the server is away; see that it runs and can be reached";
  if (state == "53100") return "the server's disk is full; free space";
  if (in_class("53")) return "the server is short of means; look at its limits";
  if (state == "25006") return "the server takes no writes; name the primary";
  if (state == "55P03") return "another process holds it; end that one or raise the time-out";
  if (state == "42501") return "access is not permitted; grant the user its rights";
  if (in_class("28")) return "the server refuses the user; check user and password file";
  if (state == "3D000") return "there is no such database; create it";
  if (in_class("58")) return "the server's disk did not read or write; look at its health";
  if (in_class("XX")) return "the server's files are damaged; restore a copy";
  return "the database did not do what was asked";
}

std::string first_line(const char* text) {
  std::string line(text == nullptr ? "" : text);
  if (const auto end = line.find('\n'); end != std::string::npos) line.resize(end);
  return line;
}

template <class Integer>
std::string big_endian(Integer value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  std::string bytes(sizeof(bits), '\0');
  for (std::size_t i = bytes.size(); i-- > 0; bits >>= 8U)
    bytes[i] = static_cast<char>(bits & 0xffU);
  return bytes;
}

std::uint64_t from_big_endian(const char* bytes, int size) {
  std::uint64_t bits = 0;
  for (int i = 0; i < size; ++i) bits = bits << 8U | static_cast<unsigned char>(bytes[i]);
  return bits;
}

bool succeeded(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

// Texts that came from outside need not be UTF-8, and PostgreSQL takes nothing else: what is not is
// written in hexadecimal.
std::string fit_text(std::string_view text) {
  std::string fit(text);
  const bool valid = text.find('\0') == std::string_view::npos &&
                     xmlCheckUTF8(reinterpret_cast<const unsigned char*>(fit.c_str())) == 1;
  if (valid) return fit;
  fit.clear();
  for (const char c : text)
    fit += c >= ' ' && c <= '~' ? std::string(1, c)
                                : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  return fit;
}

// ?1 is $1 there.
std::string with_dollars(std::string_view sql) {
  std::string text(sql);
  for (std::size_t i = 0; i + 1 < text.size(); ++i)
    if (text[i] == '?' && text[i + 1] >= '1' && text[i + 1] <= '9') text[i] = '$';
  return text;
}

}  // namespace

/// Carried out by its first step; all rows come at once, in binary, so that a value is what it was.
class PostgresqlStatement : public PreparedStatement {
 public:
  PostgresqlStatement(PostgresqlConnection& connection, const char* sql, std::size_t number)
      : connection_(connection), sql_(with_dollars(sql)), name_(fmt::format("s{}", number)) {}

  void bind(int index, std::int64_t value) override { set(index, int8_type, big_endian(value)); }
  void bind(int index, double value) override { set(index, float8_type, big_endian(value)); }
  void bind(int index, std::string_view text) override { set(index, text_type, fit_text(text)); }
  void bind_blob(int index, std::string_view bytes) override {
    set(index, bytea_type, std::string(bytes));
  }
  void bind_no_integer(int index) override { set(index, int8_type, std::nullopt); }

  Result<bool> step() override {
    if (result_) {
      ++row_;
    } else {
      auto answer = connection_.ask([this] { return carry_out(); });
      if (!answer) return fail(answer.error());
      result_ = std::move(*answer);
      row_ = 0;
    }
    return row_ < PQntuples(result_.get());
  }

  std::int64_t integer(int column) const override {
    const int size = PQgetlength(result_.get(), row_, column);
    const auto bits = from_big_endian(PQgetvalue(result_.get(), row_, column), size);
    if (size == 4) return static_cast<std::int32_t>(bits);
    return std::bit_cast<std::int64_t>(bits);
  }
  double real(int column) const override {
    return std::bit_cast<double>(from_big_endian(PQgetvalue(result_.get(), row_, column),
                                                 PQgetlength(result_.get(), row_, column)));
  }
  std::string text(int column) const override {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }
  bool is_null(int column) const override { return PQgetisnull(result_.get(), row_, column) == 1; }
  void reset() noexcept override {
    result_.reset();
    for (auto& value : values_) value.reset();
  }

 private:
  void set(int index, Oid type, std::optional<std::string> value) {
    const auto place = static_cast<std::size_t>(index - 1);
    if (place >= values_.size()) {
      values_.resize(place + 1);
      types_.resize(place + 1, int8_type);
    }
    types_[place] = type;
    values_[place] = std::move(value);
  }

  // The types of the parameters are known by now; they are the same every time.
  PGresult* carry_out() {
    auto* server = connection_.server_.get();
    const auto count = static_cast<int>(values_.size());
    if (session_ != connection_.session_) {
      PostgresqlResult prepared(
          PQprepare(server, name_.c_str(), sql_.c_str(), count, types_.data()));
      if (!succeeded(prepared.get())) return prepared.release();
      session_ = connection_.session_;
    }
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const auto& value : values_) {
      values.push_back(value ? value->data() : nullptr);
      lengths.push_back(value ? static_cast<int>(value->size()) : 0);
    }
    const std::vector<int> formats(values_.size(), 1);
    return PQexecPrepared(server, name_.c_str(), count, values.data(), lengths.data(),
                          formats.data(), 1);
  }

  PostgresqlConnection& connection_;
  std::string sql_, name_;
  int session_ = 0;  // in which it is prepared
  std::vector<std::optional<std::string>> values_;
  std::vector<Oid> types_;
  PostgresqlResult result_;
  int row_ = 0;
};

PostgresqlConnection::PostgresqlConnection(std::string connection,
                                           std::chrono::milliseconds lock_timeout)
    : connection_(std::move(connection)),
      name_(StoreLocation::on_server(connection_).description()),
      lock_timeout_(lock_timeout) {}
PostgresqlConnection::~PostgresqlConnection() = default;

Result<std::unique_ptr<PostgresqlConnection>> PostgresqlConnection::open(
    const std::string& connection, std::chrono::milliseconds lock_timeout) {
  if (auto checked = check_connection_string(connection); !checked) return fail(checked.error());
  std::unique_ptr<PostgresqlConnection> opened(new PostgresqlConnection(connection, lock_timeout));
  if (auto connected = opened->connect(); !connected) return fail(connected.error());
  return opened;
}

Error PostgresqlConnection::error_of(const PGresult* result) const {
  const char* field = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string state(field == nullptr ? "" : field);
  const char* said =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const auto text = first_line(said != nullptr ? said : PQerrorMessage(server_.get()));
  return {ErrorCode::io, fmt::format("{}: {} ({}{}{})", name_, cure(state), state,
                                     state.empty() ? "" : ": ", text)};
}

Result<void> PostgresqlConnection::connect() {
  if (steady_clock::now() < next_attempt_) return fail(last_failure_);
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : defaults) {
    keys.push_back(key);
    values.push_back(value);
  }
  keys.insert(keys.end(), {"dbname", nullptr});  // expanded: what it says goes before the defaults
  values.insert(values.end(), {connection_.c_str(), nullptr});
  server_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
  ++session_;
  in_transaction_ = false;
  months_.clear();
  new_months_.clear();
  Result<void> begun = PQstatus(server_.get()) == CONNECTION_OK
                           ? begin_session()
                           : Result<void>(fail(error_of(nullptr)));
  if (begun) {
    backoff_ = {};
    return {};
  }
  server_.reset();
  last_failure_ = begun.error();
  backoff_ = std::min<std::chrono::milliseconds>(
      std::max<std::chrono::milliseconds>(first_pause, 2 * backoff_), longest_pause);
  next_attempt_ = steady_clock::now() + backoff_;
  return begun;
}

// What was committed must be on the disk whatever the server's own settings say.
Result<void> PostgresqlConnection::begin_session() {
  auto* server = server_.get();
  PQsetNoticeProcessor(
      server, [](void*, const char*) {}, nullptr);
  if (PQserverVersion(server) < 120'000)
    return fail(ErrorCode::refused, name_ + ": older than PostgreSQL 12; use a newer server");
  const auto settings = fmt::format(
      "SET search_path TO vandvagt; SET client_encoding TO 'UTF8'; SET lock_timeout TO {};"
      " SET default_transaction_isolation TO 'read committed';"
      " SELECT set_config('synchronous_commit', 'on', false)"
      "  WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');"
      " SHOW fsync",
      lock_timeout_.count());
  const PostgresqlResult answer(PQexec(server, settings.c_str()));
  if (!succeeded(answer.get())) return fail(error_of(answer.get()));
  if (std::string_view(PQgetvalue(answer.get(), 0, 0)) != "on")
    return fail(ErrorCode::refused,
                name_ +
                    ": the server does not wait for its disk (fsync = off), so that nothing"
                    " could be acknowledged; set fsync = on");
  return {};
}

template <class Ask>
Result<PostgresqlResult> PostgresqlConnection::ask(Ask&& question) {
  if (in_transaction_ && !server_) return fail(last_failure_);
  for (const bool again : {true, false}) {
    if (!server_)
      if (auto connected = connect(); !connected) return fail(connected.error());
    PostgresqlResult answer(question());
    if (succeeded(answer.get())) return answer;
    auto error = error_of(answer.get());
    if (PQstatus(server_.get()) == CONNECTION_OK) return fail(std::move(error));
    server_.reset();
    last_failure_ = error;
    // A transaction is lost with its session; its statements must not go on outside of one.
    if (in_transaction_ || !again) return fail(std::move(error));
  }
  return fail(last_failure_);
}

Result<void> PostgresqlConnection::execute(const std::string& sql) {
  auto answer = ask([&] { return PQexec(server_.get(), sql.c_str()); });
  if (!answer) return fail(answer.error());
  return {};
}

Result<PreparedStatement*> PostgresqlConnection::find(const char* sql) {
  auto& kept = statements_[sql];
  if (!kept) kept = std::make_unique<PostgresqlStatement>(*this, sql, statements_.size());
  return kept.get();
}

Result<void> PostgresqlConnection::begin() {
  if (auto begun = execute("BEGIN"); !begun) return begun;
  in_transaction_ = true;
  if (auto alone = execute(become_the_writer); !alone) {
    rollback();
    return alone;
  }
  return {};
}

Result<void> PostgresqlConnection::commit() {
  auto answer = ask([&] { return PQexec(server_.get(), "COMMIT"); });
  if (!answer) return fail(answer.error());
  in_transaction_ = false;
  // A transaction in which something has failed is rolled back, and that counts as success there.
  if (std::string_view(PQcmdStatus(answer->get())) != "COMMIT")
    return fail(ErrorCode::io, name_ + ": the transaction was rolled back");
  months_.merge(new_months_);
  return {};
}

void PostgresqlConnection::rollback() noexcept {
  if (in_transaction_ && server_) {
    const PostgresqlResult ignored(PQexec(server_.get(), "ROLLBACK"));
    if (PQstatus(server_.get()) != CONNECTION_OK || !succeeded(ignored.get())) server_.reset();
  }
  in_transaction_ = false;
  new_months_.clear();
}

}  // namespace vandvagt::sensors::detail
