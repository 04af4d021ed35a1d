"""Answer key of `augment`: mirrored and shifted pictures."""

import numpy as np
import torch
from torch.nn import functional as F

from grading.keys import Case, Mistake

forbidden = ("torchvision", "scipy.ndimage")
criteria = {
    "mirrored": 1,
    "shifted": 2,
    "both": 2,
    "nothing to do, all moved out": 1,
}


def solution(images, flip, shift):
    H, W = images.shape[1:]
    out = []
    for image, mirrored, (dy, dx) in zip(images, flip, shift.tolist()):
        if mirrored:
            image = image.flip(1)
        wide = F.pad(image, (W, W, H, H))  # a frame of zeros, as wide as the picture
        out.append(wide[H - dy : 2 * H - dy, W - dx : 2 * W - dx])
    return torch.stack(out)


def oracle(images, flip, shift):
    """Each pixel asks where it comes from."""
    n, H, W = images.shape
    out = np.zeros((n, H, W))
    for i, row, column in np.ndindex(n, H, W):
        y, x = row - int(shift[i, 0]), column - int(shift[i, 1])
        if 0 <= y < H and 0 <= x < W:
            out[i, row, column] = images[i, y, W - 1 - x if flip[i] else x]
    return torch.from_numpy(out)


def album(rng, n, H, W, flips, shifts):
    return {
        "images": rng.uniform(0.1, 1, size=(n, H, W)),
        "flip": np.array(flips, dtype=bool),
        "shift": np.array(shifts),
    }


def cases(rng):
    mirrored, shifted, both, special = criteria
    example = {
        "images": np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]),
        "flip": np.array([True]),
        "shift": np.array([[0, 1]]),
    }
    yield Case(both, "the example with one picture", example, False)
    none = [[0, 0]] * 3
    yield Case(
        mirrored, "3 pictures of 4x5, not shifted", album(rng, 3, 4, 5, [True, False, True], none)
    )
    yield Case(
        mirrored, "3 pictures of 5x5, not shifted", album(rng, 3, 5, 5, [False, True, True], none)
    )
    no = [False] * 4
    yield Case(
        shifted,
        "4 pictures of 5x6, shifted",
        album(rng, 4, 5, 6, no, [[1, 2], [-2, 1], [2, -3], [-1, -2]]),
    )
    yield Case(
        shifted,
        "4 pictures of 4x4, shifted",
        album(rng, 4, 4, 4, no, [[1, 0], [0, 2], [-1, 0], [0, -2]]),
    )
    yield Case(
        both,
        "3 pictures of 4x6, mirrored and shifted",
        album(rng, 3, 4, 6, [True, True, False], [[1, -2], [-1, 3], [2, 1]]),
    )
    yield Case(
        both,
        "2 pictures of 5x5, mirrored and shifted",
        album(rng, 2, 5, 5, [True, True], [[-2, 1], [1, 2]]),
    )
    yield Case(special, "nothing to do", album(rng, 2, 3, 4, [False, False], none[:2]), False)
    yield Case(
        special,
        "moved out of the picture",
        album(rng, 2, 3, 4, [False, True], [[3, 0], [-1, -4]]),
        False,
    )


pad = "wide[H - dy : 2 * H - dy, W - dx : 2 * W - dx]"
mistakes = (
    Mistake(
        "rolled",
        "what leaves on one side comes in on the other",
        "A digit that leaves at the top must not come back at the bottom. What fills the gap?",
        old=pad,
        new="torch.roll(image, (dy, dx), (0, 1))",
    ),
    Mistake(
        "upside_down",
        "the pictures are turned upside down",
        "A mirror on the wall changes left and right. Which axis of a picture runs from left to "
        "right?",
        old="image.flip(1)",
        new="image.flip(0)",
    ),
    Mistake(
        "turned",
        "the pictures are turned by half a circle, along both axes",
        "A mirror on the wall changes left and right alone.",
        old="image.flip(1)",
        new="image.flip(0, 1)",
    ),
    Mistake(
        "all_flipped",
        "every picture is mirrored",
        "Does your result change with flip?",
        old="if mirrored:",
        new="if True:",
    ),
    Mistake(
        "none_flipped",
        "no picture is mirrored",
        "Does your result change with flip?",
        old="if mirrored:",
        new="if False:",
        combines_with=("rolled", "axes_swapped", "backwards"),
    ),
    Mistake(
        "wrong_half",
        "the pictures with False are mirrored",
        "Which of the pictures should be mirrored?",
        old="if mirrored:",
        new="if not mirrored:",
    ),
    Mistake(
        "axes_swapped",
        "dy moves to the right and dx down",
        "The first number of a shift is dy, and y runs down. Which axis of a picture is that?",
        old="(dy, dx) in",
        new="(dx, dy) in",
        combines_with=("rolled", "all_flipped", "wrong_half"),
    ),
    Mistake(
        "backwards",
        "the pictures move up and left where they should move down and right",
        "With dx = 1, is the first column of your result empty, or the last?",
        old=pad,
        new="wide[H + dy : 2 * H + dy, W + dx : 2 * W + dx]",
    ),
    Mistake(
        "shift_first",
        "the pictures are shifted first and mirrored afterwards",
        "After the mirror, a picture that had moved right has moved left. What comes first?",
        old=pad,
        new="wide[H - dy : 2 * H - dy, W + (1 if mirrored else -1) * dx : "
        "2 * W + (1 if mirrored else -1) * dx]",
        combines_with=("upside_down",),
    ),
)


def with_slices(images, flip, shift):
    n, H, W = images.shape
    out = torch.zeros_like(images)
    for i in range(n):
        image = images[i].fliplr() if flip[i] else images[i]
        dy, dx = int(shift[i, 0]), int(shift[i, 1])
        down, up, right, left = max(dy, 0), max(-dy, 0), max(dx, 0), max(-dx, 0)
        out[i, down : H - up, right : W - left] = image[up : H - down, left : W - right]
    return out


def rolled_and_cleared(images, flip, shift):
    out = np.where(np.asarray(flip)[:, None, None], images.numpy()[:, :, ::-1], images.numpy())
    for picture, (dy, dx) in zip(out, shift.numpy()):
        picture[:] = np.roll(picture, (dy, dx), axis=(0, 1))
        picture[: max(dy, 0)] = 0
        picture[:, : max(dx, 0)] = 0
        if dy < 0:
            picture[dy:] = 0
        if dx < 0:
            picture[:, dx:] = 0
    return out


alternatives = (with_slices, rolled_and_cleared)

hints = (
    "One picture after the other, in a loop; mirror it if flip says so, then shift it, and put "
    "the results together with torch.stack.",
    "image.flip(1) changes left and right. For the shift, begin with zeros and ask which rows of "
    "the picture stay inside, and where they land. Try it on paper with dy = 1.",
    "Or put the picture into a frame of zeros, torch.nn.functional.pad(image, (W, W, H, H)), and "
    "cut a window of H times W out of it: for dy = dx = 0 it begins at row H and column W.",
)
