"""What the page of one project shows: loaded in few queries, put into words, rows and a chart."""
