"""When a teacher is there, who is here now, and how a message reaches them."""
