"""A customer's own page: his questions, his guide, what he has, and what is recommended for it."""

from helpcenter.services.my.guide import Guide, find_guide
from helpcenter.services.my.products import add_product, products_of, remove_product, set_recommendations
from helpcenter.services.my.questions import MyQuestion, questions_of
from helpcenter.services.my.recommending import Recommended, recommend

__all__ = [
    "Guide", "MyQuestion", "Recommended", "add_product", "find_guide", "products_of", "questions_of", "recommend",
    "remove_product", "set_recommendations",
]  # fmt: skip
