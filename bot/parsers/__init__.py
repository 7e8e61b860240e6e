"""What each command takes and its help; modules are named as those in `bot.commands`."""
