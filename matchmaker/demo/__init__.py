"""An invented month of a community of realistic size, to try everything on."""
