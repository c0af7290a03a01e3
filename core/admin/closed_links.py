"""Links in read-only fields lead only where whoever reads them may go; what would answer 403 is text."""

from unfold.fields import UnfoldAdminReadonlyField


def close_links() -> None:
    """Let forms that know their request (BackOfficeAdmin.get_form) say whether a link is open."""
    get_admin_url = UnfoldAdminReadonlyField.get_admin_url

    def link_if_open(field, remote_field, remote_obj):
        is_open = getattr(field.form, "may_view", lambda record: False)
        return get_admin_url(field, remote_field, remote_obj) if is_open(remote_obj) else str(remote_obj)

    UnfoldAdminReadonlyField.get_admin_url = link_if_open
