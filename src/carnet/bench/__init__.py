"""The measurements. Each runs in a throw-away practice, beside the floor that the machine sets in the same run."""
