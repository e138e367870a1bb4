# The words of the pages and files that views show.
labelled = { $label }: { $value }
yes = yes
no = no
day = { $day } { $month } { $year }
first-day = 1
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
no-year = No year

# Where the facts come from
platform-pronote = PRONOTE
platform-moodle = Moodle
platform-pmb = PMB
platform-pix = Pix
platform-toutatice = Toutatice
platform-calendar = Calendar
platform-inbox = File added by hand
source = Source
source-fetched = Source: { $source }. Fetched on { $day }.
page-of = { $title } - page { $page } of { $pages }
not-kept = file not fetched
attachments = Attachments

# Names of files and folders
file-contents = Contents
file-loans = Loans
folder-links = Links
folder-handed-in = Handed in
folder-lists = Reading lists
list-unnamed = Unnamed list

# Columns
column-date = Date
column-subject = Subject
column-label = Title
column-mark = Mark
column-out-of = Out of
column-coefficient = Weight
column-coefficient-short = Weight
column-class-average = Class average
column-class-min = Lowest mark
column-class-max = Highest mark
column-class-range = From lowest to highest
column-period = Period
column-bonus = Bonus
column-optional = Optional
column-comment = Comment
column-source = Source
column-pupil = Pupil
column-class = Class
column-min = Min.
column-max = Max.
column-level = Level
column-elements = Parts of the programme
column-appreciations = Comments
column-competence = Competence
column-field = Field
column-title = Title
column-authors = Authors
column-isbn = ISBN
column-from = Since
column-until = Until
column-library = Library
column-copy = Copy

# Labels
fact-pupil = Pupil
fact-class = Class
fact-school = School
fact-year = School year
fact-council = Class council
fact-average = Overall average
fact-class-average = Class average
fact-hours = Time
fact-teachers = Teachers
fact-start = Begins
fact-end = Ends
fact-due = Due
fact-given = Given
fact-turnin = Hand in
fact-done = Done
fact-issuer = Issued by
fact-holder = To
fact-exam = Examination
fact-delivered = Issued on
fact-expires = Valid until
fact-center = Centre
fact-score = Points
fact-level = Level
fact-code = Verification code
fact-criteria = Criteria

# Homework and lessons
turnin-paper = on paper
turnin-upload = as a file
turnin-kiosk = on a publisher’s site
turnin-audio = as a recording
homework-title = { $subject }, due { $day }
lesson-title = { $subject }, { $day }
contents-title = { $subject }, { $year }
contents-lessons = Lessons
contents-files = Files

# Marks
marks-of = Marks { $year }
marks-table = { $subject }: all marks
mark-bonus = bonus
mark-optional = optional
curve-title = { $subject }: marks over time
curve-description = { $count } marks brought to 20, from { $from } to { $until }. The table below gives the same marks.
curve-legend = Solid line: pupil. Dashes: class average. Marks brought to 20.
special-absent = Absent
special-exempt = Exempt
special-not-marked = Not marked
special-unfit = Unfit
special-not-handed-in = Not handed in
special-absent-zero = Absent (zero)
special-not-handed-in-zero = Not handed in (zero)
special-congratulations = Congratulations

# Report cards
report-title = Report card, { $period }
report-subjects = Subjects
report-subjects-caption = Averages and comments by subject
report-appreciations = Comments
report-base = Common base of knowledge
report-base-caption = Levels in the common base of knowledge
report-school-life = School life
report-support = Support
report-support-note = Sensitive: this appears in your own pages only.
level-of-four = { $level } of 4

# Competences
framework-socle = Common base (socle commun)
framework-pronote = PRONOTE
framework-pix = Pix
framework-crcn = Digital skills (CRCN)
framework-lsu = School record (LSU)
framework-lsl = School record (LSL)
competences-title = Competences, { $framework }
competences-last = Competences
competences-caption = Last level of each year
competences-each = All evaluations
competences-each-caption = From the latest to the oldest

# Certificates
certificate-skills = Certified competences
verified-signed = Verified: signed by { $issuer }.
verified-confirmed = Verified: confirmed by its issuer on { $day }.
verified-confirmed-once = Verified: confirmed by its issuer.
verified-refused = Refused: { $reason }
verified-unknown = Not verified: { $reason }
reason-wrong-signature = Its signature is wrong: it was changed, or made by another.
reason-wrong-kind = It is signed in a way that its issuer’s key can’t sign.
reason-other-purpose = Its signature was made for another purpose.
reason-unreadable-signature = Its signature can’t be read.
reason-not-what-was-signed = What it shows is not what was signed.
reason-revoked = It says itself that it was revoked.
reason-unpublished = Its issuer does not publish this certificate.
reason-unsigned = It is not signed.
reason-only-issuer = It is not signed: only { $about } can confirm it.
reason-unknown-suite = It is signed in a way that is not checked here.
reason-unknown-kind = Signatures of the kind { $about } are not checked here.
reason-unknown-extension = It was signed with an extension that is not known here.
reason-unknown-key-kind = Its issuer has a key of a kind that is not known here.
reason-unknown-key = The key of { $about } is not known offline.
reason-unbound-key = The signature fits a key that the badge brings along; whether that is a key of { $about } can’t be told offline.
reason-no-key = It does not say with which key it was signed.
reason-signature-ended = Its signature has ended.
reason-unclear-time = The signature of { $about } is right, but the badge does not say clearly when it is valid.
reason-ended = The signature of { $about } is right, but the badge has ended.
reason-not-yet = The signature of { $about } is right, but the badge is not valid yet.
reason-revocable = The signature of { $about } is right, but whether the badge was revoked can’t be told offline.
reason-no-vocabulary = It does not say what its words mean.
reason-unknown-vocabulary = It uses a vocabulary that is not known here: { $about }.
reason-own-vocabulary = It gives words a meaning of its own.
reason-unclear-words = Its words can’t be put together to what they mean.
reason-too-long = It says more than any known badge.
reason-too-alike = It has too many parts that look alike.
reason-not-one-achievement = What was signed is not one achievement of one person.
reason-not-hosted = The site tells of it but does not host it.
reason-editable = A file of results can be changed by anyone.
reason-editable-of = A file of results can be changed by anyone (status: { $about }).
reason-not-asked = Its issuer was not asked yet.

# Library
loans-late = Late
loans-current = Current
loans-hold = Reserved
loans-past = Returned

# Timetable
timetable-of = Timetable { $year }
timetable-week = { $monday } week { $week }
folder-weeks = Weeks

# Quizzes
folder-by-level = By level
file-questions = questions
file-answers = answers
file-losses = what is missing
losses-title = { $quiz }: what the files do not say
losses-caption = What gets lost when the format changes, question by question
column-file = File
column-question = Question
column-loss = What is missing
loss-unverified = This kind of question was never seen in such a file: it is written as for Moodle.
loss-question = The question is left out: the format has no such kind.
loss-kind = The question becomes another kind.
loss-subject = Subject and level
loss-category = The place in the question bank
loss-layout = How answers are numbered or mixed
loss-grade = Points and penalties
loss-feedback = A feedback
loss-hints = The hints
loss-tags = Tags and numbers
loss-case = Whether capitals count
loss-file = A file inside a text
loss-remote-picture = A picture that is not in the file
loss-html = HTML that could do harm
loss-signs = Signs that have another meaning there
loss-other = Details that only its own format has

agenda-timetable = Timetable
agenda-homework = Homework
agenda-people = School contacts
agenda-of = { $name } ({ $account })

# In a parent’s account
of-pupil = { $name } ({ $pupil })
of-pupil-and-account = { $name } ({ $pupil }, { $account })

# In calendars
calendar-teacher = Teacher
calendar-teachers = Teachers
calendar-group = Group
calendar-groups = Groups
calendar-homework = { $subject }: { $text }
