"""The watchdog: what must not stay unnoticed, decided without a clock, a database or a network of its own.

`birth` says when a new delivery is looked at first; `facts` is what is looked at; `look` decides; `turns` reads what is
due, writes what was decided and says when to come back. Whoever changes a fact the watchdog cares for (receipt, answer,
recall, reply) writes `deliveries.watch_at = now` in the same UPDATE: it looks again at once, and clears what is over.

An alarm is raised once for ever (`store.alarms`), to those whose duty it is: operator, sending clerks, receiving
clerks. What nobody took is given up at the end with a signed statement (`non_delivery`).
"""
