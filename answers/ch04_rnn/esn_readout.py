"""Answer key of `esn_readout`: the readout of an echo state network (Jaeger, 2001)."""

import numpy as np
import torch

from grading.keys import Case, Mistake, Tolerance

forbidden = ("nn.RNN", "nn.RNNCell", "Ridge", "linear_model.Ridge")
tolerance = Tolerance(1e-4, "solving a linear system in float32 loses more digits than a sum")
criteria = {
    "reservoir and readout together": 3,
    "reservoirs of a special kind": 1,
    "one step, silence, large inputs": 1,
}


def solution(x, W_res, W_in, y, ridge):
    W = 0.9 * W_res / torch.linalg.eigvals(W_res).abs().max()
    h, states = W_in.new_zeros(len(W_in)), []
    for x_t in x:
        h = torch.tanh(W_in @ x_t + W @ h)
        states.append(h)
    H = torch.stack(states)  # (T, n_h)
    gram = H.T @ H + ridge * torch.eye(len(W), dtype=H.dtype)
    return torch.linalg.solve(gram, H.T @ y).T  # (n_y, n_h)


def oracle(x, W_res, W_in, y, ridge):
    """The penalty as n_h more rows to be fitted: root(ridge) W_out should be 0."""
    x, W_res, W_in, y = (array.numpy() for array in (x, W_res, W_in, y))
    n_h = len(W_res)
    W = W_res * (0.9 / np.max(np.abs(np.linalg.eigvals(W_res))))
    H = np.zeros((len(x) + 1, n_h))
    for t in range(len(x)):
        H[t + 1] = np.tanh(x[t] @ W_in.T + H[t] @ W.T)
    rows = np.vstack([H[1:], np.sqrt(ridge) * np.eye(n_h)])
    wanted = np.vstack([y, np.zeros((n_h, y.shape[1]))])
    return torch.from_numpy(np.linalg.lstsq(rows, wanted, rcond=None)[0].T)


def reservoir(rng, T, n_x, n_h, n_y, ridge):
    """A random reservoir whose radius is neither 0.9 nor its largest singular value or entry."""
    return {
        "x": rng.normal(size=(T, n_x)),
        "W_res": rng.normal(size=(n_h, n_h)),
        "W_in": rng.normal(size=(n_h, n_x)) * 0.8 / np.sqrt(n_x),
        "y": rng.normal(size=(T, n_y)),
        "ridge": ridge,
    }


def cases(rng):
    kind, odd, special = criteria
    tiny = {
        "x": np.array([[1.0], [0.0]]),
        "W_res": np.array([[2.0]]),
        "W_in": np.array([[1.0]]),
        "y": np.array([[1.0], [0.0]]),
        "ridge": 1.0,
    }
    yield Case(kind, "the example with one unit and two steps", tiny, False)
    a = reservoir(rng, T=15, n_x=2, n_h=4, n_y=3, ridge=0.4)
    yield Case(kind, "2 inputs, 4 units, 3 outputs, 15 steps", a)
    yield Case(kind, "the same with a larger ridge", a | {"ridge": 2.5})
    b = reservoir(rng, T=20, n_x=3, n_h=6, n_y=2, ridge=0.7)
    yield Case(kind, "3 inputs, 6 units, 2 outputs, 20 steps", b)
    square = reservoir(rng, T=12, n_x=3, n_h=3, n_y=3, ridge=0.3)
    yield Case(kind, "3 inputs, 3 units, 3 outputs, 12 steps", square)

    turning = np.array([[0.3, -2.0, 0.0], [1.5, 0.3, 0.4], [0.0, 0.2, -0.5]])
    yield Case(odd, "complex eigenvalues", square | {"W_res": turning})
    falling = -np.abs(rng.normal(size=(3, 3))) - 0.2 * np.eye(3)
    yield Case(odd, "a negative eigenvalue is the largest", square | {"W_res": falling})
    yield Case(odd, "a tiny reservoir, radius 0.01 or so", a | {"W_res": 0.005 * a["W_res"]})

    one = reservoir(rng, T=1, n_x=2, n_h=1, n_y=3, ridge=0.5)
    yield Case(special, "one unit, one step", one, False)
    quiet = np.vstack([b["x"][:10], np.zeros((10, 3))])
    yield Case(special, "no input after step 10", b | {"x": quiet}, False)
    loud = np.vstack([1000 * a["x"][:5], a["x"][5:]])
    yield Case(special, "five inputs in the thousands", a | {"x": loud}, False)


scale = "torch.linalg.eigvals(W_res).abs().max()"
mistakes = (
    Mistake(
        "not_scaled",
        "W_res is used as it came, without scaling",
        "The memory of an echo state network must fade. What makes sure of that?",
        old="0.9 * W_res / " + scale,
        new="W_res",
    ),
    Mistake(
        "radius_one",
        "the reservoir is scaled to radius 1 and not to 0.9",
        "After your scaling, what is the largest absolute eigenvalue?",
        old="0.9 * W_res",
        new="W_res",
    ),
    Mistake(
        "largest_entry",
        "W_res is divided by its largest entry",
        "The radius belongs to the eigenvalues. torch.linalg.eigvals gives them.",
        old=scale,
        new="W_res.abs().max()",
    ),
    Mistake(
        "singular_value",
        "W_res is divided by its largest singular value",
        "That is the most by which W_res stretches in one step; the radius is about many steps. "
        "The two agree for symmetric matrices only.",
        old=scale,
        new="torch.linalg.matrix_norm(W_res, 2)",
    ),
    Mistake(
        "real_part",
        "the largest real part is taken for the spectral radius",
        "Eigenvalues may be negative or complex. What counts is their distance from 0.",
        old=".abs().max()",
        new=".real.max()",
    ),
    Mistake(
        "no_ridge",
        "the penalty is left out, as in plain least squares",
        "Does your result change with ridge? It should shrink when ridge grows.",
        old=" + ridge * torch.eye(len(W), dtype=H.dtype)",
        new="",
    ),
    Mistake(
        "ridge_everywhere",
        "ridge is added to all entries of the matrix H^T H",
        "The square of |W_out| has no mixed terms: which entries of the matrix does it touch?",
        old="ridge * torch.eye(len(W), dtype=H.dtype)",
        new="ridge",
    ),
    Mistake(
        "mean_error",
        "the error is averaged over the steps, so that ridge counts T times",
        "The error is a sum over the steps here. How large is the penalty beside it?",
        old="ridge * torch.eye",
        new="ridge * len(x) * torch.eye",
    ),
    Mistake(
        "ridge_squared",
        "ridge enters as its square",
        "Derive the penalty by W_out: which power of ridge is left?",
        old="ridge * torch.eye",
        new="ridge**2 * torch.eye",
    ),
    Mistake(
        "state_before_input",
        "the readout sees each state before it has read its input",
        "y_t is to be made from h_t, and h_t has read x_t. Which state do you note down first?",
        old="h = torch.tanh(W_in @ x_t + W @ h)\n        states.append(h)",
        new="states.append(h)\n        h = torch.tanh(W_in @ x_t + W @ h)",
    ),
    Mistake(
        "no_memory",
        "the old state does not enter the new one",
        "Without W the reservoir has no echo.",
        old=" + W @ h)",
        new=")",
        combines_with=("no_ridge", "ridge_everywhere", "mean_error", "no_tanh"),
    ),
    Mistake(
        "W_transposed",
        "the reservoir is used transposed",
        "Row i of W holds what arrives at unit i. Which side of the product does the state "
        "stand on?",
        old=" + W @ h)",
        new=" + h @ W)",
    ),
    Mistake(
        "no_tanh",
        "the states are not squashed by tanh",
        "Each state must lie between -1 and 1. Print yours.",
        old="torch.tanh(",
        new="(",
    ),
)


def with_inverse(x, W_res, W_in, y, ridge):
    radius = max(abs(np.linalg.eigvals(W_res.numpy())))
    H = x.new_zeros(len(x) + 1, len(W_in))
    for t in range(len(x)):
        H[t + 1] = torch.tanh(W_in.mv(x[t]) + (0.9 / radius) * W_res.mv(H[t]))
    H = H[1:].T  # (n_h, T)
    return y.T @ H.T @ torch.linalg.inv(H @ H.T + ridge * torch.diag(torch.ones(len(H)).double()))


def by_singular_values(x, W_res, W_in, y, ridge):
    W = W_res.numpy() / np.abs(np.linalg.eigvals(W_res.numpy())).max() * 0.9
    h, H = np.zeros(len(W)), []
    for x_t in x.numpy():
        h = np.tanh(W_in.numpy() @ x_t + W @ h)
        H.append(h)
    U, s, Vt = np.linalg.svd(np.array(H), full_matrices=False)
    return y.numpy().T @ U @ np.diag(s / (s**2 + ridge)) @ Vt


alternatives = (with_inverse, by_singular_values)

hints = (
    "Three jobs, one after the other: scale W_res, run the reservoir over x, fit the readout. "
    "torch.linalg.eigvals gives eigenvalues, complex ones too; .abs() is their distance from 0.",
    "Put the states into the rows of a matrix H of shape (T, n_h). Set the derivative of error "
    "and penalty by W_out to zero: a linear system with the matrix H^T H + ridge I.",
    "torch.linalg.solve(A, B) finds the Z with A Z = B. Here A is H^T H + ridge I, B is H^T y, "
    "and Z has shape (n_h, n_y): W_out turned over.",
)
