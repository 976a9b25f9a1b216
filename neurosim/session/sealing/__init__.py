"""Who is in which arm, sealed until the end: keys, veiled sessions, the reveal, and how well it was guessed."""
