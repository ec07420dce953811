"""The steps of the main job, in order; each may be run again after an interruption."""
