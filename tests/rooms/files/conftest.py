from tests.rooms.world import *  # noqa: F403  # the fixtures of an organisation behind the API
