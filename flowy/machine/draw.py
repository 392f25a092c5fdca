"""Draw a definition, as Mermaid or as SVG, with the task at which a machine stands.

Both show one node a task, in the order in which they are written; indented as deep as the lists
are nested. What goes straight to the next node is a line, what goes elsewhere an arc.
"""

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from flowy.machine.graph import Edge, Graph, Node, Path, make_graph

STEP = 56
INDENT = 28
HEIGHT = 32
WIDTH = 190
MARGIN = 24
LANE = 16

STYLE = (
    "text{font:13px sans-serif;fill:#1f2937}.label{font-size:11px;fill:#6b7280}"
    "rect{fill:#fff;stroke:#4b5563}.decides{fill:#eef2ff}.current{fill:#fde68a;stroke:#b45309;"
    "stroke-width:2}path{fill:none;stroke:#6b7280;marker-end:url(#arrow)}"
)


def draw_mermaid(definition: Any, position: Sequence[int] | None = None) -> str:
    """Return a Mermaid flowchart of a definition.

    Args:
        definition: A nested list of tasks.
        position: Where a machine stands: its ``state.callback_pos``.
    """
    graph = make_graph(definition)
    names = {node.path: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart TD", "    start((start))", "    finish((end))"]
    lines += [f"    {names[node.path]}{_mermaid_shape(node)}" for node in graph.nodes]
    first = names[graph.nodes[0].path] if graph.nodes else "finish"
    lines.append(f"    start --> {first}")
    for edge in graph.edges:
        target = "finish" if edge.target is None else names[edge.target]
        arrow = f'-- "{_quote(edge.label)}" -->' if edge.label else "-->"
        lines.append(f"    {names[edge.source]} {arrow} {target}")
    current = graph.at(position)
    if current is not None:
        lines.append("    classDef current fill:#fde68a,stroke:#b45309,stroke-width:3px")
        lines.append(f"    class {names[current.path]} current")
    return "\n".join(lines) + "\n"


def draw_svg(definition: Any, position: Sequence[int] | None = None) -> str:
    """Return an SVG picture of a definition.

    Args:
        definition: A nested list of tasks.
        position: Where a machine stands: its ``state.callback_pos``.
    """
    graph = make_graph(definition)
    layout = _Layout(graph)
    current = graph.at(position)
    parts = [_svg_edge(edge, layout) for edge in graph.edges]
    parts += [_svg_node(node, layout, current=node is current) for node in graph.nodes]
    x, y = layout.end
    parts.append(f'<circle cx="{x}" cy="{y}" r="7" fill="#1f2937"><title>end</title></circle>')
    width, height = layout.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n<style>{STYLE}</style>\n'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" '
        'style="fill:#6b7280;stroke:none;marker-end:none"/></marker></defs>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


class _Layout:
    """Where each node stands, and how far the arcs reach."""

    def __init__(self, graph: Graph) -> None:
        depth = max((len(node.path) for node in graph.nodes), default=1) - 1
        self._rows = {node.path: row for row, node in enumerate(graph.nodes)}
        self.arcs = {edge: n for n, edge in enumerate(e for e in graph.edges if self.is_arc(e))}
        self.left = MARGIN + LANE * sum(self.goes_back(edge) for edge in self.arcs)
        self.right = self.left + depth * INDENT + WIDTH
        reach = LANE * (1 + sum(not self.goes_back(edge) for edge in self.arcs))
        self.size = (self.right + reach + MARGIN + 60, MARGIN * 2 + STEP * (len(self._rows) + 1))
        self.end = (self.left + WIDTH // 2, MARGIN + STEP * len(self._rows) + HEIGHT // 2)

    def row(self, path: Path | None) -> int:
        """Return the row of a node; that below the last for the end."""
        return len(self._rows) if path is None else self._rows[path]

    def is_arc(self, edge: Edge) -> bool:
        """Tell whether an edge goes elsewhere than to the next row."""
        return self.row(edge.target) != self.row(edge.source) + 1

    def goes_back(self, edge: Edge) -> bool:
        """Tell whether an edge goes to its own row or one above."""
        return self.row(edge.target) <= self.row(edge.source)

    def corner(self, path: Path) -> tuple[int, int]:
        """Return the left upper corner of a node."""
        return self.left + (len(path) - 1) * INDENT, MARGIN + self._rows[path] * STEP

    def middle(self, path: Path | None) -> int:
        """Return the height at which arcs reach a node."""
        return self.end[1] if path is None else self.corner(path)[1] + HEIGHT // 2


def _svg_node(node: Node, layout: _Layout, *, current: bool) -> str:
    x, y = layout.corner(node.path)
    kind = "current" if current else "decides" if node.decides else "task"
    return (
        f'<g><title>{list(node.path)}</title><rect class="{kind}" x="{x}" y="{y}" '
        f'width="{WIDTH}" height="{HEIGHT}" rx="{HEIGHT // 2 if node.decides else 4}"/>'
        f'<text x="{x + WIDTH // 2}" y="{y + 21}" text-anchor="middle">{_short(node.name)}</text>'
        "</g>"
    )


def _svg_edge(edge: Edge, layout: _Layout) -> str:
    x, y = layout.corner(edge.source)
    if not layout.is_arc(edge):
        to_x, to_y = layout.end if edge.target is None else layout.corner(edge.target)
        to_x = to_x if edge.target is None else to_x + WIDTH // 2
        to_y = to_y - 8 if edge.target is None else to_y
        line = f"M{x + WIDTH // 2} {y + HEIGHT}L{to_x} {to_y}"
        return _svg_way(line, edge.label, x + WIDTH // 2 + 8, y + HEIGHT + 14)
    middle, target = y + HEIGHT // 2, layout.middle(edge.target)
    same_side = [arc for arc in layout.arcs if layout.goes_back(arc) == layout.goes_back(edge)]
    offset = LANE * (1 + same_side.index(edge))
    if layout.goes_back(edge):
        end, side, start = layout.corner(edge.target or ())[0], layout.left - offset, x
    else:
        end = layout.end[0] + 8 if edge.target is None else layout.corner(edge.target)[0] + WIDTH
        side, start = layout.right + offset, x + WIDTH
    line = f"M{start} {middle}L{side} {middle}L{side} {target}L{end} {target}"
    return _svg_way(line, edge.label, side + 4, middle + 14)


def _svg_way(line: str, label: str, x: int, y: int) -> str:
    text = f'<text class="label" x="{x}" y="{y}">{escape(label)}</text>' if label else ""
    return f'<path d="{line}"/>{text}'


def _mermaid_shape(node: Node) -> str:
    name = _quote(node.name)
    return f'{{"{name}"}}' if node.decides else f'["{name}"]'


def _quote(text: str) -> str:
    return escape(text, {'"': "#quot;"})


def _short(name: str) -> str:
    return escape(name if len(name) <= 24 else name[:23] + "…")
