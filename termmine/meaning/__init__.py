"""What terms mean, by what stands near them."""
