"""Raw events in, alerts with evidence out, and alerts in, baseline grade out; may import ``features``."""
