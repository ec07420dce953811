"""The geometry of the charts. Places are percent of the drawing, 0 at the left and at the top."""
