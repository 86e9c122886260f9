"""What runs without a user: one queue, one worker, one small table of periodic work."""
