"""Everything that changes the register. Keyword arguments, `by=`, one transaction, one act on the trail."""
