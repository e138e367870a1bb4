"""Every call of webdav4, of its Client and of its fsspec file system, against the server the environment names."""

import io, os, ssl, sys

from webdav4.client import (
    Client,
    ForbiddenOperation,
    HTTPError,
    IsACollectionError,
    ResourceAlreadyExists,
    ResourceConflict,
    ResourceNotFound,
)
from webdav4.fsspec import WebdavFileSystem

base = os.environ["DAV_URL"] + os.environ["DAV_FOLDER"]
trust = ssl.create_default_context(cafile=os.environ["DAV_CA"]) if os.environ["DAV_CA"] else True
options = {"auth": (os.environ["DAV_LOGIN"], os.environ["DAV_PASSWORD"]), "verify": trust, "timeout": 60}
work = os.environ["DAV_WORK"]
data, other = os.urandom(1_500_000), os.urandom(3_000)


def raises(error, act, *arguments, **named):
    try:
        act(*arguments, **named)
    except error:
        return
    raise AssertionError(f"{act.__name__}{arguments} did not raise {error.__name__}")


client = Client(base, **options)
assert {"1", "2"} <= client.options("") and client.detected_features.supports_ranges is not None
assert client.http.base_url is not None and str(client.join_url("a b")).endswith("a%20b")
client.mkdir("cours")
raises(ResourceAlreadyExists, client.mkdir, "cours")
raises(ResourceConflict, client.mkdir, "missing/cours")
client.upload_fileobj(io.BytesIO(data), "cours/\u00e9t\u00e9 & co.bin")
raises(ResourceAlreadyExists, client.upload_fileobj, io.BytesIO(other), "cours/\u00e9t\u00e9 & co.bin")
client.upload_fileobj(io.BytesIO(other), "cours/note.txt", overwrite=True)
with open(work + "/up", "wb") as file:
    file.write(other)
client.upload_file(work + "/up", "cours/\u00e9t\u00e9 & co.bin", overwrite=True)
client.upload_fileobj(io.BytesIO(data), "cours/\u00e9t\u00e9 & co.bin", overwrite=True)

got = io.BytesIO()
client.download_fileobj("cours/\u00e9t\u00e9 & co.bin", got)
assert got.getvalue() == data
client.download_file("cours/note.txt", work + "/down")
assert open(work + "/down", "rb").read() == other
with client.open("cours/\u00e9t\u00e9 & co.bin", "rb") as file:
    file.seek(1_000_000)
    assert file.read(1000) == data[1_000_000:1_001_000]
    file.seek(0)
    assert file.read() == data
raises(IsACollectionError, lambda: client.open("cours").__enter__())

names = lambda path: {entry["name"].rsplit("/", 1)[-1] for entry in client.ls(path)}
assert names("cours") == {"\u00e9t\u00e9 & co.bin", "note.txt"}
assert set(client.ls("cours", detail=False)) == {"cours/\u00e9t\u00e9 & co.bin", "cours/note.txt"}
note = "cours/note.txt"
info = client.info(note)
assert info["content_length"] == 3_000 and info["type"] == "file" and info["etag"], info
assert client.exists(note) and not client.exists("cours/none") and client.isfile(note) and not client.isdir(note)
assert client.isdir("cours") and not client.isfile("cours") and client.isdir("")
assert client.content_length(note) == 3_000 and client.modified(note) and client.content_type(note).startswith("text/plain")
assert not client.content_language(note) and client.etag(note) == info["etag"]
client.created(note)
assert client.get_props(note).content_length == 3_000
assert client.get_property(note, "content_length") == 3_000
assert client.propfind(note).responses and client.request("HEAD", note).headers["ETag"].strip('"') == info["etag"].strip('"')
client.set_property()  # does nothing yet
raises(ResourceNotFound, client.info, "cours/none")
raises(ResourceNotFound, client.remove, "cours/none")

client.copy("cours", "copy")
assert names("copy") == names("cours")
client.copy("cours", "flat", depth=0)
assert names("flat") == set()
raises(ResourceAlreadyExists, client.copy, note, "copy/note.txt")
client.copy("cours/\u00e9t\u00e9 & co.bin", "copy/note.txt", overwrite=True)
raises((ForbiddenOperation, ResourceConflict), client.copy, note, note, overwrite=True)
client.move("copy/note.txt", "copy/d\u00e9plac\u00e9")
raises(ResourceAlreadyExists, client.move, note, "copy/d\u00e9plac\u00e9")
assert names("copy") == {"\u00e9t\u00e9 & co.bin", "d\u00e9plac\u00e9"}
client.move("copy", "moved")
with client.open("moved/d\u00e9plac\u00e9", "rb") as file:
    assert file.read() == data
assert client.etag(note) == info["etag"]
for name in ("cours", "moved", "flat"):
    client.remove(name)
assert client.ls("") == []

fs = WebdavFileSystem(base, **options)
fs.mkdir("a/b")
fs.makedirs("a/b/c")
raises(FileExistsError, fs.makedirs, "a/b/c")
fs.makedirs("a/b/c", exist_ok=True)
fs.pipe_file("a/pipe", other)
fs.pipe("a/pipe2", data)
with fs.open("a/write", "wb") as file:
    file.write(other)
    file.write(data)
with fs.open("a/text", "w", encoding="utf-8") as file:
    file.write("d\u00e9j\u00e0\n")
raises(FileExistsError, lambda: fs.open("a/text", "xb").__enter__())
fs.put_file(work + "/up", "a/put")
fs.upload_fileobj(io.BytesIO(data), "a/b/up", overwrite=True)
assert fs.cat("a/write") == other + data and fs.cat_file("a/pipe") == other and fs.cat("a/pipe2") == data
assert fs.cat_file("a/pipe2", start=1000, end=2000) == data[1000:2000] and fs.tail("a/pipe2", 100) == data[-100:]
with fs.open("a/text", "r", encoding="utf-8") as file:
    assert file.read() == "d\u00e9j\u00e0\n"
with fs.open("a/pipe2", "rb", block_size=4096, cache_type="readahead") as file:
    file.seek(777_777)
    assert file.read(10_000) == data[777_777:787_777]
fs.get_file("a/pipe", work + "/got")
assert open(work + "/got", "rb").read() == other
assert sorted(fs.find("")) == ["a/b/up", "a/pipe", "a/pipe2", "a/put", "a/text", "a/write"]
assert len(list(fs.walk(""))) == 4 and fs.glob("a/pi*") == ["a/pipe", "a/pipe2"] and fs.du("a") > 3_000_000
assert fs.size("a/put") == 3_000 and fs.info("a/put")["size"] == 3_000 and fs.checksum("a/put") and fs.modified("a/put")
fs.created("a/put")
raises(NotImplementedError, fs.sign, "a/put")
fs.cp_file("a/put", "a/put2")
fs.copy("a", "z", recursive=True)
fs.mv("z/pipe", "z/moved")
assert fs.cat("z/moved") == other and fs.cat("z/b/up") == data and not fs.exists("z/pipe")
raises(Exception, fs.rmdir, "z")
fs.rm_file("z/moved")
fs.rm("z", recursive=True)
fs.rm("a", recursive=True)
assert fs.ls("") == []

wrong = Client(base, auth=(os.environ["DAV_LOGIN"], "wrong"), verify=trust)
if os.environ["DAV_PASSWORD"]:
    try:
        wrong.ls("")
        sys.exit("a wrong password was let in")
    except HTTPError as error:
        assert error.status_code == 401
print("webdav4: all calls of the client and of its fsspec file system")
