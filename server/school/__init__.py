"""The rules of the school: pure functions without a clock, a database or a network of their own.

They take records and the asker's place among them, and return records, writes
and events, or raise one of the refusals of `server.decision`.
"""
