#include <gtest/gtest.h>

#include "alerts/service.hpp"
#include "alerts/signature.hpp"
#include "alerts/subscriber.hpp"
#include "tests/alerts/cap_samples.hpp"
#include "tests/alerts/issued.hpp"

namespace vandvagt {
namespace {

using alerts::SignatureCheck;
using alerts::Signer;

/// A key with a certificate that it has signed itself.
struct Keys {
  std::filesystem::path key, certificate;
};

Keys make_keys(const std::filesystem::path& folder, const std::string& name,
               const std::string& kind) {
  const Keys keys{folder / (name + ".key"), folder / (name + ".pem")};
  const auto made = test::run_command("openssl req -x509 -nodes -newkey " + kind + " -keyout '" +
                                      keys.key.string() + "' -out '" + keys.certificate.string() +
                                      "' -days 30 -subj /CN=" + name);
  EXPECT_EQ(made.exit_code, 0) << made.output;
  return keys;
}

constexpr const char* rsa = "rsa:2048";
constexpr const char* ec = "ec -pkeyopt ec_paramgen_curve:prime256v1";

std::string message() {
  test::Life life(test::gauge_rule());
  const auto area = test::town();
  return to_cap_xml(test::life_of_messages(life).front(),
                    {life.rule(), area, {}, alerts::built_in_texts(), "Stone <bridge> & co"})
      .value();
}

class Signature : public testing::TestWithParam<const char*> {
 protected:
  test::TemporaryFolder folder_;
  Keys keys_ = make_keys(folder_.path(), "service", GetParam());
};

TEST_P(Signature, VerifiesWithTheCommandThatDebianShips) {
  const auto signer = Signer::open(keys_.key, keys_.certificate);
  ASSERT_TRUE(signer) << signer.error().message;
  const auto xml = signer->sign(message());
  ASSERT_TRUE(xml) << xml.error().message;
  test::write_text(folder_ / "message.xml", *xml);
  const std::string verify = "xmlsec1 --verify --pubkey-cert-pem '" + keys_.certificate.string() +
                             "' --enabled-reference-uris empty '" +
                             (folder_ / "message.xml").string() + "'";
  const auto genuine = test::run_command(verify);
  EXPECT_EQ(genuine.exit_code, 0) << genuine.output;
  std::string altered = *xml;
  altered.replace(altered.find("Stone"), 5, "Store");
  test::write_text(folder_ / "message.xml", altered);
  EXPECT_NE(test::run_command(verify).exit_code, 0);
}

TEST_P(Signature, IsPartOfAMessageThatValidates) {
  const auto xml = Signer::open(keys_.key, keys_.certificate)->sign(message());
  const auto schema = alerts::CapSchema::built_in().value();
  EXPECT_TRUE(validate_cap(*xml, schema));
  test::expect_oasis_valid(*xml);
}

TEST_P(Signature, BreaksWithEveryCharacterThatIsChanged) {
  const auto xml = Signer::open(keys_.key, keys_.certificate)->sign(message()).value();
  const auto check = SignatureCheck::open(keys_.certificate).value();
  ASSERT_TRUE(check(xml));
  const auto from = xml.find("<identifier>"), to = xml.find("<Signature");
  ASSERT_LT(from, to);
  int changed = 0;
  for (auto at = from; at < to; at += 7) {
    if (std::isalnum(static_cast<unsigned char>(xml[at])) == 0) continue;
    std::string altered = xml;
    altered[at] = xml[at] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(check(altered)) << "at " << at;
    ++changed;
  }
  EXPECT_GT(changed, 300);
}

TEST_P(Signature, OfAnotherIsRefusedAndSoIsNone) {
  const auto other = make_keys(folder_.path(), "other", GetParam());
  const auto check = SignatureCheck::open(keys_.certificate).value();
  EXPECT_FALSE(check(Signer::open(other.key, other.certificate)->sign(message()).value()));
  const auto none = check(message());
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("missing"), std::string::npos);
}

// The signed message put inside another: what is read is not what was signed.
TEST_P(Signature, DoesNotCoverWhatIsWrappedAroundIt) {
  const auto xml = Signer::open(keys_.key, keys_.certificate)->sign(message()).value();
  const auto check = SignatureCheck::open(keys_.certificate).value();
  const auto start = xml.find("<alert"), signature = xml.find("<Signature");
  std::string inner = xml.substr(start);
  std::string wrapped = xml.substr(0, signature);
  wrapped.replace(wrapped.find("Stone"), 5, "Other");
  wrapped += "<note>" + inner + "</note>" + xml.substr(signature);
  EXPECT_FALSE(check(wrapped));
  std::string by_id = xml;
  by_id.replace(by_id.find("URI=\"\""), 6, "URI=\"#a\"");
  EXPECT_FALSE(check(by_id));
}

TEST_P(Signature, NeedsAKeyAndItsOwnCertificate) {
  const auto other = make_keys(folder_.path(), "other", GetParam());
  EXPECT_FALSE(Signer::open(keys_.key, other.certificate));
  EXPECT_FALSE(Signer::open(keys_.certificate, keys_.certificate));
  EXPECT_FALSE(Signer::open(folder_ / "none.key", keys_.certificate));
  EXPECT_FALSE(SignatureCheck::open(keys_.key));
}

TEST_P(Signature, StandsUnderEveryMessageOfAServiceThatHasAKey) {
  auto setup = test::Issued::town_and_meadow();
  setup.options.signing_key = keys_.key;
  setup.options.signing_certificate = keys_.certificate;
  test::Issued issued(std::move(setup), folder_ / "w.db");
  const auto warnings = issued.read(0.25, 2.6);
  ASSERT_EQ(warnings.size(), 1u);
  const auto check = SignatureCheck::open(keys_.certificate).value();
  EXPECT_TRUE(check(warnings.front().xml));
  alerts::Subscriber subscriber(alerts::CapSchema::built_in().value(), check);
  EXPECT_TRUE(subscriber.receive_cap("town", warnings.front().xml));
  std::string forged = warnings.front().xml;
  forged.replace(forged.find("Stone"), 5, "Store");
  const auto refused = subscriber.receive_cap("town", forged);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::refused);
}

INSTANTIATE_TEST_SUITE_P(Of, Signature, testing::Values(rsa, ec), [](const auto& one) {
  return std::string(one.param) == rsa ? "Rsa" : "Ecdsa";
});

}  // namespace
}  // namespace vandvagt
