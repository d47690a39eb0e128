"""The one error of the method."""


class MethodError(ValueError):
    """Bad input to the method; `argument` is the name of the argument that is wrong."""

    def __init__(self, argument: str, problem: str) -> None:
        self.argument = argument
        super().__init__(f"{argument}: {problem}")
