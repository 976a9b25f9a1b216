"""What the trainee sees: the feedback, and nothing else."""
