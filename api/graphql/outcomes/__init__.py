"""What is measured, for whom and where: indicators, measurements, populations and disparities."""
