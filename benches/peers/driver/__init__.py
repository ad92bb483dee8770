"""Installs the peers, runs their workers in turns, and writes the comparison."""
