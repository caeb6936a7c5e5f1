"""Alignment: any measures of the partnership's resources by any dimensions, in one statement."""
