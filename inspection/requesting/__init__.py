"""What a finding needs from others: requests between agencies, rights holders' confirmations, recognised results."""
