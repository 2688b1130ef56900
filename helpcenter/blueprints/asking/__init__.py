"""What leads to a question: the ask page, the clips that make asking needless, and files that come along."""

from helpcenter.blueprints.asking import deflecting, embed, files, page
from helpcenter.blueprints.asking.embed import bp as embed_bp

__all__ = ["deflecting", "embed", "embed_bp", "files", "page"]
