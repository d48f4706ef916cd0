"""Terms as points of a plane, like ones near each other; the sole door to scikit-learn.

In: a vector for each of some terms. Out: two coordinates for each. t-SNE (van der Maaten & Hinton 2008) begins with the
principal components and runs on one thread with a fixed seed, so the same vectors and the same version of scikit-learn
give the same points. Distances between far points mean nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from termmine.errors import UsageError

PERPLEXITY = 30.0  # neighbours that count, about; the usual value
FEWEST = 8  # points: fewer lie on a circle
_SEED = 6540  # any


def load() -> tuple[Any, Any]:
    """scikit-learn's TSNE and what limits its threads; where they are missing the error says how to get them."""
    try:
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise UsageError(
            "--plot: a map needs the package scikit-learn: pip install 'termmine[map]', or scikit-learn"
        ) from None
    return TSNE, threadpool_limits


def make_layout(vectors: np.ndarray) -> np.ndarray:
    """The places of vectors (float64, n x dimensions) on a plane: n x 2, from 0 to 1 on either side."""
    n = len(vectors)
    if n < FEWEST:
        angle = 2.0 * np.pi * np.arange(n) / max(n, 1)
        return _scaled(np.column_stack([np.cos(angle), np.sin(angle)]))
    method, limits = load()
    perplexity = min(PERPLEXITY, (n - 1) / 3)
    with limits(limits=1):
        points = method(
            n_components=2, perplexity=perplexity, init="pca", learning_rate="auto", random_state=_SEED, n_jobs=1
        ).fit_transform(np.round(vectors, 6).astype(np.float32))
    return _scaled(np.asarray(points, dtype=np.float64))


def _scaled(points: np.ndarray) -> np.ndarray:
    low, high = points.min(axis=0, initial=np.inf), points.max(axis=0, initial=-np.inf)
    return np.asarray(np.round((points - low) / np.maximum(high - low, 1e-9), 4))
