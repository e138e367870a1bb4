"""jsonrpclib against our made-up library: `pmb_jsonrpclib.py URL LOGIN PASSWORD`, where URL is that of the source.

jsonrpclib speaks JSON-RPC 1.0 as PMB does.
"""

import io, sys
import xml.etree.ElementTree as tree

import jsonrpclib, jsonrpclib.config, requests

url, login, password = sys.argv[1:]
config = jsonrpclib.config.Config(version=1.0, content_type="application/json")
library = jsonrpclib.ServerProxy(url, config=config)

listed = requests.get(url, timeout=30).json()
names = [method["name"] for method in listed["methods"]]
assert listed["serviceType"] == "JSON-RPC" and "pmbesOPACEmpr_login" in names, listed

assert library.pmbesOPACEmpr_login(login, "wrong") == 0
session = library.pmbesOPACEmpr_login(login, password)
assert library.pmbesOPACEmpr_get_account_info(session)["personal_information"]["firstname"]
loans = library.pmbesOPACEmpr_list_loans(session, 1)
late = library.pmbesOPACEmpr_list_loans(session, 0)
assert len(loans) == 2 and len(late) == 1 and late[0] in loans, loans
assert "<br />" in library.pmbesOPACEmpr_list_loans(session, 2)[0]["loan_startdate"]
assert library.pmbesOPACEmpr_list_resas(session)[0]["notice_id"] == "14"
assert library.pmbesOPACEmpr_getReadingLists(session)[0]["reading_list_notice_create_date"]

numbers = [loan["notice_id"] for loan in loans]
records = library.pmbesOPACEmpr_fetchNoticeListFull(session, numbers, "pmb_xml_unimarc", "utf-8", False)
titles = [tree.parse(io.StringIO(record["noticeContent"])).find("f[@c='200']/s[@c='a']").text for record in records]
assert len(titles) == 2 and all(titles), titles
documents = [document for record in records for document in record["noticeExplNums"] if not document["url"]]
answer = requests.get(documents[0]["downloadUrl"], timeout=30)
assert answer.headers["content-type"] == "application/pdf" and answer.content.startswith(b"%PDF"), answer.headers

library.pmbesOPACEmpr_logout(session)
for call in (lambda: library.pmbesOPACEmpr_list_loans(session, 1), lambda: library.pmbesOPACEmpr_unknown(1)):
    try:
        call()
    except jsonrpclib.ProtocolError:
        continue
    raise AssertionError("it should have been refused")
print("good")
