from tests.backends import *  # noqa: F403  # the fixtures of both back ends
