"""What a program can do, each a function that adds statements to it, or none if it has nothing to do it with."""

OPERATIONS = []


def operation(weight):
    def register(function):
        OPERATIONS.append((function, weight))
        return function
    return register
