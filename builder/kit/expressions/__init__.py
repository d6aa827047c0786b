"""An Expression is one line of CEL over named values: checked against their shapes, and unable to run host code.

`compile_expression(source, names, returns)` checks and gives an Expression (`reads`, `returns`, `evaluate`);
`compile_template(source, names)` does the same for a text with holes `{{ CEL }}`.

What there is beside CEL's own operators, `has`, `size`, `in`, `all`, `exists`, `exists_one`, `map` and `filter`:
texts (`contains`, `startsWith`, `endsWith`, `matches` with a written-out pattern, `lowerAscii`, `upperAscii`, `trim`,
`split`, `join`, `substring`, `charAt`, `indexOf`, `lastIndexOf`, `reverse`, `format`, `strings.quote`), numbers
(`math.greatest`, `least`, `ceil`, `floor`, `round`, `trunc`, `abs`, `sign`, `sqrt`), what may be missing (`a.?b`,
`.orValue(…)`, `.hasValue()`), moments (`timestamp(…)`, `duration(…)`, `getHours('Europe/Berlin')` …), and two of our
own: `json(x)` and `join(list, separator)`, which take anything. `has` and `a.?b` ask; a field that is not there is an
error otherwise. Whole numbers are mended where a number is needed: `amount > 100` means `amount > 100.0`.

Bounds: 2,000 characters, three comprehensions, no text or list built in one inside another, 10,000 iterations, a
result of a million characters; a comprehension that makes a list takes about 2,000 items, then a map step is needed.
"""

from builder.kit.expressions.compiled import Expression, compile_expression
from builder.kit.expressions.errors import EvaluationError, ExpressionError
from builder.kit.expressions.template import Template, compile_template

__all__ = [
    "EvaluationError", "Expression", "ExpressionError", "Template", "compile_expression", "compile_template",
]  # fmt: skip
