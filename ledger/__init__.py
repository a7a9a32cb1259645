"""Ground floor: what happened comes in and is kept, append-only and hash-chained; imports nothing of ours."""
