"""How forms are drawn: one template for a form, one for a field."""

from django.forms.renderers import TemplatesSetting


class ProductFormRenderer(TemplatesSetting):
    """Forms and fields from `templates/components/`."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
    formset_template_name = "components/formset.html"
