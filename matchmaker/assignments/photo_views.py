"""A look at the photo with which help was reported, for who sent it and who follows it up."""

from flask import Response, redirect
from flask_login import current_user

from matchmaker.assignments import photos
from matchmaker.assignments.views import bp
from matchmaker.base.clock import get_now
from matchmaker.base.extensions import db
from matchmaker.forms.base import ButtonForm
from matchmaker.web.act import Answer
from matchmaker.web.addresses import HOME
from matchmaker.web.permissions import Permission, requires


@bp.post("/photos/<id:promise_id>/look")
@requires(Permission.PHOTO_LOOK)
def look_at_photo(promise_id: int) -> Answer:
    """Send the photo in the response itself, so that no address has it; each look is recorded."""
    if not ButtonForm().validate_on_submit():
        return redirect(HOME, 303)
    content = photos.look(actor=current_user, promise_id=promise_id, now=get_now())
    db.session.commit()
    return Response(content, mimetype="image/jpeg")
