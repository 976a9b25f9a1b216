"""HDF5 files: one 2-D dataset, or one dataset a channel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from neurosim.core.errors import Problem, RecordingError, did_you_mean
from neurosim.signals.recordings.columns import (
    ColumnNotFoundError,
    StoredColumns,
    StoredFile,
    channels_first,
    find_columns,
)
from neurosim.signals.recordings.sidecar import Column, Sidecar

if TYPE_CHECKING:
    import h5py  # type: ignore[import-untyped, unused-ignore]

_N_LISTED = 12
_MOST_SMALLER = 1032  # than the samples are they when compressed, at most, by deflate


def read_hdf5(path: Path, sidecar: Sidecar) -> StoredFile:
    """Read the datasets that the sidecar names.

    A dataset is named by its path or the end of it, as long as only one ends so. Datasets whose samples lie
    in another file are refused.

    Raises
    ------
    RecordingError
        When no or other datasets than there are are asked for, or they do not fit together.
    """
    import h5py  # type: ignore[import-untyped, unused-ignore]

    with h5py.File(path, "r") as file:
        datasets: dict[str, h5py.Dataset] = {}

        def keep(name: str, item: h5py.Dataset | h5py.Group) -> None:
            if isinstance(item, h5py.Dataset):
                datasets[name] = item

        # visititems follows neither soft nor external links, so only this file's own datasets are found.
        file.visititems(keep)
        if not sidecar.channels and sidecar.dataset is None:
            raise RecordingError(
                "give a sidecar TOML file with fs and dataset = '...', or [[channels]] with name and "
                f"column = '...'; {_listing(datasets)}",
            )
        return _read(sidecar, datasets)


def check_self_contained(path: Path) -> None:
    """Look whether an HDF5 file that another library reads has parts in other files.

    Raises
    ------
    RecordingError
        When it does: h5py would open them wherever they are.
    """
    import h5py  # type: ignore[import-untyped, unused-ignore]

    seen: set[Any] = set()  # a group may be linked from many places, itself among them

    def look(group: h5py.Group) -> None:
        seen.add(group.id)
        for name in group:
            link = group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise RecordingError(f"'{name}' lies in another file, never opened; copy it into this one")
            if not isinstance(link, h5py.HardLink):
                continue
            item = group[name]
            if isinstance(item, h5py.Dataset):
                _check_dataset(item, name)
            elif isinstance(item, h5py.Group) and item.id not in seen:
                look(item)

    with h5py.File(path, "r") as file:
        look(file["/"])


def _read(sidecar: Sidecar, datasets: dict[str, h5py.Dataset]) -> StoredFile:
    table: NDArray[np.float64] | None = None
    if sidecar.dataset is not None:
        try:
            table = _load(datasets[_find(sidecar.dataset, datasets)], sidecar.dataset)
        except ColumnNotFoundError as error:
            raise RecordingError([Problem(("sidecar", "dataset"), str(error))]) from None

    def find(column: Column) -> NDArray[np.float64]:
        if isinstance(column, str):
            return _one_channel(datasets[_find(column, datasets)], column)
        if table is None:
            raise ColumnNotFoundError(f"give the path of a dataset, or dataset = '...'; {_listing(datasets)}")
        if column >= table.shape[0]:
            raise ColumnNotFoundError(f"there is no column {column}; columns are 0 to {table.shape[0] - 1}")
        column_values: NDArray[np.float64] = table[column]
        return column_values

    asked = find_columns(sidecar, find)
    marker = asked.pop() if sidecar.marker is not None else None
    ch_names = tuple(channel.name for channel in sidecar.channels)
    if not sidecar.channels and table is not None:
        taken = sidecar.marker.column if sidecar.marker else None
        numbers = [number for number in range(table.shape[0]) if number != taken]
        asked, ch_names = [table[number] for number in numbers], tuple(f"ch{number}" for number in numbers)
    lengths = {name: column.size for name, column in zip(ch_names, asked, strict=True)}
    if marker is not None:
        lengths["the marker"] = marker.size
    if len(set(lengths.values())) > 1:
        counted = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise RecordingError(f"the columns are not equally long (samples: {counted}); ask for ones that are")
    return StoredFile(
        (StoredColumns(np.stack(asked), ch_names),),
        None if marker is None else StoredColumns(marker[np.newaxis], ("marker",)),
    )


def _find(name: str, datasets: dict[str, h5py.Dataset]) -> str:
    name = name.strip("/")
    if name in datasets:
        return name
    ends = [path for path in datasets if path.endswith(f"/{name}")]
    if not ends:
        near = did_you_mean(name, datasets)
        near = near if near.endswith("?") else _listing(datasets)
        raise ColumnNotFoundError(f"there is no dataset '{name}'; {near}")
    if len(ends) > 1:
        raise ColumnNotFoundError(f"{len(ends)} datasets end in '{name}'; write more, such as '{ends[0]}'")
    return ends[0]


def _load(dataset: h5py.Dataset, name: str) -> NDArray[np.float64]:
    _check_dataset(dataset, name)
    if not dataset.size:
        raise RecordingError(f"'{name}' holds no samples")
    return np.asarray(channels_first(np.asarray(dataset[()]), f"'{name}'"), dtype=np.float64)


def _check_dataset(dataset: h5py.Dataset, name: str) -> None:
    if dataset.is_virtual or dataset.external:
        raise RecordingError(f"'{name}' has its samples in another file, never opened; copy them into this one")
    stored = dataset.id.get_storage_size()
    if dataset.nbytes > _MOST_SMALLER * max(stored, 1):
        raise RecordingError(
            f"'{name}' has shape {dataset.shape}, of which only {stored} bytes were written; export it again"
        )


def _one_channel(dataset: h5py.Dataset, name: str) -> NDArray[np.float64]:
    values = _load(dataset, name)
    if values.shape[0] > 1:
        shape = dataset.shape
        raise ColumnNotFoundError(f"'{name}' has shape {shape}; set dataset = '{name}' and give column numbers")
    channel: NDArray[np.float64] = values[0]
    return channel


def _listing(datasets: dict[str, h5py.Dataset]) -> str:
    if not datasets:
        return "the file holds no datasets"
    # The recorded samples are the longest datasets, so the helpful names come first.
    by_size = sorted(datasets, key=lambda name: (-(datasets[name].size or 0), name))
    shown = ", ".join(f"{name} {datasets[name].shape}" for name in by_size[:_N_LISTED])
    more = len(by_size) - _N_LISTED
    return f"the file holds: {shown}" + (f" and {more} smaller ones" if more > 0 else "")
