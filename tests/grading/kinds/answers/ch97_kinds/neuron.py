"""Answer key of `neuron`: a function that is given a function."""


from grading.keys import Case, Given, Mistake

criteria = {"any activation": 1}


def solution(x, w, b, phi):
    return phi(w @ x + b)


def oracle(x, w, b, phi):
    return phi(sum(a * c for a, c in zip(x, w, strict=True)) + b)


def cases(rng):
    for n, name in ((3, "tanh"), (4, "identity"), (5, "sigmoid"), (6, "relu"), (2, "step")):
        inputs = {"x": rng.normal(size=n), "w": rng.normal(size=n), "b": 0.3, "phi": Given(name)}
        yield Case("any activation", f"{n} inputs, {name}", inputs)


mistakes = [
    Mistake("no_bias", "b is left out", "Which argument is never read?", " + b", ""),
    Mistake("late_bias", "b is added after phi", "Where does phi's bracket close?",
            old="@ x + b)", new="@ x) + b"),
]


def by_elements(x, w, b, phi):
    return phi((x * w).sum() + b)


alternatives = [by_elements]
hints = ["What does a neuron add up?", "phi is a function: call it."]
