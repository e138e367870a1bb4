//! How Moodle writes answers: XML unless JSON is asked for, and errors.

use serde_json::{Value, json};

use crate::Answer;

/// An answer as JSON.
pub(super) fn json(value: &Value) -> Answer {
    Answer::of("application/json; charset=utf-8", value.to_string())
}

/// An error of a script that is no web service, as those for tokens and files are.
pub(super) fn script_error(code: &str, message: &str) -> Answer {
    let none = Value::Null;
    json(&json!({"error": message, "errorcode": code, "stacktrace": none, "debuginfo": none, "reproductionlink": none}))
}

/// An answer of a function.
pub(super) fn returns(as_json: bool, value: &Value) -> Answer {
    if as_json {
        return json(value);
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<RESPONSE>\n");
    write(&mut xml, value);
    xml.push_str("</RESPONSE>\n");
    Answer::of("application/xml; charset=utf-8", xml)
}

/// An error of a function.
pub(super) fn exception(as_json: bool, class: &str, code: &str, message: &str) -> Answer {
    if as_json {
        return json(&json!({"exception": class, "errorcode": code, "message": message}));
    }
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<EXCEPTION class=\"{class}\">\n<ERRORCODE>{code}</ERRORCODE>\n\
         <MESSAGE>{}</MESSAGE>\n</EXCEPTION>\n",
        escape(message)
    );
    Answer::of("application/xml; charset=utf-8", xml)
}

/// A value with its addresses, which depend on where it is asked.
pub(super) fn at(value: &Value, site: &str) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("@SITE@", site)),
        Value::Array(all) => all.iter().map(|value| at(value, site)).collect(),
        Value::Object(all) => all.iter().map(|(name, value)| (name.clone(), at(value, site))).collect(),
        other => other.clone(),
    }
}

/// A value whose numbers of people and things have a form that nobody knows.
pub(super) fn deformed(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(deformed).collect(),
        Value::Object(all) => {
            let deform = |name: &str, value: &Value| {
                if matches!(name, "id" | "userid") { json!({"v": value}) } else { deformed(value) }
            };
            all.iter().map(|(name, value)| (name.clone(), deform(name, value))).collect()
        }
        other => other.clone(),
    }
}

fn write(xml: &mut String, value: &Value) {
    match value {
        Value::Null => xml.push_str("<VALUE null=\"null\"/>\n"),
        Value::Array(all) => {
            xml.push_str("<MULTIPLE>\n");
            all.iter().for_each(|value| write(xml, value));
            xml.push_str("</MULTIPLE>\n");
        }
        Value::Object(all) => {
            xml.push_str("<SINGLE>\n");
            for (name, value) in all {
                xml.push_str(&format!("<KEY name=\"{name}\">"));
                write(xml, value);
                xml.push_str("</KEY>\n");
            }
            xml.push_str("</SINGLE>\n");
        }
        // As PHP writes them.
        Value::Bool(yes) => xml.push_str(if *yes { "<VALUE>1</VALUE>\n" } else { "<VALUE></VALUE>\n" }),
        Value::Number(number) => xml.push_str(&format!("<VALUE>{number}</VALUE>\n")),
        Value::String(text) => xml.push_str(&format!("<VALUE>{}</VALUE>\n", escape(text))),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
