"""A Cal.com of our own: the state machine, its faults, and four ways in.

  world.py      what exists and the rules by which it changes: pure, synchronous, time as an argument
  api.py        HTTP requests to the world's acts and back: routes, both error shapes, unknown-property 400s, throttle
  faults.py     what may go wrong with a call, a listing or a delivery, drawn from one seeded source or scripted
  service.py    the exchange in time: an agenda of acts, late commits among them; webhooks with their disorder
  transport.py  for `httpx.AsyncClient`, on any Clock, without real time and without an event loop
  app.py        the same over ASGI, and as a local server in a thread (`python -m gateway.calcom.simulated`)
  virtual.py    a clock moved by hand, and a driver for coroutines that sleep on it

It lives beside the client, not among the tests, because `gateway demo --calcom` shows it to whoever installed us.
Nothing of the real service depends on it.
"""
