# La note à côté d’un fichier de la boîte d’arrivée qui y est resté : ce qu’il est ou pourquoi, et que faire.
login-code = Cette image montre le code par lequel PRONOTE accepte un nouvel appareil, valable dix minutes. Lancez : cartable ent add CARTABLE NOM --platform pronote --code-file "{ $file }", puis supprimez l’image.
unknown = Ce fichier n’est pas de ceux que le cartable sait ranger : ni bulletin, ni certificat, ni badge, ni agenda, ni liste de livres, ni questionnaire. Déplacez-le dans un dossier à vous, ou supprimez-le.
too-large = Ce fichier dépasse { $mebibytes } Mio, et son format ne se lit pas par morceaux. Déplacez-le dans un dossier à vous.
broken = Ce fichier ne peut pas être lu : { $why }. Exportez-le ou téléchargez-le à nouveau, et mettez le nouveau à sa place.
nothing = Ce fichier est d’un genre que le cartable connaît, mais il ne contient rien. Exportez-le à nouveau, ou supprimez-le.
nothing-understood = Rien n’a été compris dans ce fichier, à commencer par ceci : { $why }. Exportez-le à nouveau, ou déplacez-le dans un dossier à vous.
which-pupil = Ce fichier parle de { $count } élèves, et le cartable ne garde que ce qui concerne une seule personne. Lancez : cartable ent take CARTABLE "{ $file }" --pupil NOM, avec l’un de ces noms : { $names }
no-such-pupil = Ce fichier ne parle pas de cet élève, ou de personne. Regardez ce qu’il contient, ou demandez-en un autre à l’établissement.
several-people = Ce PDF contient les certificats de plusieurs personnes, et ne peut pas être réduit à un seul. Mettez à sa place un PDF avec un seul certificat.
only-address = Cette image ne donne qu’une adresse où un badge se trouve peut-être, et le cartable n’y va pas de lui-même. Téléchargez le badge comme fichier depuis le site qui l’a donné.
in-part = Ce fichier a été pris, mais tout n’en a pas été compris ({ $count } endroits), à commencer par ceci : { $why }. Gardez-le dans un dossier à vous, ou supprimez-le.
no-file = Ce n’est pas un fichier, mais un dossier, un raccourci ou un objet du système. Nommez les fichiers qu’il contient.
