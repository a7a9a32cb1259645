"""One file a room: the commands that call it; builds settings, prints results, holds no logic of its own."""
