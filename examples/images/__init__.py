"""Photographs, sorted into folders by their predominant colour."""
