"""Takes in the orders of one day: good ones become Parquet, bad ones are kept with a reason."""
