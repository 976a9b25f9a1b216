"""What a spectrum, or two channels together, say."""
