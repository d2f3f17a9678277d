"""The operator's pages: what waits where and for how long, one package's life, holding and sending again.

An operator sees states, sizes and codes: no subject, no content, no file name, no words of the parties.
Every action goes through `hub.flow.operate` with a name and a reason, so that the pages can do nothing unseen.
"""
