#pragma once

#include <string>

#include "alerts/escalation.hpp"
#include "alerts/wis2.hpp"
#include "watch/hook.hpp"

namespace vandvagt::watch {

/// Ways by which warnings reach people beside the topics of their areas.
struct Reach {
  alerts::EscalationOptions escalation;
  alerts::Wis2Options wis2;
  HookOptions hook;
};

}  // namespace vandvagt::watch
