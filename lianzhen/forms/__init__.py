"""Forms of the roof's pages: they read what was typed; the actions decide."""
