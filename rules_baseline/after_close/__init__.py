"""The firm's own after-close screens: raw events of a closed day in, findings and alerts with evidence out."""
