//! What the clients that others wrote do not ask for: faults, what is refused, papers of years before.

use http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::crypt::{self, Block};
use super::*;

/// A client that speaks plainly.
struct Client<'a> {
    server: &'a Pronote,
    space: u64,
    session: u64,
    key: Block,
    iv: Block,
    count: u64,
}

fn request(server: &Pronote, method: Method, path: &str, body: String, fault: Option<&'static str>) -> Answer {
    let uri: Uri = path.replace(' ', "%20").parse().unwrap();
    server.answer(&Ask { method, uri, headers: HeaderMap::new(), body: body.into(), own_fault: fault })
}

fn get(server: &Pronote, path: &str) -> Answer {
    request(server, Method::GET, path, String::new(), None)
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).unwrap()
}

impl<'a> Client<'a> {
    fn open(server: &'a Pronote, page: &str) -> Self {
        let page = get(server, &format!("/pronote/{page}.html"));
        let field = |before: &str| {
            let rest = text(&page).split(before).nth(1).unwrap();
            rest.split(['\'', ',', '}']).next().unwrap().parse().unwrap()
        };
        let (session, space) = (field("h:'"), field("a:"));
        let mut client = Self { server, space, session, key: crypt::md5(b""), iv: crypt::ZERO, count: 1 };
        let uuid = data_encoding::BASE64.encode(&[7; 16]);
        let settings = client.call("FonctionParametres", 0, json!({"Uuid": uuid}));
        assert_eq!(settings["General"]["versionPN"], server.sealing.version.text());
        client.iv = crypt::md5(&[7; 16]);
        client
    }

    /// The answer's data, or the whole answer where it is an error.
    fn send(&mut self, function: &str, signature: Value, data: Value, fault: Option<&'static str>) -> Value {
        let no = crypt::encrypt(&self.key, &self.iv, self.count.to_string().as_bytes());
        self.count += 2;
        let path = format!("/pronote/appelfonction/{}/{}/{no}", self.space, self.session);
        let secure = json!({"Signature": signature, "data": data});
        let body = json!({"session": self.session, "no": no, "id": function, "dataSec": secure}).to_string();
        let answer = request(self.server, Method::POST, &path, body, fault);
        let mut answer: Value = serde_json::from_slice(&answer.body).unwrap();
        answer.pointer_mut("/dataSec/data").map(Value::take).unwrap_or(answer)
    }

    fn call(&mut self, function: &str, tab: u64, data: Value) -> Value {
        let signature = if tab == 0 { json!({}) } else { json!({"onglet": tab}) };
        self.send(function, signature, data, None)
    }

    /// Logs in; the answer of `Authentification`.
    fn log_in(&mut self, login: &str, secret: &str, how: Value, fault: Option<&'static str>) -> Value {
        let mut asked = json!({"identifiant": login});
        asked.as_object_mut().unwrap().extend(how.as_object().cloned().unwrap_or_default());
        let identification = self.call("Identification", 0, asked);
        let key = crypt::login_key(login, "", secret);
        let challenge = identification["challenge"].as_str().unwrap();
        let answer = json!({"challenge": crypt::encrypt(&key, &self.iv, challenge.as_bytes())});
        let authentication = self.send("Authentification", json!({}), answer, fault);
        if let Some(sealed) = authentication["cle"].as_str() {
            let list = String::from_utf8(crypt::decrypt(&key, &self.iv, sealed).unwrap()).unwrap();
            let bytes: Vec<u8> = list.split(',').map(|byte| byte.parse().unwrap()).collect();
            self.key = crypt::md5(&bytes);
        }
        authentication
    }

    /// A session of a pupil of the first school.
    fn lina(server: &'a Pronote) -> Self {
        let mut client = Self::open(server, "eleve");
        assert!(client.log_in("lina.morel", "Violette-2010", json!({}), None)["cle"].is_string());
        client
    }

    /// The identity of a period.
    fn period(&mut self, name: &str) -> Value {
        let user = self.call("ParametresUtilisateur", 0, json!({}));
        let owner = user["ressource"].pointer("/listeRessources/0").unwrap_or(&user["ressource"]).clone();
        let periods =
            owner.pointer("/listeOngletsPourPeriodes/V/0/listePeriodes/V").unwrap().as_array().unwrap().clone();
        periods.into_iter().find(|period| period["L"] == name).unwrap()
    }
}

fn error(answer: &Value) -> Option<u64> {
    answer["Erreur"]["G"].as_u64()
}

fn college() -> Pronote {
    Pronote::new(School::college())
}

#[test]
fn a_session_begins_with_the_right_password_only() {
    let server = college();
    let mut client = Client::open(&server, "mobile.eleve");
    assert_eq!(error(&client.call("DernieresNotes", 198, json!({}))), Some(3));
    assert_eq!(client.log_in("lina.morel", "wrong", json!({}), None)["Acces"], 1);
    assert_eq!(client.log_in("nobody", "wrong", json!({}), None)["Acces"], 1);
    assert_eq!(client.log_in("claude.morel", "Tournesol-1979", json!({}), None)["Acces"], 1, "a parent is no pupil");
    assert!(client.log_in("lina.morel", "Violette-2010", json!({}), None)["cle"].is_string());
    assert_eq!(client.call("ParametresUtilisateur", 0, json!({}))["ressource"]["L"], "MOREL Lina");
}

#[test]
fn a_qr_code_and_each_token_are_good_for_one_login() {
    let server = college();
    let by_code = json!({"demandeConnexionAppliMobileJeton": true, "uuidAppliMobile": "phone"});
    let by_token = json!({"enConnexionAppliMobile": true, "uuidAppliMobile": "phone"});
    let enter = |secret: &str, how: &Value| {
        let mut client = Client::open(&server, "mobile.eleve");
        let answer = client.log_in("lina.morel", secret, how.clone(), None);
        answer["jetonConnexionAppliMobile"].as_str().map(str::to_owned)
    };
    let scan = || {
        let code: Value = serde_json::from_str(&server.qr_code("http://h", "lina.morel", "4321").unwrap()).unwrap();
        assert_eq!(code["url"], "http://h/pronote/mobile.eleve.html");
        let open =
            |field: &str| crypt::decrypt(&crypt::md5(b"4321"), &crypt::ZERO, code[field].as_str().unwrap()).unwrap();
        assert_eq!(open("login"), b"lina.morel");
        String::from_utf8(open("jeton")).unwrap()
    };
    let code = scan();
    let first = enter(&code, &by_code).unwrap();
    assert_eq!(enter(&code, &by_code), None);
    let second = enter(&first, &by_token).unwrap();
    assert_eq!(enter(&first, &by_token), None);
    assert!(enter(&second, &by_token).is_some());
    let late = scan();
    server.let_codes_expire();
    assert_eq!(enter(&late, &by_code), None);
    assert_eq!(server.qr_code("http://h", "lina.morel", "12345"), None);
}

#[test]
fn faults_are_as_they_are_told() {
    let server = college();
    let mut client = Client::lina(&server);
    let period = client.period("Trimestre 1");
    let mut marks = |fault| client.send("DernieresNotes", json!({"onglet": 198}), json!({"Periode": period}), fault);
    assert!(marks(None)["listeDevoirs"]["V"].is_array());
    assert!(marks(Some("field")).get("listeDevoirsNouveau").is_some());
    assert_eq!(error(&marks(Some("too-many"))), Some(25));
    assert!(marks(None)["listeDevoirs"]["V"].is_array(), "the session goes on");
    assert_eq!(error(&marks(Some("expired"))), Some(10));
    assert_eq!(error(&marks(None)), Some(10), "the session has ended");
    let page = request(&server, Method::GET, "/pronote/eleve.html", String::new(), Some("suspended"));
    assert!(text(&page).contains("Votre adresse IP est provisoirement suspendue"));
    let mut client = Client::open(&server, "eleve");
    let closed = client.log_in("lina.morel", "Violette-2010", json!({}), Some("closed"));
    assert_eq!(closed["Acces"], 6);
    assert!(closed["AccesMessage"]["message"].as_str().unwrap().contains("d\u{e9}part"));
}

#[test]
fn a_second_proof_comes_before_everything_else() {
    let server = college();
    let mut client = Client::open(&server, "eleve");
    let answer = client.log_in("lina.morel", "Violette-2010", json!({}), Some("second-proof"));
    assert_eq!(answer["actionsDoubleAuth"]["V"], "[3]");
    assert_eq!(error(&client.call("ParametresUtilisateur", 0, json!({}))), Some(3));
    let mut prove = |action: u8, pin: &str| {
        let sealed = crypt::encrypt(&client.key, &client.iv, pin.as_bytes());
        client.call("SecurisationCompteDoubleAuth", 0, json!({"action": action, "codePin": sealed}))
    };
    assert_eq!(prove(0, "0000")["result"], false);
    assert_eq!(error(&prove(3, "0000")), Some(3));
    assert_eq!(prove(0, PIN)["result"], true);
    assert_eq!(prove(3, PIN)["result"], true);
    assert!(client.call("ParametresUtilisateur", 0, json!({}))["ressource"].is_object());
}

#[test]
fn things_belong_to_one_session() {
    let server = college();
    let (mut one, mut other) = (Client::lina(&server), Client::lina(&server));
    let period = one.period("Trimestre 1");
    assert_ne!(period, other.period("Trimestre 1"));
    assert_eq!(error(&other.call("DernieresNotes", 198, json!({"Periode": period}))), Some(22));
    let homework = one.call("PageCahierDeTexte", 88, json!({"domaine": {"_T": 8, "V": "[1..53]"}}));
    let file = homework.pointer("/ListeTravauxAFaire/V/1/ListePieceJointe/V/0").unwrap();
    let path = |client: &Client| {
        let name =
            crypt::encrypt(&client.key, &client.iv, json!({"N": file["N"], "Actif": true}).to_string().as_bytes());
        format!("/pronote/FichiersExternes/{name}/any name?Session={}", client.session)
    };
    assert!(text(&get(&server, &path(&one))).starts_with("12. Calculer"));
    assert_eq!(get(&server, &path(&other)).status, 404);
    server.end_sessions();
    assert_eq!(get(&server, &path(&one)).status, 404);
}

#[test]
fn who_asks_for_what_is_not_published_is_shown_the_door() {
    let server = college();
    let mut client = Client::lina(&server);
    let (first, last) = (client.period("Trimestre 1"), client.period("Trimestre 3"));
    let ask = |period: &Value| json!({"genreGenerationPDF": 2, "periode": period});
    assert!(client.call("PageBulletins", 13, json!({"periode": first}))["ListeServices"].is_object());
    let pdf = client.call("GenerationPDF", 13, ask(&first));
    let pdf = get(&server, &format!("/pronote/{}", pdf["url"]["V"].as_str().unwrap()));
    assert!(pdf.body.starts_with(b"%PDF-1.4"));
    let unpublished = client.call("PageBulletins", 13, json!({"periode": last}));
    assert!(unpublished["Message"].is_string() && unpublished.get("ListeServices").is_none());
    assert_eq!(error(&client.call("GenerationPDF", 13, ask(&last))), Some(10));
    assert_eq!(error(&client.call("Navigation", 7, json!({"onglet": 7}))), Some(10));
}

#[test]
fn papers_of_years_before_are_there() {
    let server = Pronote::new(School::lycee());
    let mut client = Client::open(&server, "eleve");
    client.log_in("lina.morel", "Glycine-2010", json!({}), None);
    let documents = client.call("DocumentsATelecharger", 148, json!({"avecNotes": true, "avecCompetences": true}));
    assert_eq!(documents["listeBulletins"]["V"], json!([]), "this year's is not published");
    let past = documents["listeBulletinsBIA"]["V"].as_array().unwrap();
    let told = |field: &str| past.iter().map(|paper| paper[field].clone()).collect::<Vec<_>>();
    assert_eq!(told("annee"), [2025, 2025]);
    assert_eq!(told("libellePeriodeNotation"), ["Semestre 1", "Semestre 2"]);
    let ask = json!({"ident": past[1]["ident"], "nomFichier": past[1]["nomFichier"]});
    let answer = client.call("GenerationPDF", 148, ask);
    let pdf = get(&server, &format!("/pronote/{}", answer["url"]["V"].as_str().unwrap()));
    assert!(text(&pdf).contains("Admise en premi\\350re"));
    let unknown = client.call("GenerationPDF", 148, json!({"ident": "109#elsewhere", "nomFichier": "x"}));
    assert_eq!(error(&unknown), Some(22));
    let college = college();
    let mut client = Client::lina(&college);
    let documents = client.call("DocumentsATelecharger", 148, json!({}));
    assert_eq!(documents["listeBulletins"]["V"].as_array().unwrap().len(), 2);
}

#[test]
fn a_parent_asks_for_one_child_or_gets_the_first() {
    let server = college();
    let mut client = Client::open(&server, "parent");
    client.log_in("claude.morel", "Tournesol-1979", json!({}), None);
    let user = client.call("ParametresUtilisateur", 0, json!({}));
    let children = user["ressource"]["listeRessources"].as_array().unwrap();
    let period = children[0].pointer("/listeOngletsPourPeriodes/V/0/listePeriodes/V/0").unwrap();
    let mut marks = |signature: Value| {
        let marks = client.send("DernieresNotes", signature, json!({"Periode": period}), None);
        marks.pointer("/listeDevoirs/V").and_then(Value::as_array).map(Vec::len)
    };
    assert_eq!(marks(json!({"onglet": 198})), Some(13));
    assert_eq!(marks(json!({"onglet": 198, "membre": {"N": children[0]["N"], "G": 4}})), Some(13));
    assert_eq!(marks(json!({"onglet": 198, "membre": {"N": children[1]["N"], "G": 4}})), Some(5));
    assert_eq!(marks(json!({"onglet": 198, "membre": {"N": "46#another", "G": 4}})), None);
}

#[test]
fn tabs_that_one_has_not_are_refused() {
    let server = college();
    let mut client = Client::open(&server, "professeur");
    client.log_in("bertrand.lecoq", "Craie-1970", json!({}), None);
    let user = client.call("ParametresUtilisateur", 0, json!({}));
    assert_eq!(user["listeClasses"]["V"].as_array().unwrap().len(), 2);
    assert_eq!(error(&client.call("DernieresNotes", 198, json!({}))), Some(3));
    assert_eq!(client.call("PageInfosPerso", 49, json!({}))["Informations"]["eMail"], "bertrand.lecoq@exemple.fr");
    let week = client.call("PageEmploiDuTemps", 16, json!({"numeroSemaine": 3}));
    assert_eq!(week["ListeCours"].as_array().unwrap().len(), 8);
}

#[test]
fn a_request_out_of_turn_ends_the_session() {
    let server = college();
    let mut client = Client::lina(&server);
    client.count += 2;
    assert_eq!(error(&client.call("Navigation", 7, json!({}))), Some(10));
    client.count -= 4;
    assert_eq!(error(&client.call("Navigation", 7, json!({}))), Some(10));
    assert_eq!(get(&server, "/pronote/appelfonction/3/1/00").status, 404);
    let strange = request(&server, Method::POST, "/pronote/appelfonction/x/y/z", "[".into(), None);
    assert_eq!(error(&serde_json::from_slice(&strange.body).unwrap()), Some(10));
}
