"""What systems and the national axis offer, fetched by the hub itself: listed, taken in, answered.

`keeping` has one task for each system whose connector collects, and one for the axis; `collector` is such a task;
`sending` reads what stands beside a package; `axis` is what only the national axis needs: its own returning packages,
what it could not hand on and what it forgot.
"""
