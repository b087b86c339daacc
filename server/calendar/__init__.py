"""Calendars from elsewhere, read into editions that a school can take over.

The national school holidays as the government publishes them, public holidays, and iCalendar
files. Nothing here knows a date by heart, and nothing here changes anything: what a file has is
compared with what stands by `server.presence.closed_days`.
"""
