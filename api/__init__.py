"""How people reach it: commands, pages, GraphQL and files."""
