"""The interface of 2007, whose names are in `configure`, `cbuild` and `dumpcache`."""
