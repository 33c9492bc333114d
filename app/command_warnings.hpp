#pragma once

#include <filesystem>
#include <string>

namespace vandvagt::app {

/// What all of `vandvagt warnings` share: the configuration, and the store it names or another.
struct WarningsArguments {
  std::filesystem::path configuration, data;
  std::filesystem::path store;  // folder of warnings.db; empty: the configuration's
  std::string identifier;       // of a message or of a proposal
  std::string who, why;
  int proposal = 0;             // as it was seen; 0: whichever waits
  std::filesystem::path edits;  // a file with the person's words; empty: as they were made
  bool all = false;             // list: what is over too
};

/// `vandvagt warnings list`: what waits for a decision, then what is in force.
int run_warnings_list(const WarningsArguments& arguments);
/// `... rules`: the versions of the rules that were in force, and what is not in force yet.
int run_warnings_rules(const WarningsArguments& arguments);
/// `... show`: the message or proposal with what became of it, receipts and who decided.
int run_warnings_show(const WarningsArguments& arguments);
/// `... approve`, `... reject`, `... cancel`: a person decides. What is released leaves with the
/// next look of `vandvagt watch` or `vandvagt forecast` at the outbox.
int run_warnings_approve(const WarningsArguments& arguments);
int run_warnings_reject(const WarningsArguments& arguments);
int run_warnings_cancel(const WarningsArguments& arguments);
/// `... explain`: the chain of evidence, and whether the message can be made again byte for byte;
/// exit code 1 where it cannot.
int run_warnings_explain(const WarningsArguments& arguments);

}  // namespace vandvagt::app
