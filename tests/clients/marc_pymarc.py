"""Writes library records in UNIMARC with pymarc: `marc_pymarc.py FOLDER`. `ent/tests/marc.rs` reads what it wrote."""

import pathlib, sys

from pymarc import Field, Indicators, Leader, Record, Subfield
from pymarc.marcxml import record_to_xml


def field(tag, indicators, *subfields):
    return Field(tag=tag, indicators=Indicators(*indicators), subfields=[Subfield(*pair) for pair in subfields])


def record(number):
    made = Record()
    made.leader = Leader("00000nam a2200000   450 ")
    made.add_field(Field(tag="001", data=number))
    made.add_field(field("010", "  ", ("a", "2-07-000000-X"), ("b", "br.")))
    made.add_field(field("100", "  ", ("a", "20240901d2024    m  y0frey50        ba")))
    made.add_field(field("200", "1 ", ("a", f"Le château n° {number}"), ("e", "récit d'été"), ("f", "Zoé Fictive")))
    made.add_field(field("210", "  ", ("a", "Ville-Fictive"), ("c", "Éditions Inventées"), ("d", "2024")))
    made.add_field(field("700", " 1", ("a", "Fictive"), ("b", "Zoé"), ("4", "070")))
    made.add_field(field("702", " 1", ("a", "Façade"), ("b", "Noël"), ("4", "440")))
    return made


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
(folder / "records.mrc").write_bytes(b"".join(record(number).as_marc() for number in "12"))
xml = b"".join(record_to_xml(record(number)) for number in "12")
(folder / "records.xml").write_bytes(b'<collection xmlns="http://www.loc.gov/MARC21/slim">' + xml + b"</collection>")
