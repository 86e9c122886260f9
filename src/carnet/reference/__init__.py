"""What the world knows, outside any practice: drugs and their names. Tables made from official files, read only."""
