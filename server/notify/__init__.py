"""What goes out: letters written from templates, carried by SMTP or into a folder.

A mail is a record, committed with its cause. `worker` looks for what is due,
`outbox` takes each under a lease, `letters` writes it, `transport` carries it.
It is sent once, or after a crash at the worst moment once more with the same
Message-ID; what cannot be delivered is given up where it can be seen.
"""
