"""A careless GraphQL server of the tests' own, with every hole that a scanner looks for."""

import json
import time
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    specified_rules,
    validate,
)
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

SCHEMA: GraphQLSchema = build_schema(
    "type Query { word: String viewer: String } type Mutation { record: Boolean }"
)
PAGE = "<!doctype html><title>GraphiQL</title><script src='https://cdn.example.org/graphiql.js'></script>"


# The library's own rule against circles of introspection, which a careless server may be too old to have.
RULES = [rule for rule in specified_rules if rule.__name__ != "MaxIntrospectionDepthRule"]


def _executed(text: str) -> ExecutionResult:
    try:
        document = parse(text)
    except GraphQLError as error:
        return ExecutionResult(None, [error])
    errors = validate(SCHEMA, document, RULES)
    return ExecutionResult(None, errors) if errors else execute_sync(SCHEMA, document)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    began = time.perf_counter_ns()
    result = _executed(str(asked.get("query")))
    return {
        "data": result.data,
        **({"errors": [error.formatted for error in result.errors]} if result.errors else {}),
        "extensions": {"tracing": {"version": 1, "duration": time.perf_counter_ns() - began}},
    }


async def _endpoint(request: Request) -> Response:
    if request.method == "GET":
        if "query" not in request.query_params:
            return HTMLResponse(PAGE)
        return JSONResponse(_answer(dict(request.query_params)))
    if request.headers["content-type"].startswith("application/x-www-form-urlencoded"):
        return JSONResponse(_answer(dict(await request.form())))
    asked = json.loads(await request.body())
    return JSONResponse([_answer(each) for each in asked] if isinstance(asked, list) else _answer(asked))


weak_server = Starlette(routes=[Route("/graphql", _endpoint, methods=["GET", "POST"])])
