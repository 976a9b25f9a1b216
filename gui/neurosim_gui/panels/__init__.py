"""What the Console and the Stage are made of: each panel answers one question with one picture."""
