"""Forms: Django's, laid out by Tabler, that put the faults which a verb finds beside the fields they are in."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting

from paceline.errors import PacelineError
from paceline.facts.scope import Scope
from paceline.web.formats import Figures
from paceline.web.page import Page

Answer = TypeVar("Answer")

# What Tabler calls the kinds of fields.
_CLASSES = {
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.Select: "form-select",
}


class Renderer(TemplatesSetting):
    """Fields as Tabler lays them out."""

    field_template_name = "paceline/parts/field.html"


class AmountField(forms.CharField):
    """A value in its unit, as the reader writes numbers; cleaned, it is minor units, or a count."""

    def __init__(self, figures: Figures, **options: Any) -> None:
        super().__init__(**options)
        self.figures = figures
        self.widget.attrs.update({"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        """A stored value as somebody would type it."""
        return self.figures.plain(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.figures.parse(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class DayField(forms.DateField):
    """A day, by the browser's own calendar."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)


class Form(forms.Form):
    """A form of a page.

    `names` says which field a fault of the verb is in, where that is called otherwise; `more` are fields that depend on
    what the form is of.
    """

    default_renderer = Renderer
    names: Mapping[str, str] = {}

    def __init__(
        self, page: Page, initial: dict[str, Any] | None = None, more: Mapping[str, forms.Field] | None = None
    ) -> None:
        given = (page.request.POST, page.request.FILES) if page.is_posted else (None, None)
        super().__init__(*given, initial=initial, label_suffix="")
        self.page = page
        if more:
            self.fields.update(more)
            self.order_fields(self.field_order)
        for field in self.fields.values():
            kind = next((name for each, name in _CLASSES.items() if isinstance(field.widget, each)), "form-control")
            field.widget.attrs.setdefault("class", kind)

    def get_context(self) -> dict[str, Any]:
        """Invalid fields look it."""
        for name in self.errors if self.is_bound else ():
            if name in self.fields:
                attrs = self.fields[name].widget.attrs
                attrs["class"] = f"{attrs['class']} is-invalid"
        return super().get_context()

    def attempt(self, work: Callable[[Scope], Answer], *, keep: bool = True) -> Answer | None:
        """What the verb answers, or would answer; None where the form was not sent, or is refused and says why."""
        if not self.page.is_posted or not self.is_valid():
            return None
        try:
            return self.page.do(work) if keep else self.page.tried(work)
        except PacelineError as error:
            self.refuse(error)
            return None

    def refuse(self, error: PacelineError) -> None:
        """Put the faults beside their fields, and the others above them."""
        if not error.faults:
            self.add_error(None, error.message[:1].upper() + error.message[1:])
        for fault in error.faults:
            name = self.names.get(fault.where, fault.where)
            is_field = name in self.fields
            self.add_error(name if is_field else None, fault.message if is_field else f"{fault.where}: {fault.message}")


def choices(pairs: Iterable[tuple[Any, str]], empty: str | None = None) -> list[tuple[Any, str]]:
    """The options of a list, after one that is none of them."""
    return [*([("", empty)] if empty is not None else []), *pairs]
