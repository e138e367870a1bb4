//! `DernieresNotes`: marks and averages of a period.

use serde_json::{Value, json};

use super::super::school::{Mark, Pupil};
use super::super::wire::{average_text, day, mark, mark_text, wrap};
use super::super::year::special;
use super::{Answered, Context, period_id};

impl Context<'_> {
    /// Answers `DernieresNotes`.
    pub(super) fn marks(&mut self) -> Answered {
        let (pupil, period, year) = (self.pupil()?, self.period("Periode")?, self.year());
        let subjects = year.class(&pupil.class).map(|class| class.subjects.as_slice()).unwrap_or_default();
        let mut services = Vec::new();
        for (order, subject) in subjects.iter().enumerate() {
            let Some(average) = year.average(pupil, &subject.name, &period.name) else { continue };
            let mut service = self.subject(&subject.name);
            let own = average.pupil.map_or_else(|| "|3".to_owned(), average_text);
            service["G"] = 12.into();
            service["ordre"] = order.into();
            service["couleur"] = subject.colour.as_str().into();
            service["moyEleve"] = mark(&own);
            service["baremeMoyEleve"] = mark("20");
            service["baremeMoyEleveParDefaut"] = mark("20");
            service["moyClasse"] = mark(&average_text(average.class));
            service["moyMin"] = mark(&average_text(average.min));
            service["moyMax"] = mark(&average_text(average.max));
            services.push(service);
        }
        let marks = pupil.marks.iter().filter(|mark| mark.period == period.name);
        let marks: Vec<Value> = marks.map(|mark| self.mark(pupil, mark)).collect();
        let mut data = json!({
            "listeServices": wrap(services),
            "listeDevoirs": wrap(marks),
            "avecDetailDevoir": true,
            "avecDetailService": true,
        });
        if let Some((own, class)) = year.overall(pupil, &period.name) {
            data["moyGenerale"] = mark(&average_text(own));
            data["moyGeneraleClasse"] = mark(&average_text(class));
            data["baremeMoyGenerale"] = mark("20");
            data["baremeMoyGeneraleParDefaut"] = mark("20");
        }
        Ok(data)
    }

    fn mark(&mut self, pupil: &Pupil, it: &Mark) -> Value {
        let thing = format!("mark:{}:{}:{}:{}", pupil.login, it.subject, it.date, it.label);
        let id = self.session.id(60, &thing);
        let mut service = self.subject(&it.subject);
        service["G"] = 12.into();
        let class = self.year().class(&pupil.class);
        if let Some(subject) = class.and_then(|class| class.subject(&it.subject)) {
            service["couleur"] = subject.colour.as_str().into();
        }
        let period = self.year().period(&it.period).map(|period| period_id(self.session, period));
        let mut value = json!({
            "N": id,
            "G": 60,
            "note": mark(&mark_text(&it.value)),
            "bareme": mark(&mark_text(&it.out_of)),
            "baremeParDefaut": mark("20"),
            "date": day(it.date),
            "service": wrap(service),
            "periode": wrap(json!({"L": it.period, "N": period})),
            "ListeThemes": wrap(Vec::<Value>::new()),
            "moyenne": mark(&mark_text(&it.average)),
            "noteMin": mark(&mark_text(&it.min)),
            "noteMax": mark(&mark_text(&it.max)),
            "coefficient": it.coefficient.parse::<f64>().map_or(Value::Null, coefficient),
            "commentaire": it.label,
            "commentaireSurNote": it.remark,
            "estEnGroupe": false,
            "estDevoirABonus": it.bonus,
            "estBonus": it.bonus,
            "estFacultatif": it.optional,
            "estRamenerSur20": it.out_of != "20" && special(&it.value).is_none(),
        });
        for (file, field, genre) in
            [(&it.paper, "libelleSujet", "DevoirSujet"), (&it.correction, "libelleCorrige", "DevoirCorrige")]
        {
            if let Some(file) = file {
                value[field] = file.name.as_str().into();
                let contents = bytes::Bytes::copy_from_slice(file.text.as_bytes());
                self.session.files.insert((id.clone(), genre.to_owned()), contents);
            }
        }
        value
    }
}

/// A number without a fraction where it has none.
fn coefficient(value: f64) -> Value {
    if value.fract() == 0.0 { json!(value as i64) } else { json!(value) }
}
