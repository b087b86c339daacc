"""The types of every request, answer and push: the contract with clients.

Requests are validated into these types at the edge and trusted inside. The
protocol page, the AsyncAPI document and the web client's types are generated
from them (`server.protocol.generate`).
"""
