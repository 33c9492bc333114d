#include "alerts/signature.hpp"

#include <libxml/tree.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/keys.h>
#include <xmlsec/templates.h>
#include <xmlsec/transforms.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include <optional>

#include "alerts/detail/xml.hpp"

namespace vandvagt::alerts {
namespace {

namespace fs = std::filesystem;

struct DestroyKey {
  void operator()(xmlSecKey* key) const noexcept { xmlSecKeyDestroy(key); }
};
using Key = std::unique_ptr<xmlSecKey, DestroyKey>;
struct DestroyContext {
  void operator()(xmlSecDSigCtx* context) const noexcept { xmlSecDSigCtxDestroy(context); }
};
using Context = std::unique_ptr<xmlSecDSigCtx, DestroyContext>;

// The library prints to standard error unless it has somebody to tell; our words are in the Error.
void tell_nobody(const char*, int, const char*, const char*, const char*, int, const char*) {}

bool library_ready() {
  static const bool ready = [] {
    if (xmlSecInit() < 0) return false;
    xmlSecErrorsSetCallback(tell_nobody);
    return xmlSecCryptoAppInit(nullptr) >= 0 && xmlSecCryptoInit() >= 0;
  }();
  return ready;
}

Result<Key> load(const fs::path& file, xmlSecKeyDataFormat format, const char* what) {
  if (!library_ready()) return fail(ErrorCode::unavailable, "xmlsec1 could not be initialised");
  Key key(xmlSecCryptoAppKeyLoad(file.c_str(), format, nullptr, nullptr, nullptr));
  if (!key)
    return fail(ErrorCode::invalid_input, file.string() + ": cannot be read as a PEM " + what);
  return key;
}

// RSA-SHA256 or ECDSA-SHA256, as the key is; nothing for another kind.
std::optional<xmlSecTransformId> algorithm_of(xmlSecKey* key) {
  const auto* value = xmlSecKeyGetValue(key);
  if (value == nullptr) return std::nullopt;
  if (value->id == xmlSecKeyDataRsaId) return xmlSecTransformRsaSha256Id;
  if (value->id == xmlSecKeyDataEcdsaId) return xmlSecTransformEcdsaSha256Id;
  return std::nullopt;
}

bool is_signature(xmlNode* node) {
  return node->type == XML_ELEMENT_NODE &&
         xmlSecCheckNodeName(node, xmlSecNodeSignature, xmlSecDSigNs) == 1;
}

xmlNode* signature_of(const xmlNode* alert) {
  for (xmlNode* node = alert == nullptr ? nullptr : alert->last; node != nullptr; node = node->prev)
    if (is_signature(node)) return node;
  return nullptr;
}

xmlNode* add_template(xmlDoc* document, xmlSecTransformId algorithm) {
  xmlNode* signature =
      xmlSecTmplSignatureCreate(document, xmlSecTransformExclC14NId, algorithm, nullptr);
  if (signature == nullptr) return nullptr;
  xmlAddChild(xmlDocGetRootElement(document), signature);
  xmlNode* reference = xmlSecTmplSignatureAddReference(
      signature, xmlSecTransformSha256Id, nullptr, reinterpret_cast<const xmlChar*>(""), nullptr);
  xmlNode* key_info = xmlSecTmplSignatureEnsureKeyInfo(signature, nullptr);
  const bool whole =
      reference != nullptr && key_info != nullptr &&
      xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId) != nullptr &&
      xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId) != nullptr &&
      xmlSecTmplKeyInfoAddX509Data(key_info) != nullptr;
  return whole ? signature : nullptr;
}

std::string text_of_document(xmlDoc* document) {
  xmlChar* text = nullptr;
  int size = 0;
  xmlDocDumpMemoryEnc(document, &text, &size, "UTF-8");  // as it is: blanks are signed
  const std::unique_ptr<xmlChar, void (*)(void*)> owner(text, xmlFree);
  return text == nullptr
             ? std::string{}
             : std::string(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
}

Error refused(const std::string& why) {
  return {ErrorCode::refused, "the signature " + why};
}

Result<void> verify_with(xmlSecKey* key, std::string_view xml) {
  auto document = detail::parse_xml(xml);
  if (!document) return fail(document.error());
  xmlNode* signature = signature_of(xmlDocGetRootElement(document->get()));
  if (signature == nullptr) return fail(refused("is missing"));
  const Context context(xmlSecDSigCtxCreate(nullptr));
  if (!context) return fail(ErrorCode::unavailable, "xmlsec1 has no memory");
  // The whole document and nothing else is what may be signed, by the key that we brought.
  context->enabledReferenceUris = xmlSecTransformUriTypeEmpty;
  context->signKey = xmlSecKeyDuplicate(key);
  for (const auto transform : {xmlSecTransformEnvelopedId, xmlSecTransformExclC14NId,
                               xmlSecTransformInclC14NId, xmlSecTransformSha256Id})
    xmlSecDSigCtxEnableReferenceTransform(context.get(), transform);
  const auto algorithm = algorithm_of(key);
  if (!algorithm) return fail(refused("cannot be checked with this key"));
  for (const auto transform : {*algorithm, xmlSecTransformExclC14NId, xmlSecTransformInclC14NId})
    xmlSecDSigCtxEnableSignatureTransform(context.get(), transform);
  if (xmlSecDSigCtxVerify(context.get(), signature) < 0)
    return fail(refused("cannot be checked: it is not of the form that CAP asks for"));
  if (context->status != xmlSecDSigStatusSucceeded)
    return fail(refused("does not fit: the message was altered, or another has signed it"));
  if (xmlSecPtrListGetSize(&context->signedInfoReferences) != 1)
    return fail(refused("covers other things than the message"));
  return {};
}

}  // namespace

struct Signer::Keys {
  Key secret, open;
  xmlSecTransformId algorithm = nullptr;
};
struct SignatureCheck::Keys {
  Key open;
};

Result<Signer> Signer::open(const fs::path& key, const fs::path& certificate) {
  auto secret = load(key, xmlSecKeyDataFormatPem, "key without a passphrase");
  if (!secret) return fail(secret.error());
  const auto algorithm = algorithm_of(secret->get());
  if (!algorithm)
    return fail(ErrorCode::invalid_input, key.string() + ": is neither an RSA nor an EC key");
  auto known = load(certificate, xmlSecKeyDataFormatCertPem, "certificate");
  if (!known) return fail(known.error());
  if (xmlSecCryptoAppKeyCertLoad(secret->get(), certificate.c_str(), xmlSecKeyDataFormatPem) < 0)
    return fail(ErrorCode::invalid_input,
                certificate.string() + ": cannot be used with " + key.string());
  auto keys = std::make_shared<Keys>();
  keys->secret = std::move(*secret);
  keys->open = std::move(*known);
  keys->algorithm = *algorithm;
  Signer signer(keys);
  const auto probe = signer.sign("<alert/>");
  if (!probe || !verify_with(keys->open.get(), *probe))
    return fail(ErrorCode::invalid_input,
                certificate.string() + ": is not the certificate of " + key.string());
  return signer;
}

Result<std::string> Signer::sign(std::string_view xml) const {
  auto document = detail::parse_xml(xml);
  if (!document) return fail(document.error());
  if (signature_of(xmlDocGetRootElement(document->get())) != nullptr)
    return fail(ErrorCode::invalid_input, "the message is signed already");
  xmlNode* signature = add_template(document->get(), keys_->algorithm);
  const Context context(xmlSecDSigCtxCreate(nullptr));
  if (signature == nullptr || !context)
    return fail(ErrorCode::unavailable, "xmlsec1 has no memory");
  context->signKey = xmlSecKeyDuplicate(keys_->secret.get());
  if (context->signKey == nullptr || xmlSecDSigCtxSign(context.get(), signature) < 0)
    return fail(ErrorCode::unavailable, "xmlsec1 could not sign the message");
  return text_of_document(document->get());
}

Result<SignatureCheck> SignatureCheck::open(const fs::path& certificate) {
  auto key = load(certificate, xmlSecKeyDataFormatCertPem, "certificate");
  if (!key) return fail(key.error());
  auto keys = std::make_shared<Keys>();
  keys->open = std::move(*key);
  return SignatureCheck(std::move(keys));
}

Result<void> SignatureCheck::operator()(std::string_view xml) const {
  return verify_with(keys_->open.get(), xml);
}

}  // namespace vandvagt::alerts
