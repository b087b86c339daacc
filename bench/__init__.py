"""How fast Hekje is, beside a bare python-socketio relay in the same run.

`python -m bench.run` measures and writes `docs/performance.md`; `loadgen.c`
makes the load, `relay` is the yardstick, `hekje` seeds a school and starts the
real server on it.
"""
