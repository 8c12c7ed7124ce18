"""The locked-down child program that turns a stranger's file into PCM: stdlib, av and numpy, nothing of ours."""
