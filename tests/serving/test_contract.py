"""The service against its own OpenAPI document: whatever routes there are, whatever a client may send."""

from __future__ import annotations

import os
import warnings

import pytest
from hypothesis import HealthCheck, given, settings

from serving.app import create_app
from serving.metrics import Metrics

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

pytestmark = [pytest.mark.processes, pytest.mark.filterwarnings("ignore::DeprecationWarning")]
EXAMPLES = int(os.environ.get("ALERTGRADE_EXAMPLES", "2"))  # of each route; make verify asks for more
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
DOCUMENT = create_app(Metrics()).openapi()
ROUTES = [(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods]
QUIET = settings(
    max_examples=EXAMPLES,
    stateful_step_count=5,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def schema(service):
    loaded = schemathesis.openapi.from_dict(DOCUMENT)
    loaded.config.update(base_url=service.url)
    return loaded


@pytest.fixture(scope="module")
def headers(service):
    return {"Authorization": f"Bearer {service.installation.keys['admin']}"}


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[" ".join(route) for route in ROUTES])
def test_a_route_answers_only_what_it_documents_and_never_with_a_fault(schema, headers, method, path):
    @QUIET
    @given(case=schema[path][method].as_strategy())
    def check(case):
        case.call_and_validate(headers=headers, checks=CHECKS)

    check()


def test_from_answer_to_question_along_the_links_nothing_undocumented_comes(schema, headers, service, body):
    with service.client("scorer") as client:  # so that the queues are not empty
        assert client.post("/v1/scores", json=body("contract")).status_code == 200

    class Workflow(schema.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"headers": headers}

        def validate_response(self, response, case, *_args, **_kwargs):
            case.validate_response(response, checks=CHECKS, headers=headers)

    Workflow.run(settings=QUIET)


def test_every_route_names_every_refusal_and_its_roles():
    for method, path in ROUTES:
        operation = DOCUMENT["paths"][path][method.lower()]
        if path.startswith("/v1/"):
            assert {"401", "403", "422", "429", "503"} <= operation["responses"].keys(), path
            assert operation["x-roles"], path
        if path.startswith("/v1/") and method != "GET":
            assert {"409", "413", "415"} <= operation["responses"].keys(), path
