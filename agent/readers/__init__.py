"""Read notes with a model: a critic answers the rubric, a judge adds what rules cannot see, an adviser explains.

None of them ever clears.
"""

from agent.readers.adviser import Advised, ModelAdviser
from agent.readers.critic import ModelCritic
from agent.readers.judge import ModelJudge

__all__ = ["Advised", "ModelAdviser", "ModelCritic", "ModelJudge"]
