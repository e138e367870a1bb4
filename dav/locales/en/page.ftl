# The pages that a browser sees, in English.

product = Cartable
skip = Skip to content
title-error = Error: { $title }
path = Path
back = Back to the bag
cancel = Cancel

login-title = Open the bag
login = Open
login-failed = This passphrase does not open the bag. Check capitals and accents, then try again.
login-waiting = { $seconds ->
    [one] There were too many tries. Wait { $seconds } second, then try again.
   *[other] There were too many tries. Wait { $seconds } seconds, then try again.
}
passphrase = Passphrase
passphrase-hint = The one that you chose. Device passwords are for apps, not for this page.
shared = Other people use this computer
shared-hint = Leave it ticked at school, in a library or at somebody’s home, and don’t let the browser remember the passphrase there.
host = While your bag is open here, whoever runs this server could see what passes through it.
logout = Log out

download-folder = Download this folder (zip)
free = { $size } left.
read-only = You may read this folder, not change it.
empty = This folder is empty.
contents = Contents of the folder “{ $name }”:
count = { $count ->
    [one] { $count } item
   *[other] { $count } items
}
name = Name
size = Size
modified = Modified
acts = Actions
folder = folder
download = Download
rename = Rename
delete = Delete

upload-title = Add files
files = Files
replace = Replace files that have the same name
upload = Add
drop = Or drag them onto this page.
sending = Sending
no-folders = A folder can’t be added here: add its files.
broken = Sending broke off. Check the connection, then try again.
create-title = New folder
create = Create
new-name = New name
rename-question = Rename “{ $name }”
delete-question = Delete “{ $name }”?
delete-folder = Everything in this folder will be deleted too.

notice-uploaded = The files are in.
notice-made = The folder is there.
notice-renamed = It has its new name.
notice-deleted = It is deleted.
notice-exists = This name is taken. Choose another, or tick “Replace” to add the files anyway.
notice-bad-name = This name won’t do. Choose another, without a slash “/”.
notice-gone = It is no longer there. Somebody may have moved or deleted it.
notice-locked = An app is using it at the moment. Close it where it is open, then try again.
notice-no-room = There is not enough room left. Delete some files, then try again.
notice-read-only = You may read this folder, not change it.
notice-stale = The page was too old. Please try again.
notice-failed = It did not work. Try again; if it goes on, tell whoever looks after the server.

problem-request = The server did not understand this request
problem-request-do = Check the address, or start from the bag.
problem-forbidden = This is not allowed here
problem-forbidden-do = If the page had been open for long, reload it and try again.
problem-missing = There is nothing at this address
problem-missing-do = Check the address, or look from the bag: the file may have been moved.
problem-slow = Sending took too long
problem-slow-do = Check the connection, then try again.
problem-changed = This file has changed in the meantime
problem-changed-do = Go back to the folder to see what it has become, then try again.
problem-large = This is too large
problem-large-do = Send smaller files, or fewer at a time.
problem-locked = An app is using it at the moment
problem-locked-do = Close it where it is open, then try again.
problem-waiting = There were too many tries
problem-waiting-do = Wait a few minutes, then try again.
problem-busy = The bag is not available at the moment
problem-busy-do = Wait a little, then reload the page.
problem-no-room = There is not enough room left
problem-no-room-do = Delete some files, then try again.
problem-server = The server had a problem
problem-server-do = Try again in a moment; if it goes on, tell whoever looks after the server.
status = Code { $status }

decimal = { $whole }.{ $tenth }
size-bytes = { $count ->
    [one] { $count } byte
   *[other] { $count } bytes
}
size-kilobytes = { $number } KB
size-megabytes = { $number } MB
size-gigabytes = { $number } GB
size-terabytes = { $number } TB
size-petabytes = { $number } PB
moment = { $year }-{ $month }-{ $day } { $hour }:{ $minute }
