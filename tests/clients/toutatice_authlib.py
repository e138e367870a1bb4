"""Authlib against our made-up Toutatice: `toutatice_authlib.py URL LOGIN PASSWORD CLIENT`.

Authlib knows OpenID Connect and PKCE; requests plays the browser. What must be refused is tried as well.
"""

import os, re, sys
from urllib.parse import quote

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # loopback has no TLS

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata

url, login, password, client = sys.argv[1:]
redirect = "http://127.0.0.1:4713/"
doors = requests.get(url + "/.well-known/openid-configuration", timeout=30).json()
AuthorizationServerMetadata(doors).validate_token_endpoint_auth_methods_supported()
assert doors["issuer"] == url, doors


def session(**more):
    return OAuth2Session(
        client, redirect_uri=redirect, scope="openid toutatice offline_access", code_challenge_method="S256",
        token_endpoint_auth_method="none", **more,
    )


def browse(oauth, verifier, typed=password):
    address, _ = oauth.create_authorization_url(doors["authorization_endpoint"], code_verifier=verifier, nonce="n" * 20)
    page = requests.get(address, timeout=30)
    action = re.search('action="([^"]*)"', page.text).group(1).replace("&amp;", "&")
    return requests.post(url + action, {"login": login, "password": typed}, allow_redirects=False, timeout=30)


def refused(act):
    try:
        act()
    except AuthlibBaseError as error:
        assert error.error == "invalid_grant", error
    else:
        raise AssertionError("it should have been refused")


oauth, verifier = session(), generate_token(48)
assert browse(oauth, verifier, "wrong").status_code == 401
sent = browse(oauth, verifier)
assert sent.status_code == 302 and sent.headers["location"].startswith(redirect), sent.headers
back = sent.headers["location"]
token = dict(oauth.fetch_token(doors["token_endpoint"], authorization_response=back, code_verifier=verifier))
assert token["token_type"] == "Bearer" and token["id_token"].count(".") == 2, token
refused(lambda: session(state=oauth.state).fetch_token(doors["token_endpoint"], authorization_response=back, code_verifier=verifier))

person = oauth.get(doors["userinfo_endpoint"]).json()["ENTPersonUid"]
people = oauth.get(f"{url}/contacts/{quote(person, safe='')}").json()
assert people["contacts"][0]["title"] == "ens" and people["structures"][0]["groups"][0]["group_contacts"], people
assert oauth.get(f"{url}/contacts/other").status_code == 403
assert requests.get(doors["userinfo_endpoint"], timeout=30).status_code == 401

first = token["refresh_token"]
second = dict(oauth.refresh_token(doors["token_endpoint"], refresh_token=first))
assert second["refresh_token"] != first and oauth.get(doors["userinfo_endpoint"]).status_code == 200
# A stolen token: both lose the session.
refused(lambda: session().refresh_token(doors["token_endpoint"], refresh_token=first))
refused(lambda: session().refresh_token(doors["token_endpoint"], refresh_token=second["refresh_token"]))

other = session()
back = browse(other, verifier).headers["location"]
refused(lambda: other.fetch_token(doors["token_endpoint"], authorization_response=back, code_verifier=generate_token(48)))
print("good")
