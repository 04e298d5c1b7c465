"""What the liaison teams did, week by week, what it was worth, and what is announced."""
