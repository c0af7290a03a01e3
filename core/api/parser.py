"""How the API reads bodies and query parameters."""

import json
from decimal import Decimal

from ninja.parser import Parser


class StrictParser(Parser):
    """JSON as the standard has it, decimals exactly as they are written; an empty parameter counts as absent."""

    def parse_body(self, request):
        return json.loads(request.body, parse_float=Decimal, parse_constant=self.refuse)

    def refuse(self, constant):
        raise ValueError(f"{constant} is not JSON")

    def parse_querydict(self, data, list_fields, request):
        given = super().parse_querydict(data, list_fields, request)
        return {key: value for key, value in given.items() if value != ""}
