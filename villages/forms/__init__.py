"""Forms of the register: they read what was typed; the actions decide."""
