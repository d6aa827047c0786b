from tests.rooms.verbs import *  # noqa: F403  # the fixtures of an organisation
