# Ce que lit l'utilisateur, en français. Les messages qui commencent par everyday- n'emploient que des mots de tous les jours.

help-cartable = Votre cartable numérique : un dossier chiffré que vous seul ouvrez, utilisé comme un disque
help-init = Crée un nouveau cartable
help-mount = Ouvre un cartable comme un disque
help-unmount = Ferme un disque, une fois que tout est écrit
help-status = Dit ce qu'on peut savoir d'un cartable sans sa phrase secrète
help-passwd = Change la phrase secrète ; l'ancienne n'ouvre rien de ce qui sera écrit ensuite
help-remember = Confie la phrase secrète au trousseau du bureau : le cartable s'ouvre alors avec votre session
help-forget = Retire la phrase secrète du trousseau du bureau
help-slots = Liste, ajoute et retire ce qui ouvre un cartable
help-slots-list = Liste ce qui ouvre un cartable
help-slots-add = Ajoute une phrase secrète ou un code de secours
help-slots-remove = Retire une phrase secrète ou un code de secours ; il n'ouvre rien de ce qui sera écrit ensuite
help-check = Lit tout un cartable et dit ce qui est abîmé
help-gc = Rend la place de ce qui a été supprimé
help-completions = Affiche la complétion pour un interpréteur de commandes
help-man = Écrit les pages de manuel dans un dossier

arg-bag = Dossier du cartable
arg-folder = Où le disque apparaît, ou bien où les pages sont écrites
arg-json = Répondre en JSON
arg-passphrase-file = Fichier dont la première ligne est la phrase secrète ou le code de secours
arg-new-passphrase-file = Fichier dont la première ligne est la nouvelle phrase secrète
arg-recovery-file = Nouveau fichier pour la feuille de secours
arg-no-recovery = Ne pas faire de feuille de secours : une phrase oubliée perd alors tout
arg-cipher = Comment les contenus sont scellés ; auto mesure lequel est le plus rapide ici
arg-foreground = Rester jusqu'à la fermeture du disque
arg-allow-other = Laisser les autres comptes de cette machine utiliser le disque, selon ses permissions
arg-options = De mount(8) : nosuid, nodev, noexec
arg-read-only = Ouvrir en lecture seule
arg-danger-accept-older-copy = Prendre une copie plus ancienne du cartable pour la vraie
arg-shell = Interpréteur de commandes
arg-slot = Son nom, tel que la liste le montre
arg-repair = Reconstruire ce qui peut l'être et mettre le reste de côté
arg-reseal = Sceller d'abord de nouveau ce que d'anciennes clés ouvrent encore ; le disque doit être fermé
arg-help = Afficher l'aide
arg-version = Afficher la version

ask-passphrase = Phrase secrète :{" "}
ask-new-passphrase = Nouvelle phrase secrète :{" "}
ask-again = Encore une fois :{" "}
ask-sheet = Une feuille de secours ouvre le cartable si la phrase est oubliée. Dans quel fichier l'enregistrer ? (Ou écrivez « { $words } ».){" "}
sheet-declined = pas de feuille
everyday-passphrase-hint = Choisissez quatre ou cinq mots que personne ne mettrait ensemble. Personne ne peut la retrouver ni la changer à votre place.
everyday-sheet-saved = La feuille de secours est dans { $file }. Imprimez-la, rangez-la, puis supprimez le fichier.
everyday-welcome = Bienvenue. Votre cartable sera dans { $folder }.
everyday-open = Votre cartable est ouvert : { $folder }
everyday-open-already = Votre cartable est déjà ouvert : { $folder }
everyday-entry = Vous le trouverez aussi parmi vos programmes, sous le nom « Mon cartable ».
everyday-press-enter = Appuyez sur Entrée pour fermer cette fenêtre.

recovery-sheet = CARTABLE - FEUILLE DE SECOURS

    Ce code ouvre le cartable si la phrase secrète est oubliée :

        { $code }

    Cartable : { $bag }

    Imprimez cette feuille, rangez-la avec vos papiers importants, puis supprimez le fichier.
    Qui a ce code et le cartable peut y lire tout.
    Pour l'utiliser, tapez-le là où la phrase secrète est demandée.

made = Le cartable est prêt : { $bag }
mounted = Le disque est prêt : { $folder }
still-writing = Le disque est fermé, mais ses derniers changements s'écrivent encore ; attendez avant de débrancher.
slot-removed = Retiré. Il n'ouvre rien de ce qui sera écrit désormais.
keyring-label = Cartable : phrase secrète de { $bag }
remembered = La phrase secrète est dans le trousseau du bureau : le cartable s'ouvre sans la demander, pour qui utilise votre session.
forgotten = Le trousseau du bureau ne connaît plus la phrase secrète.
passphrase-changed = La phrase secrète est changée. L'ancienne n'ouvre rien de ce qui sera écrit désormais.
findings = { $count } constats
not-all-resealed = tout n'a pas pu être scellé de nouveau
clean = Tout est en ordre.

yes = oui
no = non
none = aucun
name-bag = Cartable
name-id = Identité
name-cipher = Chiffrement
name-open = Ouvert
name-drive = Disque
name-bytes = Taille en octets
name-unverified-since = Non vérifié depuis (cartable check)
name-slot = Nom
name-kind = Sorte
name-made = Fait le
kind-passphrase = Phrase secrète
kind-recovery = Code de secours
kind-device = Appareil
kind-guest = Invité
name-until = Jusqu'à
name-findings = Constats
name-nodes = Fichiers et dossiers
name-packs = Paquets
name-chunks = Morceaux
name-freed-bytes = Octets rendus

err-other = Cela n'a pas marché : { $what }.
do-other = Corrigez ce que dit le message, puis réessayez.
err-wrong-secret = Cette phrase secrète n'ouvre pas le cartable.
do-wrong-secret = Tapez-la encore une fois, ou utilisez le code de la feuille de secours.
err-not-a-bag = { $folder } n'est pas un cartable.
do-not-a-bag = Donnez le dossier qui contient bag.json, ou créez un cartable avec : cartable init
err-not-empty-for-bag = { $folder } n'est pas vide.
do-not-empty-for-bag = Donnez un dossier vide ou qui n'existe pas encore.
err-newer-format = Ce cartable a été fait par une version plus récente de cartable.
do-newer-format = Installez la dernière version, puis réessayez.
err-busy = Il est déjà utilisé ({ $process }).
do-busy = Utilisez-le là où il est ouvert, ou fermez-le d'abord : cartable unmount
err-place-missing = Le dossier { $folder } n'existe pas.
do-place-missing = Créez-le, puis réessayez.
err-place-not-folder = { $folder } n'est pas un dossier.
do-place-not-folder = Donnez un dossier vide où le disque apparaîtra.
err-place-not-empty = Le dossier { $folder } n'est pas vide.
do-place-not-empty = Donnez un dossier vide : le disque cacherait ce qu'il contient.
err-place-not-yours = Le dossier { $folder } n'est pas à vous.
do-place-not-yours = Donnez un dossier à vous, où vous pouvez écrire.
err-others-not-allowed = Ce système ne vous laisse pas ouvrir un disque aux autres comptes.
do-others-not-allowed = Laissez --allow-other de côté, ou demandez à qui gère cette machine user_allow_other dans /etc/fuse.conf.
err-no-fuse = Ce système ne laisse pas les programmes faire des disques : /dev/fuse manque ou vous est fermé.
do-no-fuse = Installez le paquet fuse3, ou demandez-en l'accès à qui gère cette machine.
err-no-room = Le disque est plein.
do-no-room = Faites de la place, puis réessayez.
err-read-only-disk = On ne peut pas écrire sur le disque ({ $path }).
do-read-only-disk = Rendez-le inscriptible, ou copiez le cartable sur un disque qui l'est.
err-damaged = Le cartable est abîmé ou a été modifié : { $what }.
do-damaged = Mettez d'abord de côté une copie du cartable entier ; puis lancez : cartable check
err-older-copy = Une copie plus ancienne du cartable a été remise en place : { $what }.
do-older-copy = Si c'est vous qui l'avez fait, ajoutez --danger-accept-older-copy ; sinon, cherchez la plus récente.
err-not-mounted = Il n'y a pas de disque en { $folder }.
do-not-mounted = Voyez où sont les disques avec : cartable status
err-in-use = Un programme utilise encore le disque en { $folder }.
do-in-use = Fermez les programmes et les terminaux qui s'y trouvent, puis réessayez.
err-no-terminal = Il n'y a pas de terminal où demander la phrase secrète.
do-no-terminal = Donnez-la avec --passphrase-file FICHIER.
err-mismatch = Les deux phrases secrètes diffèrent.
do-mismatch = Recommencez, lentement.
err-bad-passphrase = Une phrase secrète a de 1 à 1024 octets, et n'est pas un code de secours.
do-bad-passphrase = Choisissez-en une autre.
err-no-sheet = La feuille de secours n'a été ni enregistrée ni refusée.
do-no-sheet = Donnez --recovery-file FICHIER, ou --no-recovery si vous acceptez qu'une phrase oubliée perde tout.
err-which-passphrase = Il y a plusieurs phrases secrètes, et ce que vous avez donné n'en est aucune.
do-which-passphrase = Retirez celle que vous avez oubliée : cartable slots list, puis cartable slots remove.
err-no-keyring = Il n'y a pas ici de trousseau du bureau qu'on puisse ouvrir.
do-no-keyring = Lancez ceci dans votre session de bureau, avec le paquet libsecret-tools installé.
err-slot = Cela ne peut pas se faire avec cette clé du cartable : { $what }.
do-slot = Regardez la liste avec : cartable slots list
