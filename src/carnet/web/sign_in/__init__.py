"""Who is at the keyboard: sign-in, lock, sign-out, and opening the practice after a restart."""
