"""What a study asks: claims, reactions, forecasts and scenarios; each kind answers for itself."""
