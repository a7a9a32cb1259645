"""What each family's features are called and mean: data only, one file a family; `features.catalogue` puts them together."""
