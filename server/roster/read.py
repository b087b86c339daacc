"""From the files that were given to one picture, in whichever form they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Literal

from server.roster.edexml import EDEXML, read_edexml
from server.roster.files import Given, list_files
from server.roster.oneroster import ONEROSTER, read_oneroster
from server.roster.picture import Faults
from server.school.picture import Picture

Format = Literal["edexml", "oneroster"]


def read_roster(
    *paths: Path, form: Format | None = None, locale: str = "nl", today: date | None = None
) -> Picture:
    """The picture in a folder, a zip file, or files one by one; raises `FaultyRoster`.

    With `today`, places that have ended or not yet begun do not count. Faults
    and remarks are in the language of `locale`.
    """
    faults = Faults(locale)
    given = list_files(paths, faults)
    faults.stop()
    if (form or _form_of(given, faults)) == "edexml":
        picture = read_edexml(given, faults)
    else:
        picture = read_oneroster(given, today, faults)
    _remark_on_guardians(picture, faults)
    return replace(picture, remarks=faults.remarks)


def _form_of(given: Sequence[Given], faults: Faults) -> Format:
    """Known by the names of the files; raises `FaultyRoster` where they say nothing."""
    if any(file.name.lower() in ONEROSTER for file in given):
        return "oneroster"
    if any(file.kind in EDEXML for file in given):
        return "edexml"
    faults.add(given[0].name if given else "", 0, "form_unknown")
    faults.stop()
    raise AssertionError("unreachable")


def _remark_on_guardians(picture: Picture, faults: Faults) -> None:
    cared_for = {tie.pupil for tie in picture.guardianships}
    alone = sum(pupil.sis_id not in cared_for for pupil in picture.pupils)
    if alone:
        faults.remark("pupils_without_guardians", count=alone)
    shared = Counter(guardian.email for guardian in picture.guardians)
    without = shared.pop(None, 0)
    if without:
        faults.remark("guardians_without_address", count=without)
    for email, times in shared.items():
        if times > 1:
            faults.remark("address_shared", email=email, count=times)
