//! The methods that readers' programs call.

use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::{LOGIN, PASSWORD, State};

/// Names, and names of parameters in their order.
pub(super) const METHODS: [(&str, &[&str]); 8] = [
    ("pmbesOPACEmpr_login", &["empr_login", "empr_password"]),
    ("pmbesOPACEmpr_logout", &["session_id"]),
    ("pmbesOPACEmpr_get_account_info", &["session_id"]),
    ("pmbesOPACEmpr_list_loans", &["session_id", "loan_type"]),
    ("pmbesOPACEmpr_list_resas", &["session_id"]),
    ("pmbesOPACEmpr_getReadingLists", &["session_id"]),
    ("pmbesOPACEmpr_fetchNoticeList", &["session_id", "noticelist", "recordFormat", "recordCharset"]),
    (
        "pmbesOPACEmpr_fetchNoticeListFull",
        &["session_id", "noticelist", "recordFormat", "recordCharset", "includeLinks"],
    ),
];

impl State {
    /// What a call gives.
    pub(super) fn result(&mut self, method: &str, params: &Value) -> Result<Value, String> {
        let unknown = || "unknown method or incorrect parameters".to_owned();
        if self.missing.iter().any(|missing| missing == method) {
            return Err(unknown());
        }
        let (_, names) = METHODS.iter().find(|(name, _)| *name == method).ok_or_else(unknown)?;
        // By name or by place.
        let param = |name: &str| {
            let place = names.iter().position(|known| *known == name).unwrap();
            params.get(name).or_else(|| params.get(place)).cloned().unwrap_or(Value::Null)
        };
        if names[0] == "session_id" {
            let session = param("session_id");
            if session.as_str().is_none() || session.as_str() != self.session.as_deref() {
                return Err("no session".to_owned());
            }
        }
        Ok(match method {
            "pmbesOPACEmpr_login" => self.login(&param("empr_login"), &param("empr_password")),
            "pmbesOPACEmpr_logout" => {
                self.session = None;
                Value::Null
            }
            "pmbesOPACEmpr_get_account_info" => self.library["reader"].clone(),
            "pmbesOPACEmpr_list_loans" => self.loans(param("loan_type").as_i64()),
            "pmbesOPACEmpr_list_resas" => self.library["resas"].clone(),
            "pmbesOPACEmpr_getReadingLists" => self.library["lists"].clone(),
            _ => {
                let is_full = method.ends_with("Full");
                self.notices(&param("noticelist"), &param("recordFormat"), &param("recordCharset"), is_full)
            }
        })
    }

    fn login(&mut self, login: &Value, password: &Value) -> Value {
        if login != LOGIN || password != PASSWORD {
            return json!(0);
        }
        self.sessions += 1;
        let session = format!("{}77", md5(&self.sessions.to_string()));
        self.session = Some(session.clone());
        json!(session)
    }

    /// 0 those that are late, 1 all that are out, 2 earlier ones.
    fn loans(&self, kind: Option<i64>) -> Value {
        let name = if kind == Some(2) { "past" } else { "loans" };
        let all = self.library[name].as_array().unwrap();
        let wanted = all.iter().filter(|loan| kind != Some(0) || loan["late"] == true);
        let bare = |loan: &Value| {
            let mut loan = loan.clone();
            loan.as_object_mut().unwrap().remove("late");
            loan
        };
        wanted.map(bare).collect()
    }

    fn notices(&self, notices: &Value, format: &Value, charset: &Value, is_full: bool) -> Value {
        let documents = |number: &str| -> Value {
            let all = self.library["documents"].as_array().unwrap();
            all.iter().filter(|document| document["noticeId"] == number).cloned().collect()
        };
        let of = |notice: &Value| {
            let number = text(notice);
            let xml = self.library["notices"].get(&number)?;
            // Anything but the formats that it knows gives the number of the record.
            let content = if format == "pmb_xml_unimarc" && charset == "utf-8" { xml.clone() } else { json!(number) };
            let id = number.parse::<u64>().unwrap();
            let mut answer = json!({ "noticeId": id, "noticeContent": content });
            if is_full {
                answer["noticeItems"] = json!([]);
                answer["noticeExplNums"] = documents(&number);
                answer["noticeBulletins"] = json!([]);
            }
            Some(answer)
        };
        notices.as_array().into_iter().flatten().filter_map(of).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(super) fn md5(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Md5::digest(text.as_bytes()))
}
