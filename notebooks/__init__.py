"""What a data scientist does by hand: an account explored, models compared, a grade taken apart, drift answered."""
