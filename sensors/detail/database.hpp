#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.hpp"

namespace vandvagt::sensors::detail {

/// A prepared statement of one database. Parameters count from 1, columns from 0.
class PreparedStatement {
 public:
  PreparedStatement() = default;
  virtual ~PreparedStatement() = default;
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  virtual void bind(int index, std::int64_t value) = 0;
  virtual void bind(int index, double value) = 0;
  virtual void bind(int index, std::string_view text) = 0;
  virtual void bind_blob(int index, std::string_view bytes) = 0;
  virtual void bind_no_integer(int index) = 0;  // NULL
  virtual Result<bool> step() = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string text(int column) const = 0;
  virtual bool is_null(int column) const = 0;
  virtual void reset() noexcept = 0;  // ready for another use, nothing bound
};

/// A prepared statement in use; reset and unbound when it goes.
class Statement {
 public:
  explicit Statement(PreparedStatement& prepared) : prepared_(&prepared) {}
  ~Statement() {
    if (prepared_ != nullptr) prepared_->reset();
  }
  Statement(Statement&& other) noexcept : prepared_(std::exchange(other.prepared_, nullptr)) {}
  Statement& operator=(Statement&&) = delete;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// Texts are copied.
  template <class Value>
  Statement& bind(int index, const Value& value) {
    prepared_->bind(index, value);
    return *this;
  }
  Statement& bind(int index, std::string_view text) {
    prepared_->bind(index, text);
    return *this;
  }
  Statement& bind(int index, std::optional<std::int64_t> value) {
    value ? prepared_->bind(index, *value) : prepared_->bind_no_integer(index);
    return *this;
  }
  Statement& bind_blob(int index, std::string_view bytes) {
    prepared_->bind_blob(index, bytes);
    return *this;
  }

  /// True: a row is there. Error{io} says which database, what and the cure.
  Result<bool> step() { return prepared_->step(); }
  /// To the end, where rows do not matter.
  Result<void> run();

  std::int64_t integer(int column) const { return prepared_->integer(column); }
  double real(int column) const { return prepared_->real(column); }
  std::string text(int column) const { return prepared_->text(column); }  // also of a blob
  std::optional<std::int64_t> optional_integer(int column) const {
    if (prepared_->is_null(column)) return std::nullopt;
    return integer(column);
  }

 private:
  PreparedStatement* prepared_;
};

/// A connection to the database of readings, with its prepared statements: the one place where
/// SQLite and PostgreSQL differ. Everything above it is written once, in the SQL that both speak,
/// with parameters as ?1, ?2, …. Not thread-safe.
class Connection {
 public:
  Connection() = default;
  virtual ~Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Prepared once and kept under the address of `sql`, which must stand for good.
  Result<Statement> prepare(const char* sql);
  Result<std::int64_t> integer(const char* sql);
  Result<std::string> text(const char* sql);
  /// One or more statements without parameters.
  virtual Result<void> execute(const std::string& sql) = 0;

  /// `work` as one transaction, the only one that writes at its time; rolled back when it or the
  /// commit fails. When it has succeeded, what was written is durable.
  template <class Work>
  Result<void> transaction(Work&& work) {
    if (auto begun = begin(); !begun) return begun;
    Result<void> done = work();
    if (done) done = commit();
    if (!done) rollback();
    return done;
  }
  /// Inside a transaction, before a reading of this time [µs since 1970] is inserted.
  virtual Result<void> make_room(std::int64_t time) = 0;
  /// What the database itself says of its files; slow on a large one.
  virtual Result<void> check_files() = 0;

 protected:
  virtual Result<PreparedStatement*> find(const char* sql) = 0;
  virtual Result<void> begin() = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() noexcept = 0;
};

}  // namespace vandvagt::sensors::detail
