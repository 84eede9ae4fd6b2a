"""Notices to people about their own things, one for each event, read on the site or on paper."""
