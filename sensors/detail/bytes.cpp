#include "sensors/detail/bytes.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>

#include "sensors/mapping.hpp"

namespace vandvagt::sensors {
namespace {

tl::unexpected<Error> refuse_bytes(std::string reason) {
  return fail(ErrorCode::invalid_input, std::move(reason));
}

struct NumberType {
  int bytes = 0;
  bool is_signed = false, is_float = false, big_endian = true;
};

std::optional<NumberType> number_type(std::string_view name) {
  NumberType type;
  if (name == "u8" || name == "i8") return NumberType{1, name == "i8"};
  if (name.size() != 5) return std::nullopt;
  const auto order = name.substr(3);
  if (order != "be" && order != "le") return std::nullopt;
  type.big_endian = order == "be";
  const auto kind = name.substr(0, 3);
  if (kind == "f32") {
    type.bytes = 4;
    type.is_float = true;
    return type;
  }
  type.is_signed = kind.front() == 'i';
  if (kind.front() != 'i' && kind.front() != 'u') return std::nullopt;
  if (kind.substr(1) == "16")
    type.bytes = 2;
  else if (kind.substr(1) == "24")
    type.bytes = 3;
  else if (kind.substr(1) == "32")
    type.bytes = 4;
  else
    return std::nullopt;
  return type;
}

std::uint32_t unsigned_at(std::string_view bytes, const NumberType& type) {
  std::uint32_t number = 0;
  for (int i = 0; i < type.bytes; ++i) {
    const int from = type.big_endian ? i : type.bytes - 1 - i;
    number = (number << 8U) | static_cast<unsigned char>(bytes[static_cast<std::size_t>(from)]);
  }
  return number;
}

// `bytes` begins where the value does and holds it whole.
Result<double> number_at(std::string_view bytes, const ByteLayout& layout, const NumberType& type) {
  std::uint32_t raw = unsigned_at(bytes, type);
  double number = 0.0;
  if (type.is_float) {
    number = static_cast<double>(std::bit_cast<float>(raw));
  } else if (type.is_signed) {
    const unsigned unused = 32U - 8U * static_cast<unsigned>(type.bytes);
    number = static_cast<double>(std::bit_cast<std::int32_t>(raw << unused) >> unused);
  } else {
    if (layout.mask != 0) raw = (raw & layout.mask) >> std::countr_zero(layout.mask);
    number = static_cast<double>(raw);
  }
  number = (number - layout.zero) / layout.divide_by;
  if (!std::isfinite(number)) return refuse_bytes("value is not finite");
  return number;
}

// The part of the message that the value's offset counts from.
Result<std::string_view> flagged_block(const ByteLayout& layout, std::string_view bytes) {
  const auto at = static_cast<std::size_t>(layout.flags_at);
  if (bytes.size() < at + 2) return refuse_bytes("payload too short: no flags in it");
  const unsigned flags = static_cast<unsigned>(static_cast<unsigned char>(bytes[at])) * 256U +
                         static_cast<unsigned char>(bytes[at + 1]);
  if (flags >> layout.blocks.size() != 0)
    return refuse_bytes("flags of blocks that are not declared");
  std::size_t from = at + 2;
  std::optional<std::string_view> found;
  for (std::size_t i = 0; i < layout.blocks.size(); ++i) {
    if ((flags >> i & 1U) == 0) continue;
    const auto length = static_cast<std::size_t>(layout.blocks[i]);
    if (from + length > bytes.size()) return refuse_bytes("payload too short: a block is cut off");
    if (static_cast<int>(i) == layout.block) found = bytes.substr(from, length);
    from += length;
  }
  if (from != bytes.size()) return refuse_bytes("payload too long: bytes after the last block");
  if (!found) return refuse_bytes("no value: its block is not in this message");
  return *found;
}

std::string hex_of(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4U];
    text += digits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

Result<std::string_view> tagged_block(const ByteLayout& layout, std::string_view bytes) {
  std::optional<std::string_view> found;
  while (!bytes.empty()) {
    if (bytes.size() < 2) return refuse_bytes("payload too short: a tag is cut off");
    const auto tag = hex_of(bytes.substr(0, 2));
    const auto known = layout.tags.find(tag);
    if (known == layout.tags.end()) return refuse_bytes("tag not declared: " + tag);
    const auto length = static_cast<std::size_t>(known->second);
    if (bytes.size() < 2 + length)
      return refuse_bytes("payload too short: a tag's bytes are cut off");
    if (tag == layout.tag) {
      if (found) return refuse_bytes("tag given twice: " + tag);
      found = bytes.substr(2, length);
    }
    bytes.remove_prefix(2 + length);
  }
  if (!found) return refuse_bytes("no value: its tag is not in this message");
  return *found;
}

Result<std::string_view> part_with_value(const ByteLayout& layout, std::string_view bytes) {
  switch (layout.kind) {
    case ByteLayout::Kind::flagged:
      return flagged_block(layout, bytes);
    case ByteLayout::Kind::tagged:
      return tagged_block(layout, bytes);
    case ByteLayout::Kind::fixed:
      break;
  }
  if (layout.length > 0 && bytes.size() != static_cast<std::size_t>(layout.length))
    return refuse_bytes("payload of another length than declared");
  return bytes;
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

namespace detail {

Result<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return refuse_bytes("not hexadecimal: an odd number of digits");
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (!high || !low) return refuse_bytes("not hexadecimal");
    bytes += static_cast<char>(*high * 16 + *low);
  }
  return bytes;
}

Result<std::string> from_base64(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return refuse_bytes("not base64: its length is no multiple of four");
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::uint32_t group = 0;
    std::size_t padding = 0;
    for (const char c : text.substr(i, 4)) {
      const auto value = digits.find(c);
      const bool pad = c == '=' && i + 4 == text.size();
      if (pad) ++padding;
      if (padding > 2 || (value == std::string_view::npos && !pad) || (!pad && padding > 0))
        return refuse_bytes("not base64");
      group = group << 6U | (pad ? 0U : static_cast<std::uint32_t>(value));
    }
    for (std::size_t k = 0; k < 3 - padding; ++k)
      bytes += static_cast<char>(group >> (16U - 8U * k) & 255U);
  }
  return bytes;
}

}  // namespace detail

Result<double> decode_bytes(const ByteLayout& layout, std::string_view bytes) {
  const auto type = number_type(layout.type);
  if (!type) return refuse_bytes("number type not known: " + layout.type);
  for (const auto& [offset, hex] : layout.expected) {
    const auto wanted = detail::from_hex(hex);
    const auto at = static_cast<std::size_t>(offset);
    if (!wanted || bytes.size() < at + wanted->size() ||
        bytes.substr(at, wanted->size()) != *wanted)
      return refuse_bytes("another device or version: expected " + hex + " at byte " +
                          std::to_string(offset));
  }
  const auto part = part_with_value(layout, bytes);
  if (!part) return fail(part.error());
  const auto offset = static_cast<std::size_t>(layout.offset);
  if (part->size() < offset + static_cast<std::size_t>(type->bytes))
    return refuse_bytes("payload too short: the value is not in it");
  return number_at(part->substr(offset), layout, *type);
}

std::vector<std::string> faults_of(const ByteLayout& layout) {
  std::vector<std::string> faults;
  const auto require = [&](bool sound, const char* fault) {
    if (!sound) faults.emplace_back(fault);
  };
  const auto type = number_type(layout.type);
  require(type.has_value(),
          "its layout's type is not known; use u8 i8 u16 i16 u24 i24 u32 i32 f32 with be or le");
  require(layout.offset >= 0 && layout.length >= 0 && layout.flags_at >= 0,
          "its layout has a negative offset or length; count bytes from 0");
  require(std::isfinite(layout.divide_by) && layout.divide_by != 0.0 && std::isfinite(layout.zero),
          "its layout's zero and divide_by must be finite, divide_by not 0; mend them");
  require(layout.mask == 0 || (type && !type->is_signed && !type->is_float),
          "its layout has a mask for a signed number; name an unsigned type");
  for (const auto& [offset, hex] : layout.expected)
    require(offset >= 0 && !hex.empty() && detail::from_hex(hex).has_value(),
            "its layout expects bytes that are no hexadecimal text; write { offset, bytes }");
  const int needed = type ? layout.offset + type->bytes : 0;
  if (layout.kind == ByteLayout::Kind::flagged) {
    for (const int length : layout.blocks)
      require(length > 0, "its layout has a block without bytes; give each block's length");
    const bool there = layout.block >= 0 && layout.blocks.size() <= 16 &&
                       static_cast<std::size_t>(layout.block) < layout.blocks.size();
    require(there, "its layout's block is none of its at most 16 blocks; count from 0");
    if (there)
      require(needed <= layout.blocks[static_cast<std::size_t>(layout.block)],
              "its layout's value lies outside its block; mend offset or type");
  } else if (layout.kind == ByteLayout::Kind::tagged) {
    for (const auto& [tag, length] : layout.tags) {
      const auto bytes = detail::from_hex(tag);
      require(bytes && bytes->size() == 2 && hex_of(*bytes) == tag && length > 0,
              "its layout has a tag that is not four lower-case hexadecimal digits with a length; "
              "write \"0377\" = 2");
    }
    const auto found = layout.tags.find(layout.tag);
    require(found != layout.tags.end() && needed <= found->second,
            "its layout's tag is none of its tags, or too short for the value; mend it");
  } else {
    require(layout.length == 0 || needed <= layout.length,
            "its layout's value lies outside the message; mend offset, type or length");
  }
  return faults;
}

}  // namespace vandvagt::sensors
