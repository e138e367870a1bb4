# Les mots des pages et des fichiers que montrent les vues.
labelled = { $label } : { $value }
yes = oui
no = non
day = { $day } { $month } { $year }
first-day = 1er
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
no-year = Sans année

# D'où viennent les données
platform-pronote = PRONOTE
platform-moodle = Moodle
platform-pmb = PMB
platform-pix = Pix
platform-toutatice = Toutatice
platform-calendar = Calendrier
platform-inbox = Fichier déposé à la main
source = Source
source-fetched = Source : { $source }. Récupéré le { $day }.
page-of = { $title } - page { $page } sur { $pages }
not-kept = fichier non récupéré
attachments = Pièces jointes

# Noms de fichiers et de dossiers
file-contents = Sommaire
file-loans = Prêts
folder-links = Liens
folder-handed-in = Travail rendu
folder-lists = Listes de lecture
list-unnamed = Liste sans nom

# Colonnes
column-date = Date
column-subject = Matière
column-label = Intitulé
column-mark = Note
column-out-of = Sur
column-coefficient = Coefficient
column-coefficient-short = Coef.
column-class-average = Moyenne de la classe
column-class-min = Note la plus basse
column-class-max = Note la plus haute
column-class-range = De la plus basse à la plus haute
column-period = Période
column-bonus = Bonus
column-optional = Facultative
column-comment = Commentaire
column-source = Source
column-pupil = Élève
column-class = Classe
column-min = Min.
column-max = Max.
column-level = Niveau
column-elements = Éléments du programme
column-appreciations = Appréciations
column-competence = Compétence
column-field = Domaine
column-title = Titre
column-authors = Auteurs
column-isbn = ISBN
column-from = Depuis
column-until = Jusqu’au
column-library = Bibliothèque
column-copy = Exemplaire

# Libellés
fact-pupil = Élève
fact-class = Classe
fact-school = Établissement
fact-year = Année scolaire
fact-council = Conseil de classe
fact-average = Moyenne générale
fact-class-average = Moyenne de la classe
fact-hours = Horaire
fact-teachers = Enseignants
fact-start = Début
fact-end = Fin
fact-due = Pour le
fact-given = Donné le
fact-turnin = Rendu
fact-done = Fait
fact-issuer = Délivré par
fact-holder = À
fact-exam = Épreuve du
fact-delivered = Délivré le
fact-expires = Valable jusqu’au
fact-center = Centre
fact-score = Points
fact-level = Niveau
fact-code = Code de vérification
fact-criteria = Conditions

# Devoirs et cours
turnin-paper = sur papier
turnin-upload = par un fichier
turnin-kiosk = sur le site d’un éditeur
turnin-audio = par un enregistrement
homework-title = { $subject }, pour le { $day }
lesson-title = { $subject }, { $day }
contents-title = { $subject }, { $year }
contents-lessons = Séances
contents-files = Fichiers

# Notes
marks-of = Notes { $year }
marks-table = { $subject } : toutes les notes
mark-bonus = bonus
mark-optional = facultative
curve-title = { $subject } : notes au fil du temps
curve-description = { $count } notes ramenées sur 20, du { $from } au { $until }. Le tableau qui suit donne les mêmes notes.
curve-legend = Trait plein : élève. Tirets : moyenne de la classe. Notes ramenées sur 20.
special-absent = Absent
special-exempt = Dispensé
special-not-marked = Non noté
special-unfit = Inapte
special-not-handed-in = Non rendu
special-absent-zero = Absent (zéro)
special-not-handed-in-zero = Non rendu (zéro)
special-congratulations = Félicitations

# Bulletins
report-title = Bulletin, { $period }
report-subjects = Matières
report-subjects-caption = Moyennes et appréciations par matière
report-appreciations = Appréciations
report-base = Socle commun
report-base-caption = Niveaux dans le socle commun
report-school-life = Vie scolaire
report-support = Accompagnement
report-support-note = Information sensible : elle n’apparaît que dans vos propres pages.
level-of-four = { $level } sur 4

# Compétences
framework-socle = Socle commun
framework-pronote = PRONOTE
framework-pix = Pix
framework-crcn = Compétences numériques (CRCN)
framework-lsu = Livret scolaire unique
framework-lsl = Livret scolaire du lycée
competences-title = Compétences, { $framework }
competences-last = Compétences
competences-caption = Dernier niveau de chaque année
competences-each = Toutes les évaluations
competences-each-caption = De la plus récente à la plus ancienne

# Certifications
certificate-skills = Compétences certifiées
verified-signed = Vérifié : signé par { $issuer }.
verified-confirmed = Vérifié : confirmé par l’organisme le { $day }.
verified-confirmed-once = Vérifié : confirmé par l’organisme.
verified-refused = Refusé : { $reason }
verified-unknown = Non vérifié : { $reason }
reason-wrong-signature = Sa signature est fausse : il a été modifié, ou fait par quelqu’un d’autre.
reason-wrong-kind = Il est signé d’une manière dont la clé de l’émetteur ne peut pas signer.
reason-other-purpose = Sa signature a été faite pour un autre usage.
reason-unreadable-signature = Sa signature est illisible.
reason-not-what-was-signed = Ce qu’il montre n’est pas ce qui a été signé.
reason-revoked = Il dit lui-même qu’il a été révoqué.
reason-unpublished = L’organisme ne publie pas ce certificat.
reason-unsigned = Il n’est pas signé.
reason-only-issuer = Il n’est pas signé : seul { $about } peut le confirmer.
reason-unknown-suite = Il est signé d’une manière qui n’est pas vérifiée ici.
reason-unknown-kind = Les signatures de type { $about } ne sont pas vérifiées ici.
reason-unknown-extension = Il a été signé avec une extension inconnue ici.
reason-unknown-key-kind = La clé de son émetteur est d’un type inconnu ici.
reason-unknown-key = La clé de { $about } n’est pas connue hors ligne.
reason-unbound-key = La signature correspond à une clé jointe au badge ; hors ligne, rien ne dit si c’est une clé de { $about }.
reason-no-key = Il ne dit pas avec quelle clé il a été signé.
reason-signature-ended = Sa signature n’est plus valable.
reason-unclear-time = La signature de { $about } est juste, mais le badge ne dit pas clairement quand il est valable.
reason-ended = La signature de { $about } est juste, mais le badge n’est plus valable.
reason-not-yet = La signature de { $about } est juste, mais le badge n’est pas encore valable.
reason-revocable = La signature de { $about } est juste, mais, hors ligne, rien ne dit si le badge a été révoqué.
reason-no-vocabulary = Il ne dit pas ce que ses mots veulent dire.
reason-unknown-vocabulary = Il emploie un vocabulaire inconnu ici : { $about }.
reason-own-vocabulary = Il donne à des mots un sens qui lui est propre.
reason-unclear-words = Le sens de ses mots ne peut pas être reconstitué.
reason-too-long = Il en dit plus que tout badge connu.
reason-too-alike = Trop de ses parties se ressemblent.
reason-not-one-achievement = Ce qui a été signé n’est pas une seule réussite d’une seule personne.
reason-not-hosted = Le site en parle mais ne le publie pas.
reason-editable = Un fichier de résultats peut être modifié par n’importe qui.
reason-editable-of = Un fichier de résultats peut être modifié par n’importe qui (statut : { $about }).
reason-not-asked = L’organisme n’a pas encore été interrogé.

# Bibliothèque
loans-late = En retard
loans-current = En cours
loans-hold = Réservés
loans-past = Rendus

# Emploi du temps
timetable-of = Emploi du temps { $year }
timetable-week = { $monday } semaine { $week }
folder-weeks = Semaines

# QCM
folder-by-level = Par niveau
file-questions = sujet
file-answers = corrigé
file-losses = ce qui manque
losses-title = { $quiz } : ce que les fichiers ne disent pas
losses-caption = Ce qui se perd en changeant de format, question par question
column-file = Fichier
column-question = Question
column-loss = Ce qui manque
loss-unverified = Ce type de question n’a jamais été vu dans un tel fichier : il est écrit comme pour Moodle.
loss-question = La question n’y est pas : ce format n’a pas ce type de question.
loss-kind = La question change de type.
loss-subject = La matière et le niveau
loss-category = La place dans la banque de questions
loss-layout = La numérotation ou le mélange des réponses
loss-grade = Les points et les pénalités
loss-feedback = Une explication
loss-hints = Les indices
loss-tags = Les mots-clés et les numéros
loss-case = L’importance des majuscules
loss-file = Un fichier joint à un texte
loss-remote-picture = Une image qui n’est pas dans le fichier
loss-html = Du HTML qui pourrait nuire
loss-signs = Des signes qui ont là un autre sens
loss-other = Des détails propres au format d’origine

agenda-timetable = Emploi du temps
agenda-homework = Devoirs
agenda-people = Contacts de l’école
agenda-of = { $name } ({ $account })

# Dans le compte d’un parent
of-pupil = { $name } ({ $pupil })
of-pupil-and-account = { $name } ({ $pupil }, { $account })

# Dans les agendas
calendar-teacher = Professeur
calendar-teachers = Professeurs
calendar-group = Groupe
calendar-groups = Groupes
calendar-homework = { $subject } : { $text }
