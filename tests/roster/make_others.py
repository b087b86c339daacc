"""Writes the same made schools as OneRoster 1.2, and as EDEXML with a CSV of guardians."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from server.roster.edexml.guardians import COLUMNS
from tests.roster.make import Adult, Child, MadeSchool, tables, write_oneroster

ROLES_HEADER = (
    "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,"
    "orgSourcedId,userProfileSourcedId"
)
FURTHER_1_2 = "userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName"


def write_oneroster_1_2(folder: Path, made: MadeSchool, *roles: Sequence[str]) -> Path:
    """What somebody is stands in `roles.csv`; further rows of that file may be given."""
    write_oneroster(folder, made)
    (header, *users) = tables(made, {})["users.csv"]
    place = list(header).index("role")
    told = [
        role_row(user[0], user[place]) for user in users if user[place]
    ]  # fmt: skip
    _write_csv(folder / "roles.csv", [ROLES_HEADER.split(","), *told, *roles])
    kept = [[*header[:place], *header[place + 1 :], *FURTHER_1_2.split(",")]]
    kept += [[*user[:place], *user[place + 1 :], "", "", "", ""] for user in users]
    _write_csv(folder / "users.csv", kept)
    manifest = (folder / "manifest.csv").read_text()
    told_version = manifest.replace("oneroster.version,1.1", "oneroster.version,1.2")
    (folder / "manifest.csv").write_text(told_version + "file.roles,bulk\r\n", newline="")
    return folder


def role_row(user: str, role: str, *, begins: str = "", ends: str = "") -> Sequence[str]:
    id = f"{user}-as-{role}"
    return (id, "", "", user, "primary", role, begins, ends, "school-1", "")


def write_edexml(
    folder: Path,
    made: MadeSchool,
    *,
    encoding: str = "utf-8",
    namespace: str = "",
    more: str = "",
    delimiter: str = ",",
) -> Path:
    """`export.xml` and `guardians.csv` in a folder; `more` goes before the end of the XML."""
    folder.mkdir(parents=True, exist_ok=True)
    text = edexml(made, encoding=encoding, namespace=namespace, more=more)
    (folder / "export.xml").write_bytes(text.encode(encoding))
    rows = [COLUMNS, *guardian_rows(made)]
    _write_csv(folder / "guardians.csv", rows, delimiter=delimiter, encoding=encoding)
    return folder


def edexml(
    made: MadeSchool, *, encoding: str = "utf-8", namespace: str = "", more: str = ""
) -> str:
    declared = {"utf-8-sig": "utf-8", "cp1252": "windows-1252"}.get(encoding, encoding)
    root = f"EDEX xmlns={quoteattr(namespace)}" if namespace else "EDEX"
    return "\n".join(
        [
            f'<?xml version="1.0" encoding="{declared}"?>',
            f"<{root}>",
            f"<school><schooljaar>{made.year}</schooljaar><brincode>01AB</brincode></school>",
            "<groepen>",
            *(_element("groep", f"class-{name}", naam=name) for name in made.classes),
            "</groepen>",
            "<leerlingen>",
            *(_pupil(child) for child in made.children),
            "</leerlingen>",
            "<leerkrachten>",
            *(_teacher(teacher, made) for teacher in made.teachers),
            "</leerkrachten>",
            more,
            "</EDEX>",
        ]
    )


def guardian_rows(made: MadeSchool) -> Iterable[Sequence[str]]:
    known = {adult.sis_id: adult for adult in made.guardians}
    for child in made.children:
        for adult in (known[id] for id in child.guardians):
            yield (
                child.sis_id, adult.sis_id, adult.given_name, adult.family_name, adult.email,
                adult.relation or adult.role, adult.may_contact, child.apart,
            )  # fmt: skip


def _pupil(child: Child) -> str:
    group = f"<groep key={quoteattr(f'class-{child.school_class}')}/>"
    return _element(
        "leerling", child.sis_id, group,
        achternaam=child.family_name, roepnaam=child.given_name, geboortedatum="2018-02-29",
    )  # fmt: skip


def _teacher(teacher: Adult, made: MadeSchool) -> str:
    taught = [name for name, team in made.classes.items() if teacher.sis_id in team]
    keys = "".join(f"<groep key={quoteattr(f'class-{name}')}/>" for name in taught)
    return _element(
        "leerkracht", teacher.sis_id, f"<groepen>{keys}</groepen>",
        achternaam=teacher.family_name, roepnaam=teacher.given_name, emailadres=teacher.email,
    )  # fmt: skip


def _element(name: str, key: str, inside: str = "", **texts: str) -> str:
    children = "".join(f"<{tag}>{escape(text)}</{tag}>" for tag, text in texts.items())
    return f"<{name} key={quoteattr(key)}>{children}{inside}</{name}>"


def _write_csv(
    path: Path, rows: Iterable[Sequence[str]], *, delimiter: str = ",", encoding: str = "utf-8"
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
