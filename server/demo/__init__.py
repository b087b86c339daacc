"""The demo school: invented people and a year of what they write, to look around in.

`people` and `staff` say who there is, and `roster` brings them in through the
importer; `life` has them write, by the rules, what stands in `texts/`; `entry`
gives them accounts, last of all. `making` does these steps, `standing` tells how
far they are, and `removal` takes all of it away again. `door` lets people in by
a click, on this machine alone.
"""

from server.demo.faces import log_ins
from server.demo.making import NotEmpty, make
from server.demo.removal import remove
from server.demo.standing import stands

__all__ = ["NotEmpty", "log_ins", "make", "remove", "stands"]
