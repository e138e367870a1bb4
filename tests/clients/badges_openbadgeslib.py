"""openbadgeslib against our reading of badges, both ways.

    badges_openbadgeslib.py make FOLDER     issues badges into FOLDER, each named for what it is
    badges_openbadgeslib.py verify FOLDER   verifies badges that our test made there; one line for each, `NAME good` or `NAME bad`

Keys are made for the run and thrown away. Nothing is fetched. Ed25519 in RFC 8032 is deterministic, so is RS256; only times and
keys change from run to run.
"""

import base64, datetime, json, pathlib, struct, sys, zlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from openbadgeslib._jws import sign as jws_sign, utils as jws_utils
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob2.models import Assertion as Assertion2, IdentityObject, Verification
from openbadgeslib.ob2.signer import OB2Signer
from openbadgeslib.ob3.credential import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.did import did_key_from_pem
from openbadgeslib.ob3.ldp import OB3LdpSigner, OB3LdpVerifier
from openbadgeslib.ob3.signer import OB3Signer
from openbadgeslib.ob3.verifier import OB3Verifier

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="#369"/></svg>'
WHEN = datetime.datetime(2025, 6, 20, 10, 0, tzinfo=datetime.timezone.utc)


def png():
    """A picture of one point."""

    def chunk(kind, data):
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack("!IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def credential(issuer, **more):
    achievement = Achievement(
        id="https://lycee.example/badges/chess",
        name="Tournoi d'échecs",
        description="A gagné le tournoi du lycée.",
        criteria_narrative="Gagner cinq parties.",
        image_url="https://lycee.example/badges/chess.png",
        tags=["échecs", "club"],
    )
    return OpenBadgeCredential(
        issuer=Issuer(id=issuer, name="Lycée Exemple", url="https://lycee.example"),
        recipient_id="did:example:pupil",
        achievement=achievement,
        id="urn:uuid:11111111-2222-4333-8444-555555555555",
        issuance_date=WHEN,
        **more,
    )


def changed(token):
    """A signed text whose payload says something else than what was signed."""
    header, payload, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    said["credentialSubject"]["achievement"]["name"] = "Autre chose"
    payload = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    return ".".join([header, payload, signature])


def make(folder):
    edwards, curve = ed25519.Ed25519PrivateKey.generate(), ec.generate_private_key(ec.SECP256R1())
    numbers = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    did, curve_did = (did_key_from_pem(public_pem(key)) for key in (edwards, curve))
    signer = OB3Signer(pem(edwards), algorithm="EdDSA")
    (folder / "did.jws").write_text(signer.sign(credential(did)))
    (folder / "did.png").write_bytes(signer.sign_into_png(credential(did), png()))
    (folder / "did.svg").write_bytes(signer.sign_into_svg(credential(did), SVG))
    (folder / "curve.jws").write_text(OB3Signer(pem(curve), algorithm="ES256").sign(credential(curve_did)))
    (folder / "unbound.jws").write_text(OB3Signer(pem(numbers)).sign(credential("https://lycee.example/issuer")))
    jwk = json.dumps(OB3Signer(pem(numbers))._public_jwk()).encode()
    numbers_did = "did:jwk:" + base64.urlsafe_b64encode(jwk).rstrip(b"=").decode()
    (folder / "numbers.jws").write_text(OB3Signer(pem(numbers)).sign(credential(numbers_did)))
    (folder / "changed-unbound.jws").write_text(
        changed(OB3Signer(pem(numbers)).sign(credential("https://lycee.example/issuer")))
    )
    (folder / "changed.jws").write_text(changed(signer.sign(credential(did))))
    (folder / "other-key.jws").write_text(OB3Signer(pem(curve), algorithm="ES256").sign(credential(did)))
    (folder / "ended.jws").write_text(signer.sign(credential(did, expiration_date=WHEN + datetime.timedelta(days=30))))
    status = [{"id": "https://lycee.example/status#7", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
               "statusListIndex": "7", "statusListCredential": "https://lycee.example/status"}]
    (folder / "revocable.jws").write_text(signer.sign(credential(did, credential_status=status)))
    proof = OB3LdpSigner(pem(edwards))
    document = proof.sign_to_json(credential(did), created=WHEN)
    (folder / "proof.json").write_text(document)
    (folder / "proof.png").write_bytes(proof.sign_into_png(credential(did), png()))
    (folder / "proof.svg").write_bytes(proof.sign_into_svg(credential(did), SVG))
    (folder / "changed-proof.json").write_text(document.replace("Gagner cinq", "Gagner trois"))
    assertion = Assertion2(
        recipient=IdentityObject.create("pupil@lycee.example", "abc"),
        badge="https://lycee.example/badges/chess",
        verification=Verification(type="SignedBadge", creator="https://lycee.example/key"),
        id="urn:uuid:66666666-7777-4888-9999-000000000000",
        issued_on=WHEN,
    )
    old = OB2Signer(pem(numbers))
    (folder / "old.jws").write_text(old.sign(assertion))
    # An assertion that brings its class, its issuer and the issuer's key along.
    profile = {
        "type": "Profile", "id": "https://lycee.example/issuer", "name": "Lycée Exemple",
        "publicKey": {"type": "CryptographicKey", "owner": "https://lycee.example/issuer", "publicKeyPem": public_pem(numbers).decode()},
    }
    whole = assertion.to_dict() | {
        "badge": {"type": "BadgeClass", "id": "https://lycee.example/badges/chess", "name": "Tournoi d'échecs",
                  "criteria": {"narrative": "Gagner cinq parties."}, "issuer": profile}
    }
    for name, said in [("old-whole.jws", whole), ("changed-old.jws", whole | {"issuedOn": "2020-01-01T00:00:00Z"})]:
        parts = [jws_utils.encode({"alg": "RS256"}), jws_utils.encode(said)]
        signature = jws_utils.to_base64(jws_sign({"alg": "RS256"}, whole, pem(numbers)))
        (folder / name).write_bytes(b".".join([*parts, signature]))
    (folder / "old.png").write_bytes(old.sign_into_png(assertion, png()))
    (folder / "old.svg").write_bytes(old.sign_into_svg(assertion, SVG))


def verify(folder):
    for path in sorted(folder.iterdir()):
        try:
            if path.suffix == ".png":
                text = OB3Verifier.extract_token_from_png(path.read_bytes())
            elif path.suffix == ".svg":
                text = OB3Verifier.extract_token_from_svg(path.read_bytes())
            else:
                text = path.read_text()
            if text.lstrip().startswith("{"):
                OB3LdpVerifier.for_issuer_did(json.loads(text)["issuer"]["id"]).verify(text)
            else:
                claims = OB3Verifier._decode_unverified(text)
                OB3Verifier.for_issuer_did(claims["issuer"]["id"] if isinstance(claims["issuer"], dict) else claims["issuer"]).verify(text)
            print(path.name, "good")
        except LibOpenBadgesException:
            print(path.name, "bad")


if __name__ == "__main__":
    act, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    {"make": make, "verify": verify}[act](folder)
