"""Read notes with a model: a critic answers the rubric, a judge adds what rules cannot see. Neither ever clears."""

from agent.readers.critic import ModelCritic
from agent.readers.judge import ModelJudge

__all__ = ["ModelCritic", "ModelJudge"]
