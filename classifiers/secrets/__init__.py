"""How secrets are found: decoded views, places, shapes, and the tags that replace them."""
