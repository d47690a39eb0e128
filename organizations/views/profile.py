"""The reader's own page."""

import copy
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from organizations.forms import ProfileForm, service_errors
from organizations.models import User
from organizations.services import update_profile


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, zone and colours."""
    person = cast(User, request.user)
    # A copy: a form writes into its instance while it checks, and the frame shows the person as saved.
    form = ProfileForm(request.POST or None, instance=copy.copy(person))
    if request.method == "POST" and form.is_valid():
        with service_errors(form):
            user = update_profile(user=person, values=form.cleaned_data)
            with translation.override(user.language):
                messages.success(request, _("Your profile is saved."))
            return redirect("organizations:profile")
    return render(request, "organizations/profile.html", {"form": form})
