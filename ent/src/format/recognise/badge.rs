//! Open Badges, told apart from other JSON, signed texts and pictures (1EdTech Open Badges 3.0 and 2.0).

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// The longest credential that is looked at, in bytes.
const CREDENTIAL_BYTES: usize = 4 << 20;

/// Whether JSON is a credential or an assertion.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.len() <= CREDENTIAL_BYTES && serde_json::from_slice(bytes).is_ok_and(|value| is_badge(&value))
}

/// Whether a signed text (RFC 7515 section 3.1) holds a credential or an assertion. Its signature is not checked here.
pub(super) fn is_jws(bytes: &[u8]) -> bool {
    if bytes.len() > CREDENTIAL_BYTES {
        return false;
    }
    let Some(text) = std::str::from_utf8(bytes).ok().map(str::trim) else { return false };
    let [header, payload, _] = text.split('.').collect::<Vec<_>>()[..] else { return false };
    let part = |part: &str| serde_json::from_slice::<Value>(&BASE64URL_NOPAD.decode(part.as_bytes()).ok()?).ok();
    let signed = part(header).is_some_and(|header| header.get("alg").is_some());
    signed && part(payload).is_some_and(|payload| is_badge(&payload) || payload.get("vc").is_some_and(is_badge))
}

/// Whether a picture holds a badge: a chunk of text whose keyword is `openbadgecredential` (3.0) or `openbadges` (2.0).
pub(super) fn is_png(bytes: &[u8]) -> bool {
    let mut rest = bytes.get(8..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((kind, data)) = after.split_first_chunk::<4>() else { return false };
        let length = u32::from_be_bytes(*length) as usize;
        let Some(data_and_sum) = length.checked_add(4).and_then(|end| data.get(..end)) else { return false };
        let keyword = data_and_sum.split(|byte| *byte == 0).next().unwrap_or_default();
        if matches!(kind, b"iTXt" | b"tEXt") && matches!(keyword, b"openbadgecredential" | b"openbadges") {
            return true;
        }
        rest = data.get(data_and_sum.len()..).unwrap_or_default();
    }
    false
}

/// Whether a picture names one of the namespaces of badges (3.0 and 2.0).
pub(super) fn is_svg(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    ["https://purl.imsglobal.org/ob/v3p0", "http://openbadges.org"].iter().any(|namespace| text.contains(namespace))
}

fn is_badge(value: &Value) -> bool {
    let is = |value: &Value, wanted: &[&str]| match value {
        Value::String(text) => wanted.contains(&text.as_str()),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).any(|text| wanted.contains(&text)),
        _ => false,
    };
    let types = value.get("type").unwrap_or(&Value::Null);
    let context = value.get("@context").map(Value::to_string).unwrap_or_default();
    let assertion = is(types, &["Assertion"]) && context.contains("openbadges");
    assertion || is(types, &["OpenBadgeCredential", "AchievementCredential"])
}
