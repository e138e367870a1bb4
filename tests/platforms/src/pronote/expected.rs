//! What the school holds, told outside of the protocol, for clients that others wrote to compare with what they read.

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use super::envelope::Version;
use super::school::{File, Period, Person, Pupil, Role, School, Year};
use super::wire::{average_text, mark_text};

/// All facts of the year that the server holds, account by account. Marks and averages are written as PRONOTE does.
pub(crate) fn facts(school: &School, version: Version) -> Value {
    let year = school.year();
    let person = |person: &Person| {
        let mut facts = json!({
            "login": person.login,
            "password": person.password,
            "role": format!("{:?}", person.role).to_lowercase(),
            "name": person.name,
            "children": person.children,
            "closed": person.closed,
            "ine": person.ine,
            "mail": person.mail,
            "phone": format!("+33{}", person.phone),
            "street": person.street,
            "postcode": person.postcode,
            "town": person.town,
        });
        if person.role != Role::Parent {
            facts["timetable"] = timetable(year, person).into();
        }
        if let Some(pupil) = year.pupil(&person.login) {
            facts["class"] = pupil.class.as_str().into();
            facts["periods"] = year.periods.iter().map(|period| of_period(year, pupil, period)).collect();
            facts["homework"] = homework(year, pupil).into();
            facts["lessons"] = lessons(year, pupil).into();
        }
        facts
    };
    json!({
        "school": school.name,
        "version": version.text(),
        "modulus": super::MODULUS,
        "first": year.first.to_string(),
        "last": year.last.to_string(),
        "people": school.people.iter().map(person).collect::<Vec<_>>(),
    })
}

fn of_period(year: &Year, pupil: &Pupil, period: &Period) -> Value {
    let here = |name: &str| name == period.name;
    let subjects = year.class(&pupil.class).map(|class| class.subjects.as_slice()).unwrap_or_default();
    let marks = pupil.marks.iter().filter(|mark| here(&mark.period)).map(|mark| {
        json!({
            "subject": mark.subject,
            "label": mark.label,
            "date": mark.date.to_string(),
            "value": mark_text(&mark.value),
            "out_of": mark_text(&mark.out_of),
            "coefficient": mark.coefficient,
            "average": mark_text(&mark.average),
            "min": mark_text(&mark.min),
            "max": mark_text(&mark.max),
            "remark": mark.remark,
            "bonus": mark.bonus,
            "optional": mark.optional,
            "paper": mark.paper.as_ref().map(file),
            "correction": mark.correction.as_ref().map(file),
        })
    });
    let averages = subjects.iter().filter_map(|subject| {
        let average = year.average(pupil, &subject.name, &period.name)?;
        Some(json!({
            "subject": subject.name,
            "pupil": average.pupil.map_or_else(|| "|3".to_owned(), average_text),
            "class": average_text(average.class),
            "min": average_text(average.min),
            "max": average_text(average.max),
        }))
    });
    let overall = year.overall(pupil, &period.name);
    let report = pupil.reports.get(&period.name).filter(|_| period.published).map(|report| {
        let words: Map<String, Value> =
            report.subjects.iter().map(|(subject, words)| (subject.clone(), words.as_str().into())).collect();
        json!({"subjects": words, "overall": report.overall})
    });
    let evaluations = pupil.evaluations.iter().filter(|it| here(&it.period)).map(|it| {
        let skill = |skill: &super::school::Skill| {
            json!({"item": skill.item, "domain": skill.domain, "pillar": skill.pillar, "prefix": skill.prefix,
                "level": skill.level, "letter": skill.letter})
        };
        json!({
            "subject": it.subject,
            "name": it.name,
            "description": it.description,
            "date": it.date.to_string(),
            "skills": it.skills.iter().map(skill).collect::<Vec<_>>(),
        })
    });
    let absences = pupil.absences.iter().filter(|it| here(&it.period)).map(|it| {
        json!({"from": moment(it.from), "to": moment(it.to), "hours": it.hours, "justified": it.justified,
            "reason": it.reason})
    });
    let delays = pupil.delays.iter().filter(|it| here(&it.period));
    let delays = delays
        .map(|it| json!({"at": moment(it.at), "minutes": it.minutes, "justified": it.justified, "reason": it.reason}));
    let punishments = pupil.punishments.iter().filter(|it| here(&it.period)).map(|it| {
        json!({"date": it.date.to_string(), "nature": it.nature, "reason": it.reason, "work": it.work,
            "circumstances": it.circumstances, "giver": it.giver, "minutes": it.minutes})
    });
    json!({
        "name": period.name,
        "from": period.from.to_string(),
        "to": period.to.to_string(),
        "marks": marks.collect::<Vec<_>>(),
        "averages": averages.collect::<Vec<_>>(),
        "overall": overall.map(|(own, class)| json!({"pupil": average_text(own), "class": average_text(class)})),
        "report": report,
        "evaluations": evaluations.collect::<Vec<_>>(),
        "absences": absences.collect::<Vec<_>>(),
        "delays": delays.collect::<Vec<_>>(),
        "punishments": punishments.collect::<Vec<_>>(),
    })
}

fn timetable(year: &Year, person: &Person) -> Vec<Value> {
    let weeks = year.week_of(year.first)..=year.week_of(year.last);
    let entries = weeks.flat_map(|week| year.timetable(person, week));
    let entry = |entry: super::year::Entry| {
        let who = if person.role == Role::Teacher { &entry.class.name } else { &entry.subject.teacher };
        json!({
            "start": moment(entry.start()),
            "end": moment(entry.end()),
            "subject": entry.subject.name,
            "who": who,
            "room": entry.room,
            "group": entry.slot.group,
            "cancelled": entry.cancelled,
            "status": entry.status,
            "memo": entry.memo,
        })
    };
    entries.map(entry).collect()
}

fn homework(year: &Year, pupil: &Pupil) -> Vec<Value> {
    let list = year.class(&pupil.class).map(|class| class.homework.as_slice()).unwrap_or_default().iter();
    let one = |it: &super::school::Homework| {
        json!({
            "subject": it.subject,
            "due": it.due.to_string(),
            "html": it.html,
            "done": pupil.done.contains(&it.html),
            "turnin": it.turnin,
            "minutes": it.minutes,
            "files": it.files.iter().map(file).collect::<Vec<_>>(),
            "handed_in": pupil.handed_in.iter().find(|(html, _)| *html == it.html).map(|(_, it)| file(it)),
        })
    };
    list.map(one).collect()
}

fn lessons(year: &Year, pupil: &Pupil) -> Vec<Value> {
    let Some(class) = year.class(&pupil.class) else { return Vec::new() };
    let one = |it: &super::school::Lesson| {
        let (_, subject) = class.slot_of(it)?;
        Some(json!({
            "start": moment(super::year::at(it.date, it.place)),
            "subject": subject.name,
            "title": it.title,
            "category": it.category,
            "html": it.html,
            "files": it.files.iter().map(file).collect::<Vec<_>>(),
        }))
    };
    class.lessons.iter().filter_map(one).collect()
}

fn file(file: &File) -> Value {
    json!({"name": file.name, "url": file.url, "text": file.text})
}

fn moment(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M").to_string()
}
