"""The one error of reading: a file, or a recipe, that cannot be read at all."""


class ReadError(Exception):
    """Says which file, where in it, and what a person can do; nothing of the file has been taken over."""

    def __init__(self, file: str, place: str, sentence: str) -> None:
        super().__init__(file, place, sentence)
        self.file = file
        self.place = place
        self.sentence = sentence

    def __str__(self) -> str:
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.sentence}"


class CellError(ValueError):
    """A cell that cannot be taken over: `code` names the kind of fault, the text says what is accepted."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
