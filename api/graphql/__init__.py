"""The GraphQL API: a file a subject, one seam to the tables, one door for a request."""
