//! Badges of the person (`core_badges_get_user_badges`), each as its issuer hosts it (`badges/assertion.php`, Open Badges 2).

use serde_json::Value;

use super::fields::{day, int, list, text};
use super::run::{Kept, Run};
use crate::connector::Failure;
use crate::platform::http::Ask;
use crate::record::{Badge, Reason, Record, SchoolYear, Verification};

/// The most badges of one account that are read in one run.
const MAX_BADGES: usize = 2_000;

impl Run<'_> {
    /// Reads the badges.
    pub(super) async fn badges(&mut self) -> Result<(), Failure> {
        let user = [("userid", self.oneself.id.to_string())];
        let Some(answer) = self.ask("core_badges_get_user_badges", &user).await? else { return Ok(()) };
        let badges = list(&answer.value, "badges");
        for (number, badge) in badges.iter().take(MAX_BADGES).enumerate() {
            self.sink.progress("badges/assertion", number as u64, badges.len() as u64);
            let hash = text(badge, "uniquehash").filter(|hash| hash.bytes().all(|byte| byte.is_ascii_alphanumeric()));
            let (Some(hash), Some(name)) = (hash, text(badge, "name")) else {
                self.unknown("a badge");
                continue;
            };
            let issued = day(badge, "dateissued", &self.zone);
            let (file, verification) = self.issued(&hash, badge).await?;
            let record = Badge {
                name,
                description: text(badge, "description"),
                issuer: text(badge, "issuername").unwrap_or_default(),
                criteria: None,
                issued,
                expires: day(badge, "dateexpire", &self.zone),
                verification,
                file: file.source,
                ending: "json".to_owned(),
            };
            self.piece(format!("badge/{hash}"), issued.map(SchoolYear::of), Record::Badge(record), &answer)?;
        }
        Ok(())
    }

    /// A badge as its issuer hosts it, or as the site tells it where it is not hosted.
    async fn issued(&mut self, hash: &str, badge: &Value) -> Result<(Kept, Verification), Failure> {
        let changed = ["dateissued", "timemodified"].map(|name| int(badge, name).unwrap_or(0));
        let (name, version) = (format!("assertion/{hash}"), format!("{}-{}", changed[0], changed[1]));
        let since = format!("{name}/at");
        let mut kept = self.remembered(&name, &version)?;
        if kept.is_none() {
            kept = self.assertion(hash).await?;
            if let Some(kept) = &kept {
                self.sink.note(&since, &self.now.to_string())?;
                self.remember(&name, &version, kept)?;
            }
        }
        Ok(match kept {
            Some(kept) => {
                let at = self.sink.noted(&since)?.and_then(|at| at.parse().ok()).unwrap_or(self.now);
                (kept, Verification::Confirmed { at })
            }
            None => (self.keep(badge.clone())?, Verification::Unknown { reason: Reason::NotHosted }),
        })
    }

    /// What the issuer hosts, byte for byte; it is public, so no token goes there.
    async fn assertion(&mut self, hash: &str) -> Result<Option<Kept>, Failure> {
        let mut url = self.door.open("badges/assertion.php")?;
        url.query_pairs_mut().append_pair("b", hash).append_pair("obversion", "2");
        let mut answer = self.door.http.send(Ask::get(url)).await?;
        // These are about the site, not about the badge.
        if matches!(answer.status, 429 | 503) {
            answer = answer.success()?;
        }
        let read = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
        let is_assertion = text(&read, "type").as_deref() == Some("Assertion") && read.get("badge").is_some();
        if answer.status != 200 || !is_assertion {
            return Ok(None);
        }
        let source = self.sink.source(&answer.body, "application/json")?;
        Ok(Some(Kept { value: Value::Null, source, dropped: Vec::new() }))
    }
}
