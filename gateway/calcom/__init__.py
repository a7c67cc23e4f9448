"""Cal.com over HTTP: one client that hands back our own words, and the simulated Cal.com it is tried against."""
