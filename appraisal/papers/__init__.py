"""Papers: what the town announces, as content that the screen, the printed page and the Word file share."""
