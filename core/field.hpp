#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace vandvagt {

/// Borrowed nx × ny values, row by row from the south: `f(i, j)`, i to the east, j to the north.
/// Shaped like std::mdspan, so that it can become one.
template <class T>
class FieldView {
 public:
  FieldView() = default;
  FieldView(std::span<T> values, int nx, int ny) : values_(values), nx_(nx), ny_(ny) {
    assert(values.size() == static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny));
  }
  T& operator()(int i, int j) const {
    assert(i >= 0 && i < nx_ && j >= 0 && j < ny_);
    return values_[static_cast<std::size_t>(j) * static_cast<std::size_t>(nx_) +
                   static_cast<std::size_t>(i)];
  }
  int nx() const { return nx_; }
  int ny() const { return ny_; }
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  std::span<T> values() const { return values_; }

 private:
  std::span<T> values_;
  int nx_ = 0;
  int ny_ = 0;
};

/// Owner of nx × ny values, row by row from the south.
template <class T>
class Field {
 public:
  Field() = default;
  Field(int nx, int ny, T value = T{})
      : values_(static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny), value),
        nx_(nx),
        ny_(ny) {}
  T& operator()(int i, int j) { return view()(i, j); }
  const T& operator()(int i, int j) const { return view()(i, j); }
  int nx() const { return nx_; }
  int ny() const { return ny_; }
  std::size_t size() const { return values_.size(); }
  bool empty() const { return values_.empty(); }
  std::span<T> values() { return values_; }
  std::span<const T> values() const { return values_; }
  FieldView<T> view() { return {values_, nx_, ny_}; }
  FieldView<const T> view() const { return {values_, nx_, ny_}; }

 private:
  std::vector<T> values_;
  int nx_ = 0;
  int ny_ = 0;
};

}  // namespace vandvagt
