"""An invented month of a community of the real size, to try everything on."""
