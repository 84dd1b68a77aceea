"""What people are told that an environment costs."""

import pytest

from bot.costs import estimate

SMALL = {"cpu_millicores": 250, "memory_mib": 512, "min_replicas": 1, "max_replicas": 1}


@pytest.mark.parametrize(
    ("cloud", "changed", "said"),
    [
        # 730 h x (0.25 x 0.04048 + 0.5 x 0.004445 + 0.0225)
        pytest.param("aws", {}, "$25", id="aws-with-its-load-balancer"),
        # 730 h x (1 x 0.0648 + 0.5 x 0.0072): it runs on a whole vCPU at least
        pytest.param("google", {}, "$50", id="google"),
        pytest.param("azure", {}, "$20", id="azure"),
        # 730 h x (n x (4 x 0.04048 + 16 x 0.004445) + 0.0225), n from 1 to 50
        pytest.param(
            "aws",
            {"cpu_millicores": 4000, "memory_mib": 16384, "max_replicas": 50},
            "$187 to $8,522",
            id="from-the-fewest-to-the-most",
        ),
    ],
)
def test_a_month_at_list_prices(cloud: str, changed: dict[str, int], said: str) -> None:
    assert str(estimate({**SMALL, **changed, "cloud_provider": cloud})) == said


def test_a_cloud_without_prices_has_no_estimate() -> None:
    assert estimate({**SMALL, "cloud_provider": "comment"}) is None
