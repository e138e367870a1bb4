//! `DernieresEvaluations`, `PagePresence` and `PageInfosPerso`: competences, absences, and who one is.

use serde_json::{Value, json};

use super::super::calendar;
use super::super::school::{Absence, Delay, Evaluation, Punishment};
use super::super::wire::{day, moment, wrap};
use super::{Answered, Context};

impl Context<'_> {
    /// Answers `DernieresEvaluations`.
    pub(super) fn evaluations(&mut self) -> Answered {
        let (pupil, period) = (self.pupil()?, self.period("periode")?);
        let list = pupil.evaluations.iter().filter(|it| it.period == period.name);
        let class = self.year().class(&pupil.class);
        let teacher =
            |it: &Evaluation| class.and_then(|class| class.subject(&it.subject)).map(|subject| &*subject.teacher);
        let list: Vec<Value> = list.map(|it| self.evaluation(it, teacher(it).unwrap_or_default())).collect();
        Ok(json!({"listeEvaluations": wrap(list)}))
    }

    fn evaluation(&mut self, it: &Evaluation, teacher: &str) -> Value {
        let mut named =
            |kind: u16, name: &str| json!({"L": name, "N": self.session.id(kind, &format!("{kind}:{name}"))});
        let mut skills = Vec::new();
        for (order, skill) in it.skills.iter().enumerate() {
            let mut pillar = named(114, &skill.pillar);
            pillar["strPrefixes"] = skill.prefix.as_str().into();
            let mut value = named(111, &skill.level);
            value["abbreviation"] = skill.letter.as_str().into();
            value["coefficient"] = 1.into();
            value["ordre"] = (order + 1).into();
            value["domaine"] = wrap(named(112, &skill.domain));
            value["item"] = wrap(named(113, &skill.item));
            value["pilier"] = wrap(pillar);
            skills.push(value);
        }
        let mut value = named(29, &it.name);
        value["individu"] = wrap(named(34, teacher));
        value["listePaliers"] = wrap(vec![named(107, "Cycle 4")]);
        value["coefficient"] = 1.into();
        value["descriptif"] = it.description.as_str().into();
        value["date"] = day(it.date);
        value["matiere"] = wrap(self.subject(&it.subject));
        value["listeNiveauxDAcquisitions"] = wrap(skills);
        value
    }

    /// Answers `PagePresence`.
    pub(super) fn absences(&mut self) -> Answered {
        let (pupil, period) = (self.pupil()?, self.period("periode")?);
        let mut list = Vec::new();
        list.extend(pupil.absences.iter().filter(|it| it.period == period.name).map(|it| self.absence(it)));
        list.extend(pupil.delays.iter().filter(|it| it.period == period.name).map(|it| self.delay(it)));
        list.extend(pupil.punishments.iter().filter(|it| it.period == period.name).map(|it| self.punishment(it)));
        Ok(json!({"listeAbsences": wrap(list), "autorisations": {"absence": true, "retard": true, "punition": true}}))
    }

    fn reason(&mut self, reason: &str) -> Value {
        wrap(vec![json!({"L": reason, "N": self.session.id(54, &format!("reason:{reason}"))})])
    }

    fn absence(&mut self, it: &Absence) -> Value {
        json!({
            "N": self.session.id(13, &format!("absence:{}", it.from)),
            "G": 13,
            "dateDebut": moment(it.from),
            "dateFin": moment(it.to),
            "justifie": it.justified,
            "reglee": it.justified,
            "ouverte": false,
            "aJustifierParParents": !it.justified,
            "estMotifNonEncoreConnu": false,
            "NbrHeures": it.hours,
            "NbrJours": 1,
            "listeMotifs": self.reason(&it.reason),
        })
    }

    fn delay(&mut self, it: &Delay) -> Value {
        json!({
            "N": self.session.id(14, &format!("delay:{}", it.at)),
            "G": 14,
            "date": moment(it.at),
            "duree": it.minutes,
            "justifie": it.justified,
            "justification": "",
            "reglee": it.justified,
            "aJustifierParParents": !it.justified,
            "estMotifNonEncoreConnu": false,
            "listeMotifs": self.reason(&it.reason),
        })
    }

    fn punishment(&mut self, it: &Punishment) -> Value {
        let nature = json!({"L": it.nature, "N": self.session.id(41, &format!("nature:{}", it.nature))});
        let giver = json!({"L": it.giver, "N": self.session.id(34, &format!("teacher:{}", it.giver))});
        json!({
            "N": self.session.id(41, &format!("punishment:{}:{}", it.date, it.nature)),
            "G": 41,
            "nature": wrap(nature),
            "dateDemande": day(it.date),
            "horsCours": true,
            "estUneExclusion": false,
            "estProgrammable": false,
            "duree": it.minutes,
            "travailAFaire": it.work,
            "documentsTAF": wrap(Vec::<Value>::new()),
            "circonstances": it.circumstances,
            "documentsCirconstances": wrap(Vec::<Value>::new()),
            "listeMotifs": self.reason(&it.reason),
            "demandeur": wrap(giver),
        })
    }

    /// Answers `PageInfosPerso`.
    pub(super) fn identity(&mut self) -> Answered {
        let person = match self.call.signature.get("ressource").or_else(|| self.call.signature.get("membre")) {
            Some(named) => self.person_of(named)?,
            None => self.person,
        };
        let street = |line: usize| person.street.get(line).map(String::as_str).unwrap_or_default();
        let secret = calendar::secret(self.salt, &self.about()?.login);
        let calendar = json!({"L": "Emploi du temps", "paramICal": secret, "paramSuppl": "266f3d32"});
        Ok(json!({
            "Informations": {
                "adresse1": street(0),
                "adresse2": street(1),
                "adresse3": street(2),
                "adresse4": street(3),
                "codePostal": person.postcode,
                "ville": person.town,
                "province": "",
                "pays": "FRANCE",
                "eMail": person.mail,
                "indicatifTel": "33",
                "telephonePortable": person.phone,
                "numeroINE": person.ine,
            },
            "iCal": {"liste": wrap(vec![calendar])},
            "securisation": {"mode": 1},
        }))
    }
}
