"""Files in and out: formats, recipes and the records between them and the database."""
