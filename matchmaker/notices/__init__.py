"""What people hear of their own things: one notice for each event, on the site or on paper."""
