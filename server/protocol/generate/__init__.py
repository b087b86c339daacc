"""Documents for clients, made from the types that validate: `python -m server.protocol.generate`.

`tests/test_docs.py` fails when a file is not what this makes.
"""
