"""The log of the service: JSON, a line a thing, without what an address or a request holds."""

import logging


class Routes(logging.Filter):
    """Names the route in the place of a request's path, which may be a link that lets somebody in."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record stays."""
        request = record.__dict__.pop("request", None)
        path = getattr(request, "path", None)
        if isinstance(path, str) and isinstance(record.args, tuple):
            found = getattr(request, "resolver_match", None)
            route = found.route if found else "an address that is none"
            record.args = tuple(route if each == path else each for each in record.args)
        return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"routes": {"()": "paceline.logs.Routes"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["routes"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "uvicorn": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "procrastinate": {"level": "WARNING"},
    },
}
