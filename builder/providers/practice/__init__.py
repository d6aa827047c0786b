"""The practice model is no AI: plain, repeatable text work that lets a new workflow move before any key is there."""

from builder.providers.practice.model import NOTICE, practise

__all__ = ["NOTICE", "practise"]
