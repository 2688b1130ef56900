"""All pages, one blueprint per feature."""

from helpcenter.blueprints.accounts import bp as accounts
from helpcenter.blueprints.admin import bp as admin
from helpcenter.blueprints.api import bp as api
from helpcenter.blueprints.asking import embed_bp as embed
from helpcenter.blueprints.channels import bp as channels
from helpcenter.blueprints.circle import bp as circle
from helpcenter.blueprints.console import bp as console
from helpcenter.blueprints.desk import bp as desk
from helpcenter.blueprints.faq import bp as faq
from helpcenter.blueprints.figures import bp as figures
from helpcenter.blueprints.guests import bp as guests
from helpcenter.blueprints.health import bp as health
from helpcenter.blueprints.live import bp as live
from helpcenter.blueprints.media import bp as media
from helpcenter.blueprints.my import bp as my
from helpcenter.blueprints.questions import bp as questions
from helpcenter.blueprints.recordings import bp as recordings
from helpcenter.blueprints.rota import bp as rota
from helpcenter.blueprints.search import bp as search
from helpcenter.blueprints.sessions import bp as sessions
from helpcenter.blueprints.site import bp as site
from helpcenter.blueprints.solving import bp as solving
from helpcenter.blueprints.studio import bp as studio
from helpcenter.blueprints.subscriptions import bp as subscriptions
from helpcenter.blueprints.topics import bp as topics
from helpcenter.blueprints.workbench import bp as workbench

BLUEPRINTS = (
    health,
    site,
    topics,
    faq,
    recordings,
    sessions,
    live,
    subscriptions,
    search,
    questions,
    figures,
    solving,
    circle,
    my,
    embed,
    api,
    rota,
    media,
    accounts,
    admin,
    channels,
    console,
    desk,
    studio,
    guests,
    workbench,
)
