#include "alerts/detail/message_rows.hpp"

namespace vandvagt::alerts::detail {

OutboxMessage read_message(const Statement& row) {
  OutboxMessage message;
  message.identifier = row.text(0);
  message.rule = row.text(1);
  message.area = row.text(2);
  message.incident = row.text(3);
  message.revision = static_cast<int>(row.integer(4));
  message.topic = row.text(5);
  message.xml = row.text(6);
  message.sent = row.time(7);
  message.expires = row.time(8);
  message.confirmed = row.text(9) == "confirmed";
  if (message.confirmed) message.confirmed_at = row.optional_time(10);
  return message;
}

}  // namespace vandvagt::alerts::detail
