"""After a broadcast: its archive is waited for, taken in and looked after; back catalogues are imported."""
