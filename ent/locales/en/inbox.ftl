# The note beside a file of the inbox that was left: what it is or why, and what to do.
login-code = This picture shows the code with which PRONOTE lets a new device in; it is valid for ten minutes. Run: cartable ent add BAG NAME --platform pronote --code-file "{ $file }", then delete the picture.
unknown = This is no file that the bag knows how to sort: neither a report card, a certificate, a badge, a calendar, a book list nor a quiz. Move it to a folder of your own, or delete it.
too-large = This file is larger than { $mebibytes } MiB, and its format is not read piece by piece. Move it to a folder of your own.
broken = This file can’t be read: { $why }. Export or download it once more and put the new one in its place.
nothing = This file is of a kind that the bag knows, but there is nothing in it. Export it once more, or delete it.
nothing-understood = Nothing in this file could be understood, first of all this: { $why }. Export it once more, or move it to a folder of your own.
which-pupil = This file is about { $count } pupils, and the bag keeps what is about one person only. Run: cartable ent take BAG "{ $file }" --pupil NAME, with one of these names: { $names }
no-such-pupil = This file is not about this pupil, or about nobody. Look into it, or ask the school for another one.
several-people = This PDF holds the certificates of several people, and can’t be reduced to one. Put a PDF with a single certificate in its place.
only-address = This picture only names an address where a badge may be, and the bag does not go there by itself. Download the badge as a file from the site that gave it.
in-part = This file was taken in, but not all of it was understood ({ $count } places), first of all this: { $why }. Keep it in a folder of your own, or delete it.
no-file = This is no file: a folder, a shortcut, or something of the system. Name the files in it.
