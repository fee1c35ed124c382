"""Where a history is brought back."""


class InPlace:
    """In the bucket itself."""

    def begin(self, oracle):
        """The bucket that is judged."""
        return oracle.bucket

    def command(self, command):
        return command


MODES = {"in-place": InPlace}
