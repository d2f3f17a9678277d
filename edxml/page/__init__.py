"""What page 1 of a PDF says: text by place, stamps, scans; read in the pass that verifies."""
