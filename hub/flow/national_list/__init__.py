"""The national list of organisations and ours: read, compared, written down for people, and taken over when two agreed.

`reading`   the axis's three lists, in bounded memory.
`comparing` what differs from the agencies of scope `national` here; pure.
`listing`   the differences as a CSV file: what people read is what is carried out.
`syncing`   all of it in order; nothing changes the registry before two persons agreed.

Agencies of the province are never touched: what the axis says of our own codes is listed, and that is all.
"""
