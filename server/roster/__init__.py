"""The student administration's files: each form of them becomes one `Picture`.

`read` finds out which form it is. `files` and `tables` get rows out of whatever
was given, `fields` gets values out of rows, `oneroster` and `edexml` make the
picture; `describe` tells how it differs, `current` compares it with what the
store has and commits the differences at once. A faulty file changes nothing.
"""
