//! Parameters as PHP reads them: `options[0][name]=modname` is a list of objects.

use serde_json::{Map, Value};

/// The parameters of a form, without those of the door itself; names that PHP would not take apart are left as they are.
pub(super) fn parameters(fields: &[(String, String)]) -> Map<String, Value> {
    let mut parameters = Map::new();
    for (name, value) in fields {
        if matches!(name.as_str(), "wstoken" | "wsfunction") || name.starts_with("moodlews") {
            continue;
        }
        let (first, rest) = name.split_at(name.find('[').unwrap_or(name.len()));
        let steps = rest.split(']').filter_map(|step| step.strip_prefix('['));
        let mut place = parameters.entry(first).or_insert(Value::Null);
        for step in steps {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(inside) = place else { break };
            let step = if step.is_empty() { inside.len().to_string() } else { step.to_owned() };
            place = inside.entry(step).or_insert(Value::Null);
        }
        *place = Value::String(value.clone());
    }
    parameters
}

/// The values of a list, in any order of their numbers.
pub(super) fn list(value: Option<&Value>) -> Vec<String> {
    let values = value.and_then(Value::as_object).into_iter().flat_map(Map::values);
    values.filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn brackets_make_lists_and_objects() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let read = parameters(&[
            field("wstoken", "x"),
            field("courseid", "7"),
            field("options[0][name]", "modname"),
            field("options[0][value]", "page"),
            field("courseids[]", "7"),
            field("courseids[]", "8"),
        ]);
        assert_eq!(read["options"], json!({"0": {"name": "modname", "value": "page"}}));
        assert_eq!(list(read.get("courseids")), ["7", "8"]);
        assert_eq!(read.len(), 3);
    }
}
