"""The graph itself (DESIGN section 4): nodes, edges, and nothing that runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.graph import nodes, routing
from agent.graph.context import DraftContext
from agent.graph.state import DraftState
from agent.watching import step

__all__ = ["build_graph", "graph"]

_Node = TypeVar("_Node", bound=Callable[..., Any])


def build_graph(
    checkpointer: BaseCheckpointSaver[str] | None = None,
) -> CompiledStateGraph[DraftState, DraftContext, DraftState, DraftState]:
    """Compile the drafting graph; without a checkpointer a run cannot be interrupted or resumed."""
    builder = StateGraph(DraftState, context_schema=DraftContext)
    for node in (
        nodes.gate,
        nodes.plan,
        nodes.write,
        nodes.assemble,
        nodes.comply,
        nodes.critique,
        nodes.decide,
        nodes.revise,
        nodes.review,
        nodes.finish,
    ):
        builder.add_node(node.__name__, _watched(node))
    builder.add_edge(START, "gate")
    builder.add_conditional_edges("gate", routing.after_gate)
    builder.add_conditional_edges("plan", routing.after_plan)
    builder.add_edge("write", "assemble")
    builder.add_edge("assemble", "comply")
    builder.add_edge("assemble", "critique")
    builder.add_edge(["comply", "critique"], "decide")
    builder.add_conditional_edges("decide", routing.after_decide)
    builder.add_edge("revise", "assemble")
    builder.add_conditional_edges("review", routing.after_review)
    builder.add_edge("finish", END)
    return builder.compile(checkpointer=checkpointer)


def graph() -> CompiledStateGraph[DraftState, DraftContext, DraftState, DraftState]:
    """Return the graph for LangGraph tools (`langgraph.json`), which bring their own checkpointer."""
    return build_graph()


def _watched(node: _Node) -> _Node:
    """Return the node as a step that can be watched."""

    @functools.wraps(node)
    async def run(state: DraftState, runtime: Runtime[DraftContext]) -> Any:
        with step("node", node.__name__, round=state.get("round", 0)):
            return await node(state, runtime)

    return cast(_Node, run)
