"""Detectors fitted with PyOD and frozen into arrays; may import nothing of ours."""
