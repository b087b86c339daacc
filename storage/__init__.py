"""Where Hekje keeps its records: one small port and two databases behind it.

The rest of the server knows `schema` (the records), `writes` (what may be
done to them) and `store` (the port). `sqlite` and `mongo` are the two answers
to it; neither SQL nor a Mongo query leaves its file.
"""
