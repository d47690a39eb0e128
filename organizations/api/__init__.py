"""What every API view shares: who asks, what they may, how errors and pages look."""
