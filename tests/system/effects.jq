# The gateway's log, one effect a line, as CSV for invariants.sql: when, which
# channel, whose (line 2 of every post is "Meldung <id>"), under which id.
# Edits and comments are no new effects; what was deleted again is gone.
[inputs] as $all
| [$all[] | select(.effect == "delete") | .id] as $gone
| $all[]
| select(.effect == "post" or .effect == "media")
| select(.id | IN($gone[]) | not)
| [.at, (if .effect == "post" then "facebook" else "instagram" end),
   (.text | split("\n")[1] // "" | ltrimstr("Meldung ")), .id]
| @csv
