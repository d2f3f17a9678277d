"""Web hooks: a system is told of its own events where it wants to be, exactly as Standard Webhooks has it.

A hook is a cursor in the journal. What it is told is what `GET /events` shows its system, line by line and in order,
thin: type, time, ids and codes; whoever wants more asks with its token. An event counts as told when its receiver
answered 2xx; until then the hook waits at it, calls again after a while, and nothing is lost: a repeat has the same
`webhook-id`. A receiver that fails for days is stopped with an alarm, and goes on from its cursor when it is resumed.

`hooks`: what a system does with its hooks. `message`: one event as it is sent. `secrets`: what signs it. `sending`:
the loop, beside the doors and off the hot path.
"""
