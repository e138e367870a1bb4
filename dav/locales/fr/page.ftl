# Les pages que voit un navigateur, en français. Les signes doubles sont précédés d’une espace insécable.

product = Cartable
skip = Aller au contenu
title-error = Erreur : { $title }
path = Chemin
back = Revenir au cartable
cancel = Annuler

login-title = Ouvrir le cartable
login = Ouvrir
login-failed = Cette phrase n’ouvre pas le cartable. Vérifiez les majuscules et les accents, puis réessayez.
login-waiting = { $seconds ->
    [one] Il y a eu trop d’essais. Attendez { $seconds } seconde, puis réessayez.
   *[other] Il y a eu trop d’essais. Attendez { $seconds } secondes, puis réessayez.
}
passphrase = Phrase secrète
passphrase-hint = Celle que vous avez choisie. Les mots de passe d’appareil sont pour les applications, pas pour cette page.
shared = D’autres personnes se servent de cet ordinateur
shared-hint = Laissez coché à l’école, à la bibliothèque ou chez quelqu’un, et n’y laissez pas le navigateur retenir la phrase.
host = Pendant que votre cartable est ouvert ici, qui fait fonctionner ce serveur pourrait voir ce qui y passe.
logout = Se déconnecter

download-folder = Télécharger ce dossier (zip)
free = Il reste { $size }.
read-only = Vous pouvez lire ce dossier, pas le changer.
empty = Ce dossier est vide.
contents = Contenu du dossier « { $name } » :
count = { $count ->
    [one] { $count } élément
   *[other] { $count } éléments
}
name = Nom
size = Taille
modified = Modifié
acts = Actions
folder = dossier
download = Télécharger
rename = Renommer
delete = Supprimer

upload-title = Déposer des fichiers
files = Fichiers
replace = Remplacer les fichiers qui portent le même nom
upload = Déposer
drop = Ou faites-les glisser sur cette page.
sending = Envoi en cours
no-folders = Un dossier ne peut pas être déposé ici : déposez ses fichiers.
broken = L’envoi s’est interrompu. Vérifiez la connexion, puis recommencez.
create-title = Nouveau dossier
create = Créer
new-name = Nouveau nom
rename-question = Renommer « { $name } »
delete-question = Supprimer « { $name } » ?
delete-folder = Tout ce que contient ce dossier sera supprimé aussi.

notice-uploaded = C’est déposé.
notice-made = Le dossier est créé.
notice-renamed = C’est renommé.
notice-deleted = C’est supprimé.
notice-exists = Ce nom est déjà pris. Choisissez-en un autre, ou cochez « Remplacer » pour déposer quand même.
notice-bad-name = Ce nom ne convient pas. Choisissez-en un autre, sans barre oblique « / ».
notice-gone = Cet élément n’est plus là. Quelqu’un l’a peut-être déplacé ou supprimé.
notice-locked = Une application s’en sert en ce moment. Fermez-le là où il est ouvert, puis recommencez.
notice-no-room = Il n’y a plus assez de place. Supprimez des fichiers, puis recommencez.
notice-read-only = Vous pouvez lire ce dossier, pas le changer.
notice-stale = La page était trop ancienne. Recommencez.
notice-failed = Cela n’a pas marché. Recommencez ; si cela continue, prévenez qui s’occupe du serveur.

problem-request = Le serveur n’a pas compris cette demande
problem-request-do = Vérifiez l’adresse, ou repartez du cartable.
problem-forbidden = Ce n’est pas permis ici
problem-forbidden-do = Si la page était ouverte depuis longtemps, rechargez-la et recommencez.
problem-missing = Il n’y a rien à cette adresse
problem-missing-do = Vérifiez l’adresse, ou cherchez à partir du cartable : le fichier a peut-être été déplacé.
problem-slow = L’envoi a pris trop de temps
problem-slow-do = Vérifiez la connexion, puis recommencez.
problem-changed = Ce fichier a changé entre-temps
problem-changed-do = Revenez au dossier pour voir ce qu’il est devenu, puis recommencez.
problem-large = C’est trop gros
problem-large-do = Envoyez des fichiers plus petits, ou moins à la fois.
problem-locked = Une application s’en sert en ce moment
problem-locked-do = Fermez-le là où il est ouvert, puis recommencez.
problem-waiting = Il y a eu trop d’essais
problem-waiting-do = Attendez quelques minutes, puis réessayez.
problem-busy = Le cartable n’est pas disponible pour l’instant
problem-busy-do = Attendez un peu, puis rechargez la page.
problem-no-room = Il n’y a plus assez de place
problem-no-room-do = Supprimez des fichiers, puis recommencez.
problem-server = Le serveur a rencontré un problème
problem-server-do = Recommencez dans un moment ; si cela continue, prévenez qui s’occupe du serveur.
status = Code { $status }

decimal = { $whole },{ $tenth }
size-bytes = { $count ->
    [one] { $count } octet
   *[other] { $count } octets
}
size-kilobytes = { $number } ko
size-megabytes = { $number } Mo
size-gigabytes = { $number } Go
size-terabytes = { $number } To
size-petabytes = { $number } Po
moment = { $day }/{ $month }/{ $year } { $hour }:{ $minute }
