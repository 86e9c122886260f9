"""The WSGI application that the server runs."""

import gc

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# A long record is thousands of small dicts without cycles. Walking through the whole program each time some hundred
# more are made took a third of the time of its page.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
