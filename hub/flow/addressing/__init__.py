"""Who gets a package, as what and how: routes become deliveries."""
