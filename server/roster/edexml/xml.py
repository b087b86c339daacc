"""The XML of an EDEXML file, read as it comes: of each pupil, group and teacher what is needed.

Nothing else is kept, so that dates of birth and citizen service numbers go no
further than this file. A DOCTYPE is refused, and with it everything that makes
XML dangerous: entities, and addresses to fetch.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from server.roster.bsn import is_named_bsn, refuse_as_ids
from server.roster.fields import sis_id
from server.roster.picture import Faults
from server.roster.tables import LONGEST_FIELD, MOST_ROWS, Row, encoding_of

DEEPEST = 32
"""Elements inside each other; EDEXML needs six."""

_ROOTS = {"edex", "edexml"}
_BLOCKS = {
    ("groepen", "groep"): "groups",
    ("groepen", "samengestelde_groep"): "combinations",
    ("leerlingen", "leerling"): "pupils",
    ("leerkrachten", "leerkracht"): "teachers",
}
_TEXTS = {
    "schooljaar", "peildatum", "aanmaakdatum", "naam",
    "achternaam", "voorvoegsel", "voornamen", "voorletters-1", "roepnaam", "emailadres",
}  # fmt: skip
_REFERENCES = {"groep", "samengestelde_groep"}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ENCODINGS = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii",
    # by name ISO-8859-1 and by habit Windows-1252, which has the same letters and some more
    "iso-8859-1": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252", "cp1252": "cp1252",
    "iso-8859-15": "iso8859-15",
    # who writes UTF-16 says so in the first bytes; where those are plain, only the label is wrong
    "utf-16": "utf-8", "unicode": "utf-8",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A pupil, a group or a teacher: its texts, and the keys of the groups that it names."""

    row: Row
    groups: dict[str, list[str]]
    """By what they are: `groep` or `samengestelde_groep`."""


@dataclass(slots=True)
class Document:
    """What there is, by key."""

    file: str
    school: Row | None = None
    groups: dict[str, Item] = field(default_factory=dict)
    combinations: dict[str, Item] = field(default_factory=dict)
    pupils: dict[str, Item] = field(default_factory=dict)
    teachers: dict[str, Item] = field(default_factory=dict)


def read_xml(file: str, content: bytes, faults: Faults) -> Document:
    """As far as it is XML; raises `FaultyRoster` for what is of another kind, or meant to harm."""
    text = _decoded(file, content, faults)
    document = Document(file)
    parser = DefusedExpatParser(forbid_dtd=True)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(_Reader(document, parser, faults))
    try:
        parser.feed(text)
        parser.close()
    except DefusedXmlException:
        faults.add(file, parser.getLineNumber(), "doctype")
        faults.stop()
    except SAXParseException as error:
        why = error.getMessage()
        cut = why.startswith(("no element found", "unclosed"))
        sentence = "cut_off" if cut else "not_xml"
        faults.add(file, error.getLineNumber() or 0, sentence, why=why)
        faults.partial = True
    refuse_as_ids(file, "key", document.pupils, faults)
    return document


def _decoded(file: str, content: bytes, faults: Faults) -> str:
    """As it says of itself: XML that is in another encoding than it says is no XML."""
    declared = _DECLARED.match(content.lstrip())
    named = declared[1].decode().lower() if declared else "utf-8"
    encoding = encoding_of(content) or _ENCODINGS.get(named)
    if not content.strip():
        faults.add(file, 0, "empty")
    elif encoding is None:
        faults.add(file, 1, "encoding_unknown", encoding=named)
    else:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            faults.add(file, line, "encoding_wrong", encoding=named)
    faults.stop()
    raise AssertionError("unreachable")


class _Reader(ContentHandler):
    """Fills a document; what it does not know, it passes over."""

    def __init__(self, document: Document, parser: DefusedExpatParser, faults: Faults) -> None:
        super().__init__()
        self._document, self._parser, self._faults = document, parser, faults
        self._names: list[str] = []
        self._namespace: str | None = None
        self._item: Item | None = None
        self._kind = ""
        self._depth = 0
        """Of the item that is being read."""
        self._text: list[str] | None = None
        self._length = 0
        self._items = 0

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802
        namespace, local = name
        if not self._names:
            self._begin(namespace, local)
        elif namespace != self._namespace and "toevoegingen" not in self._names:
            self._fault("namespace_foreign", name=local)
        self._names.append(local)
        if len(self._names) > DEEPEST:
            self._fault("nested_deep", most=DEEPEST)
            self._faults.stop()
        key = attrs.get((None, "key"), "")
        if self._item is None:
            self._open(local, key)
        elif local in _REFERENCES:
            self._refer(local, key)
        elif local in _TEXTS and len(self._names) == self._depth + 1:
            self._text, self._length = [], 0
        if is_named_bsn(local):
            self._faults.remark("bsn_element", file=self._document.file, element=local)

    def characters(self, content: str) -> None:
        if self._text is None:
            return
        self._length += len(content)
        if self._length > LONGEST_FIELD:
            self._fault("field_long", most=LONGEST_FIELD)
            self._faults.stop()
        self._text.append(content)

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802
        local = self._names.pop()
        if self._item and self._text is not None and len(self._names) == self._depth:
            if local in self._item.row.fields:
                self._fault("element_twice", element=local)
            self._item.row.fields[local] = "".join(self._text)
            self._text = None
        if self._item and len(self._names) < self._depth:
            self._keep(self._item)
            self._item = None

    def _begin(self, namespace: str | None, root: str) -> None:
        self._namespace = namespace
        if root.lower() not in _ROOTS:
            self._fault("not_edexml", root=root)
            self._faults.stop()

    def _open(self, local: str, key: str) -> None:
        place = tuple(self._names[1:])
        if place == ("school",):
            self._kind = "school"
        elif place in _BLOCKS:
            self._kind = _BLOCKS[place]
        else:
            return
        row = Row(self._document.file, self._parser.getLineNumber(), {"key": key})
        self._item, self._depth = Item(row, {}), len(self._names)

    def _refer(self, local: str, key: str) -> None:
        assert self._item
        keys = self._item.groups.setdefault(local, [])
        if not key.strip():
            # some exports leave an empty element where there is no group
            return
        if key.strip() not in keys:
            keys.append(key.strip())

    def _keep(self, item: Item) -> None:
        self._items += 1
        if self._items > MOST_ROWS:
            self._fault("rows_many", most=MOST_ROWS)
            self._faults.stop()
        if self._kind == "school":
            self._document.school = item.row
            return
        key = sis_id(item.row, "key", self._faults)
        known: dict[str, Item] = getattr(self._document, self._kind)
        if key is None:
            self._faults.partial = True
            return
        if key.startswith("#"):
            # by EDEXML such a key is of this one file, and may be somebody else's in the next
            self._faults.add(item.row.file, item.row.line, "key_passing", key=key)
        elif key in known:
            first = known[key].row.line
            self._faults.add(
                item.row.file, item.row.line, "id_again", column="key", id=key, line=first
            )
        else:
            known[key] = item

    def _fault(self, reason: str, **values: object) -> None:
        self._faults.add(self._document.file, self._parser.getLineNumber(), reason, **values)
