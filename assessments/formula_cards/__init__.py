"""Behind every figure a card: what it means, what it is made of, how it is computed, and the same in Excel."""
