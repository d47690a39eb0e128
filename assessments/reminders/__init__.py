"""Who is reminded of which values on which day. Reading and deciding only: what is sent is sent by services."""
