"""Tables, charts and words for print and screen, from frozen editions only."""
