#include "config/detail/parts.hpp"

namespace vandvagt::config {
namespace {

using sensors::ByteLayout;
using sensors::PayloadFormat;
using sensors::PayloadMapping;
using sensors::TimeForm;

/// `tags = { "0175" = 1, "0377" = 2 }`: bytes after each tag.
void read_tags(Section& section, ByteLayout& layout) {
  const Node* tags = section.ask("tags");
  if (tags == nullptr) return;
  for (const auto& [tag, length] : tags->members)
    if (length.type == Node::Type::integer && length.integer > 0 && length.integer < 256)
      layout.tags[tag] = static_cast<int>(length.integer);
  if (tags->type != Node::Type::table || layout.tags.size() != tags->members.size())
    section.fault("tags", "is no table of lengths", "write tags = { \"0377\" = 2 }");
}

void read_blocks(Section& section, ByteLayout& layout) {
  std::vector<double> blocks;
  section.numbers("blocks", blocks, {.at_least = 1.0, .at_most = 255.0});
  for (const double length : blocks) layout.blocks.push_back(static_cast<int>(length));
}

void read_layout(Section& section, PayloadMapping& mapping) {
  ByteLayout layout;
  using Kind = ByteLayout::Kind;
  section.choice<Kind>(
      "kind", layout.kind,
      {{"fixed", Kind::fixed}, {"flagged", Kind::flagged}, {"tagged", Kind::tagged}});
  const Range byte{.at_least = 0.0, .at_most = 255.0};
  section.whole("length", layout.length, byte);
  section.whole("flags_at", layout.flags_at, byte);
  read_blocks(section, layout);
  section.whole("block", layout.block, byte);
  read_tags(section, layout);
  section.text("tag", layout.tag);
  section.whole("offset", layout.offset, byte);
  section.require("type", "say how the number is written: \"u16be\"");
  section.text("type", layout.type);
  std::uint64_t mask = 0;
  section.whole("mask", mask);
  if (mask > 0xffffffffU)
    section.fault("mask", "has more than 32 bits", "give the bits that count");
  layout.mask = static_cast<std::uint32_t>(mask);
  section.number("zero", layout.zero);
  section.number("divide_by", layout.divide_by);
  section.each("expected", [&](Section& inner) {
    auto& expected = layout.expected.emplace_back();
    inner.whole("offset", expected.offset, byte);
    inner.require("bytes", "give them in hexadecimal");
    inner.text("bytes", expected.bytes);
  });
  if (section.present()) mapping.layout = std::move(layout);
}

}  // namespace

void read_mapping(Section& top, sensors::Station& station) {
  top.table("mapping", [&](Section& section) {
    auto& mapping = station.mapping;
    section.require("format", "say how its messages are written");
    section.choice<PayloadFormat>("format", mapping.format,
                                  {{"sensorthings", PayloadFormat::sensorthings},
                                   {"ttn", PayloadFormat::ttn},
                                   {"chirpstack", PayloadFormat::chirpstack},
                                   {"json", PayloadFormat::json},
                                   {"bytes", PayloadFormat::bytes},
                                   {"hex", PayloadFormat::hex}});
    section.require("topic", "name the topic that this station alone is read from");
    for (const auto& [key, text] : {std::pair{"topic", &mapping.topic},
                                    {"rows", &mapping.rows},
                                    {"value", &mapping.value},
                                    {"time", &mapping.time},
                                    {"unit", &mapping.unit},
                                    {"datum", &mapping.datum},
                                    {"session", &mapping.session},
                                    {"sequence", &mapping.sequence},
                                    {"pumping", &mapping.pumping},
                                    {"x", &mapping.x},
                                    {"y", &mapping.y},
                                    {"position_crs", &mapping.position_crs}})
      section.text(key, *text);
    section.choice<TimeForm>("time_form", mapping.time_form,
                             {{"rfc3339", TimeForm::rfc3339},
                              {"unix_s", TimeForm::unix_s},
                              {"unix_ms", TimeForm::unix_ms},
                              {"reception", TimeForm::reception}});
    section.number("scale", mapping.scale);
    section.number("offset", mapping.offset);
    section.number("missing_at_or_below", mapping.missing_at_or_below);
    section.flag("absent_is_zero", mapping.absent_is_zero);
    section.table("layout", [&](Section& layout) { read_layout(layout, mapping); });
  });
}

}  // namespace vandvagt::config
