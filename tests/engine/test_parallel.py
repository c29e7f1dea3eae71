import numpy as np
import pytest
import torch.multiprocessing as multiprocessing

from hairline.engine import World, gather_over_world, join_world, leave_world, sum_over_world
from hairline.engine.parallel import first_slurm_host


def test_without_a_launcher_there_is_one_process():
    assert join_world() == World(rank=0, size=1, local_rank=0)
    assert join_world().is_main


@pytest.mark.parametrize(
    ("nodes", "host"),
    [("gpu[03-07,11],login", "gpu03"), ("node12", "node12"), ("a,b", "a"), ("rack2-n[001]", "rack2-n001")],
)
def test_the_first_host_of_a_slurm_list_is_found(nodes, host):
    assert first_slurm_host(nodes) == host


def _exchange(rank, port, results):
    import os

    os.environ.update(SLURM_PROCID=str(rank), SLURM_NTASKS="2", SLURM_LOCALID=str(rank), SLURM_JOB_NODELIST="localhost")
    os.environ["MASTER_PORT"] = str(port)
    world = join_world()
    total = sum_over_world(np.array([1, 10 * rank]))
    results[rank] = (world.rank, world.size, total.tolist(), gather_over_world([f"from {rank}"]))
    leave_world()


def test_two_processes_started_as_slurm_starts_them_add_up_and_gather(free_port):
    with multiprocessing.Manager() as manager:
        results = manager.dict()
        multiprocessing.spawn(_exchange, args=(free_port, results), nprocs=2)
        assert dict(results) == {rank: (rank, 2, [2, 10], ["from 0", "from 1"]) for rank in (0, 1)}
