//! What functions answer to somebody who is logged in.

mod books;
mod life;
mod marks;
mod papers;
mod settings;
mod week;

use serde_json::{Value, json};

use super::envelope::Call;
use super::reply::{ACCESS, OTHER_SESSION, Reply};
use super::school::{File, Period, Person, Pupil, Role, School, Year};
use super::session::Session;
use super::wire::wrap;

pub(crate) use self::settings::settings;

/// What a function needs to answer.
pub(crate) struct Context<'a> {
    /// The school.
    pub school: &'a School,
    /// Who asks.
    pub person: &'a Person,
    /// What secrets of calendars are made with.
    pub salt: &'a [u8; 16],
    /// The session.
    pub session: &'a mut Session,
    /// What is asked.
    pub call: &'a Call,
    /// How many documents were made.
    pub made: &'a mut u64,
}

/// A function: an answer, or what stands in its place.
type Answered = Result<Value, Reply>;

/// Tabs that pupils and parents have.
const PUPIL_TABS: [u64; 14] = [7, 8, 10, 13, 16, 19, 49, 88, 89, 131, 148, 198, 201, 227];
/// Tabs that teachers have.
const TEACHER_TABS: [u64; 6] = [7, 8, 16, 49, 105, 131];

/// The tabs of a person.
fn tabs_of(person: &Person) -> &'static [u64] {
    if person.role == Role::Teacher { &TEACHER_TABS } else { &PUPIL_TABS }
}

impl<'a> Context<'a> {
    /// Answers.
    pub(crate) fn answer(mut self) -> Reply {
        type Function<'a> = fn(&mut Context<'a>) -> Answered;
        let (tabs, function): (&[u64], Function<'a>) = match self.call.function.as_str() {
            "ParametresUtilisateur" => (&[], Self::user),
            "Navigation" | "Presence" => (&[], |_| Ok(json!({}))),
            "DernieresNotes" => (&[198], Self::marks),
            "PageBulletins" => (&[13], Self::report),
            "GenerationPDF" => (&[13, 16, 148, 227], Self::document),
            "DocumentsATelecharger" => (&[148, 227], Self::documents),
            "DernieresEvaluations" => (&[201], Self::evaluations),
            "PageCahierDeTexte" => (&[88, 89], Self::book),
            "PageEmploiDuTemps" => (&[16], Self::timetable),
            "PagePresence" => (&[19], Self::absences),
            "PageInfosPerso" => (&[16, 49], Self::identity),
            _ => return Reply::Refused(ACCESS),
        };
        let tab = self.tab();
        let open = tab.is_none_or(|tab| tabs_of(self.person).contains(&tab));
        let fits = tabs.is_empty() || tab.is_some_and(|tab| tabs.contains(&tab));
        if !open || !fits {
            return Reply::Refused(ACCESS);
        }
        function(&mut self).map_or_else(|reply| reply, Reply::Data)
    }

    fn tab(&self) -> Option<u64> {
        self.call.signature.get("onglet").and_then(Value::as_u64)
    }

    fn year(&self) -> &'a Year {
        self.school.year()
    }

    /// The person that an identity names, if who asks may see them.
    fn person_of(&self, id: &Value) -> Result<&'a Person, Reply> {
        let thing = id.get("N").and_then(Value::as_str).and_then(|id| self.session.thing(id));
        let login = thing.and_then(|thing| thing.strip_prefix("person:")).ok_or(Reply::Refused(OTHER_SESSION))?;
        let mine = login == self.person.login || self.person.children.iter().any(|child| child == login);
        self.school.person(login).filter(|_| mine).ok_or(Reply::Refused(ACCESS))
    }

    /// Whom the request is about: oneself, or the child that the signature names; the first one where it names none.
    fn about(&self) -> Result<&'a Person, Reply> {
        let signature = &self.call.signature;
        if let Some(named) = signature.get("membre").or_else(|| signature.get("ressource")) {
            return self.person_of(named);
        }
        match self.person.children.first() {
            Some(child) => self.school.person(child).ok_or(Reply::Refused(ACCESS)),
            None => Ok(self.person),
        }
    }

    /// What there is of the pupil whom the request is about.
    fn pupil(&self) -> Result<&'a Pupil, Reply> {
        self.year().pupil(&self.about()?.login).ok_or(Reply::Refused(ACCESS))
    }

    /// The period that a field of the request names.
    fn period(&self, field: &str) -> Result<&'a Period, Reply> {
        let id = self.call.data.get(field).and_then(|period| period.get("N")).and_then(Value::as_str);
        let thing = id.and_then(|id| self.session.thing(id)).and_then(|thing| thing.strip_prefix("period:"));
        thing.and_then(|name| self.year().period(name)).ok_or(Reply::Refused(OTHER_SESSION))
    }

    fn subject(&mut self, name: &str) -> Value {
        json!({"L": name, "N": self.session.id(94, &format!("subject:{name}")), "estServiceGroupe": false})
    }

    fn files(&mut self, of: &str, files: &[File]) -> Value {
        let list: Vec<Value> = files.iter().map(|file| self.attachment(of, file)).collect();
        wrap(list)
    }

    fn attachment(&mut self, of: &str, file: &File) -> Value {
        let thing = format!("file:{of}:{}", file.name);
        match &file.url {
            Some(url) => json!({"L": file.name, "N": self.session.id(48, &thing), "G": 0, "url": url}),
            None => json!({"L": file.name, "N": self.session.file(&thing, &file.text), "G": 1}),
        }
    }
}

/// The identity of a period.
fn period_id(session: &mut Session, period: &Period) -> String {
    session.id(12, &format!("period:{}", period.name))
}

/// The identity of a person.
fn person_id(session: &mut Session, person: &Person) -> String {
    session.id(46, &format!("person:{}", person.login))
}
