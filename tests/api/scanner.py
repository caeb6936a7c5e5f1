"""Twelve checks of a scanner of GraphQL endpoints, as an outsider makes them: by HTTP alone and without a token.

Modelled on graphql-cop (D. Farhi, N. Aleks, "Black Hat GraphQL", 2023) and the OWASP GraphQL Cheat Sheet.
Each check asks something that only a careless server answers; none can pass because nothing answered: `is_graphql` is
asked first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx2

REPEATS: Final = 100


@dataclass(frozen=True)
class Target:
    """An endpoint, and the name of a field of its query type that anybody may ask."""

    client: httpx2.Client
    path: str = "/graphql"

    def post(self, query: object, **headers: str) -> httpx2.Response:
        body = query if isinstance(query, list) else {"query": query}
        return self.client.post(self.path, json=body, headers=headers)

    def json(self, response: httpx2.Response) -> Any:
        try:
            return response.json()
        except ValueError:
            return None

    def data(self, query: object) -> Any:
        """What is answered under `data`; None where there is none."""
        found = self.json(self.post(query))
        return found.get("data") if isinstance(found, dict) else None


def is_graphql(target: Target) -> bool:
    """Whether there is a GraphQL endpoint at all."""
    return bool(target.data("query { __typename }") == {"__typename": "Query"})


def alias_overload(target: Target) -> bool:
    aliases = " ".join(f"a{number}: __typename" for number in range(REPEATS + 1))
    found = target.data(f"query {{ {aliases} }}")
    return bool(found) and len(found) == REPEATS + 1


def batched_queries(target: Target) -> bool:
    found = target.json(target.post([{"query": "query { __typename }"}] * 10))
    return isinstance(found, list) and len(found) == 10


def directive_overload(target: Target) -> bool:
    """A careless server complains of each of the directives that it does not know, or takes them all."""
    found = target.json(target.post(f"query {{ __typename {'@aa' * 10} }}"))
    errors = found.get("errors", []) if isinstance(found, dict) else []
    skipped = target.data(f"query {{ __typename {'@include(if: true) ' * 10} }}")
    return len(errors) >= 10 or skipped is not None


def circular_introspection(target: Target) -> bool:
    inner = "name"
    for _ in range(4):
        inner = f"fields {{ type {{ {inner} }} }}"
    found = target.data(f"query {{ __schema {{ types {{ {inner} }} }} }}")
    return bool(found) and bool(found["__schema"]["types"])


def field_duplication(target: Target) -> bool:
    return bool(target.data(f"query {{ {'__typename ' * 500} }}") == {"__typename": "Query"})


def field_suggestions(target: Target) -> bool:
    """A word that is nearly a field's name; the field's own name must not come back."""
    answers = [
        target.post(query).text for query in ("{ directive }", "{ viewerr }", "{ wordd }", "{ __schem }")
    ]
    return any("did you mean" in answer.lower() for answer in answers)


def introspection(target: Target) -> bool:
    found = target.data("query { __schema { types { name } } }")
    return bool(found) and bool(found["__schema"]["types"])


def _is_answered(target: Target, response: httpx2.Response) -> bool:
    found = target.json(response)
    return isinstance(found, dict) and bool(found.get("data"))


def get_query(target: Target) -> bool:
    return _is_answered(target, target.client.get(target.path, params={"query": "query { __typename }"}))


def get_mutation(target: Target) -> bool:
    return _is_answered(target, target.client.get(target.path, params={"query": "mutation { __typename }"}))


def urlencoded_post(target: Target) -> bool:
    return _is_answered(target, target.client.post(target.path, data={"query": "query { __typename }"}))


def tracing(target: Target) -> bool:
    found = target.json(target.post("query { __typename }"))
    extensions = found.get("extensions") or {} if isinstance(found, dict) else {}
    return "tracing" in extensions


def explorer_page(target: Target) -> bool:
    pages = [
        target.client.get(path, headers={"accept": "text/html"}).text.lower()
        for path in (target.path, "/", "/graphiql", "/playground", "/console", "/altair")
    ]
    names = ("graphiql", "playground", "graphql-voyager", "apollo sandbox", "altair")
    return any(name in page for page in pages for name in names)


CHECKS: Final[dict[str, Callable[[Target], bool]]] = {
    "alias overload": alias_overload,
    "batched queries": batched_queries,
    "directive overload": directive_overload,
    "circular introspection": circular_introspection,
    "field duplication": field_duplication,
    "field suggestions": field_suggestions,
    "introspection": introspection,
    "queries over GET": get_query,
    "mutations over GET": get_mutation,
    "urlencoded POST": urlencoded_post,
    "tracing in answers": tracing,
    "an explorer page at the endpoint": explorer_page,
}
