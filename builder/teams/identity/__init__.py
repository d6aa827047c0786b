"""The company's sign-in: OpenID Connect with any provider that states itself in a discovery document.

`provider` sets it up, `discover` reads what it says of itself, `begin` sends a browser there, `finish` takes it back,
`id_token` judges what the provider vouches for, `settle` makes people and sets what their groups give, `depart` ends
sessions when somebody leaves here or there.
"""
