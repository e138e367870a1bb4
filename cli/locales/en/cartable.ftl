# What the user reads, in English. Messages that begin with everyday- use everyday words only.

help-cartable = Your digital schoolbag: an encrypted folder that only you can open, used as a drive
help-init = Makes a new bag
help-mount = Opens a bag as a drive
help-unmount = Closes a drive, once everything is written
help-status = Says what can be known of a bag without its passphrase
help-passwd = Changes the passphrase; the old one opens nothing that is written from then on
help-remember = Remembers the passphrase in the desktop's keyring: the bag then opens with your session
help-forget = Removes the passphrase from the desktop's keyring
help-slots = Lists, adds and removes what opens a bag
help-slots-list = Lists what opens a bag
help-slots-add = Adds a passphrase, or a recovery code
help-slots-remove = Removes a passphrase or a recovery code; it opens nothing that is written from then on
help-check = Reads everything in a bag and says what is damaged
help-gc = Gives back the room of what was deleted
help-completions = Prints completions for a shell
help-man = Writes manual pages into a folder

arg-bag = Folder of the bag
arg-folder = Where the drive appears, or where pages are written
arg-json = Report as JSON
arg-passphrase-file = File whose first line is the passphrase or the recovery code
arg-new-passphrase-file = File whose first line is the new passphrase
arg-recovery-file = New file for the recovery sheet
arg-no-recovery = Make no recovery sheet: a forgotten passphrase then loses everything
arg-cipher = How contents are sealed; auto measures which is faster here
arg-foreground = Stay until the drive is closed
arg-allow-other = Let other users of this machine use the drive, as its permissions say
arg-options = Of mount(8): nosuid, nodev, noexec
arg-read-only = Open for reading only
arg-danger-accept-older-copy = Accept an older copy of the bag as the true one
arg-shell = Shell
arg-slot = Its name, as the list shows it
arg-repair = Rebuild what can be rebuilt, and set the rest aside
arg-reseal = First seal again what older keys still open; the drive must be closed
arg-help = Print help
arg-version = Print the version

ask-passphrase = Passphrase:{" "}
ask-new-passphrase = New passphrase:{" "}
ask-again = Once more:{" "}
ask-sheet = A recovery sheet opens the bag when the passphrase is forgotten. Save it to which file? (Or write "{ $words }".){" "}
sheet-declined = no sheet
everyday-passphrase-hint = Choose four or five words that nobody would put together. Nobody can look it up or reset it.
everyday-sheet-saved = The recovery sheet is in { $file }. Print it, put it away, and delete the file.
everyday-welcome = Welcome. Your schoolbag will be in { $folder }.
everyday-open = Your schoolbag is open: { $folder }
everyday-open-already = Your schoolbag is open already: { $folder }
everyday-entry = You will find it among your programs, too, as “My schoolbag”.
everyday-press-enter = Press Enter to close this window.

recovery-sheet = CARTABLE - RECOVERY SHEET

    This code opens the bag when the passphrase is forgotten:

        { $code }

    Bag: { $bag }

    Print this sheet, keep it where you keep what matters, and delete the file.
    Whoever has this code and the bag can read everything in it.
    To use it, type it where the passphrase is asked for.

made = The bag is ready: { $bag }
mounted = The drive is ready: { $folder }
still-writing = The drive is closed, but its last changes are still being written; wait before you unplug the disk.
slot-removed = Removed. It opens nothing that is written from now on.
keyring-label = Cartable: passphrase of { $bag }
remembered = The passphrase is in the desktop's keyring: the bag opens without asking, for whoever uses your session.
forgotten = The desktop's keyring does not know the passphrase any more.
passphrase-changed = The passphrase is changed. The old one opens nothing that is written from now on.
findings = { $count } findings
not-all-resealed = not everything could be sealed again
clean = Everything is in order.

yes = yes
no = no
none = none
name-bag = Bag
name-id = Identity
name-cipher = Cipher
name-open = Open
name-drive = Drive
name-bytes = Size in bytes
name-unverified-since = Unverified since (cartable check)
name-slot = Name
name-kind = Kind
name-made = Made
kind-passphrase = Passphrase
kind-recovery = Recovery code
kind-device = Device
kind-guest = Guest
name-until = Until
name-findings = Findings
name-nodes = Files and folders
name-packs = Packs
name-chunks = Chunks
name-freed-bytes = Bytes given back

err-other = It did not work: { $what }.
do-other = Correct what the message names, and try again.
err-wrong-secret = This passphrase does not open the bag.
do-wrong-secret = Type it again, or use the code of the recovery sheet.
err-not-a-bag = { $folder } is not a bag.
do-not-a-bag = Give the folder that holds bag.json, or make a bag with: cartable init
err-not-empty-for-bag = { $folder } is not empty.
do-not-empty-for-bag = Give a folder that is empty or does not exist yet.
err-newer-format = This bag was made by a newer version of cartable.
do-newer-format = Install the newest version, and try again.
err-busy = It is in use already ({ $process }).
do-busy = Use it where it is open, or close it there first: cartable unmount
err-place-missing = The folder { $folder } does not exist.
do-place-missing = Make it, and try again.
err-place-not-folder = { $folder } is not a folder.
do-place-not-folder = Give an empty folder where the drive shall appear.
err-place-not-empty = The folder { $folder } is not empty.
do-place-not-empty = Give an empty folder: the drive would hide what is in it.
err-place-not-yours = The folder { $folder } is not yours to use.
do-place-not-yours = Give a folder of your own, one that you may write to.
err-others-not-allowed = This system does not let you open a drive to other users.
do-others-not-allowed = Leave --allow-other out, or ask whoever runs this machine for user_allow_other in /etc/fuse.conf.
err-no-fuse = This system does not let programs make drives: /dev/fuse is missing or closed to you.
do-no-fuse = Install the package fuse3, or ask whoever runs this machine to let you use it.
err-no-room = The disk is full.
do-no-room = Make room on it, and try again.
err-read-only-disk = The disk can't be written ({ $path }).
do-read-only-disk = Make it writable, or copy the bag to a disk that is.
err-damaged = The bag is damaged or was altered: { $what }.
do-damaged = Put a copy of the whole bag aside first; then run: cartable check
err-older-copy = An older copy of the bag was put back: { $what }.
do-older-copy = If you did this yourself, add --danger-accept-older-copy; if not, look for the newer one.
err-not-mounted = There is no drive at { $folder }.
do-not-mounted = See where drives are with: cartable status
err-in-use = A program still uses the drive at { $folder }.
do-in-use = Close the programs and terminals that are in it, and try again.
err-no-terminal = There is no terminal to ask for the passphrase.
do-no-terminal = Give it with --passphrase-file FILE.
err-mismatch = The two passphrases differ.
do-mismatch = Try again, slowly.
err-bad-passphrase = A passphrase has 1 to 1024 bytes, and is no recovery code.
do-bad-passphrase = Choose another one.
err-no-sheet = The recovery sheet was neither saved nor declined.
do-no-sheet = Give --recovery-file FILE, or --no-recovery if you accept that a forgotten passphrase loses everything.
err-which-passphrase = There are several passphrases, and what you gave is none of them.
do-which-passphrase = Remove the forgotten one: cartable slots list, then cartable slots remove.
err-no-keyring = There is no desktop keyring here that can be opened.
do-no-keyring = Start this in your desktop session, with the package libsecret-tools installed.
err-slot = That can't be done with this key of the bag: { $what }.
do-slot = Look at the list with: cartable slots list
